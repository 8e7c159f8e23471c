"""Shock: an event that changes a community on one day, before the first step."""

import numpy as np

from kith.sim.kernels.luck import Purpose, uniforms
from kith.sim.schema.plan import Shock
from kith.sim.state import decay
from kith.sim.state.admission import join, newcomers
from kith.sim.state.categories import Cause, Channel
from kith.sim.state.community import Community
from kith.sim.state.hubs import call_for_heir
from kith.sim.state.market import Status


def apply_shock(c: Community, shock: Shock) -> None:
    """Apply a shock to the community."""
    if shock.kind == "hub_departs":
        leaving = np.flatnonzero(c.presence > 0.0)[: shock.count or 1]
        c.presence[leaving] = 0.0
        c.hub_left[leaving[c.hub_left[leaving] == decay.STILL_THERE]] = c.day
        call_for_heir(c)
    elif shock.kind == "members_leave":
        _members_leave(c, float(shock.share or 0.0), shock.who or "random")
    elif shock.kind == "topic_shift":
        _topic_shift(c, float(shock.to or 0.0))
    elif shock.kind == "spam_wave":
        c.unwanted += float(shock.items or 0.0)
    elif shock.kind == "competitor":
        c.competitor = float(shock.strength or 0.0)
        c.competitor_bonds = bool(shock.invests_in_community)
    elif shock.kind == "mass_join":
        _mass_join(c, int(shock.count or 0))


def _members_leave(c: Community, share: float, who: str) -> None:
    """A share of present members leaves at once: at random, or those with the most tie strength first."""
    rows = c.population.rows()
    rows = rows[c.population.address[rows] < c.market.size]
    persons = c.population.address[rows]
    draws = uniforms(c.key, persons, c.day, Purpose.SHOCK)
    first = np.zeros(len(rows))
    if who == "most_connected":
        members = c.population.members[rows]
        first = -members["tied"] * c.fade[c.day - members["settled"]]
    n = round(share * len(rows))
    leavers = np.sort(persons[np.lexsort((draws, first))[:n]])
    c.release(c.market.row[leavers].astype(np.int64), np.full(n, int(Cause.SHOCK)))


def _topic_shift(c: Community, to: float) -> None:
    """The purpose changes direction, which changes whom it fits and who hears of it first."""
    c.direction = to
    c.overlay()
    c.refit()
    decay.derive_rows(c.population.members, c.population.rows(), c.p)


def _mass_join(c: Community, count: int) -> None:
    """`count` randomly drawn people who had not heard of the community join at once."""
    unaware = np.flatnonzero(c.market.status[: c.market.size] == Status.UNAWARE)
    order = uniforms(c.key, unaware, c.day, Purpose.MASS_JOIN)
    join(c, newcomers(unaware[np.argsort(order, kind="stable")[:count]], Channel.CAMPAIGN))
