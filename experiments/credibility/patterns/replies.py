"""SF4: newcomers who get a reply to their first post are more likely to contribute again.

*Naive*: newcomers whose first post was answered compared with those whose post was not. *Randomised*: the
same community without a preference for well-connected members, so that chance alone decides
which first posts of a day are answered; compared within months, because the probability depends on the
number of posts. Selection must make the naive effect the larger one. Newcomers are
followed for one to two months.
"""

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from kith.experiments.credibility.patterns.cohorts import newcomers
from kith.experiments.credibility.patterns.pattern import Arm, Pattern, Quantity, Records, Size, arm
from kith.sim.results.record import Record

DAYS, MONTH = 720, 30
LOOKS = tuple(range(2 * MONTH, DAYS, MONTH))


def arms(size: Size) -> Mapping[str, Arm]:
    """Replies as they come, and replies by lot."""
    return {
        "natural": arm("baseline", DAYS, size, LOOKS),
        "by lot": arm("baseline", DAYS, size, LOOKS, contribution__reply_to_connected=0.0),
    }


def measure(records: Records) -> Mapping[str, float]:
    """Share answered; points by which P(contribute again) is higher for the answered."""
    natural, by_lot = (first_posts(records[name]) for name in ("natural", "by lot"))
    naive = 100.0 * difference(natural.assign(month=0))
    randomised = 100.0 * difference(by_lot)
    return {
        "first posts answered": float(natural["replied"].mean()),
        "naive effect, points": naive,
        "randomised effect, points": randomised,
        "randomised less naive, points": randomised - naive,
        "answered by lot": float(by_lot["replied"].mean()),
    }


def first_posts(records: Sequence[Record]) -> pd.DataFrame:
    """Newcomers whose first contribution was a post: month, answered or not, wrote again or not.

    Each look covers those who first posted 30 to 59 days before it.
    """
    parts = []
    for record in records:
        m = newcomers(record)
        age = record.days - 1 - m["first_contribution"]
        m = m[(m["first_post"] != "") & (age >= MONTH) & (age < 2 * MONTH)]
        again = m["last_contribution"] > m["first_contribution"]
        replied = m["first_post"] == "replied"
        parts.append(pd.DataFrame({"month": record.days, "replied": replied, "again": again}))
    return pd.concat(parts, ignore_index=True)


def difference(posts: pd.DataFrame) -> float:
    """P(again | replied) - P(again | not), within months, weighted as Mantel & Haenszel do."""
    total = weight = 0.0
    for _, month_posts in posts.groupby("month"):
        yes, no = (
            month_posts.loc[month_posts["replied"], "again"],
            month_posts.loc[~month_posts["replied"], "again"],
        )
        if len(yes) and len(no):
            w = len(yes) * len(no) / len(month_posts)
            total += w * float(yes.mean() - no.mean())
            weight += w
    return total / weight if weight else math.nan


PATTERN = Pattern(
    "SF4",
    "a reply to a newcomer",
    "A reply raises the chance of a second post, and selection makes it look larger than it is.",
    "Joyce & Kraut 2006, Journal of Computer-Mediated Communication 11(3)",
    arms,
    measure,
    (
        Quantity("first posts answered", 0.35, 0.85),
        Quantity("naive effect, points", 6.0, 16.0, fine=True),
        Quantity("randomised less naive, points", high=0.0),
        Quantity("randomised effect, points"),
        Quantity("answered by lot"),
    ),
)
