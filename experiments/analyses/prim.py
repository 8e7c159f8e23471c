"""Boxes of worlds in which a plan fails, by PRIM: the patient rule induction method, by ema-workbench.

PRIM (Friedman & Fisher 1999, doi:10.1023/A:1008894516817; for scenario discovery Bryant & Lempert 2010,
doi:10.1016/j.techfore.2009.08.002) peels thin slices off the space of the levers, each time the one without which
failures are densest. Of the boxes on the way the one with the largest harmonic mean of coverage and density is taken,
and conditions that chance explains are dropped. As any search it finds boxes in noise, so it is judged: boxes found
in one half of the points are held against the other half.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kith.experiments.analyses.conditions import in_words
from kith.experiments.statistics.units import with_units
from kith.experiments.studies.formulas import Formula
from kith.experiments.studies.results import levers_of, runs_frame
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study
from kith.experiments.words import wording
from kith.extras import demand

type Flags = npt.NDArray[np.bool_]
type Limits = dict[str, tuple[float, float]]

MOST_BOXES = 3
REST = 10
"failing points outside of the boxes below which no further one is looked for"
BY_CHANCE = 0.05
"a condition without which the box would be as dense with this probability is dropped"
SEED = 1


@dataclass(frozen=True)
class Boxes:
    """Boxes in which failures are dense, and how they do on points that they were not found in."""

    table: pd.DataFrame
    "a row per box: rule, points, failing, density (share of its points that fail), coverage (share of failures in it)"
    share: float
    "of all points that fail"
    held_density: float
    "of points held out that lie in a box of the other half, the share that fails; NaN if none does"
    held_coverage: float
    "of failures held out, the share in a box of the other half"
    p: float
    "probability of as many failures in these boxes or more, if boxes told nothing (hypergeometric)"
    tells: tuple[str, ...] = ()
    "the columns that conditions are about"

    @property
    def holds(self) -> bool:
        """Whether the boxes are better than chance on points that were held out."""
        return self.p <= BY_CHANCE

    @property
    def words(self) -> str:
        """The first box, and the judgement, in two sentences."""
        if self.table.empty:
            return "PRIM finds no box in which failures are denser than elsewhere."
        first = self.table.iloc[0]
        head = (
            f"PRIM: {wording.per_cent(first['density'])} of {first['points']} points fail where {first['rule']}, "
            f"{wording.per_cent(first['coverage'])} of all that fail."
        )
        if np.isnan(self.held_density):
            return f"{head} No point that was held out lies in a box found without it."
        verdict = "" if self.holds else " That is no better than chance."
        return (
            f"{head} Of points held out, {wording.per_cent(self.held_density)} fail inside and "
            f"{wording.per_cent(self.share)} anywhere (p = {self.p:.2g}).{verdict}"
        )


def boxes_of(x: pd.DataFrame, failed: Flags) -> Boxes:
    """The boxes over a table of numbers, and how boxes of one half do on the other.

    Parameters
    ----------
    x : a row per point, a column per lever; columns named `lever = word` are 0 or 1.
    failed : whether each point fails.

    Raises
    ------
    ExtraMissing
        ema-workbench is not installed.
    """
    from scipy.stats import hypergeom

    demand("discovery")
    found = _found(x, failed)
    order = np.random.default_rng(SEED).permutation(len(x))
    order = np.concatenate([order[failed[order]], order[~failed[order]]])
    first, other = order[::2], order[1::2]
    inside = _inside(x.iloc[other], _found(x.iloc[first], failed[first]))
    hit = failed[other]
    caught = int((inside & hit).sum())
    rows, rest = [], np.ones(len(x), bool)
    for limits in found:
        within = _inside(x, [limits]) & rest
        rows.append(
            {
                "rule": in_words(limits, lowest_counts=True),
                "points": int(within.sum()),
                "failing": int(failed[within].sum()),
                "density": float(failed[within].mean()),
                "coverage": float(failed[within].sum() / failed.sum()),
            }
        )
        rest &= ~within
    return Boxes(
        with_units(pd.DataFrame(rows, columns=["rule", "points", "failing", "density", "coverage"])),
        float(failed.mean()),
        float(hit[inside].mean()) if inside.any() else np.nan,
        caught / int(hit.sum()),
        float(hypergeom.sf(caught - 1, len(other), int(hit.sum()), int(inside.sum()))),
        tuple(dict.fromkeys(name for limits in found for name in limits)),
    )


def for_workbench(
    study: Study, store: Store, scenario: str | None = None
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The points of a study as what ema-workbench calls results: experiments, and an array for each outcome.

    The outcomes, means over a point's runs, are registered with ema-workbench as scalars, so that its own functions
    take them, `save_results` included.

    Raises
    ------
    ExtraMissing
        ema-workbench is not installed.
    """
    demand("discovery")
    with _quiet():
        from ema_workbench import ScalarOutcome
        from ema_workbench.em_framework.outcomes import register

    frame = runs_frame(study, store, study.outcomes)
    frame = frame[frame["error"].isna()]
    by = frame.groupby(["scenario", "point"], sort=False)
    levers = levers_of(frame, study)
    experiments = by[levers].first().reset_index()
    experiments = experiments.rename(columns={"scenario": "policy"}).assign(model="kith")
    outcomes = [name for name in study.outcomes if name in frame]
    means = by[outcomes].mean().reset_index()
    if scenario is not None:
        chosen = (experiments["policy"] == scenario).to_numpy()
        experiments, means = experiments[chosen], means[chosen]
    for name in outcomes:
        register(ScalarOutcome(name))
    experiments = experiments.drop(columns="point").reset_index(drop=True)
    return experiments, {name: means[name].to_numpy(float) for name in outcomes}


