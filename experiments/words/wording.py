"""Numbers and names as people read them: on the console, in reports, in charts.

Shares are shown in per cent and their differences in percentage points (pp). A mean has as many
digits as its interval makes meaningful.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

DASH = "–"

TITLES = {
    "active": "active members",
    "present": "present members",
    "awake": "members awake",
    "dormant": "dormant members",
    "active_ever": "active, of all who ever joined",
    "sleep_month": "fallen silent, last month",
    "exit_month": "memberships ended, last month",
    "reactivation_month": "woken, last month",
    "dormant_revenue": "revenue from dormant members",
    "today": "members who came today",
    "churn_month": "churn, last month",
    "churn_month_mean": "churn per month",
    "retention_30d": "retention after 30 days",
    "retention_90d": "retention after 90 days",
    "retention_365d": "retention after a year",
    "referral_velocity": "invitations per active member",
    "referral_share": "joins by invitation",
    "referral_conversion": "invitations accepted",
    "participation_rate": "participation",
    "ties_per_member": "ties per member",
    "hub_dependence": "dependence on the hub",
    "ncv": "net community value",
    "ltv": "lifetime value",
    "ltv_cac": "lifetime value over acquisition cost",
    "cac": "acquisition cost",
    "arpu": "revenue per member",
    "ncv_net": "net community value after all costs",
    "inactive_30d": "inactive for 30 days",
    "active_d1_7": "newcomers' return on days 1–7",
    "giant_share": "share in the largest component",
    "core_max": "largest k-core",
    "participation_gini": "Gini coefficient of participation",
    "reward_gini": "Gini coefficient of rewards",
    "top1_share": "contributions by the top 1 %",
    "rnd_savings": "savings in development",
    "member_surplus_share": "members' share of the surplus",
    "payback_months": "months until acquisition pays back",
}

CAUSES = {
    "background": "life moves on",
    "newcomer": "newcomer drift",
    "value": "too little value",
    "price": "price",
    "overload": "overload",
    "belonging": "too little belonging",
    "hub": "the hub left",
    "contagion": "friends left",
    "unfairness": "unfair rewards",
    "few_ties": "too few ties",
    "shock": "shock",
    "ignored_voice": "ignored votes",
    "harassment": "harassment",
    "competitor": "a competitor",
    "unwanted": "unwanted content",
    "disputes": "disputes",
    "selling": "hard selling",
    "unsubscribed": "unsubscribed while dormant",
}

MONEY = {
    "revenue_product": "product, to members",
    "revenue_product_outside": "product, to others",
    "revenue_take": "take rate",
    "revenue_fee": "membership fees",
    "revenue_subscription": "subscriptions",
    "revenue_leads": "sales to qualified leads",
    "cost_goods": "cost of goods, members",
    "cost_goods_outside": "cost of goods, others",
    "cost_cash_rewards": "cash for contributions",
    "cost_revenue_share": "revenue shared",
    "cost_equity": "equity and tokens",
    "cost_hub": "payments to hubs",
    "cost_paid": "paid acquisition",
    "cost_winback": "messages to dormant members",
}

CHANNELS = {
    "external": "external influence",
    "imitation": "word of mouth",
    "paid": "paid",
    "hub": "hub",
    "search": "search",
    "referral": "invitation",
    "return": "came back",
    "campaign": "campaign",
    "given": "given as input",
}


def title(name: str) -> str:
    """An indicator's name in words."""
    cause = CAUSES.get(name.removeprefix("churn_month_"))
    if cause is not None and name.startswith("churn_month_"):
        return f"churn, last month: {cause}"
    return TITLES.get(name) or name.replace("_", " ")


def called(label: str) -> str:
    """A label as people write it: names of files have no spaces, and names of parameters keep their underscores."""
    return " ".join(word if "." in word else word.replace("_", " ") for word in label.split(" "))


def naming(sentence: str, labels: Iterable[str]) -> str:
    """The sentence with these labels as people write them."""
    for label in labels:
        sentence = sentence.replace(label, called(label))
    return sentence


