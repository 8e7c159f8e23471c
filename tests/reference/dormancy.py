"""Dormancy: members who fall silent, what they and their ties remember, and how they wake; section 7.16.

Whoever has fallen silent is no agent and no node: it rests in `Dormancy.members` until it wakes.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kith.sim.kernels.luck import Purpose
from kith.sim.state.ties import TIE
from tests.reference.market import Person
from tests.reference.member import MONTH, YEAR, Member, left_after

if TYPE_CHECKING:
    from tests.reference.model import ReferenceModel

PARTS = 1e6
"parts of an exit in which a felt one is kept"
WEEK = 7


@dataclass
class Remembered:
    """A tie that rests with a dormant member: with whom, how strong on which day, and what the other felt."""

    person: Person
    strength: float
    day: int
    felt: float | None


class Dormancy:
    """Those who have fallen silent, and what ends their silence."""

    def __init__(self, model: "ReferenceModel") -> None:
        self.model, self.p = model, model.p
        self.members: dict[Person, Member] = {}

    # In the morning

    def let_wake(self) -> None:
        """All decide on what they have heard; some end their membership, others are awake again."""
        model, d = self.model, self.p.dormancy
        waking, ending = [], []
        for member in sorted(self.members.values(), key=lambda m: m.address):
            asleep = model.day - member.asleep_on
            alone = d.waking_rate / MONTH * (1.0 + asleep / d.waking_scale) ** -d.waking_exponent
            calls = member.called + self.voices(member)
            member.called = 0.0
            u = member.draw(Purpose.WAKE)
            if u < 1.0 - math.exp(-alone * (1.0 + d.call_gain * calls)):
                waking.append(member)
            elif u > math.exp(-d.cleanup_rate / YEAR):
                ending.append(member)
        for member in ending:
            del self.members[member.person]
            model.outside.let_go(member)
            model.count["leaves_unsubscribed"] += 1
        for member in waking:
            self.get_up(member)
        for member in waking:
            remembered, member.remembered = member.remembered, []
            for tie in sorted(remembered, key=lambda tie: tie.person.address):
                self.take_up(member, tie)
        for member in waking:
            member.settle()
        model.count["wakings"] += len(waking)

    def strength(self, tie: Remembered, day: int) -> float:
        """How strong a remembered tie is on a day."""
        return tie.strength * left_after(day - tie.day, self.p.bonding.tie_half_life)

    def voices(self, member: Member) -> float:
        """The strengths of remembered ties to members who are awake and contributed yesterday."""
        day, total = self.model.day, 0.0
        for tie in member.remembered:
            other = self.model.member_of.get(tie.person)
            if other and other.last_contribution == day - 1 and other.joined <= member.asleep_on:
                total += self.strength(tie, day)
        return total

    def get_up(self, member: Member) -> None:
        """Bring a member up to date and among those who are awake."""
        model, day = self.model, self.model.day
        del self.members[member.person]
        while member.settled < day:
            member.fade(min(WEEK, day - member.settled))
            member.attach(0.0)
        left = left_after(day - member.asleep_on, self.p.dormancy.tenure_half_life)
        member.seasoned = day - int((member.asleep_on - member.seasoned) * left + 1e-6)
        member.woke_on = day
        member.person.status = "present"
        model.register_agent(member)
        model.graph.add_node(member)
        model.member_of[member.person] = member

    def take_up(self, member: Member, tie: Remembered) -> None:
        """Use a remembered tie again, or leave it with a partner who has fallen silent in the meantime."""
        model, day, slept = self.model, self.model.day, member.asleep_on
        other, strength = model.member_of.get(tie.person), self.strength(tie, day)
        is_awake = other is not None
        other = other or self.members.get(tie.person)
        if other is None or other.joined > slept:
            return
        if is_awake:
            other.catch_up()
        if tie.felt is not None:
            left = left_after(other.settled - slept, self.p.churn.contagion_half_life)
            other.exits = max(0.0, other.exits - tie.felt * left)
        if is_awake:
            if any(model.graph.degree(m) >= m.capacity for m in (member, other)):
                return
            other.missed = max(0.0, other.missed - strength)
            if tie.felt is None:
                member.missed = max(0.0, member.missed - strength)
            model.lay_tie(member, other, strength)
        elif len(other.remembered) < other.capacity:
            other.remembered.append(Remembered(member.person, self.held(strength), day, None))
            if tie.felt is not None:
                member.missed += strength

    def held(self, strength: float) -> float:
        """A strength as the engine holds it."""
        return float(TIE["strength"].type(strength)) if self.model.exact else strength

    # In the evening

    def falls_silent(self, member: Member) -> bool:
        """Whether a member who stops coming stays registered: most do, but for the disappointed."""
        content = member.satisfaction >= self.p.acquisition.disappointed_below
        return content and member.draw(Purpose.FORMAL_EXIT) >= self.p.dormancy.formal_share

    def lay_down(self, member: Member) -> None:
        """Neighbours feel it and miss the tie, and the member remembers it."""
        model, weak = self.model, self.p.churn.contagion_weak
        member.catch_up()
        for friend, tie in model.graph[member].items():
            friend.catch_up()
            strength = model.strength(tie)
            felt = weak + (2.0 - 2.0 * weak) * strength
            friend.exits += felt
            friend.missed += strength
            kept = math.floor(felt * PARTS + 0.5) / PARTS
            member.remembered.append(Remembered(friend.person, tie["strength"], tie["day"], kept))
        model.graph.remove_node(member)
        member.remove()
        del model.member_of[member.person]
        member.asleep_on, member.called, member.person.status = model.day, 0.0, "dormant"
        self.members[member.person] = member
