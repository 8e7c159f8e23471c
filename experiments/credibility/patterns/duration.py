"""Duration: a cohort is shorter-lived than an sBG fitted to its first half year predicts.

In eight event logs a shifted beta-geometric fitted to the survival of the first 26 weeks
predicts 4 to 12 points too many survivors at week 104: differences between people with constant
hazards are not enough. The model's cohorts are evaluated twice: by departure, and
as a log would show them, from the first action to the last with 90 days' silence as exit.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from kith.experiments.credibility.patterns.cohorts import newcomers, spells
from kith.experiments.credibility.patterns.pattern import Arm, Pattern, Quantity, Records, Size, arm

DAYS = 1460
FITTED, JUDGED = 26, 104
"weeks"
SILENCE = 90


def arms(size: Size) -> Mapping[str, Arm]:
    """Four years at the defaults."""
    return {"default": arm("baseline", DAYS, size)}


def measure(records: Records) -> Mapping[str, float]:
    """Points by which the sBG over-predicts survival at week 104."""
    record = records["default"][-1]
    joined = newcomers(record)
    actions = joined[joined["first_contribution"].notna()]
    length = (actions["last_contribution"] - actions["first_contribution"]).to_numpy(float)
    silent = (record.days - actions["last_contribution"] > SILENCE).to_numpy()
    by_departure, by_silence = over_prediction(*spells(joined, record.days)), over_prediction(length, silent)
    return {
        "points too many by departure": by_departure[0],
        "points too many by silence": by_silence[0],
        "survival at week 26 by departure": by_departure[2],
        "survival at week 26 by silence": by_silence[2],
        "survival at week 104 by departure": by_departure[1],
        "survival at week 104 by silence": by_silence[1],
    }


def over_prediction(length: Any, ended: Any) -> tuple[float, float, float]:
    """sBG of 26 weeks less Kaplan-Meier at week 104, in points; the latter; survival at week 26.

    Parameters
    ----------
    length : days of each spell, (n,). ended : whether it ended or was still going on, (n,).
    """
    from scipy.stats import CensoredData, ecdf

    sample = CensoredData(uncensored=length[ended], right=length[~ended])
    weeks = np.array([*range(FITTED + 1), JUDGED]) * 7.0
    survival = ecdf(sample).sf.evaluate(weeks - 1e-9)
    survival[0] = 1.0
    promised = float(sbg(np.array([JUDGED]), *fitted(survival[:-1]))[0])
    return 100.0 * (promised - float(survival[-1])), float(survival[-1]), float(survival[-2])


def sbg(t: Any, a: float, b: float) -> Any:
    """Survival of the shifted beta-geometric (Fader & Hardie 2007)."""
    from scipy.special import betaln

    return np.exp(betaln(a, b + t) - betaln(a, b))


def fitted(survival: Any) -> tuple[float, float]:
    """Maximum likelihood of a and b from survival at weeks 0 … n."""
    from scipy.optimize import minimize

    share = np.append(-np.diff(survival), survival[-1])

    def surprise(logs: Any) -> float:
        expected = sbg(np.arange(len(survival)), *np.exp(logs))
        return float(-(share * np.log(np.append(-np.diff(expected), expected[-1]) + 1e-300)).sum())

    return tuple(np.exp(minimize(surprise, np.zeros(2), method="Nelder-Mead").x))


FEW_STAY = (
    "with three in four of a cohort silent within weeks, both curves end near nothing, and the sBG promises a "
    "point too few; among those who act, as in the logs, it promises ten too many"
)
PATTERN = Pattern(
    "DUR",
    "duration",
    "Fewer members remain at week 104 than an sBG model fitted to 26 weeks predicts, as in real logs.",
    "eight event logs, 4 to 12 points",
    arms,
    measure,
    (
        Quantity("points too many by silence", 4.0, 12.0),
        Quantity("points too many by departure", low=0.0, unmet=FEW_STAY),
        Quantity("survival at week 26 by departure"),
        Quantity("survival at week 26 by silence"),
        Quantity("survival at week 104 by departure"),
        Quantity("survival at week 104 by silence"),
    ),
)
