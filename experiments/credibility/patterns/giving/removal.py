"""G1: without replies fewer newcomers stay, and comparing answered with unanswered ones exaggerates it.

Half of the people, drawn at random, are never answered from the first day on. Newcomers who post in
their first week are compared a month after that post: those who may be answered with those who may not
(*randomised*), and, among those who may, the answered with the others (*naive*). The first post comes
before any answer, so both groups are selected alike.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from kith.experiments.credibility.patterns.cohorts import newcomers
from kith.experiments.credibility.patterns.pattern import Arm, Pattern, Quantity, Records, Size, arm
from kith.sim.schema.plan import Experiment

DAYS, WEEK, MONTH = 720, 7, 30
REMOVED = "never answered"


def arms(size: Size) -> Mapping[str, Arm]:
    """One community in which half of the people are never answered."""
    base = arm("baseline", DAYS, size)
    removal = Experiment(name=REMOVED, changes={"contribution.reply_ceiling": 0.0})
    return {"removal": Arm(replace(base.plan, experiments=(removal,)))}


def measure(records: Records) -> Mapping[str, float]:
    """Points by which replies raise the share who are still there a month after a first post."""
    m = newcomers(records["removal"][-1])
    first = m["first_contribution"].to_numpy(float)
    joined, end = m["joined_day"].to_numpy(float), DAYS - 1
    soon = (m["first_post"] != "").to_numpy() & (first - joined < WEEK) & (first <= end - MONTH)
    left = m["lapsed_day"].to_numpy(float)
    stays = np.isnan(left) | (left > first + MONTH)
    removed = (m["arm"] == REMOVED).to_numpy()
    replied = (m["first_post"] == "replied").to_numpy()
    groups = pd.DataFrame({"stays": stays, "removed": removed, "replied": replied})[soon]
    control = groups[~groups["removed"]]
    causal = 100.0 * float(control["stays"].mean() - groups.loc[groups["removed"], "stays"].mean())
    naive = 100.0 * float(
        control.loc[control["replied"], "stays"].mean() - control.loc[~control["replied"], "stays"].mean()
    )
    return {
        "lost without replies, points": causal,
        "naive difference, points": naive,
        "randomised less naive, points": causal - naive,
        "newcomers who posted in their first week": float(len(groups)),
    }


PATTERN = Pattern(
    "G1",
    "replies removed at random",
    "Newcomers who cannot be answered stay less often, by less than the answered and the others differ.",
    "Joyce & Kraut 2006, Journal of Computer-Mediated Communication 11(3); band assumed",
    arms,
    measure,
    (
        Quantity("lost without replies, points", 2.0, 8.0, fine=True),
        Quantity("randomised less naive, points", high=0.0, fine=True),
        Quantity("naive difference, points"),
        Quantity("newcomers who posted in their first week"),
    ),
)
