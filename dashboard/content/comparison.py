"""What can be shown of a comparison: charts of the reports, a section at a time."""

from collections.abc import Callable, Hashable, Mapping

import pandas as pd
import solara

from kith.dashboard.live.compute_once import ComputeOnce
from kith.dashboard.widgets.parts import Chart, Html, dot, table
from kith.experiments.charts import comparison as figures
from kith.experiments.charts import theme
from kith.experiments.charts.forest import distribution, forest
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.escaping import for_html as escape
from kith.experiments.reports.comparison import (
    comparison_page,
    marks_of,
    money_steps,
    parameter_matrix,
    worth_steps,
)
from kith.experiments.runs.newcomer_funnel import STAGE_WORDS
from kith.experiments.statistics.intervals import described
from kith.experiments.statistics.tables import OPEN, RESOLVED, SAME, verdict
from kith.experiments.words import wording


@solara.component
def View(view: str, comparison: Comparison) -> None:
    """One section."""
    show = {
        "overview": _overview,
        "leaving": _leaving,
        "joining": _joining,
        "money": _money,
        "network": _network,
        "table": _table,
        "health": _health,
        "assumptions": _assumptions,
    }[view]
    for part in once_drawn(comparison, view, lambda: show(comparison, theme.colours(comparison.labels))):
        if isinstance(part, str):
            Html(part)
        elif part[0]:
            svg, name, frame, note = part
            Chart(svg, f"kith-{name}", frame, note)


LINES = {
    "active": ("Active members over time", "members"),
    "participation": ("Share of members who contribute, month by month", "share"),
    "belonging": ("Belonging, month by month", "[0, 1]"),
    "norm": ("Norm, month by month: 1 social, 0 market", "[0, 1]"),
    "budget": ("The community's budget", "EUR/month"),
    "margin_to_date": ("Margin to date", "EUR"),
    "survival": ("How long newcomers stay: share still there, by days since joining", "share"),
}
COLUMNS = {"participation": "participation_rate"}


def part(name: str, c: Comparison, colours: Mapping[str, str]) -> "Part":
    """One chart, or one table, by its name."""
    if name == "leaving":
        return _leaving_chart(c), "leaving", c.leaving.rename_axis("cause").reset_index(), ""
    if name == "surplus":
        return _to_members(c, colours)
    return _lines(c, COLUMNS.get(name, name), *LINES[name], colours)


type Part = str | tuple[str, str, pd.DataFrame | None, str]
"""Markup, or a chart with its name, its data and a note."""

type Drawn = list[Part]


_DRAWN: "ComputeOnce[tuple[Comparison, Drawn]]" = ComputeOnce(120)


def once_drawn(comparison: Comparison, name: Hashable, draw: Callable[[], Drawn]) -> Drawn:
    """What is drawn of a comparison, drawn once for everybody who looks at it.

    The comparison is kept beside its pictures, so that no other can come to have its id.
    """
    return _DRAWN.get((id(comparison), name), lambda: (comparison, draw()))[1]


def report(comparison: Comparison, command: str) -> str:
    """The report of what is on the screen, as `kith compare` writes it, with the command that repeats it."""
    return comparison_page(comparison, command=command)


def _lines(
    c: Comparison, column: str, title: str, unit: str, colours: Mapping[str, str], note: str = ""
) -> tuple[str, str, pd.DataFrame, str]:
    series = c.staying if column == "survival" else c.series
    own = series[series["column"] == column]
    if own.empty:
        return "", column, own, note
    marks = [] if column == "survival" else marks_of(c.plans)
    return figures.lines(own, column, title, unit, colours, marks, f"lines-{column}"), column, own, note


def _overview(c: Comparison, colours: Mapping[str, str]) -> Drawn:
    drawn: Drawn = [_lines(c, "active", "Active members over time", "members", colours)]
    if len(c.labels) > 1 and c.judged:
        drawn.append((forest(c.table, colours), "differences", c.table, ""))
    elif len(c.labels) > 1:
        drawn.append(_note(described(c.runs)))
    drawn.append((_leaving_chart(c), "leaving", c.leaving.rename_axis("cause").reset_index(), ""))
    return drawn


def _leaving(c: Comparison, colours: Mapping[str, str]) -> Drawn:
    return [
        (_leaving_chart(c), "leaving", c.leaving.rename_axis("cause").reset_index(), ""),
        _lines(
            c,
            "survival",
            "How long newcomers stay: share still there, by days since joining",
            "share",
            colours,
            "Kaplan–Meier; who is present at the end counts for as long as was seen. A line ends where one of its runs has "
            "nobody left to see.",
        ),
        _lines(c, "churn_month", "Churn, month by month", "share", colours),
    ]


def _joining(c: Comparison, colours: Mapping[str, str]) -> Drawn:
    joins = ""
    if c.joins.to_numpy().sum() > 0:
        joins = figures.stacked(
            c.joins, theme.CHANNELS, wording.CHANNELS, "How members came", _per_run(c), "joins"
        )
    funnel = figures.funnel(c.funnel, STAGE_WORDS, colours) if not c.funnel.empty else ""
    return [
        (joins, "joins", c.joins.rename_axis("channel").reset_index(), ""),
        (
            funnel,
            "funnel",
            c.funnel.rename_axis("step").reset_index(),
            "Newcomers only; founders are not counted.",
        ),
    ]


