"""Outside: what happens among people who are no members; section 7.1 of docs/explanation/model.md."""

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from kith.sim.kernels.luck import Purpose
from kith.sim.schema.arrivals import Arrivals
from tests.reference.luck import Luck
from tests.reference.market import Market, Person
from tests.reference.member import MONTH, YEAR, Member, left_after

if TYPE_CHECKING:
    from tests.reference.model import ReferenceModel

CHANNELS = ("external", "imitation", "search")
"what reaches people outside, in the order in which a channel is drawn"
MOST_HEARD = 4


@dataclass
class Letter:
    """An invitation on its way."""

    invitee: Person
    inviter: Person


@dataclass
class Arrival:
    """Somebody who joins today, how, and who has invited it."""

    person: Person
    channel: str
    referrer: Person | None = None


class Outside:
    """What people outside have heard of a community, and when they come."""

    def __init__(
        self, model: "ReferenceModel", market: Market, luck: Luck, given: Arrivals | None = None
    ) -> None:
        self.model, self.market, self.luck, self.p = model, market, luck, market.p
        self.given, self.is_replay = given, given is not None and given.mode == "instead"
        self.reached = self.converted = self.returned = self.forgotten = 0.0
        "cumulative hazards of the unaware, of followers twice (to join, to forget), and of past members"
        self.letters: defaultdict[int, list[Letter]] = defaultdict(list)
        self.bad_news, self.proof = 0.0, 1.0

    def arrivals(self) -> list[Arrival]:
        """Who joins today, by address: channels, invitations, followers, past members, given ones, in this order."""
        self.today: list[Arrival] = []
        self.forget()
        if not self.is_replay:
            self.reach()
        self.read_letters()
        if not self.is_replay:
            self.convert_followers()
            self.welcome_back()
        if self.given is not None:
            self.let_in(self.given)
        return sorted(self.today, key=lambda arrival: arrival.person.address)

    def arrive(self, person: Person, channel: str, referrer: Person | None = None) -> None:
        """Let a person join today."""
        person.status = "present"
        self.today.append(Arrival(person, channel, referrer))

    def forget(self) -> None:
        """Followers whose interest is over are unaware again, with a fresh clock each time once the first has run out."""
        self.forgotten += self.p.acquisition.unfollow_rate / MONTH
        for person in self.market.people:
            if person.status != "follower" or person.forgets > self.forgotten:
                continue
            person.status, person.due, person.has_forgotten = "unaware", math.inf, True
            spent = person.susceptibility * self.reached
            if spent >= person.first_clock:
                person.clock = spent + self.luck.exponential(
                    person.address, self.model.day, Purpose.AGAIN_CLOCK
                )

    def reach(self) -> None:
        """Some whose clocks run out today join at once, the others follow."""
        external, imitation, search = self.hazards()
        total = external + imitation + search
        self.reached += total
        for person in self.market.people:
            if person.status != "unaware" or person.susceptibility * self.reached < person.clock:
                continue
            u = self.luck.uniform(person.address, self.model.day, Purpose.CHANNEL) * total
            person.channel = CHANNELS[(u >= external) + (u >= external + imitation)]
            if self.luck.uniform(person.address, 0, Purpose.JOIN_ON_TOUCH) < self.p.acquisition.join_on_touch:
                self.arrive(person, person.channel)
            else:
                self.follow(person)

    def hazards(self) -> tuple[float, float, float]:
        """Hazards per day of a person whom the purpose fits, by channel."""
        a, o, content = self.p.acquisition, self.p.organisation, self.model.content
        found = content / (content + a.search_scale)
        inside = self.model.active if a.imitation_basis == "active" else len(self.model.agents)
        return (
            a.external_rate / YEAR * o.purpose * o.quality * (1.0 + a.stories_gain * found),
            a.imitation_rate / YEAR * inside / self.market.size,
            a.search_rate / YEAR * found,
        )

    def follow(self, person: Person) -> None:
        """Let a person follow, with a clock of its own for joining."""
        day = self.model.day if person.has_forgotten else 0
        clock = self.luck.exponential(person.address, day, Purpose.FOLLOW_CLOCK)
        person.status, person.due = "follower", self.converted + self.wait(clock, person)
        person.forgets = self.forgotten + self.luck.exponential(person.address, day, Purpose.FORGET_CLOCK)

    def wait(self, clock: float, person: Person) -> float:
        """How long a follower's clock takes, the shorter the more people it has heard from."""
        eagerness = self.encouragement(person)
        return clock / eagerness if eagerness > 0.0 else math.inf

    def encouragement(self, person: Person) -> float:
        """How much more readily somebody joins who has heard from several people."""
        a = self.p.acquisition
        return math.prod((1.0, a.reinforcement_2, a.reinforcement_3, a.reinforcement_4)[: len(person.heard)])

    def good_name(self) -> float:
        """Readiness to join that bad news leaves."""
        informed = self.bad_news * (self.p.market.near + self.p.market.far) / self.market.size
        return 1.0 - self.p.acquisition.bad_news_weight * min(1.0, informed)

    def read_letters(self) -> None:
        """Answer the invitations that are due, in order of invitee and inviter."""
        due = self.letters.pop(self.model.day, [])
        due.sort(key=lambda letter: (letter.invitee.address, letter.inviter.address))
        for person, letters in groupby(due, key=lambda letter: letter.invitee):
            inviters = [letter.inviter for letter in letters]
            disappointed = person.status == "left" and person.due == math.inf
            if person.status == "dormant":
                self.model.dormancy.members[person].called += len(inviters)
            if person.status in ("present", "dormant") or disappointed:
                continue
            inviter, heeds = self.accepted(person, inviters)
            if inviter is not None:
                self.arrive(person, "referral", inviter)
            elif person.status == "unaware" and heeds:
                person.channel = "referral"
                self.follow(person)

    def accepted(self, person: Person, inviters: list[Person]) -> tuple[Person | None, bool]:
        """Whose invitation somebody accepts, and if it heeds one; a follower comes nearer by each that it does not."""
        r, heeds = self.p.referral, False
        liking = (person.fit / self.market.mean_fit()) ** r.fit_weight * person.eagerness
        for nth, inviter in enumerate(inviters):
            before = self.encouragement(person)
            if inviter not in person.heard and len(person.heard) < MOST_HEARD:
                person.heard.append(inviter)
            ordinal = (inviter.address << 8) + inviters[:nth].count(inviter)
            u = self.luck.uniform(person.address, self.model.day, Purpose.ACCEPT, ordinal)
            if (
                not self.is_replay
                and u < r.conversion * self.encouragement(person) * self.good_name() * liking
            ):
                return inviter, True
            heeds |= self.luck.uniform(person.address, self.model.day, Purpose.HEED, ordinal) < r.follow
            if person.status == "follower":
                person.due = self.converted + self.wait((person.due - self.converted) * before, person)
        return None, heeds

    def convert_followers(self) -> None:
        """Followers whose wait is over join by the channel that first reached them."""
        self.converted += self.p.acquisition.follower_conversion / MONTH * self.proof * self.good_name()
        for person in self.whose_wait_is_over("follower", self.converted):
            invited = person.channel == "referral"
            self.arrive(person, person.channel, person.heard[0] if invited else None)

    def welcome_back(self) -> None:
        """Past members whose wait is over return."""
        self.returned += self.p.acquisition.return_rate / YEAR
        for person in self.whose_wait_is_over("left", self.returned):
            self.arrive(person, "return")

    def let_in(self, given: Arrivals) -> None:
        """As many as are given for today of those who have never been members, those whose turn it is first."""
        today = int(given.daily[self.model.day]) if self.model.day < len(given.daily) else 0
        new = [q for q in self.market.people if q.status in ("unaware", "follower")]
        for person in sorted(new, key=lambda q: (q.turn, q.address))[:today]:
            self.arrive(person, "given")

    def whose_wait_is_over(self, status: str, hazard: float) -> list[Person]:
        """People of a status whose due point a cumulative hazard has passed."""
        return [q for q in self.market.people if q.status == status and q.due <= hazard]

    def let_go(self, member: Member) -> None:
        """A past member may return one day, unless it was disappointed."""
        person, day = member.person, self.model.day
        person.status, person.due = "left", math.inf
        if member.satisfaction < self.p.acquisition.disappointed_below:
            self.bad_news += 1.0
        else:
            clock = self.luck.exponential(person.address, day, Purpose.RETURN_CLOCK)
            person.due = self.returned + clock

    def let_news_spread(self) -> None:
        """Social proof follows size, and bad news is forgotten."""
        o, active = self.p.organisation, self.model.active
        self.proof = 1.0 + o.proof_gain * active / (active + o.proof_scale)
        self.bad_news *= left_after(1, self.p.acquisition.bad_news_half_life)
