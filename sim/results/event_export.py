"""Event logs in the formats of other tools: process mining and customer-lifetime models.

An event log has the columns `member_id, timestamp, action, target_member`. Process mining (pm4py and
other readers of XES) calls a member a case and an action an activity; customer-lifetime models need
four numbers per member.
"""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


XES = {
    "member_id": "case:concept:name",
    "action": "concept:name",
    "timestamp": "time:timestamp",
}
"columns and their names in the XES standard (IEEE 1849)"
CONTRIBUTIONS = ("post", "answer", "react", "vote")
"actions that count as transactions by default"


def as_xes(events: "pd.DataFrame") -> "pd.DataFrame":
    """An event log with XES names, sorted by case and time.

    The resource is who performed the event: the member. `kith:target` is the other member of an event, empty
    without one. No value is missing, which tools for handovers of work cannot take.
    """
    import pandas as pd

    _demand_columns(events, [*XES, "target_member"])
    named = events.rename(columns=XES).sort_values(
        ["case:concept:name", "time:timestamp"], kind="stable", ignore_index=True
    )
    named["time:timestamp"] = pd.to_datetime(named["time:timestamp"], utc=True)
    named["concept:name"] = named["concept:name"].astype("str")
    named["org:resource"] = named["case:concept:name"].astype("str")
    named["kith:target"] = named.pop("target_member").astype("str")
    return named[["case:concept:name", "concept:name", "time:timestamp", "org:resource", "kith:target"]]


def lifetimes(
    events: "pd.DataFrame",
    *,
    actions: Collection[str] = CONTRIBUTIONS,
    value: str | None = None,
    end: "str | pd.Timestamp | None" = None,
) -> "pd.DataFrame":
    """Frequency, recency, T and monetary value of each member with a transaction, by `member_id`.

    The definitions are those of Fader, Hardie & Lee (2005, *Marketing Science* 24(2) 275) as the
    package `lifetimes` has them, with the day as the period: `frequency` is the number of days with a
    transaction after the first; `recency` the days from the first to the last of them; `T` the days
    from the first to the end of observation; `monetary_value` the mean value of these days
    without the first, and 0 if there is no other.

    Parameters
    ----------
    events : an event log
    actions : actions that count as transactions
    value : the column with the value of an event in EUR; without it there is no `monetary_value`
    end : the last day of observation; default: the day of the last event of any kind

    Raises
    ------
    ValueError
        If the log lacks a column, or contains none of the given actions.
    """
    import pandas as pd

    _demand_columns(events, ("member_id", "timestamp", "action"))
    if value is not None and value not in events.columns:
        raise ValueError(
            f"value = {value!r}: the log has no such column; choose one of {', '.join(events.columns)}"
        )
    known = events["action"].unique().tolist()
    if actions is not CONTRIBUTIONS and known and not set(actions) & set(known):
        raise ValueError(
            f"actions = {list(actions)}: the log has none of them; choose from {', '.join(sorted(known))}"
        )
    day = pd.to_datetime(events["timestamp"], utc=True).dt.floor("D")
    last = day.max() if end is None else _day(end)
    chosen = events["action"].isin(list(actions)) & (day <= last)
    amount = events.loc[chosen, value] if value is not None else 0.0
    rows = pd.DataFrame(
        {"member_id": events.loc[chosen, "member_id"].astype("str"), "day": day[chosen], "value": amount}
    )
    by_day = rows.groupby(["member_id", "day"], as_index=False)["value"].sum()
    per_member = by_day.groupby("member_id")["day"]
    first, latest, days = per_member.min(), per_member.max(), per_member.size()
    out = pd.DataFrame(
        {"frequency": days - 1, "recency": (latest - first).dt.days, "T": (last - first).dt.days}
    )
    if value is not None:
        later = by_day[by_day["day"] > per_member.transform("min")]
        out["monetary_value"] = later.groupby("member_id")["value"].mean().reindex(out.index).fillna(0.0)
    units = {"frequency": "days", "recency": "days", "T": "days", "monetary_value": "EUR"}
    out.attrs["units"] = {name: units[name] for name in out}
    return out


def _demand_columns(events: "pd.DataFrame", required: Iterable[str]) -> None:
    missing = [name for name in required if name not in events.columns]
    if missing:
        raise ValueError(
            f"the log lacks {', '.join(missing)}; give an event log with member_id, timestamp, action and target_member"
        )


def _day(value: "str | pd.Timestamp") -> "pd.Timestamp":
    import pandas as pd

    time = pd.Timestamp(value)
    return (time.tz_localize("UTC") if time.tzinfo is None else time.tz_convert("UTC")).floor("D")


__all__ = ["CONTRIBUTIONS", "XES", "as_xes", "lifetimes"]