def _money(c: Comparison, colours: Mapping[str, str]) -> Drawn:
    drawn: Drawn = [_lines(c, "margin_to_date", "Margin to date", "EUR", colours)]
    if c.runs > 1:
        drawn.append(
            (
                distribution(c.values, c.table, "margin", colours, "runs-margin"),
                "margin-runs",
                c.values[["scenario", "seed", "margin"]],
                "",
            )
        )
    for place, label in enumerate(c.labels):
        mean = c.values[c.values["scenario"] == label].drop(columns=["scenario", "run_id"]).mean()
        steps = money_steps({str(k): float(v) for k, v in mean.items()})
        if steps:
            svg = figures.waterfall(
                steps,
                f"{label}: the organisation's money",
                "margin",
                f"money-{place}",
                colours[label],
                _eur(c),
            )
            drawn.append((svg, f"money-{place}", pd.DataFrame(steps, columns=["what", "EUR"]), ""))
        drawn.append(_worth(c, place, colours))
    drawn.append(_to_members(c, colours))
    return drawn


def _worth(c: Comparison, place: int, colours: Mapping[str, str]) -> Part:
    """What members of one scenario had of it, and what it cost them."""
    label = c.labels[place]
    steps = worth_steps(c, label)
    if not steps:
        return ""
    title = f"{label}: what its members have of it"
    svg = figures.waterfall(steps, title, "worth to members", f"worth-{place}", colours[label], _eur(c))
    return svg, f"worth-{place}", pd.DataFrame(steps, columns=["what", "EUR"]), ""


def _eur(c: Comparison) -> str:
    return "EUR over the run, mean over runs" if c.runs > 1 else "EUR over the run"


def _to_members(c: Comparison, colours: Mapping[str, str]) -> str:
    """What members get out of it beside what the organisation does."""
    rows = []
    for label, colour in colours.items():
        own, share, net = (c.row(o, label)["mean"] for o in ("member_surplus", "member_surplus_share", "ncv"))
        rows.append(
            [
                dot(colour, label),
                wording.number(own, "EUR"),
                wording.number(net, "EUR"),
                wording.number(share, "share"),
            ]
        )
    head = ["", "to a member, EUR a month", "to the organisation per member, EUR a month", "members' share"]
    return (
        "<h2>Who has what of it</h2>"
        + table(head, rows, (1, 2, 3))
        + (
            '<p class="kith-note">To a member: benefits in money minus price and attention, last 30 days. '
            "To the organisation: revenue minus cost of incentives, per present member.</p>"
        )
    )


def _network(c: Comparison, colours: Mapping[str, str]) -> Drawn:
    drawn: Drawn = [
        _lines(c, "belonging", "Belonging, month by month", "[0, 1]", colours),
        _lines(c, "satisfaction", "Satisfaction, month by month", "[0, 1]", colours),
        _lines(c, "ties", "Ties among members", "ties", colours),
    ]
    return drawn


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
        f"difference to {c.reference}",
        "95 % interval",
        "resolved",
    ]
    note = f"{wording.plural(c.runs, 'paired run')}. {described(c.runs)}"
    drawn: Drawn = [_note(note), table(head, rows, (2, 3, 4, 5))]
    if c.runs > 1:
        drawn.append(
            (
                distribution(c.values, c.table, c.outcomes[0], colours, "runs-first"),
                "active-runs",
                c.values[["scenario", "seed", c.outcomes[0]]],
                "",
            )
        )
    return drawn


def verdict_words(row: pd.Series) -> str:
    """What a row of differences says, in words."""
    found = verdict(row)
    if found == OPEN:
        return f"no; about {wording.runs(row['runs_needed'])} runs would"
    return {RESOLVED: "yes", SAME: "no; the same in all pairs"}.get(found, wording.DASH)


def _note(text: str) -> str:
    return f'<p class="kith-note">{escape(text)}</p>'


def _health(c: Comparison, colours: Mapping[str, str]) -> Drawn:
    if c.health.empty:
        return []
    rows = []
    for check, own in c.health.groupby("name", sort=False):
        by_arm = own.set_index("scenario")
        first = by_arm.iloc[0].to_dict()
        unit = wording.health_unit(first)
        cells = [
            f"{_with_unit(by_arm.loc[label, 'value'], unit)}: {_met(by_arm.loc[label, 'met'], c.runs)}"
            if label in by_arm.index
            else "–"
            for label in colours
        ]
        rows.append([str(check), *cells, str(first["note"])])
    return [table(["check", *colours, "where the target comes from"], rows)]


def _with_unit(value: float, unit: str) -> str:
    return f"{wording.number(value, unit)} {wording.unit_of(unit)}".rstrip()


def _met(share: float, runs: int) -> str:
    """Whether a target was met, in words and not by colour."""
    if share != share:
        return "not known"
    if share in (0.0, 1.0):
        return "✓ met" if share else "✗ not met"
    return f"met in {round(share * runs)} of {runs} runs"


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
    note = '<p class="kith-note">What differs from the defaults in some scenario. All others, and what each means, stand on the page Model.</p>'
    shocks = [
        [label, f"day {s.day}", s.kind.replace("_", " ")]
        for label, plan in c.plans.items()
        for s in plan.shocks
    ]
    extra = "<h2>What happens</h2>" + table(["scenario", "when", "what"], shocks) if shocks else ""
    return [note, table(head, rows), extra]


def _leaving_chart(c: Comparison) -> str:
    if c.leaving.to_numpy().sum() <= 0:
        return ""
    return figures.stacked(
        c.leaving, theme.CAUSES, wording.CAUSES, "Why members left", _per_run(c), "leaving"
    )


def _per_run(c: Comparison) -> str:
    return "members per run, mean over runs" if c.runs > 1 else "members, one run"
