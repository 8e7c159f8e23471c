"""A comparison on the dashboard: the charts of the reports and tables, one section at a time."""

import math
from collections.abc import Callable, Hashable, Iterable, Mapping

import pandas as pd
import solara

from kith.dashboard.content.headlines import headlines
from kith.dashboard.live.compute_once import ComputeOnce
from kith.dashboard.state import screen
from kith.dashboard.widgets.parts import Button, Chart, Html, Markup, dot, table
from kith.experiments.charts import theme
from kith.experiments.charts.comparison import Shadow
from kith.experiments.charts.comparison_sections import (
    SECTIONS,
    Drawing,
    charts,
    gained,
    section_charts,
    with_shadow,
)
from kith.experiments.charts.gains import COMPANY, MEMBERS
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.escaping import for_html as escape
from kith.experiments.reports.comparison import comparison_page, parameter_matrix
from kith.experiments.statistics.intervals import described
from kith.experiments.statistics.tables import OPEN, RESOLVED, SAME, verdict
from kith.experiments.words import wording

LATER = "differences"
"""The chart of the overview that is shown, and drawn, on demand: the largest, and seldom the first thing looked at."""


@solara.component
def View(view: str, comparison: Comparison, shadow: Shadow | None = None) -> None:
    """One section; of the overview, the chart `LATER` on demand."""
    more, set_more = solara.use_state(False)
    parts = once_drawn(comparison, view, lambda: drawn(view, comparison))
    if shadow is not None and view == "overview" and shadow.label in comparison.labels:
        colours = theme.colours(comparison.labels)
        [instead] = screen.drawn_here(lambda: with_shadow(comparison, colours, shadow))
        parts = [instead if not isinstance(p, str) and p[1] == instead.name else p for p in parts]
    with solara.Div():
        Parts(parts)
        if view == "overview" and comparison.judged and len(comparison.labels) > 1:
            Button("Fewer" if more else "More outcomes", lambda: set_more(not more), "more", pressed=more)
            if more:
                Parts(once_drawn(comparison, LATER, lambda: [*_charts_of(comparison, (LATER,))]))


def _charts_of(c: Comparison, names: Iterable[str]) -> list[Drawing]:
    colours = theme.colours(c.labels)
    return [drawing for name in names for drawing in charts(c, name, colours)]


@solara.component
def Parts(parts: "Drawn") -> None:
    """Markup and charts, one below the other."""
    with solara.Div():
        for part in parts:
            if isinstance(part, str):
                Html(part)
            elif part[0]:
                svg, name, frame, note = part
                Chart(svg, f"kith-{name}", frame, note)


def drawn(view: str, comparison: Comparison) -> "Drawn":
    """The charts and tables of a section: of the reports' list, and those that only the page has."""
    colours = theme.colours(comparison.labels)
    show = {
        "overview": _overview,
        "money": _money,
        "table": _table,
        "health": _health,
        "assumptions": _assumptions,
    }
    return show[view](comparison, colours) if view in show else [*section_charts(comparison, view, colours)]


def part(name: str, c: Comparison, colours: Mapping[str, str]) -> "Part":
    """One chart, or the table of value to members, by its name; empty where there is nothing to show."""
    if name == "surplus":
        return _value_table(c, colours)
    return next(iter(charts(c, name, colours)), "")


type Part = str | tuple[str, str, pd.DataFrame | None, str]
"""Markup, or a chart with its name, its data and a note, such as a `Drawing`."""

type Drawn = list[Part]


_DRAWN: "ComputeOnce[tuple[Comparison, Drawn]]" = ComputeOnce(120)


def once_drawn(comparison: Comparison, name: Hashable, draw: Callable[[], Drawn]) -> Drawn:
    """The charts and tables of a section, drawn once for all sessions.

    The comparison is stored with its charts, so that its `id` is not reused.
    """
    key = (id(comparison), name, screen.narrow.value)
    return _DRAWN.get(key, lambda: (comparison, screen.drawn_here(draw)))[1]


def report(comparison: Comparison, command: str) -> str:
    """The report of the comparison on the page, as `kith compare` writes it, with the command that repeats it."""
    return comparison_page(comparison, command=command)


def _overview(c: Comparison, colours: Mapping[str, str]) -> Drawn:
    few = len(c.labels) > 1 and not c.judged
    return [
        headlines(c, colours),
        *_charts_of(c, (name for name in SECTIONS["overview"].charts if name != LATER)),
        *([_note(described(c.runs))] if few else []),
        *charts(c, "leaving", colours),
    ]


def _money(c: Comparison, colours: Mapping[str, str]) -> Drawn:
    return [*section_charts(c, "money", colours), _steps_table(c, colours), _value_table(c, colours)]


def _steps_table(c: Comparison, colours: Mapping[str, str]) -> str:
    """Every gain and payment of the chart in numbers, scenarios side by side."""
    sides = gained(c)
    rows: list[list[object]] = []
    for who in (COMPANY, MEMBERS):
        of = {side.scenario: side for side in sides if side.who == who}
        parts = dict.fromkeys(part for side in of.values() for part in side.parts)
        for part in parts:
            amounts = [of[label].parts.get(part, 0.0) if label in of else 0.0 for label in colours]
            rows.append([who, part, *[wording.number(amount, "EUR") for amount in amounts]])
        if of:
            left = [wording.number(of[label].net, "EUR") if label in of else "" for label in colours]
            rows.append([who, Markup("<b>what is left</b>"), *[Markup(f"<b>{x}</b>") for x in left]])
    head = ["who", "EUR over the run", *[dot(colour, label) for label, colour in colours.items()]]
    return table(head, rows, range(2, len(head)))


