"""Acquire: people outside hear of the community by channels, follow, and join.

Per person of the market, hazards per day add up over channels (Bass 1969 for external
influence p and imitation q F); a person whom the purpose fits by f is reached when f times the
cumulative hazard passes its clock. A touch makes a member at once with probability
`join_on_touch`, else a follower; followers join at a rate that grows with the number of
distinct people from whom they have heard (Centola 2010). Invitations of earlier days are
answered here.

Reads  market, content, presence, invitations due     Writes  members, followers, clocks
"""

import numpy as np
import numpy.typing as npt

from sim.admission import Newcomers, join, newcomers, willingness
from sim.community import Channel, Community, Count
from sim.kernel import kernel
from sim.ledger import Account
from sim.luck import Purpose, uniform, uniforms
from sim.market import SIGNALS, Status
from sim.population import NO_PERSON

_ACCEPT = int(Purpose.ACCEPT)
_UNAWARE, _FOLLOWER, _PRESENT, _LEFT = (int(s) for s in Status)
WASTED, JOINS, FOLLOWS, NEARER = range(1, 5)
LEAST_CAC = 0.01
"part of the cost of a paid touch that remains however many advocates there are"
CHANNELS = (Channel.EXTERNAL, Channel.IMITATION, Channel.PAID, Channel.HUB, Channel.SEARCH)


def acquire(c: Community) -> None:
    """Let the day's channels, invitations, followers and returning members bring people in."""
    if c.parameters.acquisition.paid_budget > 0.0:
        c.ledger.post(Account.PAID, c.parameters.acquisition.paid_budget)
    arrivals = [_touched(c), _invited(c), _converted(c), _returned(c)]
    arrivals = [a for a in arrivals if len(a.person)]
    if arrivals:
        join(
            c,
            Newcomers(
                *(
                    np.concatenate([getattr(a, part) for a in arrivals])
                    for part in ("person", "channel", "referrer", "generation")
                )
            ),
        )


def hazards(c: Community) -> npt.NDArray[np.float64]:
    """Hazard per day and channel for a person whom the purpose fits, shape (5,)."""
    a, size = c.parameters.acquisition, c.market.size
    q = c.p[0]
    basis = c.active if a.imitation_basis == "active" else c.market.count(Status.PRESENT)
    paid = 0.0
    if a.paid_budget > 0.0:
        cac = a.cac * (a.paid_budget / a.cac_reference) ** a.cac_exponent
        cac *= max(LEAST_CAC, 1.0 - c.parameters.organisation.advocacy_gain * c.promoters)
        reachable = float(c.fit_of_market()[c.market.status[:size] == Status.UNAWARE].sum())
        paid = a.paid_budget / (cac * max(1.0, reachable))
    return np.array(
        [
            q["acquisition_external_rate"] * c.parameters.organisation.purpose * c.quality,
            q["acquisition_imitation_rate"] * basis / size,
            paid,
            q["acquisition_hub_reach"] * c.presence * float(c.parameters.affiliation.hub > 0.0),
            q["acquisition_search_rate"] * c.content / (c.content + a.search_scale),
        ]
    )


def _touched(c: Community) -> Newcomers:
    """People whom the channels reach today: some join at once, the others follow."""
    rates = hazards(c)
    total = float(rates.sum())
    persons = c.touch.advance(total) if total > 0.0 else np.empty(0, np.int64)
    persons = persons[c.market.status[persons] == Status.UNAWARE]
    if not len(persons):
        return newcomers(persons, Channel.EXTERNAL)
    edges = np.cumsum(rates) / total
    u = uniforms(c.key, persons, c.day, Purpose.CHANNEL)
    channel = np.minimum(np.searchsorted(edges, u, side="right"), len(CHANNELS) - 1) + int(Channel.EXTERNAL)
    c.market.touched_by[persons] = channel
    at_once = uniforms(c.key, persons, 0, Purpose.JOIN_ON_TOUCH) < c.parameters.acquisition.join_on_touch
    at_once[at_once] = _can_pay(c, persons[at_once])
    _follow(c, persons[~at_once])
    return _mark(c, newcomers(persons[at_once], channel[at_once]))


def _invited(c: Community) -> Newcomers:
    """Answers to the invitations that are due today, in order of invitee and inviter."""
    parts = c.invited.pop(c.day, [])
    if not parts:
        return newcomers(np.empty(0, np.int64), Channel.REFERRAL)
    # columns: invitee, inviter, generation of the inviter, weak, discount (per mille), day sent
    letters = np.concatenate(parts)
    letters = letters[np.lexsort((letters[:, 1], letters[:, 0]))]
    market = c.market
    answers, unwilling = _answer(
        letters,
        market.status,
        market.signals,
        market.signallers,
        market.due,
        c.follow.hazard,
        _strengths(c),
        willingness(c, letters[:, 0]) * c.climate["proof"][0],
        c.good_name(),
        c.p,
        c.day,
        c.key,
    )
    c.count[Count.INVITATIONS_WASTED] += int((answers == WASTED).sum())
    c.count[Count.TURNED_AWAY] += int(unwilling.sum())
    moved = letters[answers == NEARER, 0]
    c.follow.push(market.due[moved], moved)
    new_followers = np.unique(letters[answers == FOLLOWS, 0])
    chosen = letters[answers == JOINS]
    joining = np.isin(new_followers, chosen[:, 0])
    market.touched_by[new_followers] = Channel.REFERRAL
    _follow(c, new_followers[~joining])
    np.add.at(c.invitation_joins, chosen[:, 5], 1)
    return _mark(
        c,
        Newcomers(chosen[:, 0], np.full(len(chosen), int(Channel.REFERRAL)), chosen[:, 1], chosen[:, 2] + 1),
    )


