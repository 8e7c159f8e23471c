"""Five headline outcomes of a comparison in plain words, each with how sure it is."""

from collections.abc import Mapping

from kith.dashboard.widgets.parts import Markup, dot, table
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.escaping import for_html as escape
from kith.experiments.statistics.tables import OPEN, RESOLVED, SAME, verdict
from kith.experiments.words import wording

HEADLINES = {
    "active": "active members at the end",
    "churn_month_mean": "members who stop coming, per month",
    "belonging": "feeling of belonging, from 0 to 1",
    "margin": "what the company keeps, EUR over the run",
    "member_surplus": "what a member gains, EUR per month",
}
SURE = {
    RESOLVED: "sure",
    OPEN: "could be either way",
    SAME: "no difference",
}
"""What a verdict says to a reader; other verdicts come from too few runs."""


def headlines(c: Comparison, colours: Mapping[str, str]) -> str:
    """A table with a row for each headline, a column for each scenario; empty for outcomes that were not compared."""
    rows = [
        [words, *[_cell(c, outcome, label) for label in c.labels]]
        for outcome, words in HEADLINES.items()
        if outcome in c.outcomes
    ]
    heads = ["", *[dot(colours[label], label) for label in c.labels]]
    return f"<div class='kith-heads'>{table(heads, rows)}</div>"


def _cell(c: Comparison, outcome: str, label: str) -> Markup:
    """The mean of a scenario, and how it differs from the reference."""
    row, (means, gaps) = c.row(outcome, label), c.precision(outcome)
    unit = row["unit"]
    value = f"<b>{escape(wording.number(row['mean'], unit, means))}</b>"
    if label == c.reference:
        return Markup(value)
    sure = SURE.get(verdict(row), "too few runs to say")
    gap = wording.signed(row["difference"], unit, gaps)
    if row["difference_low"] == row["difference_low"]:
        gap += f" ({wording.span(row['difference_low'], row['difference_high'], unit, gaps, sign=True)})"
    return Markup(f"{value}<br><span class='kith-note'>{escape(gap)}, {escape(sure)}</span>")
