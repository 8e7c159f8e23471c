"""Console output shared by the commands: tables up to a hundred columns wide, with and without colour."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from textwrap import fill
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from kith.experiments.escaping import for_terminal
from kith.experiments.words import wording
from kith.experiments.words.assumptions import Setting, graph_notes, phases, shock_text, shown
from kith.scenarios.catalogue import Entry
from kith.scenarios.expected import Expected
from kith.sim.schema.plan import Plan

WIDTH = 100
TAGS = 22
"width of the column of tags"


class _Plain(Console):
    """A console that shows control characters in text from files instead of obeying them."""

    def render(self, renderable: Any, options: Any = None) -> Iterable[Segment]:
        """The segments made by Rich, with their text escaped."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=for_terminal(segment.text))


def printer() -> Console:
    """Standard output: as wide as the terminal up to 120, a hundred columns in a pipe."""
    terminal = sys.stdout.isatty()
    console = _Plain(markup=False, highlight=False, emoji=False, width=None if terminal else WIDTH)
    if terminal:
        console.width = min(console.width, 120)
    return console


def show_library(entries: Sequence[Any], shelves: Mapping[str, str] | None = None) -> None:
    """Print a library of scenarios or studies: name, title, question, tags; with `shelves`, a table for each."""
    out = printer()
    first = max((len(entry.name) for entry in entries), default=0)
    for shelf in shelves or [""]:
        table = plain_table(header=not shelves)
        table.add_column("name", style="bold", no_wrap=True, min_width=first)
        table.add_column("title and question", ratio=1)
        table.add_column("tags", style="dim", width=TAGS)
        for entry in (e for e in entries if not shelves or e.shelf == shelf):
            words = Text(entry.title)
            if entry.question:
                words.append(f"\n{entry.question}", style="dim italic")
            table.add_row(entry.name, words, ", ".join(entry.tags))
        if shelves and table.row_count:
            out.print(Text(f"\n{shelves[shelf]}", style="bold underline"))
        if table.row_count:
            out.print(table)


def show_plan(plan: Plan, parameters: Sequence[Setting], entry: Entry, expected: Sequence[Expected]) -> None:
    """Print a scenario: question, answer, and every parameter, those not at their default first and in bold."""
    out = printer()
    heading(out, plan.title or plan.name, entry.question)
    for paragraph in _paragraphs(entry, expected):
        out.print(paragraph)
    different = [s for s in parameters if s.differs]
    out.print(f"\n{wording.plural(len(different), 'parameter')} not at the default", style="bold")
    if different:
        out.print(_settings(different, out.width))
    for line in _happenings(plan):
        out.print(line)
    out.print("\nAt the default", style="bold")
    out.print(_settings([s for s in parameters if not s.differs], out.width))


def aligned(lines: Sequence[Text | Sequence[Text]], right: Sequence[int]) -> Text:
    """Rows of cells in columns, those in `right` flush right.

    A text instead of a row runs across all columns; a rule follows the first row.
    """
    rows = [line for line in lines if not isinstance(line, Text)]
    widths = [max(row[i].cell_len for row in rows) for i in range(len(rows[0]))]
    done = [line if isinstance(line, Text) else _in_columns(line, widths, right) for line in lines]
    done.insert(1, Text("─" * (sum(widths) + 2 * (len(widths) - 1)), style="dim"))
    return Text("\n").join(done)


def _in_columns(row: Sequence[Text], widths: Sequence[int], right: Sequence[int]) -> Text:
    padded = []
    for i, (cell, width) in enumerate(zip(row, widths, strict=True)):
        blank = Text(" " * (width - cell.cell_len))
        last = i == len(widths) - 1
        padded.append(blank + cell if i in right else cell if last else cell + blank)
    return Text("  ").join(padded)


def plain_table(*, header: bool = True, title: str = "") -> Table:
    """A table without borders."""
    return Table(
        box=SIMPLE_HEAD if header else None,
        show_header=header,
        header_style="dim",
        show_edge=False,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        title=title or None,
        title_justify="left",
        title_style="bold",
    )


