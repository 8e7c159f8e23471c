"""Cohorts: do those who came first stay longer, and do more, than those who came later?

Members are numbered in the order of their first action, so the first tenth are the first of all numbers.
"""

from collections.abc import Callable

import numpy as np

from kith.experiments.evidence.estimates import LEAST, Estimate, unknown
from kith.experiments.evidence.observation import Flags, Floats, Numbers, Observed
from kith.experiments.words.wording import plural

STAYED = (31, 181)
"days of age within which who stays acts again; members are followed as long"
BEGUN = 60
"days of age within which actions count"
EARLY, LATE = 0.1, 0.5
"the first tenth of members, and those after the first half"


def cohorts(o: Observed) -> dict[str, Estimate]:
    """What the first tenth of members do, relative to the later half."""
    place = np.arange(o.members) / max(1, o.members)
    followed = o.followed >= STAYED[1]
    early, late = followed & (place < EARLY), followed & (place >= LATE)
    begun = np.bincount(o.member[o.age < BEGUN], minlength=o.members)
    fewer = min(int(early.sum()), int(late.sum()))
    if fewer < LEAST:
        few = f"{plural(fewer, 'member')} of the first tenth or of the later half were followed for {STAYED[1]} days"
        return dict.fromkeys(("early_stay", "early_actions"), unknown(f"{few}, {LEAST} are needed"))
    return {
        "early_stay": _relative(o.acted(*STAYED), early, late, "nobody of the later half stays"),
        "early_actions": _relative(begun, early, late, "the later half does nothing"),
    }


def _relative(what: Numbers, early: Flags, late: Flags, nothing: str) -> Estimate:
    """The mean of the early relative to that of the late."""
    of_early, of_late = early.astype(float), late.astype(float)
    measure = _ratio(np.asarray(what, float), of_early, of_late)
    value = measure(np.ones(len(early)))
    return Estimate(value, weighted=measure) if np.isfinite(value) else unknown(nothing)


def _ratio(what: Floats, early: Floats, late: Floats) -> Callable[[Floats], float]:
    def measure(times: Floats) -> float:
        a, b = times * early, times * late
        above, below = float((a * what).sum() * b.sum()), float((b * what).sum() * a.sum())
        return above / below if below > 0.0 else float("nan")

    return measure
