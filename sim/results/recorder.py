"""Recorder: records each day of a run, and builds its `Record`."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kith.sim.results.indicators import Indicator, health_card, measure
from kith.sim.results.measures import churn_of_the_month
from kith.sim.results.record import Record
from kith.sim.results.snapshot import Snapshot
from kith.sim.results.units import MEMBERS, OWN, TIES, indicator_units, series_units, with_units
from kith.sim.state.categories import Cause, Channel, Count
from kith.sim.state.community import Community
from kith.sim.state.layers import DORMANT, LAYER_WINDOW, LAYERS, WINDOW, layer_names
from kith.sim.state.ledger import COSTS, MICRO, REVENUE, Account
from kith.sim.state.market import Status
from kith.sim.state.ties import list_ties

if TYPE_CHECKING:
    import pandas as pd

CHANNELS = tuple(c.name.lower() for c in Channel)
CAUSES = tuple(c.name.lower() for c in Cause)
COUNTS = (
    "day",
    "present",
    "awake",
    "dormant",
    "active",
    "today",
    "unaware",
    "followers",
    "left",
    "audience",
    "member",
    "internal",
    "ties",
    *(c.name.lower() for c in Count if c != Count.VISITS),
    *(f"joins_{c}" for c in CHANNELS[1:]),
    *(f"leaves_{c}" for c in CAUSES),
    *(f"sleeps_{c}" for c in CAUSES),
)
AMOUNTS = (
    "content",
    "unwanted",
    "disputes",
    "quality",
    "direction",
    "coverage",
    "surplus",
    "unfairness",
    "presence",
    "dormant_revenue",
    "revenue",
    "cost",
    *(f"revenue_{a.name.lower()}" for a in REVENUE),
    *(f"cost_{a.name.lower()}" for a in COSTS),
)

AWAKE = COUNTS.index("awake")
COUNTED = np.array([int(c) for c in Count if c != Count.VISITS])
BOOKED = np.array([int(a) for a in (*REVENUE, *COSTS)])


class Recorder:
    """Records each day in preallocated columns, and builds the record."""

    def __init__(self, c: Community, events: bool, indicators: tuple[Indicator, ...] = ()) -> None:
        self.indicators = indicators
        "custom indicators"
        self.counts = np.zeros((len(COUNTS), c.days), np.int64)
        self.amounts = np.zeros((len(AMOUNTS), c.days))
        "tables with a row per name, so that a day is written in one assignment"
        self.months: list[dict[str, float]] = []
        self.each_month = True
        "whether indicators are measured each month; not needed for the summary alone"
        self.churn_by_month: list[float] = []
        self.noted = 0
        self.surplus = 0
        self.community = c
        if events:
            c.diary = []

    def note(self, c: Community) -> None:
        """Close the day: its counts, its books, and each month its indicators."""
        contributed = c.contributed_within(LAYER_WINDOW)
        awake = c.population.present
        state = (
            c.day,
            awake + c.dormant.count,
            awake,
            c.dormant.count,
            c.active,
            len(c.visitors),
            c.market.count(Status.UNAWARE),
            c.market.count(Status.FOLLOWER),
            c.market.count(Status.LEFT),
            awake - contributed,
            contributed - c.internal,
            c.internal,
            int(c.ties.count[0]),
        )
        today = self.counts[:, c.day]
        today[: len(state)] = state
        today[len(state) :] = np.concatenate((c.count[COUNTED], c.joins[1:], c.leaves, c.sleeps))
        self._note_amounts(c)
        self.noted = c.day + 1
        if self.noted % WINDOW:
            return
        self.churn_by_month.append(churn_of_the_month(c, self.counts[AWAKE]))
        if self.each_month:
            measured = measure(self._snapshot(), monthly=True, additions=self.indicators)
            self.months.append({"day": c.day, **measured})

    def _note_amounts(self, c: Community) -> None:
        books = c.ledger.close_day() / MICRO
        surplus, self.surplus = int(c.surplus[0]) - self.surplus, int(c.surplus[0])
        state = (
            c.content,
            c.unwanted,
            c.disputes,
            c.quality,
            c.direction,
            c.coverage,
            float(surplus) / MICRO,  # as the kernels divide, also beyond 2^53
            c.unfairness,
            c.presence.mean() if c.parameters.affiliation.hub > 0 else np.nan,
            float(c.dormant_revenue) / MICRO,
            np.add.reduce(books[: Account.GOODS]),
            np.add.reduce(books[Account.GOODS :]),
        )
        today = self.amounts[:, c.day]
        today[: len(state)], today[len(state) :] = state, books[BOOKED]

    def daily(self) -> dict[str, npt.NDArray[Any]]:
        """The series of the days noted so far, by name; views, shape (noted,)."""
        tables = ((COUNTS, self.counts), (AMOUNTS, self.amounts))
        return {
            name: values[: self.noted]
            for names, table in tables
            for name, values in zip(names, table, strict=True)
        }

    def _snapshot(self) -> Snapshot:
        return Snapshot(self.community, self.daily(), self.churn_by_month)

    def summary(self) -> dict[str, float]:
        """Every indicator after the days noted so far, without building a record."""
        return measure(self._snapshot(), additions=self.indicators)

    def record(self, model_version: str, run_id: str) -> Record:
        """The record of the days noted so far."""
        import pandas as pd

        c, snapshot = self.community, self._snapshot()
        summary = measure(snapshot, additions=self.indicators)
        monthly = pd.DataFrame(self.months)
        with_units(monthly, indicator_units(monthly.columns, self.indicators))
        stops = {cause: (f"leaves_{cause}", f"sleeps_{cause}") for cause in CAUSES}
        leaving = {
            cause: sum(int(snapshot.daily[name].sum()) for name in series) for cause, series in stops.items()
        }
        return Record(
            plan=c.plan,
            seed=c.seed,
            days=self.noted,
            model_version=model_version,
            run_id=run_id,
            series=with_units(pd.DataFrame(snapshot.daily), series_units(snapshot.daily)),
            monthly=monthly,
            members=with_units(memberships(snapshot), MEMBERS | dict.fromkeys(c.columns, OWN)),
            ties=with_units(_ties(c), TIES),
            summary=with_units(
                pd.Series(summary, name="value", dtype=float), indicator_units(summary, self.indicators)
            ),
            leaving=leaving,
            health=health_card(summary, _growth(monthly), _best_ncv(monthly)),
            _diary=None if c.diary is None else list(c.diary),
            _key=c.key,
            at_start=dict(c.at_start),
        )


def _growth(monthly: "pd.DataFrame") -> float:
    """Mean monthly growth of referral velocity over the last three months."""
    if len(monthly) < 4:
        return float("nan")
    last, before = monthly["referral_velocity"].iloc[-1], monthly["referral_velocity"].iloc[-4]
    return float((last / before) ** (1 / 3) - 1.0) if last > 0 and before > 0 else float("nan")


def _best_ncv(monthly: "pd.DataFrame") -> float:
    """Highest net community value of a month within the first twelve; NaN without a complete month."""
    return float(monthly["ncv"].iloc[:12].max()) if len(monthly) else float("nan")


def memberships(s: Snapshot) -> "pd.DataFrame":
    """One row per membership, key (person, spell); money in EUR.

    Custom columns, which belong to the person, come last.
    """
    import pandas as pd

    c, n = s.c, s.c.archive.count
    awake_from = n + c.dormant.count
    ended = np.arange(len(s.left_day)) < n
    awake = np.arange(len(s.left_day)) >= awake_from
    dormant = ~(ended | awake)
    causes = np.full(len(ended), -1, np.int64)
    causes[:n] = c.archive.cause[:n]
    last_visit = np.concatenate(
        [c.archive.last_visit[:n], c.dormant.last_visit[: c.dormant.count], c.population.last_visit[s.rows]]
    )
    belonging, norm = s.membership("belonging").astype(float), s.membership("norm").astype(float)
    belonging[awake_from:], norm[awake_from:] = s.belonging, s.norm
    left = s.left_day.astype(float)
    referrer = s.membership("referrer").astype(float)
    frame = pd.DataFrame(
        {
            "person": s.membership("person"),
            "spell": s.membership("spell"),
            "joined_day": s.joined_day,
            "left_day": np.where(ended, left, np.nan),
            "channel": pd.Categorical.from_codes(s.membership("channel").astype(np.int64), list(CHANNELS)),
            "referrer": np.where(referrer >= 0, referrer, np.nan),
            "generation": s.membership("generation"),
            "layer": pd.Categorical(
                np.concatenate([_last_layer(s, n), np.full(c.dormant.count, DORMANT), s.layer]),
                [*LAYERS, DORMANT],
            ),
            "contributions": s.membership("contributions"),
            "ties": np.where(awake, s.membership("degree"), 0),
            "belonging": belonging,
            "satisfaction": s.membership("satisfaction"),
            "norm": norm,
            "revenue": s.membership("revenue") / MICRO,
            "cost": s.membership("cost") / MICRO,
            "surplus": (s.membership("surplus") + s.membership("earned")) / MICRO,
            "rewards": s.membership("earned") / MICRO,
            "exit_cause": pd.Categorical.from_codes(causes, list(CAUSES)),
            "lapsed_day": np.fmin(np.where(ended, left, np.nan), s.first_asleep),
            "awake": awake,
            "asleep_since": np.where(dormant, s.membership("asleep_on").astype(float), np.nan),
            "asleep_cause": pd.Categorical.from_codes(
                np.where(dormant, s.membership("asleep_cause").astype(np.int64), -1), list(CAUSES)
            ),
            "propensity": s.membership("propensity"),
            "interest": s.membership("interest"),
            "invitations": s.membership("invitations"),
            "invited_joins": s.membership("invited_joins"),
            "first_contribution": _days(s.membership("first_contribution")),
            "last_contribution": _days(s.membership("last_contribution")),
            "first_post": pd.Categorical.from_codes(
                s.membership("first_replied").astype(np.int64), ["", "unanswered", "replied"]
            ),
            "last_visit": _days(last_visit),
            "paying": s.membership("paying") > 0,
            "arm": pd.Categorical.from_codes(
                s.membership("arm").astype(np.int64), ["", *(e.name for e in c.plan.experiments)]
            ),
        }
    )
    for name, column in c.columns.items():
        frame[name] = column[frame["person"]]
    return frame.sort_values(["person", "spell"], ignore_index=True)


def _last_layer(s: Snapshot, n: int) -> npt.NDArray[np.str_]:
    """The layer of each ended membership on the evening before its last day."""
    ended = s.c.archive.members[:n]
    last_evening = s.c.archive.left[:n].astype(np.int64) - 1
    return layer_names(ended["internal"], ended["last_contribution"], last_evening)


def _days(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Days, with NaN for never."""
    days = values.astype(float)
    days[days < -1e5] = np.nan
    return days


def _ties(c: Community) -> "pd.DataFrame":
    import pandas as pd

    n = int(c.ties.count[0])
    persons, strength, day = np.empty((n, 2), np.int64), np.empty(n), np.empty(n, np.int64)
    top = c.population.top
    list_ties(
        c.population.members, c.ties.pool, c.population.address[:top], c.day, c.fade, persons, strength, day
    )
    frame = pd.DataFrame(
        {"person_a": persons[:, 0], "person_b": persons[:, 1], "strength": strength, "day": day}
    )
    return frame.sort_values(["person_a", "person_b"], ignore_index=True)
