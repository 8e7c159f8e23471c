"""What a comparison shows, section by section: every chart with its title, unit, note and data.

Reports and the dashboard take their charts from here, so both show the same charts under the same titles.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from kith.experiments.charts import comparison as figures
from kith.experiments.charts import theme
from kith.experiments.charts.axes import short
from kith.experiments.charts.forest import distribution, forest
from kith.experiments.charts.gains import COMPANY, MEMBERS, Side, gains
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.runs.member_value import WORTH_WORDS
from kith.experiments.runs.newcomer_funnel import STAGE_WORDS
from kith.experiments.words import wording
from kith.sim.schema.plan import Plan


class Drawing(NamedTuple):
    """A chart as SVG text, the name of its files, the data behind it, and a note to print below it."""

    svg: str
    name: str
    data: pd.DataFrame
    note: str = ""


@dataclass(frozen=True)
class Line:
    """A chart of one column of `Comparison.series` over time."""

    column: str
    title: str
    unit: str
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A heading and the charts below it, by name."""

    title: str
    charts: tuple[str, ...]


SECTIONS = {
    "overview": Section("What happens", ("active", "differences")),
    "outcomes": Section("Outcomes", ("main_outcome",)),
    "leaving": Section("Why members stopped coming", ("leaving", "survival", "churn_month")),
    "joining": Section("How members joined", ("joins", "funnel")),
    "money": Section("Who gains what", ("margin_to_date", "margin", "value")),
    "network": Section("Belonging and ties", ("belonging", "satisfaction", "ties")),
}

LINES = {
    "active": Line("active", "Active members over time", "members"),
    "participation": Line("participation_rate", "Share of members who contribute, month by month", "share"),
    "churn_month": Line("churn_month", "Churn, month by month", "share"),
    "belonging": Line("belonging", "Belonging, month by month", "[0, 1]"),
    "satisfaction": Line("satisfaction", "Satisfaction, month by month", "[0, 1]"),
    "norm": Line("norm", "Norm, month by month (1 social, 0 market)", "[0, 1]"),
    "dormant": Line("dormant", "Dormant members over time", "members"),
    "ties": Line("ties", "Ties among members", "ties"),
    "budget": Line("budget", "The community's budget", "EUR/month"),
    "margin_to_date": Line("margin_to_date", "Margin to date", "EUR"),
    "survival": Line(
        "survival",
        "How long newcomers stay: share neither silent nor gone, by days since joining",
        "share",
        "Kaplan–Meier estimate; members still there at the end of a run are censored. A line ends where one of "
        "its runs has nobody left under observation.",
    ),
}
"""Charts over time; the shorter names are those that lessons use."""


def charts(c: Comparison, name: str, colours: Mapping[str, str]) -> list[Drawing]:
    """The chart of that name, or several where it is one per scenario; empty where there is nothing to show.

    Parameters
    ----------
    c : the comparison.
    name : of a chart in `SECTIONS` or `LINES`.
    colours : scenario -> colour, see `theme.colours`.
    """
    return _line(c, LINES[name], colours) if name in LINES else OTHERS[name](c, colours)


def section_charts(c: Comparison, section: str, colours: Mapping[str, str]) -> list[Drawing]:
    """All charts of a section, in order."""
    return [drawing for name in SECTIONS[section].charts for drawing in charts(c, name, colours)]


def with_shadow(c: Comparison, colours: Mapping[str, str], shadow: figures.Shadow) -> list[Drawing]:
    """Active members over time, with the line of a scenario as it was before it was changed."""
    return _line(c, LINES["active"], colours, shadow)


def marks_of(plans: Mapping[str, Plan]) -> list[tuple[int, str]]:
    """Shocks and phases as marks on a time axis; with the scenario's name if not all have them."""
    scenarios: dict[tuple[int, str], list[str]] = {}
    for label, plan in plans.items():
        marks = [(shock.day, shock.kind.replace("_", " ")) for shock in plan.shocks]
        for mark in marks + [(day, "new phase") for day, _ in plan.phases[1:]]:
            scenarios.setdefault(mark, []).append(label)
    return [
        (day, words if len(labels) == len(plans) else f"{short(wording.listed(labels), 24)}: {words}")
        for (day, words), labels in sorted(scenarios.items())
    ]


def money_steps(summary: Mapping[str, float]) -> list[tuple[str, float]]:
    """Revenue by source, then costs by account as negative amounts; nothing that is zero."""
    return [
        (wording.MONEY.get(name, name.removeprefix(prefix).replace("_", " ")), sign * float(amount))
        for prefix, sign in (("revenue_", 1), ("cost_", -1))
        for name, amount in summary.items()
        if name.startswith(prefix) and amount and amount == amount
    ]