def _value_table(c: Comparison, colours: Mapping[str, str]) -> str:
    """Value to members next to value to the organisation."""
    rows = []
    for label, colour in colours.items():
        surplus, shares, net = (c.row(o, label) for o in ("member_surplus", "member_surplus_share", "ncv"))
        # Runs in which there is nothing to share out would be left out of its mean, beside a mean over all of them.
        share = shares["mean"] if shares["n"] == surplus["n"] else math.nan
        rows.append(
            [
                dot(colour, label),
                wording.number(surplus["mean"], "EUR"),
                wording.number(net["mean"], "EUR"),
                wording.number(share, "share"),
            ]
        )
    head = [
        "",
        "member surplus, EUR per month",
        "net community value, EUR per month",
        "members' share of the surplus",
    ]
    return (
        f"<h2>{SECTIONS['money'].title}</h2>"
        + table(head, rows, (1, 2, 3))
        + (
            '<p class="kith-note">Member surplus: what visits and rewards are worth to a member in money, minus price and '
            "attention. Net community value: revenue from members minus cost of incentives. Both are per member awake, "
            "in the last 30 days. No share (–) where the members of some runs gained nothing.</p>"
        )
    )


def _table(c: Comparison, colours: Mapping[str, str]) -> Drawn:
    rows = []
    for outcome in c.outcomes:
        means, gaps = c.precision(outcome)
        for label, colour in colours.items():
            row = c.row(outcome, label)
            unit = row["unit"]
            first = label == c.reference
            rows.append(
                [
                    wording.title(outcome) if first else "",
                    dot(colour, label),
                    wording.number(row["mean"], unit, means) + " " + wording.unit_of(unit),
                    wording.span(row["low"], row["high"], unit, means),
                    "reference" if first else wording.signed(row["difference"], unit, gaps),
                    ""
                    if first
                    else wording.span(row["difference_low"], row["difference_high"], unit, gaps, sign=True),
                    "" if first else verdict_words(row),
                ]
            )
    head = [
        "",
        "scenario",
        "mean",
        "95 % interval",
        f"difference from {c.reference}",
        "95 % interval",
        "resolved",
    ]
    note = f"{wording.plural(c.runs, 'paired run')}. {described(c.runs)}"
    return [_note(note), table(head, rows, (2, 3, 4, 5)), *section_charts(c, "outcomes", colours)]


def verdict_words(row: pd.Series) -> str:
    """The verdict of a row of differences, in words."""
    outcome = verdict(row)
    if outcome == OPEN:
        return f"no; about {wording.runs(row['runs_needed'])} runs would resolve it"
    return {RESOLVED: "yes", SAME: "no; the same in all pairs"}.get(outcome, wording.DASH)


def _note(text: str) -> str:
    return f'<p class="kith-note">{escape(text)}</p>'


def _health(c: Comparison, colours: Mapping[str, str]) -> Drawn:
    if c.health.empty:
        return []
    rows = []
    for check, check_rows in c.health.groupby("name", sort=False):
        by_arm = check_rows.set_index("scenario")
        first = by_arm.iloc[0].to_dict()
        unit = wording.health_unit(first)
        cells = [
            f"{_with_unit(by_arm.loc[label, 'value'], unit)}: {_met(by_arm.loc[label, 'met'], c.runs)}"
            if label in by_arm.index
            else "–"
            for label in colours
        ]
        rows.append([str(check), *cells, str(first["note"])])
    return [table(["check", *colours, "source of the target"], rows)]


def _with_unit(value: float, unit: str) -> str:
    return f"{wording.number(value, unit)} {wording.unit_of(unit)}".rstrip()


def _met(share: float, runs: int) -> str:
    """Whether a target was met, in words, not only by colour."""
    if share != share:
        return "undefined"
    if share in (0.0, 1.0):
        return "✓ met" if share else "✗ not met"
    return f"met in {round(share * runs)} of {wording.plural(runs, 'run')}"


def _assumptions(c: Comparison, colours: Mapping[str, str]) -> Drawn:
    rows = [
        [
            row["setting"].name,
            *[row["values"][label]["text"] for label in colours],
            row["default"],
            row["setting"].unit,
            row["setting"].source,
        ]
        for row in parameter_matrix(c.plans)
    ]
    head = ["parameter", *colours, "default", "unit", "source of the default"]
    note = '<p class="kith-note">Parameters that differ from their default in at least one scenario. See the Model page for all others.</p>'
    shocks = [
        [label, f"{s.day}", s.kind.replace("_", " ")] for label, plan in c.plans.items() for s in plan.shocks
    ]
    extra = "<h2>Shocks</h2>" + table(["scenario", "day", "shock"], shocks) if shocks else ""
    return [note, table(head, rows), extra]
