"""Noting: `Recorder.note` of a day that ends no month, inside a compiled call."""

import numpy as np

from kith.sim.day import moves
from kith.sim.kernels.compilation import kernel_part
from kith.sim.kernels.sums import add_up
from kith.sim.results.recorder import AMOUNTS, BOOKED, COUNTED, COUNTS
from kith.sim.state.layers import LAYER_WINDOW, PAST
from kith.sim.state.ledger import MICRO, Account

_GOODS = int(Account.GOODS)
_FIRST_FLOW = COUNTS.index("ties") + 1
_FIRST_BOOK = len(AMOUNTS) - len(BOOKED)


@kernel_part
def begin(s):
    """What restarts in the morning, see `simulate_day`."""
    tallies = s.tallies
    for k in range(len(tallies.flows)):
        tallies.flows[k] = 0
    for k in range(len(tallies.joins)):
        tallies.joins[k] = 0
    for k in range(len(tallies.leaves)):
        tallies.leaves[k] = tallies.sleeps[k] = 0
    s.now[0]["dormant_revenue"] = 0


@kernel_part
def note(s, visitors, day):
    """`Recorder.note`."""
    tallies, now, tally = s.tallies, s.now[0], s.people.tally
    contributed, end = 0, PAST + day + 1
    for d in range(end - LAYER_WINDOW, end):
        contributed += tallies.last_contributions[d]
    awake, today = now["present"], tallies.counts[:, day]
    today[0], today[1], today[2], today[3] = day, awake + now["dormant"], awake, now["dormant"]
    today[4], today[5] = now["active"], visitors
    today[6], today[7], today[8] = tally[moves.UNAWARE], tally[moves.FOLLOWER], tally[moves.LEFT]
    today[9], today[10], today[11] = awake - contributed, contributed - now["internal"], now["internal"]
    today[12] = s.slots.ties[0]
    n = _FIRST_FLOW
    for count in COUNTED:
        today[n] = tallies.flows[count]
        n += 1
    for joins in tallies.joins[1:]:
        today[n] = joins
        n += 1
    for leaves in tallies.leaves:
        today[n] = leaves
        n += 1
    for sleeps in tallies.sleeps:
        today[n] = sleeps
        n += 1
    _note_amounts(s, day)


@kernel_part
def _note_amounts(s, day):
    """`Recorder._note_amounts`, with `Ledger.close_day`."""
    tallies, now, q = s.tallies, s.now[0], s.tables.p[0]
    books = np.empty(len(tallies.today))
    for account in range(len(books)):
        amount = tallies.today[account]
        books[account] = amount / MICRO
        tallies.total[account] += amount
        now["cash"] += amount if account < _GOODS else -amount
        tallies.today[account] = 0
    surplus = tallies.surplus[0] - now["surplus"]
    now["surplus"] = tallies.surplus[0]
    today = tallies.amounts[:, day]
    today[0], today[1], today[2] = now["content"], now["unwanted"], now["disputes"]
    today[3], today[4] = now["quality"], s.tables.rules[0]["direction"]
    today[5], today[6] = s.tables.rules[0]["coverage"], surplus / MICRO
    today[7] = s.tables.rules[0]["unfairness"]
    today[8] = np.nan
    if q["affiliation_hub"] > 0.0:
        today[8] = add_up(tallies.presence) / len(tallies.presence)
    today[9] = now["dormant_revenue"] / MICRO
    today[10], today[11] = add_up(books[:_GOODS]), add_up(books[_GOODS:])
    for k in range(len(BOOKED)):
        today[_FIRST_BOOK + k] = books[BOOKED[k]]


__all__ = ["begin", "note"]