@kernel
def _answer(
    letters, status, signals, signallers, due, follow_hazard, strengths, willing, good_name, p, day, key
):
    """What becomes of each letter, in order, and whom the fee kept out.

    Who does not join has at least heard one more voice.

    Writes signals and the due dates of followers, and leaves `status` alone.
    """
    q = p[0]
    fee = q["monetisation_model"] == 3.0
    out = np.zeros(len(letters), np.int64)
    unwilling = np.zeros(len(letters), np.bool_)
    nth = 0
    joined = -1
    for k in range(len(letters)):
        person, inviter = letters[k, 0], letters[k, 1]
        again = k > 0 and letters[k - 1, 0] == person and letters[k - 1, 1] == inviter
        nth = nth + 1 if again else 0
        if status[person] == _PRESENT or person == joined:
            out[k] = WASTED
            continue
        if status[person] == _LEFT and due[person] == np.inf:
            continue
        before = strengths[signals[person]]
        known = False
        for s in range(signals[person]):
            known = known or signallers[person, s] == inviter
        if not known and signals[person] < SIGNALS:
            signallers[person, signals[person]] = inviter
            signals[person] += 1
        now = strengths[signals[person]]
        accepted = uniform(key, person, day, _ACCEPT, (inviter << 8) + nth) < (
            q["referral_conversion"] * now * good_name * letters[k, 4] / 1000.0
        )
        unwilling[k] = accepted and fee and willing[k] < q["monetisation_price"]
        if accepted and not unwilling[k]:
            out[k] = JOINS
            joined = person
            continue
        if status[person] == _UNAWARE:
            out[k] = FOLLOWS
        elif status[person] == _FOLLOWER and now != before:
            due[person] = (
                follow_hazard + (due[person] - follow_hazard) * before / now if now > 0.0 else np.inf
            )
            out[k] = NEARER
    return out, unwilling


def _strengths(c: Community) -> npt.NDArray[np.float64]:
    """How much more readily a person joins who has heard from 0 … 4 people, shape (5,)."""
    a = c.parameters.acquisition
    return np.cumprod([1.0, 1.0, a.reinforcement_2, a.reinforcement_3, a.reinforcement_4])


def _converted(c: Community) -> Newcomers:
    """Followers whose clock has run out join by the channel that first reached them."""
    readiness = float(c.climate["proof"][0]) * c.good_name()
    persons = c.follow.advance(float(c.p["acquisition_follower_conversion"][0]) * readiness, c.market.due)
    persons = persons[c.market.status[persons] == Status.FOLLOWER]
    willing = _can_pay(c, persons)
    _wait_again(c, persons[~willing])
    persons = persons[willing]
    channel = c.market.touched_by[persons].astype(np.int64)
    first_voice = c.market.signallers[persons, 0].astype(np.int64)
    inviter = np.where(channel == Channel.REFERRAL, first_voice, NO_PERSON)
    return _mark(c, Newcomers(persons, channel, inviter, _generation(c, inviter)))


def _generation(c: Community, inviter: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """One more than the inviter's generation; 1 if the inviter has left, 0 without an inviter."""
    row = np.where(inviter >= 0, c.market.row[inviter], -1)
    known = np.where(row >= 0, c.population.members["generation"][row] + 1, 1)
    return np.where(inviter >= 0, known, 0).astype(np.int64)


def _returned(c: Community) -> Newcomers:
    """Past members who come back."""
    persons = c.back.advance(float(c.p["acquisition_return_rate"][0]), c.market.due)
    persons = persons[c.market.status[persons] == Status.LEFT]
    willing = _can_pay(c, persons)
    waiting = persons[~willing]
    clocks = -np.log(uniforms(c.key, waiting, c.day, Purpose.RETURN_CLOCK))
    c.market.due[waiting] = c.back.hazard + clocks
    c.back.push(c.market.due[waiting], waiting)
    return _mark(c, newcomers(persons[willing], Channel.RETURN))


def _can_pay(c: Community, persons: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """A fee turns away whoever is not willing to pay it, shape (n,)."""
    m = c.parameters.monetisation
    if m.model != "fee":
        return np.ones(len(persons), bool)
    willing = willingness(c, persons) * c.climate["proof"][0] >= m.price
    c.count[Count.TURNED_AWAY] += int((~willing).sum())
    return willing


def _mark(c: Community, new: Newcomers) -> Newcomers:
    """Nobody joins twice on a day."""
    c.market.move(new.person, Status.PRESENT)
    return new


def _follow(c: Community, persons: npt.NDArray[np.int64]) -> None:
    """People become followers, with a clock of their own for joining."""
    c.market.move(persons, Status.FOLLOWER)
    c.count[Count.FOLLOWS] += len(persons)
    clocks = -np.log(uniforms(c.key, persons, 0, Purpose.FOLLOW_CLOCK))
    _set_due(c, persons, clocks)


def _wait_again(c: Community, persons: npt.NDArray[np.int64]) -> None:
    """Followers whom the fee turned away try again after another draw."""
    _set_due(c, persons, -np.log(uniforms(c.key, persons, c.day, Purpose.FOLLOW_CLOCK)))


def _set_due(c: Community, persons: npt.NDArray[np.int64], clocks: npt.NDArray[np.float64]) -> None:
    strengths = _strengths(c)[c.market.signals[persons]]
    with np.errstate(divide="ignore"):
        c.market.due[persons] = c.follow.hazard + clocks / strengths
    c.follow.push(c.market.due[persons], persons)
