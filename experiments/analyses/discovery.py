"""Scenario discovery: under which conditions does a scenario fail?

A shallow classification tree (CART; Breiman et al. 1984) over the levers separates failing points from
the others by rules that can be read (Bryant & Lempert 2010, doi:10.1016/j.techfore.2009.08.002; Lempert,
Bryant & Bankes 2008 find CART and PRIM alike). A tree finds rules in pure noise as well, so it is
judged on held-out points, against trees grown on shuffled failures.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kith.experiments.analyses.conditions import in_words
from kith.experiments.analyses.prim import Boxes, boxes_of
from kith.experiments.errors import StudyError
from kith.experiments.statistics.tables import check_outcomes
from kith.experiments.statistics.units import with_units
from kith.experiments.studies.formulas import Formula
from kith.experiments.studies.results import levers_of, runs_frame
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study
from kith.experiments.words import wording

DEPTH = 3
"Conditions in a rule, at most."
WORTH = 0.01
"Impurity that a further leaf must remove, else it is pruned."
FOLDS, SHUFFLES, SEED = 5, 99, 1
FEWEST = 5 * FOLDS
"Failing points, and others, below which there is nothing to learn from."
CONVINCING = 0.05
PER_LEVER = 10
"""Points of the rarer kind for each lever: below it, rules follow the sample (Peduzzi et al. 1996,
doi:10.1016/S0895-4356(96)00236-3)."""


@dataclass(frozen=True)
class Discovery:
    """Where a scenario fails, and whether the rules are better than chance."""

    fails: str
    "the formula over indicators that defines failure"
    share: float
    "of points that fail"
    rules: pd.DataFrame
    "a row per leaf, the worst first: rule, points, failing, share (in sample)"
    accuracy: float
    "balanced accuracy on held-out points; 0.5 is chance"
    p: float
    "share of trees on shuffled failures that were as accurate"
    worlds: pd.DataFrame
    "a row per point: its levers, words as a column of 0 and 1 each, and whether it `fails`"
    tells: tuple[str, ...]
    "the columns used by the rules, the most informative first"
    boxes: Boxes | None = None
    "of PRIM, if it was asked for"

    @property
    def holds(self) -> bool:
        """Whether the tree is better than chance."""
        return self.p <= CONVINCING and self.accuracy > 0.5

    @property
    def points_needed(self) -> int:
        """Points at which there would be `PER_LEVER` of the rarer kind for each lever, at this share of failures."""
        levers = self.worlds.shape[1] - 1
        return size_needed(min(self.share, 1 - self.share), PER_LEVER * levers)

    @property
    def size_advice(self) -> str:
        """Whether the sample is large enough to learn from; empty if it is."""
        points = len(self.worlds)
        if points >= self.points_needed:
            return ""
        return (
            f"For {wording.plural(self.worlds.shape[1] - 1, 'lever')} and this share of failures, {self.points_needed:,} points are "
            f"advisable ({PER_LEVER} of the rarer kind for each lever); there are {points:,}."
        )

    @property
    def words(self) -> str:
        """The result in a few sentences."""
        head = f"{self.fails} at {wording.per_cent(self.share)} of {wording.plural(int(self.rules['points'].sum()), 'point')}."
        judged = (
            f"On points held out from training, the tree is right in {wording.per_cent(self.accuracy)} of cases "
            f"(balanced accuracy; chance level: 50 %; p = {self.p:.2g})."
        )
        if not self.holds:
            return f"{head} No rule over the levers predicts failure better than chance. {judged} {self.size_advice}".strip()
        worst, best = self.rules.iloc[0], self.rules.iloc[-1]
        return (
            f"{head} Most often where {worst['rule']} ({wording.per_cent(worst['share'])} of {worst['points']}), least "
            f"often where {best['rule']} ({wording.per_cent(best['share'])} of {best['points']}). {judged} {self.size_advice}"
        ).strip()


def discover(
    study: Study, store: Store, fails: str, scenario: str | None = None, prim: bool = False
) -> Discovery:
    """Rules over levers that predict where a scenario fails.

    Parameters
    ----------
    study, store : a sample of worlds, such as a latin_hypercube over priors, and where its runs are.
    fails : a formula over indicators such as `margin < 0`, judged on the means over a point's runs.
    scenario : whose points; by default the study's only one.
    prim : whether to look for boxes as well, by ema-workbench (`kith.experiments.analyses.prim`).

    Raises
    ------
    StudyError
        If fewer than `FEWEST` points fail, or fewer than that do not.
    """
    formula = Formula(fails)
    check_outcomes(formula.names)
    frame = runs_frame(study, store, list(formula.names))
    points = _of_scenario(frame[frame["error"].isna()], scenario).dropna(subset=list(formula.names))
    levers = [name for name in levers_of(points, study) if name in {lever.name for lever in study.lever}]
    by = points.groupby("point")
    failed = np.array([bool(formula(row)) for row in by[list(formula.names)].mean().to_dict("records")], bool)
    x = _numbers(by[levers].first())
    found = grown(x, failed, fails)
    return replace(found, boxes=boxes_of(x.reset_index(drop=True), failed)) if prim else found


def grown(x: pd.DataFrame, failed: npt.NDArray[np.bool_], fails: str) -> Discovery:
    """The tree over a table of numbers, and how it does on points that it did not see.

    Parameters
    ----------
    x : a row per point, a column per lever.
    failed : whether each point fails.
    fails : what that is called.
    """
    from sklearn.model_selection import StratifiedKFold, permutation_test_score
    from sklearn.tree import DecisionTreeClassifier

    if min(failed.sum(), (~failed).sum()) < FEWEST:
        rarer = min(failed.mean(), 1 - failed.mean())
        way_out = f"about {size_needed(rarer, FEWEST):,} points" if rarer > 0 else "another formula"
        raise StudyError(
            f"{fails} is true at {failed.sum()} of {len(failed)} points; to learn rules, at least {FEWEST} points must fail "
            f"and {FEWEST} must not; use {way_out}" + (" or another formula" if rarer > 0 else "")
        )
    tree = DecisionTreeClassifier(
        max_depth=DEPTH,
        min_samples_leaf=max(5, len(x) // 20),
        ccp_alpha=WORTH,
        class_weight="balanced",
        random_state=SEED,
    )
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    accuracy, _, p = permutation_test_score(
        tree,
        x.to_numpy(float),
        failed,
        cv=folds,
        scoring="balanced_accuracy",
        n_permutations=SHUFFLES,
        random_state=SEED,
    )
    tree.fit(x.to_numpy(float), failed)
    weights = pd.Series(tree.feature_importances_, index=x.columns).sort_values(
        ascending=False, kind="stable"
    )
    return Discovery(
        fails,
        share=float(failed.mean()),
        rules=_rules(tree, x, failed),
        accuracy=float(accuracy),
        p=float(p),
        worlds=with_units(x.reset_index(drop=True).assign(fails=failed)),
        tells=tuple(str(name) for name in weights[weights > 0].index),
    )


def size_needed(share: float, rarer: int) -> int:
    """Points in which `rarer` of a share of them are expected, rounded up to two digits."""
    points = rarer / share
    unit = 10 ** max(0, math.floor(math.log10(points)) - 1)
    return math.ceil(points / unit - 1e-9) * unit


def _of_scenario(frame: pd.DataFrame, scenario: str | None) -> pd.DataFrame:
    available = list(frame["scenario"].unique())
    if scenario is None and len(available) > 1:
        raise StudyError(
            f"the study has several scenarios, {wording.listed(available)}; choose one with scenario"
        )
    if scenario is not None and scenario not in available:
        raise StudyError(
            f"scenario {scenario}: has no results; scenarios with results: {wording.listed(available) or 'none'}"
        )
    return frame if scenario is None else frame[frame["scenario"] == scenario]


def _numbers(levers: pd.DataFrame) -> pd.DataFrame:
    """Words as a column of 0 and 1 for each, everything else as it is."""
    words = [name for name in levers if levers[name].map(type).eq(str).any()]
    return pd.get_dummies(levers, columns=words, prefix_sep=" = ").astype(float)


def _rules(tree: Any, x: pd.DataFrame, failed: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """A row per leaf, the worst first."""
    leaf = tree.apply(x.to_numpy(float))
    by = pd.DataFrame({"leaf": leaf, "failed": failed}).groupby("leaf")["failed"]
    frame = pd.DataFrame({"points": by.size(), "failing": by.sum(), "share": by.mean()}).reset_index()
    paths = _paths(tree.tree_, list(x.columns))
    frame.insert(0, "rule", [in_words(paths[k], lowest_counts=False) for k in frame.pop("leaf")])
    return with_units(frame.sort_values("share", ascending=False, kind="stable", ignore_index=True))


def _paths(tree: Any, names: list[str]) -> dict[int, dict[str, tuple[float, float]]]:
    """Leaf -> lever -> the interval (low, high] that it must be in."""
    limits: dict[int, dict[str, tuple[float, float]]] = {}
    waiting: list[tuple[int, dict[str, tuple[float, float]]]] = [(0, {})]
    while waiting:
        node, path = waiting.pop()
        if tree.children_left[node] < 0:
            limits[node] = path
            continue
        name, cut = names[tree.feature[node]], float(tree.threshold[node])
        low, high = path.get(name, (-np.inf, np.inf))
        waiting.append((int(tree.children_left[node]), path | {name: (low, min(high, cut))}))
        waiting.append((int(tree.children_right[node]), path | {name: (max(low, cut), high)}))
    return limits
