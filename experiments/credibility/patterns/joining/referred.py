"""E2: referred members stay longer, while whoever has invited them is there.

A Cox model of lapsing (falling silent for the first time, or leaving), with tenure as time, among those who
joined during the run, by quarter of joining: referred with the referrer still there, referred with the
referrer gone, and all others as the reference; given how well the purpose fits them, because invitations
go to people who are alike. No parameter says that the referred stay longer. The placebo gives each
referred member the referrer of another who joined in the same quarter.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from kith.experiments.credibility.patterns.pattern import Arm, Pattern, Quantity, Records, Size, arm
from kith.sim.results.record import Record
from kith.sim.state.market import fit

DAYS = 1080
QUARTER = 90


def arms(size: Size) -> Mapping[str, Arm]:
    """Three years at the defaults of the baseline, where peers tie by half."""
    return {"baseline": arm("baseline", DAYS, size)}


def measure(records: Records) -> Mapping[str, float]:
    """Hazard ratios against those who were not referred."""
    record = records["baseline"][-1]
    there, gone = ratios(stretches(record))
    luck = np.random.default_rng(record.seed)
    placebo_there, placebo_gone = ratios(stretches(record, luck))
    return {
        "HR while the referrer is there": there,
        "HR after the referrer has gone": gone,
        "there relative to gone": there / gone,
        "there relative to gone, placebo": placebo_there / placebo_gone,
    }


def stretches(record: Record, luck: np.random.Generator | None = None) -> pd.DataFrame:
    """Rows of start, stop, event, there, gone, fit, quarter: a membership, cut on the day its referrer lapses.

    With `luck`, referrers are exchanged among the referred who joined in the same quarter.
    """
    m = record.members
    if luck is not None:
        m = m.assign(referrer=_exchanged(m, luck))
    ends = m["lapsed_day"].fillna(record.days).to_numpy(float)
    spans = m.assign(end=ends).groupby("person")["end"].apply(lambda e: np.sort(e.to_numpy()))
    width, direction = (
        record.plan.parameters.market.fit_width,
        record.plan.parameters.organisation.direction,
    )
    fits = fit(m["interest"].to_numpy(), direction, width)
    rows: list[tuple[float, float, bool, int, int, float, int]] = []
    new = (m["joined_day"] >= 0).to_numpy() & (m["channel"] != "return").to_numpy()
    for joined, end, lapsed, referrer, suits in zip(
        m.loc[new, "joined_day"],
        ends[new],
        m.loc[new, "lapsed_day"],
        m.loc[new, "referrer"],
        fits[new],
        strict=True,
    ):
        quarter, leaves = int(joined) // QUARTER, bool(lapsed == lapsed)
        stay = end - joined + leaves
        if np.isnan(referrer):
            rows.append((0.0, stay, leaves, 0, 0, suits, quarter))
            continue
        later = spans[referrer][spans[referrer] >= joined]
        cut = min(stay, (later[0] - joined + 1.0) if len(later) else 0.0)
        if cut > 0.0:
            rows.append((0.0, cut, leaves and cut == stay, 1, 0, suits, quarter))
        if cut < stay:
            rows.append((cut, stay, leaves, 0, 1, suits, quarter))
    return pd.DataFrame(rows, columns=["start", "stop", "event", "there", "gone", "fit", "quarter"])


def _exchanged(m: pd.DataFrame, luck: np.random.Generator) -> Any:
    """The referrers, permuted within quarters of joining."""
    referrer, quarter = m["referrer"].to_numpy(float).copy(), m["joined_day"].to_numpy() // QUARTER
    for joined_in in np.unique(quarter):
        referred = np.flatnonzero((quarter == joined_in) & ~np.isnan(referrer))
        referrer[referred] = luck.permutation(referrer[referred])
    return referrer


def ratios(rows: pd.DataFrame) -> Any:
    """exp(coefficient) of both states given fit, stratified by quarter of joining, shape (2,)."""
    from statsmodels.duration.hazard_regression import PHReg

    rows = rows[rows["stop"] > rows["start"]]
    model = PHReg(
        rows["stop"].to_numpy(float),
        rows[["there", "gone", "fit"]].to_numpy(float),
        status=rows["event"].to_numpy(int),
        entry=rows["start"].to_numpy(float),
        strata=rows["quarter"].to_numpy(),
    )
    return np.exp(model.fit(disp=0).params[:2])


PATTERN = Pattern(
    "E2",
    "referred members stay while their referrer does",
    "Referred members are less likely to fall silent, and no longer once whoever has invited them has.",
    "REF-HR, REF-cond: Schmitt et al. 2011, doi:10.1509/jm.75.1.46; Van den Bulte et al. 2018, doi:10.1509/jmr.14.0653",
    arms,
    measure,
    (
        Quantity("HR while the referrer is there", 0.65, 0.98, fine=True),
        Quantity("HR after the referrer has gone", 0.90, 1.10, fine=True),
        Quantity("there relative to gone"),
        Quantity("there relative to gone, placebo", 0.90, 1.10, fine=True),
    ),
)
