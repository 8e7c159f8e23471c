"""The statistics of a fit: curves of actives and actions, and shares, inequality and rhythm, of a log or a run.

Curves and other positive numbers are compared as logarithms, shares as they are. The model is believed to be
off by `DISCREPANCY` even with the best parameters: 15 % where logarithms are compared, .05 of a share.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kith.experiments.calibration.past import windows_of
from kith.experiments.calibration.priors import Floats
from kith.experiments.evidence.estimates import LEAST, Estimate, intervals
from kith.experiments.evidence.observation import DAY, Observed
from kith.experiments.evidence.participation import participation
from kith.experiments.evidence.replies import replies
from kith.experiments.evidence.silence import silence
from kith.experiments.evidence.survival import survival

SHARES = (
    *("again_d1_7", "r7", "r30", "r90", "survival_26w", "survival_52w", "survival_104w"),
    *("return_30d", "return_90d", "once", "one_day", "lost_month"),
    *("active_d8_30", "active_d31_90", "active_d91_180", "active_d181_365", "active_d366_730"),
    *("gini", "top1", "top10", "monthly_contributors", "answered_1d"),
)
POSITIVE = ("actions_per_active_month", "actions_per_active_day", "active_days", "gap_median", "gap_90")
BLOCKS = 8
"parts of equal length of the time that is fitted, in each of which actives and actions are averaged"
STAYS = (8, 61)
"ages between which those who joined in each third of the time act again"
THIRDS = 3
LOG_DISCREPANCY, SHARE_DISCREPANCY = 0.15, 0.05
FLOOR = 0.3
"added before a logarithm is taken, so that an empty window has one"
REPLICATES = 60
WIDTH = 2.0 * 1.96
"width of a 95 % interval in standard errors"


def is_share(name: str) -> bool:
    """Whether a statistic is a share; all others are compared as logarithms."""
    return name in SHARES or name.startswith("stay_")


def scaled(name: str, value: float) -> float:
    """A value on the scale on which it is compared."""
    return float(value) if is_share(name) else float(np.log(value + FLOOR))


def unscaled(name: str, value: float) -> float:
    """The value that is compared as this."""
    return float(value) if is_share(name) else float(max(0.0, np.exp(value) - FLOOR))


def discrepancy(name: str) -> float:
    """By how much the model is believed to be off, on the scale of comparison."""
    return SHARE_DISCREPANCY if is_share(name) else LOG_DISCREPANCY


def curves(actives: Floats, actions: Floats) -> dict[str, float]:
    """Means of actives and actions in each block of windows."""
    out = {}
    for name, values in (("actives", actives), ("actions", actions)):
        for nth, block in enumerate(np.array_split(values, min(BLOCKS, len(values)))):
            out[f"{name}_{nth + 1}"] = float(block.mean())
    return out


def curve_errors(o: Observed, window: int) -> dict[str, float]:
    """Standard error of the logarithm of each block's mean actives and actions, given when members came.

    Those who came in the same block of the time are taken for alike: what they did in a block is a sum over as many
    independent members. A few who do most, or founders of whom there are two, make it large.
    """
    number = o.days // window
    blocks = np.array_split(np.arange(number), min(BLOCKS, number))
    of_window = np.repeat(np.arange(len(blocks)), [len(block) for block in blocks])
    came = np.minimum((o.first - o.start) // DAY // window, number - 1)
    acted, when = o.windows(window)
    day = (o.time - o.start) // DAY // window
    seen = {
        "actives": (acted[when < number], when[when < number]),
        "actions": (o.member[day < number], day[day < number]),
    }
    out = {}
    for name, (member, at) in seen.items():
        done = np.zeros((o.members, len(blocks)))
        np.add.at(done, (member, of_window[at]), 1.0)
        for nth, block in enumerate(blocks):
            mean = done[:, nth].sum() / len(block)
            spread = np.sqrt(_variance_of_sum(done[:, nth], of_window[came], len(blocks))) / len(block)
            out[f"{name}_{nth + 1}"] = float(spread / (mean + FLOOR))
    return out


def _variance_of_sum(values: Floats, group: npt.NDArray[np.int64], groups: int) -> float:
    """Variance of the sum of values, (n,), that are independent and alike within groups, (n,); one alone may be nought or twice."""
    size = np.bincount(group, minlength=groups)
    total = np.bincount(group, values, minlength=groups)
    squares = np.bincount(group, values**2, minlength=groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        several = size / (size - 1.0) * (squares - total**2 / size)
    return float(np.where(size > 1, several, squares).sum())


def _estimates(o: Observed) -> dict[str, Estimate]:
    known = survival(o) | silence(o) | participation(o) | replies(o)
    if not bool((o.target >= 0).any()):
        known.pop("answered_1d")
    return {name: known[name] for name in (*SHARES, *POSITIVE) if name in known}


def _stays(o: Observed) -> dict[str, float]:
    """Of those who joined in each third, followed long enough: the share who act between two ages."""
    low, high = STAYS
    acts, followed = o.acted(low, high), o.followed >= high
    third = ((o.first - o.start) * THIRDS) // (o.end - o.start)
    out = {}
    for nth in range(THIRDS):
        among = followed & (third == nth)
        if among.sum() >= LEAST:
            out[f"stay_{nth + 1}"] = float(acts[among].mean())
    return out


def statistics_of(o: Observed, window: int) -> dict[str, float]:
    """Every statistic of a fit that a log or a run can tell."""
    values = {name: e.value for name, e in _estimates(o).items()} | _stays(o)
    return curves(*windows_of(o, window)) | {k: v for k, v in values.items() if np.isfinite(v)}


@dataclass(frozen=True)
class Target:
    """What a fit has to meet: statistics of the past, (statistics,), on the scale of comparison."""

    names: tuple[str, ...]
    values: Floats
    errors: Floats
    "discrepancy and sampling error of the log, as independent parts"
    tolerances: Floats
    "half-width within which a fitted statistic counts as met: the discrepancy, or the log's own 95 % interval if wider"
    as_they_are: bool = False
    "whether numbers are compared without a logarithm"

    def of(self, run: Mapping[str, float]) -> Floats:
        """The statistics of a run in the same order, NaN where it cannot tell."""
        return np.array(
            [self.inward(name, run[name]) if name in run else np.nan for name in self.names], float
        )

    def inward(self, name: str, value: float) -> float:
        """A value on the scale of comparison."""
        return value if self.as_they_are else scaled(name, value)

    def outward(self, name: str, value: float) -> float:
        """The value that is compared as this."""
        return value if self.as_they_are else unscaled(name, value)

    def some(self, keep: npt.NDArray[np.bool_]) -> "Target":
        """Some of the statistics, (statistics,)."""
        names = tuple(name for name, kept in zip(self.names, keep, strict=True) if kept)
        return Target(names, self.values[keep], self.errors[keep], self.tolerances[keep], self.as_they_are)


def target_of(o: Observed, window: int, replicates: int = REPLICATES, whole: bool = True) -> Target:
    """The statistics of a log with their errors and tolerances.

    Of a random part of the members, not `whole`, it is not asked who was answered: most answers came from others.
    """
    values = statistics_of(o, window)
    if not whole:
        values.pop("answered_1d", None)
    between = intervals(_estimates(o), o.members, replicates)
    of_curves = curve_errors(o, window)
    names, errors, tolerances = [], [], []
    for name, value in values.items():
        low, high = between.get(name, (value, value))
        half = (scaled(name, high) - scaled(name, low)) / 2.0
        sampling = of_curves.get(name, half / 1.96 if np.isfinite(half) else 0.0)
        names.append(name)
        errors.append(float(np.hypot(discrepancy(name), sampling)))
        tolerances.append(max(discrepancy(name), 1.96 * sampling))
    return Target(
        tuple(names),
        np.array([scaled(name, value) for name, value in values.items()]),
        np.array(errors),
        np.array(tolerances),
    )


def late_cohort(o: Observed, origin: int, horizon: int) -> float:
    """Of those who joined in as many days before a date as lie in half the horizon: who acts in its second half."""
    half = horizon // 2
    day = (o.first - o.start) // DAY
    cohort = (day >= origin - half) & (day < origin)
    if cohort.sum() < LEAST:
        return float("nan")
    when = (o.time - o.start) // DAY
    acts = np.zeros(o.members, bool)
    acts[o.member[(when >= origin + half) & (when < origin + horizon)]] = True
    return float(acts[cohort].mean())