def number(value: float, unit: str = "", half_width: float = math.nan) -> str:
    """A value formatted for its unit: `12.3 %`, `1,234`, `–` when undefined."""
    if math.isnan(value):
        return DASH
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    scale, mark = (100, " %") if unit == "share" else (1, "")
    return _plain(value * scale, _digits(value * scale, half_width * scale, unit)) + mark


def signed(value: float, unit: str = "", half_width: float = math.nan) -> str:
    """A difference with its sign; shares in percentage points."""
    if math.isnan(value):
        return DASH
    text = number(abs(value), unit, half_width).replace(" %", " pp")
    zero = not any(digit in text for digit in "123456789∞")
    return text if zero else ("+" if value > 0 else "−") + text


def plus_minus(half: float | None, unit: str = "") -> str:
    """Half of an interval around a difference: `± 7.18 pp`, `–` when undefined."""
    if half is None or math.isnan(half):
        return DASH
    return f"± {signed(half, unit).removeprefix('+')}"


def span(low: float, high: float, unit: str = "", half_width: float = math.nan, *, sign: bool = False) -> str:
    """An interval, `590 to 614`; its width sets the number of digits unless `half_width` is given."""
    if math.isnan(low) or math.isnan(high):
        return DASH
    half = (high - low) / 2 if math.isnan(half_width) else half_width
    show = signed if sign else number
    start, end = (show(edge, unit, half) for edge in (low, high))
    mark = next((m for m in (" %", " pp") if start.endswith(m)), "")
    return f"{start.removesuffix(mark)} to {end}"


def runs(count: float) -> str:
    """An estimated number of runs, rounded up to two digits; above 99,999 only a bound."""
    if math.isnan(count):
        return DASH
    if count > 99_999:
        return "> 100,000"
    step = 10 ** max(0, math.floor(math.log10(count)) - 1)
    return f"{math.ceil(count / step) * step:,}"


def per_cent(share: float) -> str:
    """A share in whole per cent: `12 %`."""
    return f"{100 * share:.0f} %"


def health_unit(check: Mapping[str, Any]) -> str:
    """The unit of a health check's value: the one in the check, or else its indicator's."""
    from kith.sim.results.definitions import describe

    return str(check.get("unit") or describe(str(check["indicator"]))[0])


def target(check: Mapping[str, Any], unit: str) -> str:
    """The target of a health check: a bare number is a minimum."""
    goal = check["target"]
    if not isinstance(goal, int | float):
        return str(goal)
    return f"> {goal * 100:g} %" if unit == "share" else f"> {goal:g} {unit_of(unit)}".rstrip()


def listed(words: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    *most, final = list(words) or [""]
    return f"{', '.join(most)} {last} {final}" if most else final


def three_digits(value: float) -> str:
    """A number whose scale is not known beforehand: three digits, all of what is above 100, never an exponent."""
    if math.isnan(value):
        return DASH
    if abs(value) >= 100.0:
        return f"{value:,.0f}"
    return np.format_float_positional(value, precision=3, unique=False, fractional=False, trim="-")


def whole_per_cent(share: float) -> int:
    """A share in whole per cent, rounded down, so that what is just short of a mark is not said to reach it."""
    return math.floor(100.0 * share + 1e-9)


def plural(count: int, noun: str) -> str:
    """`1 run`, `16 runs`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def subject(count: int, noun: str) -> str:
    """`1 run is`, `16 runs are`."""
    return f"{plural(count, noun)} {'is' if count == 1 else 'are'}"


def unit_of(unit: str) -> str:
    """The unit as it is printed after a value; empty for pure numbers."""
    return {"share": "", "-": "", "–": "", "[0, 1]": "", "1/month": "per month"}.get(unit, unit)


def _digits(value: float, half_width: float, unit: str) -> int:
    if half_width > 0:
        return min(4, max(0, math.ceil(-math.log10(half_width / 3))))
    if value == round(value) and unit in ("members", "people", "days"):
        return 0
    size = abs(value)
    return 0 if size >= 100 or size == 0 else 1 if size >= 10 else 2 if size >= 1 else 3


def _plain(value: float, digits: int) -> str:
    text = f"{abs(value):,.{digits}f}"
    return f"−{text}" if value < 0 and any(d in text for d in "123456789") else text
