"""Statistics of logs in words: titles, values, intervals, reasons."""

import math
import re
from collections.abc import Mapping
from typing import Any

from kith.experiments.words import wording

TITLES = {
    "joins_day": "joins per day",
    "joins_week": "joins per week",
    "joins_month": "joins per month",
    "newcomers_month": "newcomers per month",
    "lost_month": "active members lost per month",
    "actives_day": "active members per day",
    "actives_week": "active members per week",
    "actives_month": "active members per month",
    "actions_day": "actions per day",
    "actions_week": "actions per week",
    "actions_month": "actions per month",
    "again_d1_7": "active again on days 1–7",
    "once": "acted once",
    "one_day": "acted on one day only",
    "gini": "Gini coefficient of actions",
    "top1": "actions by the top 1 %",
    "top10": "actions by the top 10 %",
    "next9": "actions by the next 9 %",
    "rest90": "actions by the other 90 %",
    "monthly_contributors": "monthly contributors / ever",
    "active_days": "active days per member",
    "gap_median": "median gap of active days",
    "gap_90": "90th percentile of these gaps",
    "early_stay": "the first tenth stay, relative to the later half",
    "early_actions": "actions of the first tenth, relative to the later half",
    "answered_1d": "first action answered in 1 day",
    "answered_7d": "first action answered in 7 days",
    "stay_answered": "still acting after 30 days, if answered",
    "stay_unanswered": "still acting after 30 days, if not",
    "reply_effect": "difference between these two (naive)",
    "members_tied": "members with a tie",
    "contagion": "extra losses after a partner's loss",
    "contagion_placebo": "the same in the placebo",
    "contagion_p": "placebo as large or larger",
    "registered": "registered members",
    "joined": "joins",
    "left": "departures",
    "value_total": "total value",
    "value_gini": "Gini coefficient of value",
    "silence_r30": "last contribution 30 days on (newcomers)",
    "silence_r90": "last contribution 90 days on (newcomers)",
    "active_d1_7": "again on days 1–7 (newcomers)",
}

DIFFERENCES = {"reply_effect", "contagion", "contagion_placebo"}
"Statistics that are differences of shares: in percentage points, with their sign."


def title(name: str) -> str:
    """The name of a statistic in words."""
    if name in TITLES:
        return TITLES[name]
    for pattern, words in (
        (r"survival_(\d+)w", r"survival after \1 weeks"),
        (r"r(\d+)", r"last action \1 days on (r\1)"),
        (r"return_(\d+)d", r"return after \1 days of silence"),
        (r"return_hazard_(\d+)_(\d+)", r"hazard of return, day \1–\2"),
        (r"active_d(\d+)_(\d+)", r"active at age \1–\2 days"),
        (r"membership_(\d+)d", r"membership after \1 days"),
        (r"actives_(\d+)", r"active members, part \1 of the time"),
        (r"actions_(\d+)", r"actions, part \1 of the time"),
        (r"stay_(\d+)", r"joined in third \1 of the time, acted at age 8–60 days"),
    ):
        if re.fullmatch(pattern, name):
            return re.sub(pattern, words, name)
    return wording.title(name)


def value_text(row: Mapping[str, Any]) -> str:
    """The value of a statistic with as many digits as its interval leaves meaning to."""
    return value_of(row["name"], row["value"], row["unit"], (row["high"] - row["low"]) / 2)


def value_of(name: str, value: float, unit: str, half_width: float = math.nan) -> str:
    """A value of a statistic; a difference with its sign, of shares in percentage points."""
    show = wording.signed if name in DIFFERENCES else wording.number
    return show(value, unit, half_width)


def interval_text(row: Mapping[str, Any]) -> str:
    """The interval of a statistic; nothing where there is none."""
    if row["low"] != row["low"]:
        return ""
    return wording.span(row["low"], row["high"], row["unit"], sign=row["name"] in DIFFERENCES)


def reasons(cannot_tell: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """Each reason with the statistics that it holds for."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in cannot_tell.items():
        by_reason.setdefault(reason, []).append(name)
    return list(by_reason.items())
