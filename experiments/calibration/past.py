"""A community's past as a fit needs it: what its log shows, in windows, and if that is enough to fit anything."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kith.experiments.calibration.priors import Floats
from kith.experiments.errors import RequestError
from kith.experiments.evidence.observation import DAY, Integers, Observed, of_table
from kith.experiments.words.wording import plural
from kith.scenarios.logs.founding import read_log_table
from kith.scenarios.logs.report import ReadingReport
from kith.sim.schema.plan import MAX_DAYS

FEWEST_MEMBERS = 50
FEWEST_AGAIN = 20
"members who must have acted on a second day"
FEWEST_WINDOWS = 8
"windows in the time that is fitted"
WEEK, MONTH = 7, 30
MOST_MEMBERS = 40_000
"members above which a random part of them is fitted"
SILENT = 30
"days of silence before the log's end: if hardly anybody has been silent that long, nobody has gone"
FEWEST_GONE = 10
SEED = 0


@dataclass(frozen=True)
class Past:
    """What a log shows: who acted when, and how many came on each day."""

    label: str
    observed: Observed
    window: int
    "days of a window in which actives and actions are counted"
    part: float = 1.0
    "the part of the members that is fitted"
    report: ReadingReport | None = None

    @property
    def days(self) -> int:
        """Days of the log."""
        return self.observed.days

    @property
    def joins(self) -> Integers:
        """First actions on each day, (days,)."""
        day = (self.observed.first - self.observed.start) // DAY
        return np.bincount(day, minlength=self.days).astype(np.int64)

    @property
    def actions(self) -> tuple[str, ...]:
        """What a run's log shows if it is observed as this one is: answers only where it is seen toward whom."""
        return ("post", "answer") if bool((self.observed.target >= 0).any()) else ("post",)

    def until(self, day: int) -> Observed:
        """What was seen before a day."""
        return cut(self.observed, day)


def cut(o: Observed, day: int) -> Observed:
    """What an observer had seen before a day."""
    end = o.start + day * DAY
    if end >= o.end:
        return o
    n = int(np.searchsorted(o.time, end, side="left"))
    members = int(o.member[:n].max()) + 1 if n else 0
    target = np.where(o.target[:n] < members, o.target[:n], -1)
    return Observed(
        o.member[:n],
        o.time[:n],
        target,
        members,
        o.start,
        end,
        None if o.value is None else o.value[:n],
        contribution=o.contribution[:n],
        names=o.names,
    )


def read_past(logs: Sequence[Any], holdout: float = 0.0, **reading: Any) -> Past:
    """The past that one log, or several of one community, show.

    Raises
    ------
    LogError
        A log cannot be read.
    RequestError
        It is too short or too small to fit, nobody has gone, or it is too long to be simulated.
    """
    if len(logs) != 1:
        raise RequestError(
            f"{plural(len(logs), 'log')}: a fit takes one community; put its files into one folder or zip and give that"
        )
    table = read_log_table(logs[0], **reading)
    return past_of(of_table(table), table.report.source.rpartition("/")[2], holdout, table.report)


def past_of(
    observed: Observed, label: str, holdout: float = 0.0, report: ReadingReport | None = None
) -> Past:
    """The past of what was observed, refused if there is too little of it; see `read_past`."""
    days = observed.days
    if days > MAX_DAYS:
        raise RequestError(f"{label} spans {days:,} days, and a run has at most {MAX_DAYS:,}; cut it")
    fitted = int(days * (1.0 - 5.0 / 3.0 * holdout))
    window = MONTH if fitted >= 12 * MONTH else WEEK
    if fitted < FEWEST_WINDOWS * window:
        needed = int(np.ceil(FEWEST_WINDOWS * WEEK / (1.0 - 5.0 / 3.0 * holdout)))
        spare = "; or lower --holdout" if holdout > 0 and days >= FEWEST_WINDOWS * WEEK else ""
        raise RequestError(
            f"{label} has {plural(days, 'day')}, of which {max(0, fitted)} are before the first forecast: too short to fit; "
            f"from {needed} days on it makes sense{spare}"
        )
    if observed.members < FEWEST_MEMBERS:
        raise RequestError(
            f"{label} has {plural(observed.members, 'member')} who act: too few to fit; from {FEWEST_MEMBERS} on it makes sense"
        )
    again = int((np.bincount(observed.active_days[0], minlength=observed.members) > 1).sum())
    if again < FEWEST_AGAIN:
        raise RequestError(
            f"{label}: {plural(again, 'member')} acted on a second day, and {FEWEST_AGAIN} are needed to fit how people "
            "return; give a log of everything they do"
        )
    gone = int((observed.end - observed.last >= SILENT * DAY).sum())
    if gone < FEWEST_GONE:
        raise RequestError(
            f"{label}: {plural(gone, 'member')} had been silent for {SILENT} days at its end: nobody churns, so nothing "
            "can be fitted to how people go; give a longer log, or include those who have left"
        )
    part = 1.0
    if observed.members > MOST_MEMBERS:
        part = MOST_MEMBERS / observed.members
        observed = sampled(observed, part)
    past = Past(label, observed, window, part, report)
    last = int(np.flatnonzero(past.joins)[-1])
    if last < window:
        raise RequestError(
            f"{label}: nobody joins after day {last} of {days}, and a fit begins with an empty community that people join; "
            "found it from the log instead, with `kith run --from-log`"
        )
    return past


def sampled(o: Observed, part: float, seed: int = SEED) -> Observed:
    """A random part of the members with all that they did."""
    keep = np.random.default_rng(seed).random(o.members) < part
    rows = keep[o.member]
    number = np.cumsum(keep) - 1
    target = np.where((o.target >= 0) & (o.target < o.members), o.target, 0)
    known = (o.target >= 0) & (o.target < o.members) & keep[target]
    return replace(
        o,
        member=number[o.member[rows]],
        time=o.time[rows],
        target=np.where(known, number[target], -1)[rows],
        members=int(keep.sum()),
        value=None if o.value is None else o.value[rows],
        contribution=o.contribution[rows],
        registered=None,
    )


def windows_of(o: Observed, window: int) -> tuple[Floats, Floats]:
    """Members who act and actions in each complete window, both (windows,)."""
    number = o.days // window
    day = (o.time - o.start) // DAY // window
    actives = np.bincount(o.windows(window)[1], minlength=number)[:number]
    actions = np.bincount(day[day < number], minlength=number)
    return actives.astype(float), actions.astype(float)
