"""The reference implementation: the core of the web as a plain Mesa model on a plain NetworkX graph.

Members are agents and nodes, ties are edges. A day is what `ReferenceModel.step` says, in the order of
docs/explanation/model.md, section 3; what each member does is in `member.py`. Within a step everybody decides
on the same state, and what touches two members is applied in ascending order of address.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import mesa
import networkx as nx
import pandas as pd

from kith.sim.kernels.luck import (
    REPLIER_CHOICE,
    REPLIER_FIRST,
    REPLIER_SECOND,
    REPLIER_STRIDE,
    USEFUL_ANSWER,
    USEFUL_POST,
    Purpose,
)
from kith.sim.schema.plan import Plan
from kith.sim.state.ties import TIE
from tests.reference.core import demand_core
from tests.reference.dormancy import Dormancy
from tests.reference.founding import found
from tests.reference.giving import Talk, react, stock_share
from tests.reference.luck import Circle, Luck
from tests.reference.market import Market, Person
from tests.reference.member import CAUSES, Member, StoredMember, left_after
from tests.reference.outside import CHANNELS, Letter, Outside

COUNTS = (
    *("today", "contributions", "replies", "exchanges", "invitations"),
    *(f"joins_{channel}" for channel in (*CHANNELS, "referral", "return", "given")),
    *(f"leaves_{cause}" for cause in ("background", *CAUSES, "few_ties", "unsubscribed")),
    *(f"sleeps_{cause}" for cause in ("background", *CAUSES)),
    "wakings",
)
"what is counted every day, under the names that the engine's series have"


@dataclass
class Item:
    """A contribution of today, the author's nth, and what becomes of it."""

    author: Member
    nth: int
    is_post: bool
    is_useful: bool
    is_rejected: bool
    is_reaction: bool
    replier: Member | None = None