def failing(results: tuple[pd.DataFrame, dict[str, Any]], fails: str) -> Flags:
    """Whether each point of what `for_workbench` gives fails by a formula: the `y` of ema-workbench's own methods."""
    _, outcomes = results
    formula = Formula(fails)
    rows = pd.DataFrame(outcomes)[list(formula.names)].to_dict("records")
    return np.array([bool(formula({str(k): v for k, v in row.items()})) for row in rows], bool)


def _found(x: pd.DataFrame, failed: Flags) -> list[Limits]:
    """The conditions of each box, one after the other: each is looked for in what the others leave."""
    with _quiet():
        from ema_workbench.analysis import prim

    found: list[Limits] = []
    left = np.ones(len(x), bool)
    while len(found) < MOST_BOXES and failed[left].sum() >= REST:
        xs, ys = x[left].reset_index(drop=True), failed[left]
        with _quiet():
            box = prim.Prim(xs, ys.astype(int)).find_box()
        path = box.peeling_trajectory
        both = 2 * path["coverage"] * path["density"] / (path["coverage"] + path["density"])
        limits = _without_chance(_limits(box.box_lims[int(both.idxmax())], xs), xs, ys)
        inside = _inside(xs, [limits])
        if not limits or ys[inside].mean() <= ys.mean():
            break
        found.append(limits)
        left[np.flatnonzero(left)[inside]] = False
    return found


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what ema-workbench warns of: packages that it could use, and what pandas is about to change in it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _limits(box: pd.DataFrame, x: pd.DataFrame) -> Limits:
    """Lever -> its lowest and highest value in the box, of levers that the box restricts."""
    limits = {}
    for name in x:
        low, high = float(box[name].iloc[0]), float(box[name].iloc[1])
        if low > x[name].min() or high < x[name].max():
            limits[str(name)] = (
                low if low > x[name].min() else -np.inf,
                high if high < x[name].max() else np.inf,
            )
    return limits


def _without_chance(limits: Limits, x: pd.DataFrame, failed: Flags) -> Limits:
    """The conditions without those that chance explains (the quasi-p-values of Bryant & Lempert 2010), the weakest first."""
    from scipy.stats import binom

    while limits:
        inside = _inside(x, [limits])
        chances = {}
        for name in limits:
            wider = _inside(x, [{other: ends for other, ends in limits.items() if other != name}])
            chances[name] = float(binom.sf(failed[inside].sum() - 1, inside.sum(), failed[wider].mean()))
        weakest = max(chances, key=lambda name: chances[name])
        if chances[weakest] <= BY_CHANCE:
            break
        limits = {name: ends for name, ends in limits.items() if name != weakest}
    return limits


def _inside(x: pd.DataFrame, boxes: list[Limits]) -> Flags:
    """Whether each point is in one of the boxes."""
    inside = np.zeros(len(x), bool)
    for limits in boxes:
        within = np.ones(len(x), bool)
        for name, (low, high) in limits.items():
            within &= x[name].between(low, high).to_numpy(bool)
        inside |= within
    return inside
