"""Regret: what a policy loses in each world against the policy that is best there.

Regret (Savage 1951, doi:10.1080/01621459.1951.10500768) ranks decisions where nobody can say how likely the worlds
are: the least largest regret over worlds is the choice of minimax regret; the mean and the 90 % quantile say more of
a sample of worlds (Lempert et al. 2006, doi:10.1287/mnsc.1050.0472). The best of several noisy means is too good, so
regret is too large where runs are few: `between` gives it with the best policy chosen by all seeds but one and judged
by that one, which errs to the other side (`kith.experiments.statistics.cross_fitting`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from kith.experiments.errors import StudyError
from kith.experiments.statistics.cross_fitting import regrets_elsewhere
from kith.experiments.statistics.tables import check_outcomes
from kith.experiments.statistics.units import with_units
from kith.experiments.studies.results import levers_of, runs_frame
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study
from kith.experiments.words import wording
from kith.experiments.words.assumptions import shown
from kith.sim.results.definitions import describe

type Floats = npt.NDArray[np.float64]

RESAMPLES, SEED = 1_999, 1
FEWEST = 4
"worlds below which there is no interval"
HIGH = 0.9


@dataclass(frozen=True)
class Regret:
    """The regret of each policy of a study over its worlds."""

    study: Study
    outcome: str
    lower: bool
    "whether less of the outcome is better"
    table: pd.DataFrame
    """a row per policy, the least mean regret first: policy, worlds, mean (of the outcome), best_in (share of worlds),
    regret with low and high (mean over worlds, interval from a bootstrap over worlds), regret_90, largest, between"""
    worlds: pd.DataFrame
    "a row per world and policy: the levers, the outcome, and regret"
    left_out: int = 0
    "worlds in which a policy has no value"

    @property
    def words(self) -> str:
        """Which policy is chosen by which rule."""
        unit = describe(self.outcome)[0]
        first = self.table.iloc[0]
        least = self.table.loc[self.table["largest"].idxmin()]
        what = f"{wording.title(self.outcome)}, where {'less' if self.lower else 'more'} is better, in {wording.plural(int(first['worlds']), 'world')}:"
        mean = f"{first['policy']} has the least mean regret ({_amount(first['regret'], unit)}, best in {wording.per_cent(first['best_in'])} of worlds)"
        if least["policy"] == first["policy"]:
            rest = f"and the least largest regret ({_amount(least['largest'], unit)})"
        else:
            rest = f"{least['policy']} the least largest regret ({_amount(least['largest'], unit)} against {_amount(first['largest'], unit)})"
        lost = (
            f" {wording.subject(self.left_out, 'world')} left out, as a policy has no value there."
            if self.left_out
            else ""
        )
        return f"{what} {mean}, {rest}.{lost}"


def regret(
    study: Study, store: Store, outcome: str | None = None, policies: Sequence[str] = (), lower: bool = False
) -> Regret:
    """The regret of the scenarios of a study, and of the values of levers that are decisions, over all other levers.

    Parameters
    ----------
    study, store : whose points; the design has to have every policy in every world, as several scenarios have, or a grid.
    outcome : what is lost; by default the study's first.
    policies : levers that are decisions; the others are the world.
    lower : whether less of the outcome is better.

    Raises
    ------
    StudyError
        There is one policy only, or no world in which all of them have a value.
    """
    outcome = study.outcomes[0] if outcome is None else outcome
    check_outcomes((outcome,))
    frame = runs_frame(study, store, [outcome])
    levers = [name for name in levers_of(frame, study) if name in {lever.name for lever in study.lever}]
    levers = levers or levers_of(frame, study)
    unknown = next((name for name in policies if name not in levers), None)
    if unknown is not None:
        raise StudyError(f"--policy {unknown}: is not a lever of the study; choose from {', '.join(levers)}")
    around = [name for name in levers if name not in policies]
    frame = frame[frame["error"].isna()].dropna(subset=[outcome])
    frame = frame.assign(
        policy=[_policy(row, policies) for row in frame.to_dict("records")],
        world=frame.groupby(around, sort=False, dropna=False).ngroup() if around else 0,
    )
    names = list(frame["policy"].unique())
    if len(names) < 2:
        raise StudyError(
            "regret compares policies: the study needs several scenarios with results, or name levers that are "
            "decisions with --policy"
        )
    means = frame.pivot_table(index="world", columns="policy", values=outcome, aggfunc="mean")[names]
    complete = means.dropna()
    if complete.empty:
        raise StudyError(
            f"no world has a value for each of {wording.listed(names)}; the design has to have every policy in every "
            "world, as a grid has"
        )
    sign = -1.0 if lower else 1.0
    lost = _lost(sign * complete.to_numpy(float))
    halves = _between(frame[frame["world"].isin(complete.index)], names, outcome, sign)
    long = complete.stack().rename(outcome).reset_index()
    known = frame.groupby("world", sort=False)[around].first().reset_index() if around else None
    worlds = long if known is None else known.merge(long, on="world")
    regrets = pd.DataFrame(lost, complete.index, complete.columns).stack().rename("regret").reset_index()
    worlds = worlds.merge(regrets, on=["world", "policy"])
    rows = [_row(name, complete[name].to_numpy(float), lost[:, k], halves[k]) for k, name in enumerate(names)]
    table = pd.DataFrame(rows).sort_values("regret", kind="stable", ignore_index=True)
    unit = describe(outcome)[0]
    of_outcome = dict.fromkeys(("mean", "regret", "low", "high", "regret_90", "largest", "between"), unit)
    return Regret(
        study,
        outcome,
        lower,
        with_units(table, worlds="worlds", best_in="share", **of_outcome),
        with_units(worlds, regret=unit),
        len(means) - len(complete),
    )


def _policy(row: dict[str, object], policies: Sequence[str]) -> str:
    parts = [f"{name.rpartition('.')[2]} {_short(row[name])}" for name in policies]
    return f"{row['scenario']} ({', '.join(parts)})" if parts else str(row["scenario"])


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else shown(value)


def _lost(values: Floats) -> Floats:
    """The regret in each world, of each policy, where more is better."""
    return np.asarray(values.max(axis=1, keepdims=True) - values)


def _between(frame: pd.DataFrame, names: Sequence[str], outcome: str, sign: float) -> Floats:
    """The mean regret of each policy if the best is chosen by other seeds than those that judge it."""
    seeds = sorted(frame["seed"].unique())
    runs = frame.pivot_table(index="world", columns=["seed", "policy"], values=outcome)
    runs = runs.reindex(columns=pd.MultiIndex.from_product([seeds, names]))
    return regrets_elsewhere(sign * runs.to_numpy(float).reshape(len(runs), len(seeds), len(names)))


def _row(policy: str, values: Floats, lost: Floats, between: float) -> dict[str, object]:
    low, high = np.nan, np.nan
    if len(lost) >= FEWEST:
        drawn = np.random.default_rng(SEED).integers(0, len(lost), (RESAMPLES, len(lost)))
        low, high = np.quantile(lost[drawn].mean(axis=1), (0.025, 0.975))
    return {
        "policy": policy,
        "worlds": len(lost),
        "mean": float(values.mean()),
        "best_in": float((lost <= 0).mean()),
        "regret": float(lost.mean()),
        "low": float(low),
        "high": float(high),
        "regret_90": float(np.quantile(lost, HIGH)),
        "largest": float(lost.max()),
        "between": float(between),
    }


def _amount(value: float, unit: str) -> str:
    money = wording.unit_of(unit) if unit not in ("share", "members", "people") else ""
    return f"{wording.number(value, unit)} {money}".strip()
