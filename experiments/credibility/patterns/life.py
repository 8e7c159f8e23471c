"""A2: members fall silent and come back as those of real communities do.

`community_core`, whose talk is that of the chat room, and `ugc`, whose contributions are those of the Q&A site, run
for as long as their logs, at their own sizes and with their own arrivals. Of each run is seen what the log shows:
who posts or answers in the chat room, who posts a question on the site, everybody from the first such action, and
survival, silence and returns are measured by the code that measures logs. The bands are the ranges of three logs.
The registered and the payers, of whom these logs know nothing, are counted in the run itself.
"""

import itertools
from collections.abc import Mapping

from kith.experiments.credibility.patterns.pattern import Arm, Pattern, Quantity, Records, Size, arm
from kith.experiments.evidence.life.cases import CASES
from kith.experiments.evidence.measure import measured
from kith.experiments.evidence.observation import ObservationModel, of_record

LIKE = {"community_core": "chat", "ugc": "questions"}
"the log of which kind a preset is like"
DAYS = {"community_core": 1453, "ugc": 1441}
"days of that log"
PAYING, PAYING_DAYS = "subscription", 730
"who joins free and may subscribe, and for how long"
BANDS: Mapping[str, tuple[str, float, float]] = {
    "survival_4w": ("survival, week 4.3", 0.23, 0.37),
    "survival_26w": ("survival, week 26", 0.11, 0.28),
    "survival_52w": ("survival, week 52", 0.05, 0.20),
    "survival_104w": ("survival, week 104", 0.02, 0.12),
    "once": ("acted once", 0.25, 0.62),
    "one_day": ("acted on one day only", 0.60, 0.67),
    "return_30d": ("returns after 30 days", 0.24, 0.47),
    "return_90d": ("returns after 90 days", 0.14, 0.34),
    "return_180d": ("returns after 180 days", 0.09, 0.23),
    "return_hazard_90_180": ("hazard of return a month, days 90 to 180", 0.024, 0.057),
    "return_hazard_180_270": ("hazard of return a month, days 180 to 270", 0.013, 0.032),
    "return_hazard_270_365": ("hazard of return a month, days 270 to 365", 0.008, 0.023),
    "return_hazard_365_455": ("hazard of return a month, days 365 to 455", 0.004, 0.016),
}
"statistic -> its name here, and the range of the logs"
NEWCOMERS = ("survival_26w", "once")
"statistics shown of newcomers as well: the runs begin with settled founders, the logs with nobody"


def arms(size: Size) -> Mapping[str, Arm]:
    """Both presets for as long as their logs, and the one in which some pay."""
    return {
        **{name: arm(name, DAYS[name], size, events=True) for name in LIKE},
        PAYING: arm(PAYING, PAYING_DAYS, size),
    }


def measure(records: Records) -> Mapping[str, float]:
    """The statistics of a log in each preset, active / registered, payers / active."""
    out: dict[str, float] = {}
    for name, case in LIKE.items():
        record = records[name][-1]
        actions = CASES[case].actions
        seen = measured(of_record(record, ObservationModel(actions)))
        new = measured(of_record(record, ObservationModel(actions, "newcomers")))
        out |= {f"{name}: {words}": seen[statistic].value for statistic, (words, _, _) in BANDS.items()}
        out |= {f"{name}: {BANDS[statistic][0]}, newcomers": new[statistic].value for statistic in NEWCOMERS}
        last = record.series.iloc[-1]
        out[f"{name}: active / registered"] = float(last["active"] / last["present"])
    paying = records[PAYING][-1]
    payers = paying.members["awake"] & paying.members["paying"]
    out["payers / active"] = float(payers.sum() / paying.series["active"].iloc[-1])
    return out


FAITHFUL = (
    "whoever contributes stays far longer than in a log, newcomers nearly as long as founders: nobody contributes on joining "
    "(contribution.entry is 0), as everybody does in the fit to the logs, so that those who are seen have stayed before"
)
MET = {
    "community_core": (
        *("return_90d", "return_180d"),
        *("return_hazard_180_270", "return_hazard_270_365", "return_hazard_365_455"),
    ),
    "ugc": (),
}
"what is in its band"
PATTERN = Pattern(
    "A2",
    "lives of contributors",
    "Contributors fall silent within weeks, and some come back, the fewer the longer they have been away.",
    "LIFE-stop, LIFE-wake: logs of a chat room, a Q&A site and a library; MON-free (docs/explanation/science.md)",
    arms,
    measure,
    (
        *(
            Quantity(
                f"{name}: {words}", low, high, unmet="" if statistic in MET[name] else FAITHFUL, fine=True
            )
            for name, (statistic, (words, low, high)) in itertools.product(LIKE, BANDS.items())
        ),
        *(Quantity(f"{name}: active / registered", 0.10, 0.45, fine=True) for name in LIKE),
        Quantity("payers / active", 0.02, 0.05, fine=True),
        *(
            Quantity(f"{name}: {BANDS[statistic][0]}, newcomers")
            for name, statistic in itertools.product(LIKE, NEWCOMERS)
        ),
    ),
)