def _line(
    c: Comparison, line: Line, colours: Mapping[str, str], shadow: figures.Shadow | None = None
) -> list[Drawing]:
    by_tenure = line.column == "survival"
    series = c.staying if by_tenure else c.series
    data = series[series["column"] == line.column]
    if data.empty:
        return []
    marks = [] if by_tenure else marks_of(c.plans)
    name = f"lines-{line.column}"
    svg = figures.lines(data, line.column, line.title, line.unit, colours, marks, name, shadow)
    return [Drawing(svg, line.column, data, line.note)]


def _differences(c: Comparison, colours: Mapping[str, str]) -> list[Drawing]:
    if not c.judged or len(c.labels) < 2:
        return []
    note = (
        "Each row compares the runs of a scenario with the reference's runs on the same seeds. Arrows mark values "
        "beyond the axis. An outcome whose reference mean is zero or undefined has no percentage and appears in the "
        "table only."
    )
    return [Drawing(forest(c.table, colours), "differences", c.table, note)]


def _distribution(c: Comparison, outcome: str, colours: Mapping[str, str]) -> list[Drawing]:
    if c.runs < 2 or outcome not in c.values or outcome not in c.outcomes:
        return []
    svg = distribution(c.values, c.table, outcome, colours, f"runs-{outcome}")
    return [Drawing(svg, f"{outcome}-runs", c.values[["scenario", "seed", outcome]])]


def _main_outcome(c: Comparison, colours: Mapping[str, str]) -> list[Drawing]:
    return _distribution(c, c.outcomes[0], colours)


def _margin(c: Comparison, colours: Mapping[str, str]) -> list[Drawing]:
    return [] if c.outcomes[0] == "margin" else _distribution(c, "margin", colours)


def _leaving(c: Comparison, colours: Mapping[str, str]) -> list[Drawing]:
    if c.leaving.to_numpy().sum() <= 0:
        return []
    svg = figures.stacked(
        c.leaving, theme.CAUSES, wording.CAUSES, "Why members stopped coming", _per_run(c), "leaving"
    )
    note = "Each time a member falls silent or leaves, one cause is drawn in proportion to its share of the member's hazard."
    return [Drawing(svg, "leaving", c.leaving.rename_axis("cause").reset_index(), note)]


def _joins(c: Comparison, colours: Mapping[str, str]) -> list[Drawing]:
    if c.joins.to_numpy().sum() <= 0:
        return []
    svg = figures.stacked(
        c.joins, theme.CHANNELS, wording.CHANNELS, "How members joined", _per_run(c), "joins"
    )
    return [Drawing(svg, "joins", c.joins.rename_axis("channel").reset_index())]


def _funnel(c: Comparison, colours: Mapping[str, str]) -> list[Drawing]:
    if c.funnel.empty:
        return []
    svg = figures.funnel(c.funnel, STAGE_WORDS, colours)
    data = c.funnel.rename_axis("step").reset_index()
    return [Drawing(svg, "funnel", data, "Newcomers only; founders are not counted.")]


def gained(c: Comparison) -> list[Side]:
    """What the company and its members gain and pay in each scenario, means over runs."""
    return [
        side
        for label in c.labels
        for side in (
            Side(label, COMPANY, dict(_mean_money_steps(c, label))),
            Side(label, MEMBERS, dict(_member_steps(c, label))),
        )
        if side.parts
    ]


def _value(c: Comparison, colours: Mapping[str, str]) -> list[Drawing]:
    """What the organisation and its members gain, of all scenarios on one scale."""
    sides = gained(c)
    if not sides:
        return []
    unit = "EUR over the run, mean over runs" if c.runs > 1 else "EUR over the run"
    rows = [(side.scenario, side.who, part, amount) for side in sides for part, amount in side.parts.items()]
    return [
        Drawing(
            gains(sides, unit),
            "gains",
            pd.DataFrame(rows, columns=["scenario", "who", "what", "EUR"]),
            "Members buy the product at its price, and what they buy is taken to be worth it: the company's revenue from "
            "the product is therefore no loss on their side. Fees and subscriptions are.",
        )
    ]


def _mean_money_steps(c: Comparison, label: str) -> list[tuple[str, float]]:
    mean = c.values[c.values["scenario"] == label].drop(columns=["scenario", "run_id"]).mean()
    return money_steps({str(name): float(amount) for name, amount in mean.items()})


def _member_steps(c: Comparison, label: str) -> list[tuple[str, float]]:
    """Benefits to the members of a scenario, then their costs; nothing that is zero."""
    if label not in c.worth:
        return []
    parts = c.worth[label]
    return [(words, float(parts[part])) for part, words in WORTH_WORDS.items() if parts.get(part)]


def _per_run(c: Comparison) -> str:
    return "members per run, mean over runs" if c.runs > 1 else "members, one run"


OTHERS: dict[str, Callable[[Comparison, Mapping[str, str]], list[Drawing]]] = {
    "differences": _differences,
    "main_outcome": _main_outcome,
    "leaving": _leaving,
    "joins": _joins,
    "funnel": _funnel,
    "margin": _margin,
    "value": _value,
}
"""Charts that are not over time, by name."""
