"""Community: the state of a run, and the invariants between its parts.

Long because who joins the awake, falls silent, wakes or leaves changes rows, ties, counts and the market
together, and only here are all of them at hand.
"""

from collections import deque
from typing import Any

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.address_order import add_up_rows, order_by_address
from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import GRAPH_ACQUAINTANCES, Purpose, key_of, library_seed, uniforms
from kith.sim.kernels.threads import Crew
from kith.sim.schema.packed import packed
from kith.sim.schema.parameter_set import Parameters
from kith.sim.schema.plan import Plan
from kith.sim.state import decay
from kith.sim.state.categories import Cause, Channel, Count
from kith.sim.state.climate import CLIMATE
from kith.sim.state.decay import NEWCOMER, STILL_THERE
from kith.sim.state.dormancy.dormant import Dormant
from kith.sim.state.dormancy.fall_asleep import lay_down, remember_ties
from kith.sim.state.dormancy.wake_up import get_up, sleep_through_all, take_up_ties
from kith.sim.state.giving.content import mend
from kith.sim.state.hazard_clocks import Heap, TouchClock
from kith.sim.state.layers import LAYER_WINDOW, PAST, WINDOW
from kith.sim.state.ledger import Ledger
from kith.sim.state.market import MarketState, Status, farness, fit
from kith.sim.state.money.worth import MARKETPLACE
from kith.sim.state.population import Archive, Population
from kith.sim.state.release_member import archive_dormant, archive_leavers, draw_returns, release_ties
from kith.sim.state.ties import Ties

AUTHOR_DAYS = 7
"days that the memory of what was said, and by whom, reaches back"


