"""The market: everyone who could ever join, the traits they have for good, and whom they know."""

import math

from scipy.special import gammaincinv

from kith.sim.kernels.luck import Purpose
from kith.sim.schema.parameter_set import Parameters
from tests.reference.luck import Luck, share_below

KNOT_SPACING = 50
MOST_TIES = 150


def share_of_normal(z: float) -> float:
    """The standard normal distribution function."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


class Person:
    """Somebody at an address: traits, what it has heard, and where it stands."""

    def __init__(self, address: int, market: "Market") -> None:
        p, luck = market.p, market.luck
        self.address = address
        self.interest = market.interest(address)
        away = self.interest - p.organisation.direction
        self.fit = math.exp(-(away**2) / (2.0 * p.market.fit_width**2))
        self.clock = self.first_clock = luck.exponential(address, 0, Purpose.TOUCH_CLOCK)
        self.eagerness = self.eager(p, luck)
        self.susceptibility = self.fit * self.eagerness
        self.turn = luck.exponential(address, 0, Purpose.ARRIVAL) / self.susceptibility
        "the smaller, the earlier it comes among the arrivals that are given"

        self.status = "unaware"
        self.due = math.inf
        "the cumulative hazard at which a follower joins or a past member returns"
        self.channel = ""
        "what first reached a follower"
        self.forgets = math.inf
        "the cumulative hazard at which a follower stops following"
        self.has_forgotten = False
        self.heard: list[Person] = []
        "up to four distinct people who have invited this one"

    def eager(self, p: Parameters, luck: Luck) -> float:
        """How readily it joins for the time it has and for what it has to contribute; 1 on average."""
        gain = p.market.eagerness
        z = [luck.normal(self.address, 0, trait) for trait in (Purpose.BUDGET, Purpose.PROPENSITY)]
        return math.exp(gain * sum(z) - gain**2)

    def propensity(self, p: Parameters, luck: Luck) -> float:
        """How readily it contributes: log-normal, 1 at the median."""
        z = luck.normal(self.address, 0, Purpose.PROPENSITY)
        return math.exp(p.contribution.propensity_sigma * z)

    def visits_per_day(self, p: Parameters, luck: Luck) -> float:
        """Its time, in visits a day: log-normal."""
        z = luck.normal(self.address, 0, Purpose.BUDGET)
        hours = p.visiting.budget_hours * math.exp(p.visiting.budget_sigma * z)
        return hours / p.visiting.session_hours / 30.0

    def inviting(self, p: Parameters, luck: Luck) -> float:
        """How readily it invites: gamma of mean 1."""
        shape = p.referral.dispersion
        if math.isinf(shape):
            return 1.0
        return float(gammaincinv(shape, luck.uniform(self.address, 0, Purpose.INVITING))) / shape

    def capacity(self, p: Parameters, luck: Luck) -> int:
        """How many ties it can keep: Pareto."""
        u = luck.uniform(self.address, 0, Purpose.CAPACITY)
        most = math.floor(p.bonding.capacity_min * u ** (-1.0 / p.bonding.capacity_shape))
        return min(MOST_TIES, max(1, most))


class Market:
    """Persons on a ring; neighbours are alike and know each other, and some know people far off."""

    def __init__(self, p: Parameters, luck: Luck) -> None:
        self.p, self.luck, self.size = p, luck, p.market.size
        self.far = [luck.word(k, 0, Purpose.FAR) % self.size for k in range(p.market.far)]
        self.people = [Person(address, self) for address in range(self.size)]

    def interest(self, address: int) -> float:
        """Uniform in (0, 1); neighbours' interests are correlated through knots along the ring."""
        knots = max(1, self.size // KNOT_SPACING)
        left, w = divmod(address * knots / self.size, 1.0)
        one, other = (
            self.luck.normal(int(knot) % knots, 0, Purpose.INTEREST_KNOT) for knot in (left, left + 1)
        )
        smooth = ((1.0 - w) * one + w * other) / math.hypot(1.0 - w, w) if knots > 1 else one
        own = self.luck.normal(address, 0, Purpose.INTEREST_NOISE)
        alike = self.p.market.interest_similarity
        return share_below(math.sqrt(alike) * smooth + math.sqrt(1.0 - alike) * own)

    def mean_fit(self) -> float:
        """How well the purpose fits somebody whose interest is anywhere in (0, 1)."""
        width, here = self.p.market.fit_width, self.p.organisation.direction
        within = share_of_normal((1.0 - here) / width) - share_of_normal(-here / width)
        return within * width * math.sqrt(2.0 * math.pi)

    def acquaintance(self, person: Person, weak: bool, u: float) -> Person | None:
        """Whom a uniform chooses: a weak tie lives anywhere, a strong one near; never oneself."""
        half = self.p.market.near // 2
        if self.p.market.acquaintances == "everyone" or self.size <= self.p.market.near + 1:
            other = person.address + 1 + int(u * (self.size - 1))
        elif weak:
            other = self.far[int(u * len(self.far))] - person.address
        else:
            place = int(u * 2 * half)
            other = person.address + (place + 1 if place < half else half - place - 1)
        found = self.people[other % self.size]
        return found if found is not person else None
