"""Growth: how many join, are active and act, per day, week and month."""

import numpy as np

from kith.experiments.evidence.estimates import Estimate, exact, unknown
from kith.experiments.evidence.observation import DAY, Integers, Observed
from kith.experiments.words.wording import plural

WEEK, MONTH = 7, 30


def growth(o: Observed) -> dict[str, Estimate]:
    """Members, joins, actives and actions."""
    out = {
        "members": exact(o.members),
        "actions": exact(len(o.member)),
        "days": exact(o.days),
        "joins_day": exact(o.members / o.days),
        "joins_week": _per_window((o.first - o.start) // DAY, o, WEEK),
        "joins_month": exact(o.members / calendar_months(o)),
        "newcomers_month": _newcomers(o),
        "actives_day": exact(len(o.active_days[0]) / o.days),
        "actions_day": exact(len(o.member) / o.days),
    }
    for name, length in (("week", WEEK), ("month", MONTH)):
        number = o.days // length
        out[f"actives_{name}"] = (
            exact(len(o.windows(length)[0]) / number) if number else unknown(_too_short(o, length))
        )
        out[f"actions_{name}"] = _per_window((o.time - o.start) // DAY, o, length)
    return out


def calendar_months(o: Observed) -> int:
    """Calendar months (UTC) that the log touches."""
    first, last = (
        np.datetime64(time, "us").astype("datetime64[M]").astype(int) for time in (o.start, o.end - 1)
    )
    return int(last - first) + 1


def growth_series(o: Observed) -> dict[str, Integers]:
    """Joins, actives and actions of each complete 30 days: columns day, joins, active, actions."""
    number = o.days // MONTH
    first, acted = (o.first - o.start) // DAY // MONTH, (o.time - o.start) // DAY // MONTH
    return {
        "day": np.arange(1, number + 1) * MONTH,
        "joins": np.bincount(first[first < number], minlength=number),
        "active": np.bincount(o.windows(MONTH)[1], minlength=number),
        "actions": np.bincount(acted[acted < number], minlength=number),
    }


def _newcomers(o: Observed) -> Estimate:
    if o.days < 2 * MONTH:
        return unknown(_too_short(o, 2 * MONTH))
    later = (o.first - o.start) // DAY >= MONTH
    return exact(float(later.sum()) * MONTH / (o.days - MONTH))


def _per_window(day: Integers, o: Observed, length: int) -> Estimate:
    number = o.days // length
    if not number:
        return unknown(_too_short(o, length))
    return exact(float((day < number * length).sum()) / number)


def _too_short(o: Observed, length: int) -> str:
    return f"the log has {plural(o.days, 'day')}, {length} are needed"