class Community:
    """The state of a run. Processes read and write it and store nothing themselves."""

    def __init__(self, plan: Plan, seed: int, days: int, threads: int | None = None, guests: int = 0) -> None:
        self.plan = plan
        self.seed = seed
        self.days = days
        self.key = key_of(seed)
        self.day = 0
        self.presence = np.ones(plan.parameters.affiliation.hubs)
        "of each hub, in [0, 1]; a member follows the hub of its address (`decay.hub_of`)"
        self.hub_left = np.full(plan.parameters.affiliation.hubs, STILL_THERE)
        "day on which each hub left, as long as nobody has taken over fully"
        self.most_voice = 0.0
        "the largest voice that members have had"
        self.pushing = 1.0
        "how far management has pushed frequency and ads, relative to the plan"
        self.parameters = plan.parameters
        self.exit_halvings = self.tenure_halvings = np.zeros(1)
        "half-lives of felt exits, and of experience while asleep, that have passed by each day"
        self.at_start: dict[str, npt.NDArray[np.int64]] = {}
        "experiment -> contributions, invitations, invited joins and revenue by person before its first day"
        self.quality = plan.parameters.organisation.quality
        self.direction = plan.parameters.organisation.direction
        self.crew = Crew(threads)
        self.tended = 0.0
        "share of items that staff tend"
        self.use(plan.parameters)
        market = plan.parameters.market
        self.market = MarketState(market.size, guests, self.key, market.interest_similarity, market.eagerness)
        self.far = farness(self.key, market.far, market.size)
        self.known = acquaintance_lists(plan, self.key)
        "start of each person's acquaintances, (size + 1,), and all acquaintances; empty without a graph"
        self.touch = self._clock(Purpose.TOUCH_CLOCK)
        self.given = None if plan.arrivals is None else self._clock(Purpose.ARRIVAL)
        "who joins next of the plan's arrivals; None without"
        self.follow, self.back = Heap(), Heap()
        self.forget, self.again = Heap(), Heap()
        "followers who stop following, and people whom the channels may reach again"
        self.population, self.dormant, self.archive = Population(), Dormant(), Archive()
        "members who are awake, those who have fallen silent, and memberships that have ended"
        self.ties, self.ledger = Ties(), Ledger()
        self.count = np.zeros(len(Count), np.int64)
        self.joins = np.zeros(len(Channel), np.int64)
        self.leaves = np.zeros(len(Cause), np.int64)
        self.sleeps = np.zeros(len(Cause), np.int64)
        self.calls = 0.0
        "calls since this morning that reach every dormant member"
        self.last_visits = np.zeros((2, PAST + days + 1), np.int64)
        "present members by side and day of their last visit"
        self.last_contributions = np.zeros(PAST + days + 1, np.int64)
        self.internal = 0
        self.active = 0
        self.active_by_side = np.zeros(2)
        self.content = 0.0
        self.items = np.zeros(days + 1, np.int64)
        "posts and answers made before the morning of each day"
        self.visitors = np.empty(0, np.int64)
        "rows of today's visitors, in ascending address"
        self.visiting = np.empty(0, np.int64)
        "their addresses"
        self.gaps = np.empty(0)
        self.written = no_items()
        self.exchanges = np.empty(0, np.int64)
        self.referred = np.empty((0, 2), np.int64)
        "today's referral joins: referrer's row or -1, newcomer's row"
        self.invited: dict[int, list[npt.NDArray[np.int64]]] = {}
        self.recent: deque[npt.NDArray[np.int64]] = deque(maxlen=LAYER_WINDOW)
        "who contributed on each of the last 90 days, once per contribution"
        self.talk = np.zeros(4)
        "posts and answers, visits, posts, posts answered: sums of the last days, see `kith.sim.state.giving.talk`"
        self.authors: deque[npt.NDArray[np.int64]] = deque(maxlen=AUTHOR_DAYS)
        "who posted or answered on each of the last days"
        self.introduced = np.empty((0, 2), np.int64)
        "rows of today's newcomers and of those to whom staff introduced them"
        self.diary: list[tuple[int, str, npt.NDArray[np.int64], npt.NDArray[np.int64]]] | None = None
        "day, action, persons, targets; None without an event log"
        self.unwanted = 0.0
        "unwanted items in sight"
        self.disputes = 0.0
        self.ignored = 0.0
        "how far the last vote was ignored, decaying"
        self.legitimacy = 0.5
        self.bad_news = 0.0
        "stock of disappointed leavers, decaying"
        self.competitor = 0.0
        self.competitor_bonds = False
        self.promoters = 0.0
        "share of active members who were promoters at the last month's end"
        self.useful = np.zeros(days + 1, np.int64)
        "useful items by day"
        self.budget = plan.parameters.organisation.community_budget
        self.coverage = 1.0
        "share of planned staff, moderation and events that the budget pays for"
        self.returns = np.full(2, np.nan)
        "last month's true and measured return of the community, EUR a month"
        self.saved = np.zeros(2, np.int64)
        "savings in support and development so far, micro-euros"
        self.surplus = np.zeros(1, np.int64)
        "members' surplus so far, micro-euros"
        self.without = 0
        "margin so far of as many followers as there were members, micro-euros"
        self.value_counted = 0
        "the community's return up to the last month, micro-euros"
        self.heir_on = -1
        "day from which somebody takes over the hub's role, or -1"
        self.climate = np.zeros(1, CLIMATE)
        self.climate["bound"] = self.climate["proof"] = 1.0
        self.plan_founders = len(plan.founding) if plan.founding is not None else market.founders
        "founders who are awake, once they are seated"
        self.plan_dormant = 0
        "founders from a log who are dormant"
        self.invitation_joins = np.zeros(days + 1, np.int64)
        "invitations that led to a join at once, by the day on which they were sent"
        self.unfairness = 0.0
        self.share_per_point = 0.0
        self.month_revenue = 0
        self.dormant_revenue = 0
        "today's revenue from dormant members who do not notice their bills, micro-euros"
        self.columns: dict[str, npt.NDArray[Any]] = {}
        "custom columns by person address; see `kith.sim.state.columns.declare`"
        self.by_hand = False
        "whether members were changed outside steps and shocks, which changes the run's id"

    # -- parameters in force -------------------------------------------------------------

    def use(self, parameters: Parameters) -> None:
        """Apply new parameters; members' state must be up to date (see `decay.advance_all`)."""
        before = self.parameters
        self.parameters = parameters
        self.p = packed(parameters, *self._arms(parameters))
        if before.organisation.quality != parameters.organisation.quality:
            self.quality = parameters.organisation.quality
        if before.affiliation.hubs != parameters.affiliation.hubs:
            known = self.presence[: parameters.affiliation.hubs]
            new = parameters.affiliation.hubs - len(known)
            self.presence = np.append(known, np.ones(new))
            self.hub_left = np.append(self.hub_left[: len(known)], np.full(new, STILL_THERE))
        if before.organisation.direction != parameters.organisation.direction:
            self.direction = parameters.organisation.direction
        self.overlay()
        a = parameters.acquisition
        self.strengths = np.cumprod([1.0, 1.0, a.reinforcement_2, a.reinforcement_3, a.reinforcement_4])
        "relative readiness to join after signals from 0 … 4 people"
        self.decay = decay.decays(parameters)
        self.fade = decay.fading(parameters.bonding.tie_half_life, self.days + PAST)
        self.base = decay.base_hazards(parameters, self.days + PAST + 10)
        self.exit_halvings = decay.halvings(
            self.exit_halvings, self.day, parameters.churn.contagion_half_life, self.days
        )
        self.tenure_halvings = decay.halvings(
            self.tenure_halvings, self.day, parameters.dormancy.tenure_half_life, self.days
        )
        self.burst = decay.bursts(parameters)
        self.waking = decay.waking_hazards(parameters, self.days + PAST)
        tiers = parameters.incentives.tier
        self.tiers = np.array([[t.points, t.perk, t.cost] for t in tiers]).reshape(len(tiers), 3)
        self.badge_levels = np.array(parameters.incentives.badge_levels, np.int64)

    def _arms(self, parameters: Parameters) -> list[Parameters]:
        """The parameters of each experiment's treated group; before its start, those of all members."""
        return [
            e.applied(parameters) if e.from_day <= self.day else parameters for e in self.plan.experiments
        ]

    def overlay(self) -> None:
        """Replace packed parameters by their current values: quality, direction, ad load, feed share."""
        self.p["organisation_quality"] = self.quality
        self.p["organisation_direction"] = self.direction
        for row, arm in enumerate([self.parameters, *self._arms(self.parameters)]):
            pushing = self.pushing if arm.monetisation.model == "ads" else 1.0
            self.p["monetisation_ad_load"][row] = arm.monetisation.ad_load * pushing
            self.p["platform_feed_share"][row] = min(1.0, arm.platform.feed_share * pushing)
        self.show_tended()

    def show_tended(self) -> None:
        """Replace packed parameters that tending changes: the share of useful items and where overload begins."""
        value, platform = self.parameters.value, self.parameters.platform
        mend(self.p, float(self.tended), value.useful_share, platform.overload_from)

    def susceptibility(self) -> npt.NDArray[np.float64]:
        """How soon each person of the market is reached: fit times eagerness, shape (size,)."""
        size = self.parameters.market.size
        fits = fit(self.market.interest[:size], self.direction, self.parameters.market.fit_width)
        return fits if self.market.eager is None else fits * self.market.eager

    def _clock(self, purpose: Purpose) -> TouchClock:
        """A clock for each person of the market, which runs the faster the better the purpose fits and the more eager it is."""
        everyone = np.arange(self.market.size)
        return TouchClock(-np.log(uniforms(self.key, everyone, 0, purpose)), self.susceptibility())

    def refit(self) -> None:
        """Let the clocks of those who are not reached yet run at their fit to the new direction."""
        before, now = self.touch.fit, self.susceptibility()
        self.touch.refit(now)
        if self.given is not None:
            self.given.refit(now)
        if self.market.forgets is None:
            return
        size = self.market.size
        due, status = self.market.due[:size], self.market.status[:size]
        again = np.flatnonzero((status == Status.UNAWARE) & np.isfinite(due))
        wait = np.maximum(due[again] - self.touch.hazard, 0.0) * before[again]
        due[again] = self.touch.hazard + np.divide(
            wait, now[again], out=np.full(len(again), np.inf), where=now[again] > 0.0
        )
        self.again.push(due[again], again)

    def anywhere(self, name: str) -> bool:
        """Whether a packed parameter is not 0 for any group of members."""
        return any(self.p[name].tolist())

    def good_name(self) -> float:
        """Remaining readiness to join after bad news, which disappointed leavers spread to acquaintances."""
        reach = min(1.0, self.bad_news * self.acquaintances() / self.market.size)
        return 1.0 - self.parameters.acquisition.bad_news_weight * reach

    def acquaintances(self) -> float:
        """Number of a person's acquaintances, in a given graph their mean number."""
        market = self.parameters.market
        starts, known = self.known
        return len(known) / market.size if len(starts) else market.near + market.far

    def liquidity(self) -> npt.NDArray[np.float64]:
        """Liquidity for each side from n active members on the other side, 1 - (1 + n)^-a, shape (2,).

        Zeros if no parameter depends on it.
        """
        other: npt.NDArray[np.float64] = liquidity(self.active_by_side, self.p)
        return other

    # -- counts --------------------------------------------------------------------------

    def count_active(self) -> None:
        """Count members who visited within the last 30 days, including today."""
        end = PAST + self.day + 1
        first, second = add_up_rows(self.last_visits, end - WINDOW, end)
        self.active_by_side = np.array([first, second], float)
        self.active = first + second

    def contributed_within(self, days: int) -> int:
        """Number of members whose last contribution is within the last `days` days, including today."""
        end = PAST + self.day + 1
        return int(np.add.reduce(self.last_contributions[end - days : end]))

    def rank(self, rows: npt.NDArray[np.int64], week_ends: bool = False) -> tuple[int, int]:
        """Decide which of `rows` are ambassadors; returns how many became one and how many ceased to be.

        With `week_ends`, a new week of contributions starts for them.
        """
        members, threshold = self.population.members, self.parameters.bonding.internal_belonging

        def part(lo: int, hi: int) -> tuple[int, int]:
            return decay.rank(members, rows, lo, hi, threshold, week_ends)

        risen, fallen = (sum(changed) for changed in zip(*self.crew.share(len(rows), part), strict=True))
        self.internal += risen - fallen
        return risen, fallen

    def in_order(self, rows: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """`rows` in ascending person address, and these addresses."""
        out, persons = np.empty_like(rows), np.empty_like(rows)
        if len(rows):
            words = np.zeros(len(self.market.row) // 64 + 1, np.uint64)
            order_by_address(rows, self.population.address, self.market.row, words, out, persons)
        return out, persons

    def in_address_order(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """`rows` in ascending person address."""
        return self.in_order(rows)[0]

    def settle(self, rows: npt.NDArray[np.int64]) -> None:
        """Advance the state of rows to today, and update targets, rates and bounds.

        Members who joined today still visit today.
        """
        population = self.population
        coming = rows[population.visit_bound[rows] >= NEWCOMER]
        self.update_rates(rows)
        population.visit_bound[coming] = NEWCOMER

    def update_rates(self, rows: npt.NDArray[np.int64]) -> None:
        """Advance the state of rows to today, and update targets, rates and bounds, also of those who joined today."""
        population = self.population
        decay.settle_rows(
            population.members,
            rows,
            0,
            len(rows),
            self.day,
            self.decay,
            self.base,
            self.burst,
            self.p,
            self.presence,
            population.visit_bound,
            population.exit_bound,
        )

    # -- falling asleep and waking -------------------------------------------------------

    def fall_asleep(self, rows: npt.NDArray[np.int64], causes: npt.NDArray[np.int64]) -> None:
        """Members fall silent, in ascending address: their neighbours feel it, and ties are remembered."""
        if not len(rows):
            return
        population, dormant, market = self.population, self.dormant, self.market
        dormant.reserve(len(rows))
        by_layer = np.zeros(3, np.int64)
        persons = population.address[rows]
        remember_ties(
            population.members,
            population.exit_bound,
            rows,
            self.ties.pool,
            self.ties.count,
            self.day,
            self.fade,
            self.decay,
            self.p,
        )
        lay_down(
            population.members,
            population.last_visit,
            population.next_bill,
            rows,
            causes,
            dormant.members,
            dormant.person,
            dormant.since,
            dormant.tied,
            dormant.last_visit,
            dormant.next_bill,
            dormant.count,
            market.row,
            self.ties.pool,
            self.last_visits,
            self.last_contributions,
            self.sleeps,
            self.day,
            self.fade,
            by_layer,
        )
        dormant.count += len(rows)
        members, audience, internal = (int(n) for n in by_layer)
        self.internal -= internal
        self.count[Count.SLEEPS] += len(rows)
        self.count[Count.SLEEPS_INTERNAL] += internal
        self.count[Count.SLEEPS_MEMBER] += members
        self.count[Count.SLEEPS_AUDIENCE] += audience
        market.move(persons, Status.DORMANT)
        population.release(rows)

    def wake(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Dormant members, in ascending address, are awake again; returns their rows, shape (n,)."""
        population, dormant, market = self.population, self.dormant, self.market
        rows = population.take_rows(len(places))
        persons = dormant.person[places]
        audience = get_up(
            dormant.members,
            dormant.last_visit,
            dormant.next_bill,
            places,
            population.members,
            population.address,
            population.last_visit,
            population.next_bill,
            rows,
            market.row,
            self.last_visits,
            self.last_contributions,
            self.tenure_halvings,
            self.day,
            self.decay,
            self.p,
            self.presence,
        )
        dormant.remove(places, market.row)
        market.move(persons, Status.PRESENT)
        take_up_ties(
            population.members,
            rows,
            self.ties.pool,
            self.ties.count,
            market.row,
            dormant.members,
            dormant.tied,
            self.day,
            self.fade,
            self.exit_halvings,
            self.decay,
        )
        if self.parameters.monetisation.model == "fee":
            # a fee that began while they slept is asked of them today
            asked = rows[(population.next_bill[rows] < 0) & (persons < market.size)]
            population.next_bill[asked] = self.day
        self.update_rates(rows)
        self.count[Count.WAKINGS] += len(rows)
        self.count[Count.WAKINGS_AUDIENCE] += audience
        self.count[Count.WAKINGS_MEMBER] += len(rows) - audience
        return rows

    def update_state(self) -> None:
        """Bring the records of all members up to today, before parameters change."""
        population, dormant = self.population, self.dormant
        decay.advance_all(population.members, population.address, self.day, self.decay, self.p)
        sleep_through_all(dormant.members, dormant.count, self.day, self.decay, self.p, self.presence)

    def update_ties(self) -> None:
        """Store the strengths of all ties, also of remembered ones, as of today, before their half-life changes."""
        for members, address in (
            (self.population.members, self.population.address),
            (self.dormant.members, self.dormant.person[: self.dormant.count]),
        ):
            decay.refade(members, self.ties.pool, address, self.day, self.fade)

    def end_dormant(self, places: npt.NDArray[np.int64], causes: npt.NDArray[np.int64]) -> None:
        """Memberships of dormant members, in ascending address, end; nobody feels it again."""
        if not len(places):
            return
        dormant, archive, market = self.dormant, self.archive, self.market
        archive.reserve(len(places))
        persons = dormant.person[places]
        archive_dormant(
            dormant.members,
            dormant.last_visit,
            places,
            causes,
            archive.members,
            archive.left,
            archive.cause,
            archive.last_visit,
            archive.count,
            self.ties.pool,
            self.ties.free,
            self.leaves,
            self.day,
        )
        archive.count += len(places)
        self.count[Count.LEAVES] += len(places)
        self.count[Count.LEAVES_DORMANT] += len(places)
        market.move(persons, Status.LEFT)
        self._let_return(dormant.members, places, persons)
        dormant.remove(places, market.row)

    # -- leaving -------------------------------------------------------------------------

    def release(self, rows: npt.NDArray[np.int64], causes: npt.NDArray[np.int64]) -> None:
        """End memberships, in ascending address: cut ties, update neighbours, archive, vacate rows."""
        if not len(rows):
            return
        population, archive, market = self.population, self.archive, self.market
        archive.reserve(len(rows))
        by_layer = np.zeros(3, np.int64)
        release_ties(
            population.members,
            population.exit_bound,
            rows,
            self.ties.pool,
            self.ties.free,
            self.ties.count,
            self.day,
            self.fade,
            self.decay,
            self.p,
        )
        archive_leavers(
            population.members,
            population.last_visit,
            rows,
            causes,
            archive.members,
            archive.left,
            archive.cause,
            archive.last_visit,
            archive.count,
            self.last_visits,
            self.last_contributions,
            self.leaves,
            self.day,
            by_layer,
        )
        archive.count += len(rows)
        members, audience, internal = (int(n) for n in by_layer)
        self.internal -= internal
        self.count[Count.LEAVES] += len(rows)
        self.count[Count.LEAVES_INTERNAL] += internal
        self.count[Count.LEAVES_MEMBER] += members
        self.count[Count.LEAVES_AUDIENCE] += audience
        persons = population.address[rows]
        market.move(persons, Status.LEFT)
        self._let_return(population.members, rows, persons)
        population.release(rows)

    def _let_return(
        self,
        members: npt.NDArray[np.void],
        rows: npt.NDArray[np.int64],
        persons: npt.NDArray[np.int64],
    ) -> None:
        """Whoever has left may return one day, unless disappointed, which becomes known."""
        market, due = self.market, np.empty(len(rows))
        self.bad_news += draw_returns(
            members,
            rows,
            persons,
            market.row,
            market.due,
            market.size,
            self.parameters.acquisition.disappointed_below,
            self.back.hazard,
            self.day,
            self.key,
            due,
        )
        self.back.push(due, persons)


def acquaintance_lists(plan: Plan, key: np.uint64) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Acquaintances in compressed form from the plan's graph (see `Graph.neighbours`); node k is person k."""
    if plan.acquaintances is None:
        return np.empty(0, np.int64), np.empty(0, np.int32)
    size = plan.parameters.market.size
    return plan.acquaintances.drawn(library_seed(key, GRAPH_ACQUAINTANCES), size).neighbours(size)


@kernel
def liquidity(active, p):
    """`Community.liquidity` of `active` members on each side."""
    q, other = p[0], np.zeros(2)
    if q["value_match"] == 0.0 and q["monetisation_model"] != MARKETPLACE:
        return other
    for side in range(2):
        other[side] = 1.0 - (1.0 + active[1 - side]) ** (-q["value_match_gain"])
    return other


def no_items() -> npt.NDArray[np.int64]:
    """Today's contributions, shape (n, 4): author row, kind, replier row or -1, useful."""
    return np.empty((0, 4), np.int64)