def heading(out: Console, title: str, question: str) -> None:
    """Print a title and, below it, the question."""
    out.print(Text(title, style="bold"))
    if question:
        out.print(Text(question, style="italic dim"))


def _settings(parameters: Sequence[Setting], width: int) -> Text:
    """Two lines for each parameter: its value, then its meaning and source."""
    head = ["parameter", "value", "unit", "range", "set by" if any(s.differs for s in parameters) else ""]
    lines: list[Text | list[Text]] = [[Text(words, style="dim") for words in head]]
    for s in parameters:
        style = "bold" if s.differs else ""
        lines.append(
            [
                Text(s.name, style=style),
                Text(shown(s.value), style=style),
                Text(s.unit),
                Text("" if s.choices else s.range),
                Text(s.set_by if s.differs else ""),
            ]
        )
        words = "; ".join(
            [s.help, *([f"one of {wording.listed(s.choices, 'or')}"] if s.choices else []), s.source]
        )
        lines.append(Text(_indented(words, width), style="dim"))
        if s.inert:
            lines.append(Text(_indented(f"no effect here: {s.inert}", width), style="italic"))
    return aligned(lines, right=(1,))


def _indented(words: str, width: int) -> str:
    return fill(words, width - 1, initial_indent="  ", subsequent_indent="  ")


def _paragraphs(entry: Entry, expected: Sequence[Expected]) -> Iterable[Text]:
    if entry.text:
        yield Text(f"\n{entry.text}")
    if entry.answer:
        yield Text("\nThe model's answer: ", style="bold").append(entry.answer, style="not bold")
    if expected:
        yield Text("\n".join(f"  {_expectation(difference)}" for difference in expected), style="dim")
        yield Text(f"  `kith answers {entry.name}` checks these differences", style="dim")
    if entry.sources:
        yield Text("\nSources", style="bold").append(
            "".join(f"\n  {source}" for source in entry.sources), style="not bold"
        )


def _expectation(expected: Expected) -> str:
    sign = {"+": "more", "-": "less", "0": "the same"}[expected.sign]
    than = {"+": "than", "-": "than", "0": "as"}[expected.sign]
    other = (
        f"among the same members without {expected.experiment}"
        if expected.experiment
        else f"{expected.against}"
    )
    but = "".join(f", but {name} = {shown(value)}" for name, value in expected.but.items())
    when = "" if expected.day is None else f" after {wording.plural(expected.day, 'day')}"
    return f"{wording.title(expected.indicator)}: {sign} {than} {other}{but}{when}"


def _happenings(plan: Plan) -> Iterable[RenderableType]:
    if plan.founding is not None:
        founding = plan.founding
        yield Text(
            f"\nFounded by {wording.plural(len(founding), 'member')} from {founding.label or 'an event log'}, as of {founding.date}"
        )
    if plan.arrivals is not None:
        given = plan.arrivals
        yield Text(
            f"\nArrivals: {given.total(plan.days):,} people in {wording.plural(plan.days, 'day')} from "
            f"{given.label or 'a list'}, {given.mode} {'of ' if given.replaces_acquisition else ''}acquisition"
        )
    for note in graph_notes(plan):
        yield Text(f"\n{note}")
    for day, changed in phases(plan):
        words = ", ".join(f"{name} {shown(old)} → {shown(new)}" for name, old, new in changed)
        yield Text(f"\nFrom day {day}: {words}")
    for shock in plan.shocks:
        yield Text(f"\nShock: {shock_text(shock)}")
    for experiment in plan.experiments:
        changes = ", ".join(f"{name} = {shown(value)}" for name, value in experiment.changes.items())
        yield Text(
            f"\nExperiment {experiment.name} from day {experiment.from_day}: "
            f"{wording.per_cent(experiment.share)} of people have {changes}"
        )
