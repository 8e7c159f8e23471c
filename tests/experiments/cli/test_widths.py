"""Tables of studies fit narrow and wide terminals, and no name of a lever is cut."""

from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console
from rich.text import Text

from kith.experiments.analyses.break_even import Crossing
from kith.experiments.analyses.discovery import Discovery
from kith.experiments.analyses.levers.audit import Audit, parameters_of
from kith.experiments.analyses.levers.effects import BETTER, Effect, Trial, Tried
from kith.experiments.analyses.optimise import Optimum
from kith.experiments.analyses.prim import Boxes
from kith.experiments.analyses.tipping import Tipping
from kith.experiments.cli import printed_results
from kith.experiments.cli.evidence import printed_calibration
from kith.experiments.cli.levers import printed_levers
from kith.experiments.cli.studies import printed_studies
from kith.experiments.cli.studies.printed_studies import _ranges
from kith.experiments.comparison.arms import arm_from
from kith.experiments.comparison.comparison import compare
from kith.experiments.reports.decisions.shown import Shown, tipping_shown
from kith.experiments.studies.execute import StudyStatus
from kith.experiments.studies.study import Study, study_from
from kith.experiments.words.terminal import add_lever, plain_table, print_with_levers, printer


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


LEVERS = (
    "contribution.reply_size_elasticity",
    "incentives.cash_per_contribution",
    "monetisation.goods_share_product",
)
"the longest names of parameters"


def whole(text: str, names: Sequence[str] = LEVERS) -> None:
    """Every name is there, broken at its dot at most."""
    for name in names:
        assert name in text or all(part in text for part in name.split(".")), (name, text)


def study() -> Study:
    return study_from(
        {
            "title": "Three levers with long names",
            "scenarios": ["web"],
            "days": 5,
            "runs": 4,
            "lever": [{"name": name, "low": 0.1, "high": 0.9} for name in LEVERS],
            "design": {"kind": "random", "points": 4},
            "optimise": {"maximise": ["referral_velocity"]},
            "break_even": {"lever": LEVERS[1], "outcome": "margin", "at": dict.fromkeys(LEVERS[::2], 0.5)},
        }
    )


def an_optimum() -> Optimum:
    at = {name: 0.123456 + k for k, name in enumerate(LEVERS)}
    trials = pd.DataFrame([{"point": 0, **at, "referral_velocity": 0.2, "within": True, "front": True}])
    kept = {"promised": 0.24, "fresh": 0.21, "low": 0.18, "high": 0.24, "change": -0.03, "runs": 32}
    row = {"point": 0, **at, "outcome": "referral_velocity", **kept, "front_share": 0.4, "within_fresh": True}
    return Optimum(study(), trials, pd.DataFrame([row]))


def a_crossing() -> Crossing:
    tried = pd.DataFrame(
        [{LEVERS[1]: x, "runs": 4, "mean": 1e6 * x, "low": 1e5, "high": 2e6} for x in (0.1, 0.9)]
    )
    return Crossing(0.5, 0.4, 0.6, True, True, tried)


def a_discovery() -> Discovery:
    rule = " and ".join(f"0.111 < {name} ≤ 0.999" for name in LEVERS)
    rules = pd.DataFrame([{"rule": rule, "points": 1234, "failing": 1200, "share": 0.97}] * 2)
    table = pd.DataFrame([{"rule": rule, "points": 12, "failing": 9, "density": 0.75, "coverage": 0.4}])
    boxes = Boxes(table, 0.3, 0.7, 0.4, 0.001, LEVERS)
    points = pd.DataFrame([dict.fromkeys(LEVERS, 0.5) | {"fails": True}] * 30)
    return Discovery("margin < 0", 0.3, rules, 0.8, 0.01, points, LEVERS, boxes)


def a_boundary() -> Shown:
    tried = pd.DataFrame(
        [dict.fromkeys(LEVERS, 0.123456) | {"mean": 123456.7, "se": 12.3, "reached": True, "chance": 0.4}]
    )
    along = pd.DataFrame([{"lever": name, "value": 0.5, "low": 0.4, "high": 0.6} for name in LEVERS])
    return tipping_shown(study(), Tipping("margin", 0.0, LEVERS, tried, 0.5, 0.1, along, 1))


