"""What to measure next: the parameters ranked by how much knowing them would narrow an answer.

Over draws of the posterior, the squared correlation of an answer with a parameter is the share of the answer's variance
that goes if the parameter becomes known, as far as the answer follows it along a line. It is corrected for chance, as any
two columns of few numbers correlate, and multiplied by the share of the variance that parameters have at all, where
luck has the rest.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from kith.experiments.calibration.calibrate import Calibration
from kith.experiments.calibration.priors import Floats

if TYPE_CHECKING:
    import pandas as pd

HOW: Mapping[str, str] = {
    "contribution.mean_rate": "count visits as well as contributions: how often somebody who looks in says something",
    "contribution.propensity_sigma": "keep the whole list of members, so that those who never contribute are seen too",
    "contribution.burst_gain": "record visits with their times, to see if a contribution brings somebody back the same week",
    "contribution.burst_half_life": "record visits with their times, to see how fast a burst of activity fades",
    "contribution.follow_on": "record which contribution answers which other one",
    "contribution.reply_ceiling": "record which questions were answered and which were not, also after a long time",
    "visiting.budget_hours": "ask some members how many hours a month they have for the community, or log visits",
    "churn.base_hazard": "record departures, or ask members who have been silent for months whether they have left",
    "churn.newcomer_factor": "ask newcomers after a week and a month whether they mean to stay",
    "churn.newcomer_half_life": "ask newcomers after a week, a month and three whether they mean to stay",
    "dormancy.waking_rate": "keep the log for longer, and note what made members return after a silence",
    "market.eagerness": "ask members when they first heard of the community, and how much time they have",
}
"""Parameter -> what a community could record or ask to learn it."""

PLAIN: Mapping[str, str] = {
    "contribution.mean_rate": "contributions per visit",
    "contribution.propensity_sigma": "how unequally members contribute",
    "contribution.burst_gain": "how much a contribution leads to more of them",
    "contribution.burst_half_life": "days until such a burst has half faded",
    "contribution.follow_on": "how far contributions lead others to contribute",
    "contribution.reply_ceiling": "most that can get an answer",
    "visiting.budget_hours": "hours a month that members have for the community",
    "churn.base_hazard": "how often members stop coming",
    "churn.newcomer_factor": "how much more often newcomers stop coming",
    "churn.newcomer_half_life": "days until the newcomers' extra risk has halved",
    "dormancy.waking_rate": "how often members who fell silent come back",
    "market.eagerness": "how much sooner the keenest come",
}
"""Parameter -> what it is, for those who do not know the model."""

FEWEST = 8
"draws below which no correlation is worth a rank"


def next_measures(fit: Calibration, worlds: Floats, answers: Floats, share: float = 1.0) -> "pd.DataFrame":
    """A row per parameter, the most useful first: the expected reduction of the variance of an answer, a share.

    Parameters
    ----------
    worlds : draws of the posterior, (draws, parameters).
    answers : the answer at each, (draws,).
    share : of the answer's variance that is the parameters'; 1 if `answers` has luck in it already.
    """
    import pandas as pd

    number = len(np.unique(worlds, axis=0))
    identified = dict(zip(fit.parameters["parameter"], fit.parameters["identified"], strict=True))
    rows = [
        {
            "parameter": name,
            "identified": bool(identified[name]),
            "reduction": share * _explained(column, answers, number),
            "how": HOW.get(name, ""),
        }
        for name, column in zip(fit.priors, worlds.T, strict=True)
    ]
    return pd.DataFrame(rows).sort_values("reduction", ascending=False, kind="stable").reset_index(drop=True)


def _explained(z: Floats, answers: Floats, number: int) -> float:
    """The squared correlation, less what chance alone would give."""
    if number < FEWEST or np.ptp(z) == 0.0 or np.ptp(answers) == 0.0:
        return 0.0
    squared = float(np.corrcoef(z, answers)[0, 1]) ** 2
    return max(0.0, 1.0 - (1.0 - squared) * (number - 1) / (number - 2))
