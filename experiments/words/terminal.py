"""What every command prints with: columns that read well at a hundred, with and without colour."""

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
"columns that the tags of a list take"


class _Plain(Console):
    """A console on which text from files shows its control characters instead of being obeyed."""

    def render(self, renderable: Any, options: Any = None) -> Iterable[Segment]:
        """Segments as Rich makes them, with their text escaped."""
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
    """The library: name, question, tags; under the titles of its shelves, where there are any."""
    out = printer()
    first = max((len(entry.name) for entry in entries), default=0)
    for shelf in shelves or [""]:
        table = plain_table(header=not shelves)
        table.add_column("scenario", style="bold", no_wrap=True, min_width=first)
        table.add_column("what it is, and what it asks", ratio=1)
        table.add_column("tags", style="dim", width=TAGS)
        for entry in (one for one in entries if not shelves or one.shelf == shelf):
            words = Text(entry.title)
            if entry.question:
                words.append(f"\n{entry.question}", style="dim italic")
            table.add_row(entry.name, words, ", ".join(entry.tags))
        if shelves and table.row_count:
            out.print(Text(f"\n{shelves[shelf]}", style="bold underline"))
        if table.row_count:
            out.print(table)


def show_plan(plan: Plan, found: Sequence[Setting], entry: Entry, expected: Sequence[Expected]) -> None:
    """What it asks and what the model answers; every parameter, those not at their default first and bold."""
    out = printer()
    heading(out, plan.title or plan.name, entry.question)
    for paragraph in _paragraphs(entry, expected):
        out.print(paragraph)
    different = [s for s in found if s.differs]
    out.print(f"\nDiffers from the defaults: {wording.plural(len(different), 'parameter')}", style="bold")
    if different:
        out.print(_settings(different, out.width))
    for line in _happenings(plan):
        out.print(line)
    out.print("\nAs by default", style="bold")
    out.print(_settings([s for s in found if not s.differs], out.width))


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
    """What it is, and what it asks."""
    out.print(Text(title, style="bold"))
    if question:
        out.print(Text(question, style="italic dim"))


def _settings(found: Sequence[Setting], width: int) -> Text:
    """Two lines for each parameter: what it is worth, and why."""
    head = ["parameter", "value", "unit", "range", "set by" if any(s.differs for s in found) else ""]
    lines: list[Text | list[Text]] = [[Text(words, style="dim") for words in head]]
    for s in found:
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
        lines.append(Text(fill(words, width - 1, initial_indent="  ", subsequent_indent="  "), style="dim"))
    return aligned(lines, right=(1,))


def _paragraphs(entry: Entry, expected: Sequence[Expected]) -> Iterable[Text]:
    if entry.text:
        yield Text(f"\n{entry.text}")
    if entry.answer:
        yield Text("\nThe model's answer: ", style="bold").append(entry.answer, style="not bold")
    if expected:
        yield Text("\n".join(f"  {_expectation(one)}" for one in expected), style="dim")
        yield Text(f"  `kith answers {entry.name}` finds out if that is still so", style="dim")
    if entry.sources:
        yield Text("\nIt rests on", style="bold").append(
            "".join(f"\n  {source}" for source in entry.sources), style="not bold"
        )


def _expectation(one: Expected) -> str:
    sign = {"+": "more", "-": "less", "0": "the same"}[one.sign]
    than = {"+": "than", "-": "than", "0": "as"}[one.sign]
    other = f"those in {one.experiment} would without it" if one.experiment else f"{one.against}"
    but = "".join(f", but {name} = {shown(value)}" for name, value in one.but.items())
    when = "" if one.day is None else f" after {one.day:,} days"
    return f"{wording.title(one.indicator)}: {sign} {than} {other}{but}{when}"


def _happenings(plan: Plan) -> Iterable[RenderableType]:
    if plan.founding is not None:
        founding = plan.founding
        yield Text(
            f"\nFounded by {len(founding):,} people of {founding.label or 'an event log'}, as of {founding.date}"
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
