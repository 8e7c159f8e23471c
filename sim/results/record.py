"""Record: the results of a run as tidy frames."""

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.luck import Purpose, hashes, key_of
from kith.sim.results.event_export import CONTRIBUTIONS, as_xes, lifetimes
from kith.sim.results.units import EVENTS, with_units
from kith.sim.schema.plan import Plan
from kith.sim.storage.record_files import FRAMES, RecordContents, read_record_files, write_record_files

if TYPE_CHECKING:
    import pandas as pd

PLAIN = ("plan", "seed", "days", "model_version", "run_id", "leaving", "health", "at_start")
"attributes of a record that are not frames"
START = "2001-01-01"
"date of day 0 of a plan without a log"


@dataclass
class Record:
    """A run's results.

    `series` has one row per day; `monthly` one per complete 30 days; `members` one per
    membership; `ties` one per tie at the end; `summary` one number per indicator, NaN if
    undefined. Each has its units in `attrs["units"]`.
    """

    plan: Plan
    seed: int
    days: int
    model_version: str
    run_id: str
    series: "pd.DataFrame"
    monthly: "pd.DataFrame"
    members: "pd.DataFrame"
    ties: "pd.DataFrame"
    summary: "pd.Series"
    leaving: dict[str, int]
    health: list[dict[str, object]]
    _diary: list[tuple[int, str, npt.NDArray[np.int64], npt.NDArray[np.int64]]] | None = field(
        default=None, repr=False
    )
    _key: Any = field(default=None, repr=False)
    at_start: dict[str, npt.NDArray[np.int64]] = field(default_factory=dict, repr=False)
    "experiment -> each person's counts before it, shape (4, people); see `kith.experiments.analyses.experiment_effects`"

    @property
    def events(self) -> "pd.DataFrame":
        """The run as an event log in the format that `--from-log` reads.

        Columns member_id, timestamp (UTC), action, target_member. Raises ValueError if the
        run had `events=False`.
        """
        if self._diary is None:
            raise ValueError("this run has no event log; run it with events=True")
        return event_log(self)

    def event_arrays(self) -> "EventArrays":
        """The same as arrays, in a fraction of the time.

        Raises
        ------
        ValueError
            If the run was made with `events=False`.
        """
        if self._diary is None:
            raise ValueError("this run kept no events; run it with events=True")
        return event_arrays(self)

    def xes(self) -> "pd.DataFrame":
        """The event log with the column names of process mining; see `kith.sim.results.event_export.as_xes`."""
        return as_xes(self.events)

    def lifetimes(self) -> "pd.DataFrame":
        """Frequency, recency, T and monetary value of everyone who contributed, by `member_id`.

        Transactions are days with a contribution; see `kith.sim.results.event_export.lifetimes`. Revenue is
        recorded per membership, not per action, so the revenue of all of a person's memberships is
        spread evenly over these days. Founders' actions before day 0 are not included.
        """
        import pandas as pd

        events = self.events
        acted = events[events["action"].isin(CONTRIBUTIONS)]
        earned = self.members.groupby("person")["revenue"].sum()
        earned.index = "p" + earned.index.astype(str)
        days = acted["timestamp"].dt.floor("D")
        on_day = acted.groupby(["member_id", days])["action"].transform("size")
        of_all = days.groupby(acted["member_id"]).transform("nunique")
        value = acted["member_id"].map(earned) / of_all / on_day
        start = pd.Timestamp(start_date(self.plan), tz="UTC")
        return lifetimes(
            acted.assign(value=value), value="value", end=start + pd.Timedelta(days=self.days - 1)
        )

    def to_parquet(self, folder: str | os.PathLike[str]) -> None:
        """Write the record atomically as a folder of Parquet files.

        Raises
        ------
        RecordError
            If the path is a file, contains other files, or cannot be written to.
        """
        plain = {name: getattr(self, name) for name in PLAIN}
        frames = {name: getattr(self, name) for name in FRAMES}
        write_record_files(RecordContents(plain, frames, self.summary, self._diary), folder)

    @staticmethod
    def from_parquet(folder: str | os.PathLike[str]) -> "Record":
        """The record that `to_parquet` wrote.

        Raises
        ------
        RecordError
            If the folder contains no record, one of another format, or a damaged one.
        """
        read = read_record_files(folder)
        return Record(
            **read.plain,
            **read.frames,
            summary=read.summary,
            _diary=read.diary,
            _key=key_of(read.plain["seed"]),
        )


@dataclass(frozen=True)
class EventArrays:
    """The event log of a run as arrays in order of time, n rows; what `Record.events` holds, without names."""

    person: npt.NDArray[np.int64]
    time: npt.NDArray[np.int64]
    "microseconds since 1970, UTC, (n,)"
    action: npt.NDArray[np.int64]
    "position in `actions`, (n,)"
    target: npt.NDArray[np.int64]
    "the other person, (n,); -1 for none"
    actions: tuple[str, ...]
    start: int
    "the beginning of day 0, microseconds since 1970, UTC"


