"""Tables of studies fit narrow and wide terminals, and no name of a lever is cut."""

from io import StringIO

import pytest
from rich.console import Console
from rich.text import Text

from kith.experiments.cli.printed_studies import _ranges
from kith.experiments.words.terminal import add_lever, plain_table


@pytest.mark.parametrize("width", [80, 100, 200])
def test_names_are_whole_and_lines_fit(width: int) -> None:
    console = Console(width=width, record=True, file=StringIO())
    row = ["invitations per active member, per month", "0.155", "cash_per_contribution 0.25,\npeers 0"]
    console.print(
        _ranges("web", [[Text(cell) for cell in (*row, "0.284", "cash_per_contribution 0,\npeers 1")]])
    )
    text = console.export_text()
    assert text.count("cash_per_contribution") == 2
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text


def test_a_lever_is_broken_at_its_dot() -> None:
    table = plain_table()
    for name in ("incentives.cash_per_contribution", "affiliation.peers"):
        add_lever(table, name)
    table.add_row("0.25", "1")
    console = Console(width=50, record=True, file=StringIO())
    console.print(table)
    assert "cash_per_contribution" in console.export_text()
