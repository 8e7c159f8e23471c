"""A member: what it feels, when it comes, what it does and when it leaves.

Stocks fade in closed form: they are as of the day `settled` and are brought up to date when the
member is looked at, on its visits and once a week. The sections named are those of docs/explanation/model.md.
"""

import math
from typing import TYPE_CHECKING, Any

import mesa

from kith.sim.kernels.luck import (
    FAR_END,
    GO_BETWEEN,
    INVITEE_DISTANCE,
    INVITEE_PLACE,
    INVITEE_STRIDE,
    PARTNER_EXISTING,
    PARTNER_TRIADIC,
    STRANGER_CANDIDATE,
    STRANGER_CHOICE,
    STRANGER_KIND,
    STRANGER_STRIDE,
    Purpose,
)
from kith.sim.state.population import MEMBER
from tests.reference.giving import fresh_share
from tests.reference.luck import mix
from tests.reference.market import Person

if TYPE_CHECKING:
    from tests.reference.model import ReferenceModel

NEVER = -math.inf
AROUND, NEWCOMER, GRACE = 14, 30, 30
"days within which a peer counts as around, of being new, and with few ties"
BURST = 60
"days after which nothing is left of a burst"
MONTH, YEAR = 30.0, 365.0
CAUSES = ("newcomer", "value", "overload", "belonging", "contagion")
"why a member leaves, in the order in which a cause is drawn"

HELD = {name: MEMBER[name].type for name in MEMBER.names or () if MEMBER[name].kind == "f"}


def stored(name: str, value: Any) -> Any:
    """A value as the engine's record of a member holds it: rounded where that is of single precision."""
    return float(HELD[name](value)) if name in HELD else value


def left_after(days: float, half_life: float) -> float:
    """What is left of a stock after some days."""
    return 0.5 ** (days / half_life)


def risen(above: float, width: float) -> float:
    """A step at 0, or a logistic curve of some width."""
    return 1.0 / (1.0 + math.exp(-above / width)) if width > 0.0 else float(above >= 0.0)


