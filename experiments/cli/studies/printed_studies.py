"""Console output for studies: progress, results, searches, discoveries."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kith.experiments.analyses.break_even import Crossing
from kith.experiments.analyses.discovery import Discovery
from kith.experiments.analyses.optimise import Optimum
from kith.experiments.analyses.prim import Boxes
from kith.experiments.analyses.search_sentences import (
    crossing_answer,
    flat_or_limited,
    goal_of,
    optimum_answer,
    optimum_cells,
    short,
    titled,
    unmeasured,
)
from kith.experiments.reports.decisions.shown import Shown
from kith.experiments.reports.discovery import caution
from kith.experiments.statistics.intervals import LEAST_RUNS, no_interval
from kith.experiments.studies.execute import StudyStatus
from kith.experiments.studies.results import points_frame
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study
from kith.experiments.words import wording
from kith.experiments.words.assumptions import shown
from kith.experiments.words.terminal import heading, plain_table, print_with_levers, printer
from kith.sim.results.definitions import describe

MOST_ROWS = 30
"rows of a table on the screen"


def show_study(status: StudyStatus, study: Study, store: Store) -> None:
    """The progress of the study, and the lowest and highest mean of each outcome."""
    out = printer()
    heading(out, study.title or study.name, study.question)
    out.print(_state(status))
    for path in status.damaged:
        out.print(Text(f"damaged file; the runs stored only in it count as missing: {path}", style="red"))
    if not status.planned or status.stored == status.failed:
        return
    frame = points_frame(study, store)
    for scenario, points in frame.groupby("scenario", sort=False):
        rows = [_range(study, points, outcome) for outcome in study.outcomes if outcome in points]
        out.print(_ranges(str(scenario), rows))
    out.print(Text("means over the runs of each point; `kith study export` writes all points", style="dim"))


def _ranges(scenario: str, rows: Sequence[Sequence[Text]]) -> Table:
    """The rows as a table in which the outcomes wrap and levers never do: their names are whole at any width."""
    table = plain_table()
    table.add_column(scenario, overflow="fold")
    for name in ("lowest", "at", "highest", "at"):
        table.add_column(name, justify="left" if name == "at" else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def _state(status: StudyStatus) -> Text:
    if not status.planned:
        most = f"not started; up to {wording.plural(status.total, 'run')}; `kith study run` starts it"
        return Text(f"{most} · {status.store}", style="dim")
    failed = f", {status.failed:,} of them failed" if status.failed else ""
    missing = f", {status.missing:,} missing" if status.missing else ""
    return Text(
        f"{status.stored:,} of {wording.plural(status.total, 'run')} stored{failed}{missing} · {status.store}",
        style="dim",
    )


def _range(study: Study, points: pd.DataFrame, outcome: str) -> Sequence[Text]:
    """The lowest and the highest mean over points, and the levers there."""
    unit = describe(outcome)[0]
    defined = points[points[outcome].notna()]
    if defined.empty:
        return [Text(titled(outcome)), *[Text(wording.DASH)] * 4]
    cells = [Text(titled(outcome))]
    for place in (defined[outcome].idxmin(), defined[outcome].idxmax()):
        row = defined.loc[place]
        cells += [Text(wording.number(float(row[outcome]), unit)), Text(_where(study, row))]
    return cells


def _where(study: Study, row: "pd.Series[Any]") -> str:
    """The levers of a point, or its number where there are too many for a line."""
    names = [lever.name for lever in study.lever if lever.name in row.index]
    if not 0 < len(names) <= 2:
        return f"point {row['point']}"
    return ",\n".join(f"{name.rpartition('.')[2]} {_short(row[name])}" for name in names)


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else shown(value)


def show_optimum(optimum: Optimum) -> None:
    """The finalists: their outcome in the search, and their outcome on new seeds."""
    out = printer()
    heading(out, optimum.study.title or optimum.study.name, optimum.study.question)
    goal = optimum.study.optimise
    assert goal is not None, optimum.study.name
    levers = [lever.name for lever in optimum.study.lever]
    heads = ("in search", "new seeds", "95 % interval", "change", "support")
    columns = [*((name, "lever") for name in levers), ("outcome", ""), *((name, "n") for name in heads)]
    finalists = optimum.finalists.to_dict("records")
    rows = [[*(short(row[name]) for name in levers), *optimum_cells(row)] for row in finalists]
    print_with_levers(out, columns, rows, [str(row["point"]) for row in finalists])
    out.print(Text(optimum_answer(optimum)))
    if flat_or_limited(optimum):
        out.print(Text(flat_or_limited(optimum)))
    if unmeasured(optimum):
        out.print(Text(unmeasured(optimum), style="red"))
    out.print(
        Text(
            f"{wording.plural(len(optimum.trials), 'point')} tried; new seeds: {wording.plural(goal.fresh_runs, 'run')} of each "
            f"finalist on seeds that the search did not use; support: share of bootstrap draws over seeds in which the point is "
            f"{'best' if len(goal.objectives) == 1 else 'on the front'}"
            + ("" if goal.fresh_runs >= LEAST_RUNS else f"; {no_interval('runs on new seeds')}"),
            style="dim",
        )
    )


def show_crossing(study: Study, crossing: Crossing) -> None:
    """The answer, and the values of the lever that were tried."""
    out = printer()
    heading(out, study.title or study.name, study.question)
    goal = goal_of(study)
    unit = describe(goal.outcome)[0]
    table = plain_table()
    for name in (goal.lever, titled(goal.outcome), "95 % interval"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in crossing.tried.to_dict("records"):
        cells = (wording.number(row["mean"], unit), wording.span(row["low"], row["high"], unit))
        table.add_row(short(row[goal.lever]), *cells)
    out.print(table)
    out.print(Text(crossing_answer(study, crossing)))


def show_discovery(discovery: Discovery, study: Study, state: StudyStatus) -> None:
    """The rules, the worst first, and how far to trust them."""
    out = printer()
    heading(out, study.title or study.name, f"Under which conditions is {discovery.fails}?")
    table = plain_table()
    table.add_column("condition")
    for name in ("points", "failing", "share"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in discovery.rules.to_dict("records"):
        table.add_row(
            row["rule"], f"{row['points']:,}", f"{row['failing']:,}", wording.per_cent(row["share"])
        )
    out.print(table)
    out.print(Text(discovery.words))
    if discovery.boxes is not None:
        _print_boxes(out, discovery.boxes)
    out.print(Text(caution(study, state), style="dim"))


def _print_boxes(out: Console, boxes: Boxes) -> None:
    if not boxes.table.empty:
        table = plain_table()
        table.add_column("box")
        for name in ("points", "failing", "density", "coverage"):
            table.add_column(name, justify="right", no_wrap=True)
        for row in boxes.table.to_dict("records"):
            shares = (wording.per_cent(row[name]) for name in ("density", "coverage"))
            table.add_row(row["rule"], f"{row['points']:,}", f"{row['failing']:,}", *shares)
        out.print(table)
    out.print(Text(boxes.words))


def show_decision(shown: Shown) -> None:
    """The table of a decision, the answer below it, and how to read it."""
    out = printer()
    heading(out, shown.study.title or shown.study.name, shown.study.question)
    print_with_levers(out, shown.columns, shown.rows[:MOST_ROWS])
    if len(shown.rows) > MOST_ROWS:
        out.print(Text(f"{len(shown.rows) - MOST_ROWS} further rows: --out writes all", style="dim"))
    out.print(Text(shown.answer))
    out.print(Text(shown.note, style="dim"))