def start_date(plan: Plan) -> str:
    """The date of day 0, ISO."""
    given = "" if plan.arrivals is None else plan.arrivals.date
    return (plan.founding.date if plan.founding is not None else given or START)[:10]


def event_log(record: Record) -> "pd.DataFrame":
    """Joins, contributions, exchanges and departures of a run, in order of time."""
    import pandas as pd

    m = record.members
    joined, left = m[m["joined_day"] >= 0], m[m["left_day"].notna()]
    parts = [
        (joined["joined_day"].to_numpy(), "join", joined["person"].to_numpy(), None),
        (left["left_day"].to_numpy().astype(np.int64), "leave", left["person"].to_numpy(), None),
        *((np.full(len(who), day), action, who, target) for day, action, who, target in record._diary or []),
    ]
    frame = pd.concat(
        [_events(*part) for part in parts if len(part[2])] or [_events(np.empty(0), "", np.empty(0), None)],
        ignore_index=True,
    )
    person, day, action = (frame[name].to_numpy() for name in ("person", "day", "action"))
    second = _seconds(record, person, day, _nth_of_day(person, day), action == "join", action == "leave")
    frame["timestamp"] = pd.Timestamp(start_date(record.plan), tz="UTC") + pd.to_timedelta(
        frame["day"] * 86400 + second, unit="s"
    )
    frame = frame.sort_values(["timestamp", "member_id", "action"], ignore_index=True, kind="stable")
    frame["action"] = pd.Categorical(frame["action"], sorted(frame["action"].unique()))
    return with_units(frame[list(EVENTS)], EVENTS)


def event_arrays(record: Record) -> EventArrays:
    """Joins, contributions, exchanges and departures of a run as arrays, in order of time."""
    joined_day, left_day = (record.members[name].to_numpy(float) for name in ("joined_day", "left_day"))
    person = record.members["person"].to_numpy()
    came, went = joined_day >= 0, ~np.isnan(left_day)
    diary = record._diary or []
    actions = ("join", "leave", *dict.fromkeys(action for _, action, _, _ in diary))
    sizes = [int(came.sum()), int(went.sum()), *(len(who) for _, _, who, _ in diary)]
    codes = [0, 1, *(actions.index(action) for _, action, _, _ in diary)]
    who = np.concatenate([person[came], person[went], *(who for _, _, who, _ in diary)]).astype(np.int64)
    target = np.concatenate([np.full(sizes[0] + sizes[1], -1), *(target for *_, target in diary)])
    days = np.repeat(np.array([day for day, *_ in diary], np.int64), sizes[2:])
    day = np.concatenate([joined_day[came], left_day[went], days]).astype(np.int64)
    action = np.repeat(np.array(codes, np.int64), sizes)
    second = _seconds(record, who, day, _nth_of_day(who, day), action == 0, action == 1)
    start = int(np.datetime64(start_date(record.plan), "us").astype(np.int64))
    time = start + (day * 86_400 + second) * 1_000_000
    order = np.lexsort((action, who, time))  # as in `events`, but for members' order as numbers
    return EventArrays(who[order], time[order], action[order], target[order].astype(np.int64), actions, start)


def _nth_of_day(person: npt.NDArray[np.int64], day: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """How many events of the same person and day come before each."""
    code = person * (int(day.max(initial=0)) + 1) + day
    order = np.argsort(code, kind="stable")
    new = np.ones(len(order), bool)
    new[1:] = np.diff(code[order]) != 0
    place = np.arange(len(order))
    nth = np.empty(len(order), np.int64)
    nth[order] = place - np.maximum.accumulate(np.where(new, place, 0))
    return nth


def _events(
    day: npt.NDArray[Any], action: str, who: npt.NDArray[Any], target: npt.NDArray[Any] | None
) -> "pd.DataFrame":
    import pandas as pd

    targets = np.full(len(who), -1) if target is None else target
    return pd.DataFrame(
        {
            "day": day.astype(np.int64),
            "person": who.astype(np.int64),
            "member_id": [f"p{p}" for p in who],
            "action": action,
            "target_member": [f"p{t}" if t >= 0 else "" for t in targets],
        }
    )


def _seconds(
    record: Record,
    person: npt.NDArray[np.int64],
    day: npt.NDArray[np.int64],
    nth: npt.NDArray[np.int64],
    is_join: npt.NDArray[np.bool_],
    is_leave: npt.NDArray[np.bool_],
) -> npt.NDArray[np.int64]:
    """A second of the day for each event: joins first, departures last, the rest drawn."""
    with np.errstate(over="ignore"):
        words = hashes(record._key, person * 100_003 + day, 0, Purpose.CLOCK_OF_DAY) + np.uint64(
            7919
        ) * nth.astype(np.uint64)
    second = (3600 + words % np.uint64(79200)).astype(np.int64)
    return np.where(is_join, second % 3600, np.where(is_leave, 86399 - second % 3000, second))