class ReferenceModel(mesa.Model):
    """A community that lives the core of a plan, one day a step.

    `exact` rounds each stored number to what the engine's record of a member holds.
    """

    def __init__(self, plan: Plan, seed: int = 0, exact: bool = True) -> None:
        super().__init__(rng=seed)
        demand_core(plan)
        self.p, self.luck, self.exact = plan.parameters, Luck(seed), exact
        self.market, self.graph = Market(self.p, self.luck), nx.Graph()
        self.member_of: dict[Person, Member] = {}
        self.outside = Outside(self, self.market, self.luck, plan.arrivals)
        self.dormancy = Dormancy(self)
        self.day, self.active, self.count = 0, 0, dict.fromkeys(COUNTS, 0)
        self.content = 0.0
        self.talk = Talk()
        self.posted: list[int] = []
        "posts and answers of each day"
        self.diary: list[dict[str, float]] = []
        found(self)
        self.active = self.count_active()

    def step(self) -> None:
        """Live a day."""
        self.day, self.count = self.steps - 1, dict.fromkeys(COUNTS, 0)
        self.dormancy.let_wake()
        self.acquire()
        self.visit()
        self.contribute()
        self.bond()
        self.bind_inviters()
        self.refer()
        self.outside.let_news_spread()
        self.depart()
        self.observe()

    def seat(self, person: Person) -> Member:
        """Make a person a member."""
        person.status = "present"
        self.member_of[person] = (StoredMember if self.exact else Member)(self, person)
        return self.member_of[person]

    def in_order(self, members: Iterable[Member]) -> list[Member]:
        """Members in ascending order of address."""
        return sorted(members, key=lambda m: m.address)

    def count_active(self) -> int:
        """Members who have visited within 30 days, today included."""
        return sum(m.came_within(30) for m in self.agents)

    # Ties

    def strength(self, tie: dict[str, float]) -> float:
        """Strength of a tie today, before it is used."""
        return tie["strength"] * left_after(self.day - tie["day"], self.p.bonding.tie_half_life)

    def exchange(self, one: Member, other: Member, first: float, step: float) -> None:
        """Strengthen the tie of two members, or make one; who has no room drops its weakest."""
        if self.graph.has_edge(one, other):
            strength = self.strength(self.graph[one][other])
            self.lay_tie(one, other, strength + step * (1.0 - strength))
        elif first > 0.0:
            for member in (one, other):
                if self.graph.degree(member) >= member.capacity:
                    member.drop_weakest_tie()
            self.lay_tie(one, other, first)

    def lay_tie(self, one: Member, other: Member, strength: float) -> None:
        """Write down a tie as it is today."""
        held = float(TIE["strength"].type(strength)) if self.exact else strength
        self.graph.add_edge(one, other, strength=held, day=self.day)

    # Acquire: section 7.1

    def acquire(self) -> None:
        """Seat those whom channels, invitations, old interest and old memories bring in."""
        arrivals = self.arrivals = self.outside.arrivals()
        for arrival in arrivals:
            self.seat(arrival.person)
            self.count[f"joins_{arrival.channel}"] += 1
        for arrival in arrivals:
            newcomer, referrer = self.member_of[arrival.person], self.member_of.get(arrival.referrer)
            if referrer is not None and newcomer.draw(Purpose.FIRST_TIE) < self.p.affiliation.peers:
                self.exchange(referrer, newcomer, self.p.referral.tie_strength, 0.0)
        for arrival in arrivals:
            self.member_of[arrival.person].belong_as_tied()

    # Visit: section 7.2

    def visit(self) -> None:
        """Let today's visitors judge on the same state, then note that they came."""
        self.visitors = self.in_order(self.agents.select(Member.comes))
        self.common_value = self.value_for_all()
        for member in self.visitors:
            member.judge()
        for member in self.visitors:
            member.last_visit = self.day
        self.count["today"] = len(self.visitors)
        self.active = self.count_active()

    def value_for_all(self) -> float:
        """What a visit is worth to everybody alike: product and content."""
        v = self.p.value
        filled = stock_share(self.content, self.active, self.p)
        return v.product * self.p.organisation.quality + v.content * (1.0 - v.fresh_share) * filled

    # Contribute: section 7.3

    def contribute(self) -> None:
        """Draw contributions and exchanges, find answers, then apply all in order of address."""
        items = [item for m in self.visitors for item in self.written_by(m)]
        for member in self.visitors:
            member.exchanges = member.exchanges_today()
        able = [m for m in self.visitors if m.contributions > 0]
        room = sum(m.readiness() for m in able)
        circle = Circle(self.luck, self.day, Purpose.CIRCLE_REPLY, able)
        for item in items:
            if able and item.is_post and not item.is_rejected:
                item.replier = self.replier(item, room, circle)
        self.apply(items)
        self.talk.remember(items, len(self.visitors))
        react(self, items)
        self.answered = [item for item in items if item.replier is not None]
        self.count["exchanges"] = sum(m.exchanges for m in self.visitors)

    def audience(self) -> float:
        """How much an audience motivates."""
        q = self.p.contribution
        return min(q.audience_cap, (self.active / q.audience_scale) ** q.audience_elasticity)

    def written_by(self, author: Member) -> list[Item]:
        """A visitor's contributions of today."""
        q, g = self.p.contribution, self.p.governance
        items = []
        for nth in range(author.contributions_today()):
            is_post = author.draw(Purpose.KIND, nth) < q.share_post
            is_useful = is_post and author.draw(Purpose.USEFUL, USEFUL_POST + nth) < self.p.value.useful_share
            wrongly = author.draw(Purpose.REJECTION, nth) < g.false_positive_rate * g.filter_strength
            kind = author.draw(Purpose.KIND, nth)
            is_reaction = q.share_post <= kind < q.share_post + q.share_react
            items.append(Item(author, nth, is_post, is_useful, is_post and wrongly, is_reaction))
        return items

    def replier(self, item: Item, room: float, circle: Circle) -> Member | None:
        """Who answers a post: of two visitors who have contributed before, mostly the readier one."""
        q, author = self.p.contribution, item.author
        others = room - (author.readiness() if author.contributions > 0 else 0.0)
        chance = q.reply_ceiling * (1.0 - math.exp(-others / q.reply_crowd))
        chance *= max(1.0, self.active / 100.0) ** q.reply_size_elasticity
        chance *= 1.0 + q.reply_to_connected * author.bonds
        if author.draw(Purpose.REPLY, item.nth) >= min(q.reply_ceiling, chance):
            return None
        two = [
            circle.next(author.point(Purpose.REPLIER, REPLIER_STRIDE * item.nth + k))
            for k in (REPLIER_FIRST, REPLIER_SECOND)
        ]
        two = [m for m in two if m is not author]
        if not two:
            return None
        share = two[0].readiness() / (two[0].readiness() + two[-1].readiness())
        return (
            two[0]
            if author.draw(Purpose.REPLIER, REPLIER_STRIDE * item.nth + REPLIER_CHOICE) <= share
            else two[-1]
        )

    def apply(self, items: list[Item]) -> None:
        """Let contributions and answers take effect."""
        useful = posted = 0
        for item in items:
            item.author.has_contributed()
            if item.is_rejected:
                item.author.is_rejected()
                continue
            useful, posted = useful + item.is_useful, posted + item.is_post
            if item.replier is not None:
                item.replier.has_contributed()
                item.author.is_answered()
                answer_useful = (
                    item.author.draw(Purpose.USEFUL, USEFUL_ANSWER + item.nth) < self.p.value.useful_share
                )
                useful, posted = useful + answer_useful, posted + 1
                self.count["replies"] += 1
        self.posted.append(posted)
        self.content = self.content * left_after(1, self.p.value.content_half_life) + useful
        self.count["contributions"] = len(items) + self.count["replies"]

    # Bond: section 7.4

    def bond(self) -> None:
        """Let answers and exchanges tie people, then look at visitors and at whose week is over."""
        b, a = self.p.bonding, self.p.affiliation
        trust = 1.0 + a.identity_gain * (2.0 * a.identity - 1.0)
        for one, other in self.answers_that_tie() + self.meetings():
            self.exchange(one, other, b.first_strength, min(1.0, b.strength_step * trust))
        for member in self.visitors:
            member.deepen()
        due = [m for m in self.in_order(self.agents) if m.address % 7 == self.day % 7]
        for member in due:
            member.drop_faded_ties()
        for member in {*self.visitors, *due}:
            member.settle()

    def answers_that_tie(self) -> list[tuple[Member, Member]]:
        """Author and replier of the answers that are an exchange as well."""
        pairs = []
        for author, items in groupby(self.answered, key=lambda item: item.author):
            for nth, item in enumerate(items):
                if author.draw(Purpose.REPLY_TIE, nth) < self.p.affiliation.peers:
                    pairs.append((author, item.replier))
        return pairs

    def meetings(self) -> list[tuple[Member, Member]]:
        """Who meets whom, all on the ties of this morning."""
        self.floor = Circle(self.luck, self.day, Purpose.CIRCLE_STRANGER, self.visitors)
        sought = [(m, m.partner(nth)) for m in self.visitors for nth in range(m.exchanges)]
        return [(one, other) for one, other in sought if other is not None]

    # Refer: section 7.6

    def bind_inviters(self) -> None:
        """Whoever has brought somebody in belongs a little more."""
        step = self.p.referral.binding
        for arrival in self.arrivals if step > 0.0 else ():
            inviter = self.member_of.get(arrival.referrer)
            if inviter is not None:
                inviter.catch_up()
                inviter.belonging += step * (1.0 - inviter.belonging)

    def refer(self) -> None:
        """Send invitations, which are answered some days later."""
        for member in self.visitors:
            for nth in range(member.invitations_today()):
                invitee = member.invitee(nth)
                rate = self.p.referral.delay - 1.0
                wait = 1 + self.luck.poisson(rate, member.address, self.day, Purpose.DELAY, nth)
                if invitee is not None:
                    self.outside.letters[self.day + wait].append(Letter(invitee, member.person))
                    self.count["invitations"] += 1
                    member.sent += 1

    # Depart: section 7.10

    def depart(self) -> None:
        """Everybody decides on the state of this evening; then memberships end, and others fall silent."""
        causes = {m: cause for m in self.in_order(self.agents) if (cause := m.cause_of_leaving())}
        silent = [m for m in causes if causes[m] != "few_ties" and self.dormancy.falls_silent(m)]
        for member, cause in causes.items():
            if member not in silent:
                self.release(member)
                self.count[f"leaves_{cause}"] += 1
        for member in silent:
            self.dormancy.lay_down(member)
            self.count[f"sleeps_{causes[member]}"] += 1

    def release(self, member: Member) -> None:
        """End a membership: neighbours feel it, ties are cut, the person may return one day."""
        weak = self.p.churn.contagion_weak
        for friend, tie in self.graph[member].items():
            friend.catch_up()
            friend.exits += weak + (2.0 - 2.0 * weak) * self.strength(tie)
        self.graph.remove_node(member)
        member.remove()
        del self.member_of[member.person]
        self.outside.let_go(member)

    def observe(self) -> None:
        """Take tonight's counts."""
        self.active, n = self.count_active(), len(self.agents)
        self.diary.append(
            {
                "day": self.day,
                "present": n + len(self.dormancy.members),
                "awake": n,
                "active": self.active,
                "ties": self.graph.number_of_edges(),
                **self.count,
                "satisfaction": sum(m.satisfaction for m in self.agents) / n if n else math.nan,
                "belonging": sum(m.belonging_tonight() for m in self.agents) / n if n else math.nan,
            }
        )

    def series(self) -> pd.DataFrame:
        """The days lived so far, a row per day."""
        return pd.DataFrame(self.diary)
