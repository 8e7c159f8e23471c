"""A study states its number of runs by arithmetic; one that is too large is refused before anything is drawn."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kith.experiments.cli.app import exit_code
from kith.experiments.comparison.comparison import compare
from kith.experiments.errors import RequestError, StudyError
from kith.experiments.run_limits import MOST_RUNS, counted
from kith.experiments.studies.designs import AT_A_TIME, Random, most_points, table
from kith.experiments.studies.execute import status
from kith.experiments.studies.formulas import Formula
from kith.experiments.studies.levers import Lever
from kith.experiments.studies.planned_runs import asked, points
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study, study_from

type Kith = Callable[..., tuple[int, str, str]]

PRICE = {"name": "monetisation.price", "low": 0.0, "high": 40.0, "steps": 1000}
WISH = {"name": "wish", "low": 0.0, "high": 1.0, "steps": 1000}
MANY = [{"name": f"wish{k}", "low": 0.0, "high": 1.0, "steps": 1000} for k in range(2_000)]
GROUP = {"name": "affiliation.group_size", "low": 2, "high": 5, "steps": 1000}


def study(**given: Any) -> Study:
    """A small study of one lever, with what is given instead."""
    usual = {"scenarios": ["web"], "lever": [PRICE], "design": {"kind": "grid"}}
    return study_from(usual | given)


TOO_LARGE: dict[str, dict[str, Any]] = {
    "points × runs": {"runs": 10**6, "design": {"kind": "random", "points": 10**7}},
    "latin": {"design": {"kind": "latin_hypercube", "points": 10**7}},
    "runs": {"runs": 10**6, "design": {"kind": "list", "points": [{"monetisation.price": x} for x in (1, 2)]}},
    "scenarios": {"runs": 10**6, "scenarios": ["web", "pool"], "design": {"kind": "random", "points": 1}},
    "sobol": {"design": {"kind": "sobol", "base": 2**20}},
    "morris": {"runs": 10, "design": {"kind": "morris", "trajectories": 10**5}},
    "grid": {"lever": [PRICE, WISH], "runs": 2},
    "a product of 6,000 digits": {"lever": MANY},
    "nothing meets it": {
        "constraints": ["wish > 2"], "lever": [WISH], "design": {"kind": "random", "points": 10**7}
    },
    "optimise": {"optimise": {"maximise": ["margin"], "trials": 10**5}, "runs": 100},
    "finalists": {"optimise": {"maximise": ["margin"], "minimise": ["active"], "fresh_runs": 10**5}},
    "break_even": {"break_even": {"lever": "monetisation.price", "outcome": "margin"}, "runs": 10**5},
}  # fmt: skip


@pytest.mark.parametrize("given", TOO_LARGE.values(), ids=TOO_LARGE)
def test_a_study_that_asks_for_too_many_runs_is_refused_and_nothing_is_drawn(
    given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(*_: Any) -> None:
        raise AssertionError("a point was drawn")

    for name in ("Random", "LatinHypercube", "Sobol", "Morris"):
        monkeypatch.setattr(f"kith.experiments.studies.designs.{name}.unit", draw)
    monkeypatch.setattr(Random, "batches", draw)
    monkeypatch.setattr(Lever, "grid", draw)
    asking = study(**given)
    with pytest.raises(StudyError, match=rf"runs, more than {MOST_RUNS:,}; ask for fewer") as refused:
        asking.check()
    assert len(str(refused.value)) < 250
    if "optimise" not in given and "break_even" not in given:
        with pytest.raises(StudyError, match="more than"):
            points(asking)


def test_a_study_file_can_allow_more_runs(tmp_path: Path) -> None:
    asking = study(design={"kind": "random", "points": MOST_RUNS}, runs=3)
    with pytest.raises(StudyError, match="or allow it with most_runs = 3000000 in the study file"):
        asking.check()
    asking.with_changes(most_runs=3_000_000).check()


def test_what_a_study_may_ask_for_does_not_change_what_it_asks_for() -> None:
    from kith.experiments.studies.planned_runs import digest

    assert digest(study()) == digest(study(most_runs=5_000_000))


@pytest.mark.parametrize(
    ("design", "levers"),
    [
        ({"kind": "grid"}, [PRICE | {"steps": 7}, GROUP]),
        ({"kind": "random", "points": 30}, [PRICE]),
        ({"kind": "latin_hypercube", "points": 30}, [PRICE, GROUP]),
        ({"kind": "sobol", "base": 8}, [PRICE, WISH, GROUP]),
        ({"kind": "sobol", "base": 8, "second_order": True}, [PRICE, WISH, GROUP]),
        ({"kind": "morris", "trajectories": 5}, [PRICE, WISH, GROUP]),
        ({"kind": "list", "points": [{"wish": 0.5}, {"wish": 1.0}]}, [WISH]),
    ],
)
def test_points_are_counted_as_they_are_drawn(design: dict[str, Any], levers: list[Any]) -> None:
    asking = study(design=design, lever=levers)
    assert most_points(asking.design, asking.lever) == len(table(asking.design, asking.lever))


def test_random_points_do_not_depend_on_how_many_are_drawn_together(monkeypatch: pytest.MonkeyPatch) -> None:
    levers, half = [Lever(**WISH), Lever(**PRICE)], [Formula("wish < 0.5")]
    design = Random(kind="random", points=500, seed=3)
    whole = table(design, levers, half)
    monkeypatch.setattr("kith.experiments.studies.designs.AT_A_TIME", 7)
    assert table(design, levers, half).equals(whole)
    assert table(design, levers)["wish"].tolist() == design.unit(2)[:, 0].tolist()


@pytest.mark.parametrize("wish", ["wish > 2", "wish > 0.9999"])
def test_a_constraint_that_next_to_nothing_meets_gives_up_after_a_stated_share(
    wish: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[int] = []
    true = Formula.__call__
    monkeypatch.setattr(Formula, "__call__", lambda self, values: kept.append(1) or true(self, values))
    design = Random(kind="random", points=900_000)
    with pytest.raises(StudyError, match="fewer than one point in 1,000 satisfies wish > "):
        table(design, [Lever(**WISH)], [Formula(wish)])
    assert len(kept) <= 2 * AT_A_TIME


def test_a_constraint_that_few_points_meet_gives_up_after_a_stated_number_of_draws(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kith.experiments.studies.designs.MOST_POINTS", 40_000)
    with pytest.raises(StudyError, match=r"only \d+ of 40,000 draws satisfy wish < 0.01.*widen a range"):
        table(Random(kind="random", points=20_000), [Lever(**WISH)], [Formula("wish < 0.01")])


def test_a_large_study_has_a_status_at_once_without_being_planned(tmp_path: Path) -> None:
    asking = study(
        design={"kind": "random", "points": 200_000}, runs=5, constraints=["monetisation.price < 39"]
    )
    begin = time.monotonic()
    found = status(asking, Store(tmp_path / "store"))
    assert time.monotonic() - begin < 10  # planning it takes minutes
    assert (found.planned, found.total, found.stored) == (False, 1_000_000, 0)
    assert not (tmp_path / "store").exists()


def test_a_small_study_has_its_exact_number_of_runs_before_it_is_planned(tmp_path: Path) -> None:
    asking = study(
        design={"kind": "grid"}, lever=[PRICE | {"steps": 4}], constraints=["monetisation.price < 30"]
    )
    found = status(asking, Store(tmp_path / "store"))
    assert (found.planned, found.total) == (True, len(asked(asking)))
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("given", [TOO_LARGE["sobol"], TOO_LARGE["nothing meets it"]])
def test_the_commands_refuse_it_in_one_sentence_and_write_nothing(
    given: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    design = "\n".join(f"{key} = {value!r}" for key, value in given["design"].items())
    text = "scenarios = ['web']\n[[lever]]\nname = 'wish'\nlow = 0\nhigh = 1\n[design]\n" + design
    Path("large.toml").write_text(text, encoding="utf-8")
    for command in ("run", "status", "discover", "export", "optimise", "break-even"):
        more = ["--out", "out"] if command == "export" else []
        assert exit_code(["study", command, "large.toml", *more]) == 2
        said = capsys.readouterr()
        assert "more than 1,000,000; ask for fewer" in said.err
        assert (said.out, said.err.count("\n")) == ("", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["large.toml"]


@pytest.mark.parametrize(
    "command",
    [
        ("compare", "web", "pool", "--runs", "1000000000"),
        ("compare", "web", "pool", "--runs", "1000000"),
        ("compare", "web", "pool", "--precision", "0.1", "--runs", "1000000000"),
        ("robust", "web", "pool", "--worlds", "1000000000"),
        ("robust", "web", "pool", "--worlds", "1000000"),
        ("answers", "web", "--runs", "1000000000"),
        ("patterns", "SF3", "--seeds", "1000000000"),
        ("bench", "--runs", "1000000000"),
        ("study", "run", "critical_mass", "--runs", "1000000"),
    ],
    ids=" ".join,
)
def test_every_command_that_takes_a_number_of_runs_refuses_too_many(
    command: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("kith.sim.kernels.cache.is_compiled", lambda: True)
    assert exit_code(list(command)) == 2
    said = capsys.readouterr()
    assert "more than 1,000,000" in said.err
    assert (said.out, said.err.count("\n"), list(tmp_path.iterdir())) == ("", 1, [])


def test_the_interface_of_python_refuses_too_many_runs() -> None:
    with pytest.raises(RequestError, match="more than 1,000,000; ask for fewer"):
        compare(["web", "pool"], runs=10**9)


def test_numbers_of_any_size_are_short() -> None:
    assert counted(1_234_567) == "1,234,567"
    assert counted(10**5000) == "about 10^5000"
