"""What is printed is aligned, honest about scale, and the same with and without colour."""

from rich.text import Text

from kith.experiments.cli.printed_results import show_comparison, sparkline
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.words.terminal import aligned


def test_a_sparkline_starts_at_zero_and_ends_at_its_last_day() -> None:
    assert sparkline([0.0, 50.0, 100.0], 3) == "▁▅█"
    assert sparkline([100.0, 99.0], 60) == "█▇" or sparkline([100.0, 99.0], 60) == "██"
    assert sparkline([0.0, 0.0], 10) == "▁▁"
    assert len(sparkline([float(i) for i in range(365)], 60)) == 60
    assert sparkline([7.0], 60) == "█"


def test_columns_stand_below_each_other() -> None:
    rows: list[Text | list[Text]] = [
        [Text("name"), Text("n")],
        Text("a long line across everything"),
        [Text("a"), Text("1,000")],
    ]
    lines = aligned(rows, right=(1,)).plain.splitlines()
    assert lines == ["name      n", "─" * 11, "a long line across everything", "a     1,000"]


def test_a_long_name_does_not_break_the_table(comparison: Comparison, capsys: object) -> None:
    from dataclasses import replace

    long = "a scenario with a name that goes on and on"
    renamed = replace(
        comparison,
        plans={
            long: comparison.plans["pool"],
            "hub": comparison.plans["hub"],
            "web": comparison.plans["web"],
        },
        table=comparison.table.replace({"scenario": {"pool": long}}),
        leaving=comparison.leaving.rename(columns={"pool": long}),
    )
    show_comparison(renamed)
    out = capsys.readouterr().out  # type: ignore[attr-defined]
    assert max(map(len, out.splitlines())) <= 100