class Member(mesa.Agent):
    """A person while it is a member, awake or dormant."""

    def __init__(self, model: "ReferenceModel", person: Person) -> None:
        super().__init__(model)
        p, luck = model.p, model.luck
        self.person, self.address, self.joined, self.settled = person, person.address, model.day, model.day
        self.propensity = person.propensity(p, luck)
        self.sociability = self.propensity**p.contribution.exchange_exponent
        self.visits_per_day = person.visits_per_day(p, luck)
        self.inviting, self.capacity = person.inviting(p, luck), person.capacity(p, luck)
        self.interest = person.interest
        self.misfit = p.value.fit_weight * (1.0 - person.fit)
        self.satisfaction = p.visiting.first_satisfaction
        self.habit = self.activity = self.overload = self.reciprocity = self.exits = 0.0
        self.belonging = self.attachment = self.bonds = self.visit_rate = 0.0
        self.last_visit: float = NEVER
        self.last_contribution: float = NEVER
        self.seasoned, self.asleep_on, self.woke_on = model.day, NEVER, NEVER
        "the day from which experience counts, and when it last fell silent and woke"
        self.missed, self.called, self.remembered = 0.0, 0.0, []
        "ties to those who fell silent; while it is silent itself, calls since yesterday and its own ties"
        self.gap, self.exchanges, self.contributions, self.sent = 1.0, 0, 0, 0
        model.graph.add_node(self)
        self.settle()

    def draw(self, purpose: Purpose, ordinal: int = 0) -> float:
        """One of today's uniforms."""
        return self.model.luck.uniform(self.address, self.model.day, purpose, ordinal)

    def point(self, purpose: Purpose, ordinal: int) -> int:
        """One of today's points on a circle."""
        return self.model.luck.word(self.address, self.model.day, purpose, ordinal)

    def came_within(self, days: int) -> bool:
        """Whether it has visited within so many days, today included."""
        return self.last_visit > self.model.day - days

    # State: sections 2, 3 and 7.4

    def catch_up(self) -> None:
        """Let what fades fade until today."""
        if self.settled < self.model.day:
            self.fade(self.model.day - self.settled)

    def fade(self, days: int) -> None:
        """Let what fades fade for some days."""
        p = self.model.p
        self.habit *= left_after(days, p.visiting.habit_half_life)
        self.activity *= left_after(days, p.bonding.activity_half_life)
        self.reciprocity *= left_after(days, p.contribution.memory_half_life)
        self.exits *= left_after(days, p.churn.contagion_half_life)
        self.missed *= left_after(days, p.bonding.tie_half_life)
        left = left_after(days, p.bonding.belonging_half_life)
        self.belonging = self.attachment + (self.belonging - self.attachment) * left
        self.settled += days

    def belonging_tonight(self) -> float:
        """Belonging, on its way to what its bonds support."""
        left = left_after(self.model.day - self.settled, self.model.p.bonding.belonging_half_life)
        return self.attachment + (self.belonging - self.attachment) * left

    def settle(self) -> None:
        """Set anew what stands still between looks: tie saturation, belonging's target, the visit rate."""
        self.catch_up()
        p, model = self.model.p, self.model
        self.attach(sum(model.strength(tie) for tie in model.graph[self].values()))
        gain = p.visiting.satisfaction_gain * (self.satisfaction - p.visiting.usual_satisfaction)
        gain += p.visiting.identity_gain * self.activity + p.visiting.bond_gain * self.bonds
        self.visit_rate = self.visits_per_day * math.exp(gain)

    def belong_as_tied(self) -> None:
        """Belong from the first day as far as the ties that it brings."""
        ties = self.model.graph[self].values()
        if ties:
            self.attach(sum(self.model.strength(tie) for tie in ties))
            self.belonging = self.attachment

    def attach(self, together: float) -> None:
        """Saturation of the ties in use and of those missed, and what belonging moves toward."""
        p = self.model.p
        self.bonds = 1.0 - math.exp(-(together + self.missed) / p.value.tie_scale)
        z = p.bonding.identity_weight * self.activity * p.organisation.purpose
        z += p.bonding.ties_weight * self.bonds
        self.attachment = 1.0 - math.exp(-z)

    # Visit: section 7.2

    def comes(self) -> bool:
        """Whether it comes today; a newcomer does, if it has any time."""
        if self.joined == self.model.day:
            return self.visits_per_day > 0.0
        v = self.model.p.visiting
        habit = self.habit * left_after(self.model.day - self.settled, v.habit_half_life)
        rate = self.visit_rate * (v.habit_floor + (1.0 - v.habit_floor) * habit)
        rate *= self.burst(v.burst_gain)
        return self.draw(Purpose.VISIT) < 1.0 - math.exp(-rate)

    def burst(self, gain: float) -> float:
        """How much more it does soon after a contribution."""
        age = self.model.day - self.last_contribution
        if self.contributions == 0 or age >= BURST:
            return 1.0
        return 1.0 + gain * left_after(age, self.model.p.contribution.burst_half_life)

    def judge(self) -> None:
        """Let the value of today's visit move satisfaction, and let the habit grow."""
        self.catch_up()
        model, v = self.model, self.model.p.visiting
        self.gap = min(30.0, model.day - self.last_visit) if self.last_visit > NEVER else 1.0
        overload = self.overload_today()
        value = model.common_value + self.company() + self.news() - overload - self.misfit
        value += model.p.value.replies * self.reciprocity
        value = min(1.0, max(0.0, value))
        self.satisfaction += v.satisfaction_step * (value - self.satisfaction)
        self.overload += v.satisfaction_step * (overload - self.overload)
        self.habit += v.habit_step * (1.0 - self.habit)

    def company(self) -> float:
        """What peers who were around until yesterday add to a visit."""
        model, v = self.model, self.model.p.value
        around = sum(
            model.strength(tie) for peer, tie in model.graph[self].items() if peer.came_within(AROUND)
        )
        return v.peers * (1.0 - math.exp(-around / v.tie_scale))

    def posted_within(self, days: float) -> float:
        """Items of the last days, at most those that the feed reaches."""
        days = min(days, self.model.p.platform.feed_days or math.inf, self.model.day)
        return sum(self.model.posted[int(self.model.day - days) :])

    def news(self) -> float:
        """What is new since the last visit and fits; to a newcomer all that the feed reaches."""
        p, model = self.model.p, self.model
        new_for = model.day - self.last_visit if self.last_visit > NEVER else p.platform.feed_days or MONTH
        fit = max(0.0, 1.0 - self.misfit / p.value.fit_weight) if p.value.fit_weight > 0.0 else 1.0
        fills = fresh_share(p.platform.feed_share * self.posted_within(new_for) * fit, p)
        return p.value.content * p.value.fresh_share * fills

    def overload_today(self) -> float:
        """What the feed since the last visit takes from a visit, where it shows more than is bearable."""
        platform = self.model.p.platform
        since = self.model.day - self.last_visit if self.last_visit > NEVER else 1
        shown = platform.feed_share * self.posted_within(since)
        too_much = shown / platform.overload_from
        return platform.overload_weight * math.log(too_much) if too_much > 1.0 else 0.0

    # Contribute: section 7.3

    def contributions_today(self) -> int:
        """How often it contributes today."""
        q, model = self.model.p.contribution, self.model
        motivation = 1.0 + q.belonging_gain * self.belonging + q.reciprocity_gain * self.reciprocity
        rate = q.rate * self.propensity * model.audience() * motivation
        if self.contributions == 0:
            if model.day - self.seasoned < 7:
                rate = q.first_week_gain * rate**q.first_week_exponent
            rate *= q.first_barrier * self.courage()
        rate *= self.burst(q.burst_gain)
        count = model.luck.poisson(q.doors_open * rate, self.address, model.day, Purpose.CONTRIBUTE)
        if self.joined == model.day and model.luck.uniform(self.address, 0, Purpose.ENTRY) < (
            q.entry * q.doors_open
        ):
            count = max(1, count)
        return count + sum(self.following(nth) for nth in range(count))

    def following(self, nth: int) -> int:
        """How many contributions follow the nth of today in the same visit."""
        again = self.model.p.contribution.follow_on
        return int(math.log(self.draw(Purpose.FOLLOW_ON, nth)) / math.log(again)) if again > 0.0 else 0

    def courage(self) -> float:
        """What helps to begin: onboarding, rules, and others who are answered; up to a bound."""
        q = self.model.p.contribution
        help_given = q.onboarding * (1.0 + (q.rules_gain - 1.0) * q.rules_visible)
        help_given *= 1.0 + q.seen_gain * self.model.talk.share_answered()
        room = q.first_bound - 1.0
        if q.first_bound == 0.0 or help_given <= 1.0:
            return help_given
        return 1.0 + room * (1.0 - math.exp((1.0 - help_given) / room)) if room > 0.0 else 1.0

    def exchanges_today(self) -> int:
        """How many exchanges it seeks today."""
        q, model = self.model.p.contribution, self.model
        sought = q.exchange_rate * self.sociability * model.talk.liveliness(model.p)
        rate = model.p.affiliation.peers * min(q.exchange_max, sought)
        return model.luck.poisson(rate, self.address, model.day, Purpose.EXCHANGE)

    def readiness(self) -> float:
        """How ready it is to answer others: who has been answered answers."""
        return 1.0 + self.model.p.contribution.reply_generosity * self.reciprocity

    def is_answered(self, share: float = 1.0) -> None:
        """A reply, or a share of one, moves reciprocity and belonging, most in the first month."""
        q = self.model.p.contribution
        weight = q.reply_newcomer if self.model.day - self.seasoned < NEWCOMER else 1.0
        self.reciprocity += min(1.0, share * weight * q.reply_step) * (1.0 - self.reciprocity)
        self.belonging += min(1.0, share * weight * q.reply_belonging) * (1.0 - self.belonging)

    def has_contributed(self) -> None:
        """Note a contribution of today."""
        self.contributions += 1
        self.last_contribution = self.model.day

    def is_rejected(self) -> None:
        """A filter has taken its post for something unwanted."""
        self.belonging *= 1.0 - self.model.p.governance.rejection_loss
        self.reciprocity *= 1.0 - self.model.p.governance.rejection_loss

    # Bond: section 7.4

    def partner(self, nth: int) -> "Member | None":
        """With whom the nth exchange of today is: a tie, a tie of a tie, or else a stranger."""
        b = self.model.p.bonding
        found = None
        if self.draw(Purpose.PARTNER, PARTNER_EXISTING + nth) < b.existing_share:
            found = self.tie_of(self, Purpose.FRIEND, nth)
        if found is None and self.draw(Purpose.PARTNER, PARTNER_TRIADIC + nth) < b.triadic_share:
            through = self.tie_of(self, Purpose.FRIENDS_FRIEND, GO_BETWEEN + nth)
            found = self.tie_of(through, Purpose.FRIENDS_FRIEND, FAR_END + nth) if through else None
            if found is not None and self.model.graph.has_edge(self, found):
                found = None
        return found or self.stranger(nth)

    def tie_of(self, member: "Member", purpose: Purpose, nth: int) -> "Member | None":
        """Of a member's ties who are around, other than this one: the one with the largest hash."""
        around = [m for m in self.model.graph[member] if m is not self and m.came_within(AROUND)]
        word = self.point(purpose, nth)
        return max(around, key=lambda m: mix(word ^ m.address), default=None)

    def stranger(self, nth: int) -> "Member | None":
        """One of today's visitors who is no tie yet: the more visible, or the more alike, of two."""
        b = self.model.p.bonding
        by_ties = self.draw(Purpose.STRANGER, STRANGER_STRIDE * nth + STRANGER_KIND) < b.visible_share
        weights: dict[Member, float] = {}
        chosen = None
        for attempt in range(4):
            other = self.model.floor.next(
                self.point(Purpose.STRANGER, STRANGER_STRIDE * nth + STRANGER_CANDIDATE + attempt)
            )
            if other is self or other in weights or self.model.graph.has_edge(self, other):
                continue
            weights[other] = (
                (1.0 + self.model.graph.degree(other)) ** b.degree_exponent
                if by_ties
                else math.exp(-2.0 * b.homophily * abs(other.interest - self.interest))
            )
            share = weights[other] / sum(weights.values())
            if self.draw(Purpose.STRANGER, STRANGER_STRIDE * nth + STRANGER_CHOICE + attempt) <= share:
                chosen = other
            if len(weights) == 2:
                break
        return chosen

    def deepen(self) -> None:
        """A visit deepens the bond to the activity."""
        b = self.model.p.bonding
        self.activity += b.activity_step * self.model.p.affiliation.activity * (1.0 - self.activity)

    def drop_faded_ties(self) -> None:
        """End ties that have become too weak; once a week."""
        graph, model = self.model.graph, self.model
        weak = [m for m, tie in graph[self].items() if model.strength(tie) < model.p.bonding.drop_below]
        graph.remove_edges_from([(self, m) for m in weak])

    def drop_weakest_tie(self) -> None:
        """Make room for a new tie."""
        ties = self.model.graph[self]
        weakest = min(ties, key=lambda m: (self.model.strength(ties[m]), m.address))
        self.model.graph.remove_edge(self, weakest)

    # Refer: section 7.6

    def invitations_today(self) -> int:
        """How many invitations it sends; who is content and belongs invites, fewer the more it has sent."""
        r, model = self.model.p.referral, self.model
        ready = risen(self.satisfaction - r.promoter_satisfaction, r.softness)
        ready *= risen(self.belonging - r.promoter_belonging, r.softness)
        circle = model.p.market.near + model.p.market.far
        ready *= math.exp(-r.fatigue * self.sent / circle)
        rate = r.invites_per_month / MONTH * self.gap * self.inviting * ready
        return model.luck.poisson(rate, self.address, model.day, Purpose.INVITE)

    def invitee(self, nth: int) -> Person | None:
        """Whom the nth invitation of today goes to: an acquaintance, present or not."""
        market = self.model.market
        near, far = market.p.market.near, market.p.market.far
        weak = self.draw(Purpose.INVITEE, INVITEE_STRIDE * nth + INVITEE_DISTANCE) < far / (near + far)
        return market.acquaintance(
            self.person, weak, self.draw(Purpose.INVITEE, INVITEE_STRIDE * nth + INVITEE_PLACE)
        )

    # Depart: section 7.10

    def cause_of_leaving(self) -> str | None:
        """Why it leaves tonight, or None if it stays."""
        c, tenure = self.model.p.churn, self.model.day - self.seasoned
        there_for = self.model.day - max(self.joined, self.woke_on)
        if self.model.graph.degree(self) < c.tie_threshold and there_for >= GRACE:
            return "few_ties"
        novelty = 1.0 + (c.newcomer_factor - 1.0) * left_after(tenure, c.newcomer_half_life)
        missing = c.neutral_value - self.satisfaction
        value = c.value_weight * missing
        belonging = c.belonging_weight * (c.neutral_belonging - self.belonging_tonight())
        exits = self.exits * left_after(self.model.day - self.settled, c.contagion_half_life)
        contagion = math.log(1.0 + c.contagion) * exits / (1.0 + exits / c.contagion_saturation)
        base = c.base_hazard * (novelty + c.ageing * tenure / YEAR)
        reciprocity = self.reciprocity * left_after(
            self.model.day - self.settled, self.model.p.contribution.memory_half_life
        )
        answered = c.answered_weight * reciprocity * left_after(tenure, c.newcomer_half_life)
        drive = value + belonging + contagion - answered
        if self.draw(Purpose.DEPART) >= 1.0 - math.exp(-base * math.exp(drive)):
            return None
        overload = value * self.overload / max(self.overload, missing) if value > 0.0 else 0.0
        reasons = (math.log(novelty) - answered, value - overload, overload, belonging, contagion)
        return self.cause_among([max(0.0, reason) for reason in reasons])

    def cause_among(self, reasons: list[float]) -> str:
        """Background with probability exp(-sum), else a cause in proportion to its log factor."""
        u, background = self.draw(Purpose.CAUSE), math.exp(-sum(reasons))
        left = (u - background) / (1.0 - background) * sum(reasons) if u >= background else -1.0
        for cause, reason in zip(CAUSES, reasons, strict=True):
            if reason > 0.0 and 0.0 <= left <= reason:
                return cause
            left -= reason
        return "background"


class StoredMember(Member):
    """A member whose numbers are those that the engine's record would hold."""

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, stored(name, value))
