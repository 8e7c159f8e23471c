"""Console output shared by the commands: tables up to a hundred columns wide, with and without colour."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from kith.experiments.escaping import for_terminal

WIDTH = 100
MOST = 120
"columns, beyond which lines are hard to read"
TAGS = 22
"width of the column of tags"


class _Plain(Console):
    """A console that shows control characters in text from files instead of obeying them."""

    def render(self, renderable: Any, options: Any = None) -> Iterable[Segment]:
        """The segments made by Rich, with their text escaped."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=for_terminal(segment.text))


def printer() -> Console:
    """Standard output: as wide as the terminal, in a pipe as COLUMNS says, up to 120; else a hundred columns."""
    told = os.environ.get("COLUMNS", "0").strip("0").isdecimal() or sys.stdout.isatty()
    console = _Plain(markup=False, highlight=False, emoji=False, width=None if told else WIDTH)
    if told:
        console.width = min(console.width, MOST)
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


def add_lever(table: Table, name: str, cells: Iterable[str] = ()) -> None:
    """A column for a lever, whose name is broken at its dots and never cut, nor is a cell."""
    parts = name.replace(".", ".\n")
    table.add_column(parts, min_width=_widest((*parts.splitlines(), *cells)), no_wrap=True)


def _widest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts))


def print_with_levers(
    out: Console,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[str]],
    names: Sequence[str] | None = None,
) -> None:
    """Print a table with columns of levers; where it is too wide, the levers in a table or lines of their own.

    Parameters
    ----------
    out : where.
    columns : name and kind of each: `lever` is the name of a lever, `n` a number, anything else is text.
    rows : the cells.
    names : what the rows are called where the table is divided; by default 1, 2, 3 …
    """
    whole = _table(columns, rows)
    if fits(out, whole):
        out.print(whole)
        return
    called = list(names) if names is not None else [str(k) for k in range(1, len(rows) + 1)]
    levers = [k for k, (_, kind) in enumerate(columns) if kind == "lever"]
    others = [k for k in range(len(columns)) if k not in levers]
    once = list({name: row for name, row in zip(called, rows, strict=True)}.items())
    first = [("point", "n"), *(columns[k] for k in levers)]
    table = _table(first, [[name, *(row[k] for k in levers)] for name, row in once])
    if fits(out, table):
        out.print(table)
    else:
        for name, row in once:
            out.print(Text(f"point {name}: " + ", ".join(f"{columns[k][0]} {row[k]}" for k in levers)))
    rest = [("point", "n"), *(columns[k] for k in others)]
    out.print(
        _table(rest, [[name, *(row[k] for k in others)] for name, row in zip(called, rows, strict=True)])
    )


def fits(out: Console, table: Table) -> bool:
    """Whether a table is as narrow as the screen without a word being cut or a column being left out."""
    wide = out.options.update(width=10_000)
    return Measurement.get(out, wide, table).minimum <= out.width


def _table(columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]]) -> Table:
    table = plain_table()
    for k, (name, kind) in enumerate(columns):
        if kind == "lever":
            add_lever(table, name, (row[k] for row in rows))
        elif kind == "n":
            widest = _widest((name, *(row[k] for row in rows)))
            table.add_column(name, justify="right", no_wrap=True, min_width=widest)
        else:
            table.add_column(name)
    for row in rows:
        table.add_row(*row)
    return table


def heading(out: Console, title: str, question: str) -> None:
    """Print a title and, below it, the question."""
    out.print(Text(title, style="bold"))
    if question:
        out.print(Text(question, style="italic dim"))