STATE = StudyStatus("x", Path("out"), 4, 4, 0)
PRINTED: dict[str, Callable[[], None]] = {
    "optimise": lambda: printed_studies.show_optimum(an_optimum()),
    "break-even": lambda: printed_studies.show_crossing(study(), a_crossing()),
    "discover": lambda: printed_studies.show_discovery(a_discovery(), study(), STATE),
    "tip": lambda: printed_studies.show_decision(a_boundary()),
}


NUMBERS = {
    "optimise": ("0.24", "0.21", "0.18 to 0.24", "−0.03", "40 %"),
    "break-even": ("100,000 to 2,000,000",),
    "discover": ("1,234", "97 %", "75 %"),
    "tip": ("123,457", "12", "yes", "40 %"),
}
"""Numbers that stand in the last columns, which a table that is too wide leaves out."""


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("name", PRINTED)
def test_results_of_studies_fit_and_cut_no_lever(
    name: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = Console(width=width, record=True, file=StringIO())
    monkeypatch.setattr(printed_studies, "printer", lambda: console)
    PRINTED[name]()
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    for number in NUMBERS[name]:
        assert number in text
    whole(text, LEVERS[1:2] if name == "break-even" else LEVERS)


@pytest.mark.parametrize("width", range(80, 121, 2))
def test_no_number_is_cut_at_any_width(width: int) -> None:
    """What fits by its words alone need not fit, where numbers such as `12 to 14` are kept on one line."""
    levers = [(name, "lever") for name in ("monetisation.price", "churn.base_hazard")]
    heads = [(name, "n") for name in ("in search", "new seeds", "95 % interval", "change", "support")]
    row = ["9.31", "0.0448", "active members", "16.8", "17.0", "−0.17 to 0.42", "−0.12", "100 %"]
    console = Console(width=width, record=True, file=StringIO())
    print_with_levers(console, [*levers, ("outcome", ""), *heads], [row] * 2)
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= width
    assert all(text.count(cell) >= 2 for cell in row if cell != "active members")
    assert all(head in text for head, _ in heads)


@pytest.mark.parametrize(
    ("told", "width"), [("80", 80), ("200", 120), ("0", 100), ("wide", 100), (None, 100)]
)
def test_a_pipe_is_as_wide_as_columns_says(
    told: str | None, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    if told is not None:
        monkeypatch.setenv("COLUMNS", told)
    assert printer().width == width


@pytest.mark.parametrize("width", [80, 200])
def test_the_table_of_levers_has_room_for_every_parameter(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    effects = tuple(Effect(name, 300.0, -45.6, -60.0, -30.0, 0.1) for name in BETTER)
    tried = tuple(Tried(name, 0.5, trials=(Trial("low", 0.1, effects, True),)) for name in LEVERS)
    console = Console(width=width, record=True, file=StringIO())
    monkeypatch.setattr(printed_levers, "printer", lambda: console)
    printed_levers.show_levers({"web": Audit("web", "3", 8, 120, 2000, 100, "x", tried)})
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= width
    assert all(name in text for name in LEVERS)
    assert max(map(len, parameters_of(None))) <= printed_levers.NAME


@pytest.mark.parametrize("width", [80, 200])
def test_a_comparison_of_arms_with_long_labels_fits_and_names_every_lever(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    arms = [arm_from(f"web {LEVERS[0]}=-0.2 {LEVERS[1]}=0.5"), arm_from(f"web {LEVERS[1]}=0.7")]
    few = {"market.size": 300, "market.founders": 40}
    made = compare(arms, runs=4, days=10, overrides=few, workers=1)
    console = Console(width=width, record=True, file=StringIO())
    monkeypatch.setattr(printed_results, "printer", lambda: console)
    monkeypatch.setattr(printed_results, "WIDTH", width)
    printed_results.show_comparison(made)
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    assert "────\n────" not in text  # a rule that is wider than the screen goes on in the next line
    assert all(f"{letter}  {label}" in text for letter, label in zip("AB", made.labels, strict=True))
    assert "cash_per_contribution 0.7" in text


def test_a_paragraph_is_broken_once_at_the_width_of_the_screen() -> None:
    console = Console(width=80, record=True, file=StringIO())
    printed_calibration.print_paragraph(console, "word " * 60)
    assert min(map(len, console.export_text().rstrip().splitlines()[:-1])) > 70
