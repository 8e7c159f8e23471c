"""Newcomers: the steps they reach, and how long they stay."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

STAGES = ("heard", "joined", "contributed", "stayed", "brought")
"""Steps of the funnel; each counts people who also made every step before it."""

STAGE_WORDS = {
    "heard": "heard of it",
    "joined": "joined",
    "contributed": "contributed",
    "stayed": "… and stayed 90 days",
    "brought": "… and invited somebody",
}
SETTLED = 90
"""Days after which a newcomer counts as having stayed."""

STEP = 7
"""Days between points of the survival curve."""


def funnel(record: Any) -> dict[str, float]:
    """How many newcomers of a run made each step.

    Newcomers of the last 90 days cannot have stayed that long yet, so the last steps are small in a short run.
    """
    new = newcomers(record.members)
    days = new["lapsed_day"].fillna(record.days) - new["joined_day"]
    contributed = new["contributions"] > 0
    stayed = contributed & (days >= SETTLED)
    unaware = record.series["unaware"]
    size = record.plan.parameters.market.size
    founders = int((record.members["channel"] == "founder").sum())
    return {
        "heard": float(size - founders - unaware.iloc[-1]),
        "joined": float(new["person"].nunique()),
        "contributed": float(new["person"][contributed].nunique()),
        "stayed": float(new["person"][stayed].nunique()),
        "brought": float(new["person"][stayed & (new["invited_joins"] > 0)].nunique()),
    }


def survival(record: Any) -> "pd.Series":
    """Share of newcomers who have neither fallen silent nor left, by days since they joined (Kaplan & Meier 1958).

    Who has not at the end counts for as long as was seen. Every seventh day up to the length of the run.
    """
    import pandas as pd

    new = newcomers(record.members)
    tenure = (new["lapsed_day"].fillna(record.days) - new["joined_day"]).clip(lower=0).to_numpy(int)
    left = new["lapsed_day"].notna().to_numpy()
    most = record.days + 1
    exits = np.bincount(tenure[left], minlength=most)[:most]
    at_risk = np.cumsum(np.bincount(tenure, minlength=most)[::-1])[::-1][:most]
    with np.errstate(invalid="ignore", divide="ignore"):
        stay = np.where(at_risk > 0, 1.0 - exits / at_risk, np.nan)
    curve = pd.Series(np.append(1.0, np.cumprod(stay)[:-1]), index=range(most))
    return curve.iloc[::STEP]


def newcomers(members: "pd.DataFrame") -> "pd.DataFrame":
    """Memberships begun during the run."""
    return members[members["channel"] != "founder"]
