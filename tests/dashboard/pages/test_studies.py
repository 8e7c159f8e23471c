"""Studies: they are started by name, stopped, gone on with, and read while they come in."""

import shlex
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kith.dashboard.content.study import Selection, drawn, paired, two_colours, views_of
from kith.dashboard.content.study_results import _command
from kith.dashboard.content.study_words import asked, cut_short, finding
from kith.dashboard.live import study_catalogue
from kith.dashboard.live.job_progress import DONE, FAILED, RUNNING, STOPPED
from kith.dashboard.live.study_catalogue import STUDIES
from kith.dashboard.live.study_job import StudyRunner
from kith.dashboard.pages import studies
from kith.dashboard.state.study_state import TITLES, StudyState
from kith.experiments.charts import theme
from kith.experiments.charts.points import parallel, scatter
from kith.experiments.cli.app import exit_code
from kith.experiments.errors import StudyError
from kith.experiments.studies.study import Study, read_study
from kith.scenarios.errors import ScenarioError
from tests.dashboard.looking import button, handler, texts, until, vue_widgets

SMALL = """
title = "A small <b>grid</b>"
question = "Does it run?"
scenarios = ["pool", "web"]
days = 60
runs = 2
outcomes = ["active", "margin"]
set = { "market.size" = 300, "market.founders" = 60 }

[[lever]]
name = "monetisation.price"
values = [2.0, 8.0]

[[lever]]
name = "affiliation.peers"
values = [0.1, 0.9]

[design]
kind = "grid"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of studies with a small one, and one that is none."""
    (tmp_path / "small.toml").write_text(SMALL)
    (tmp_path / "broken.toml").write_text("scenarios = 3\n")
    monkeypatch.setenv(STUDIES, str(tmp_path))
    study_catalogue._all.cache_clear()
    study_catalogue._store.cache_clear()
    yield tmp_path
    study_catalogue._all.cache_clear()
    study_catalogue._store.cache_clear()


@pytest.fixture
def runner(here: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[StudyRunner]:
    """A study runner of this test, on the pool without processes."""
    made = StudyRunner(lambda: here)
    monkeypatch.setattr(studies, "STUDY_RUNNER", made)
    yield made
    made.close()


@pytest.fixture
def stored(folder: Path, runner: StudyRunner) -> study_catalogue.StoredResults:
    """The small study, all of it stored."""
    study = study_catalogue.study_at_size("small", "whole")
    runner.start(study)
    until(lambda: runner.progress() and not runner.progress().under_way)
    assert runner.progress().state == DONE, runner.progress().error
    state = study_catalogue.study_status(study)
    assert state is not None
    return study_catalogue.stored_results(study, state)


def test_the_catalogue_has_what_ships_and_what_lies_in_the_folder(folder: Path) -> None:
    assert {"small", "screening", "robustness"} <= set(study_catalogue.known_studies())
    assert list(study_catalogue.unreadable()) == ["broken"]


@pytest.mark.parametrize("name", ["../small", "/etc/passwd", "small.toml", "broken", ""])
def test_a_browser_reaches_studies_by_name_alone(folder: Path, name: str) -> None:
    with pytest.raises(StudyError, match="there is no study"):
        study_catalogue.study_at_size(name, "whole")


def test_an_address_is_read_back_as_it_was_written() -> None:
    sight = StudyState(
        "small", "whole", 3, 90, "pair", "web", "margin", "active", "web-1", "pool-0", "active"
    )
    assert StudyState.strict(sight.path().partition("?")[2]) == sight
    assert StudyState().path() == "/studies"


@pytest.mark.parametrize("query", ["study=small&size=huge", "study=small&runs=0", "study=small&days=x"])
def test_a_bad_address_is_explained(query: str) -> None:
    with pytest.raises(ScenarioError, match="must be"):
        StudyState.strict(query)


def test_looking_at_a_study_writes_nothing(folder: Path, runner: StudyRunner, shown: Any) -> None:
    before = sorted(folder.rglob("*"))
    rc = shown(studies.Page, "/studies?study=small&size=whole")
    until(lambda: "nothing is stored yet" in texts(rc) and "Levers</h2>" in texts(rc))
    assert sorted(folder.rglob("*")) == before


def test_the_page_starts_a_study_and_shows_its_map(folder: Path, runner: StudyRunner, shown: Any) -> None:
    rc = shown(studies.Page, "/studies?study=small&size=whole")
    until(lambda: "8 points, 16 runs" in texts(rc))
    button(rc, "start").vue_press(None)
    until(lambda: "16 of 16 runs stored" in texts(rc))
    until(lambda: [chart.svg.count("-point-pool-") for chart in vue_widgets(rc, "chart.vue")] == [4])
    [chart] = vue_widgets(rc, "chart.vue")
    assert "<b>" not in texts(rc).replace("&lt;b&gt;", "").replace("<b>1", "")
    assert button(rc, "start").disabled
    chart.vue_pick("pool-2")
    assert "at=pool-2" in rc.paths[-1]
    until(lambda: "Selected: point 2 of pool" in texts(rc))


def test_what_is_stored_is_found_again_by_the_command_line(
    stored: study_catalogue.StoredResults, folder: Path
) -> None:
    from typer.testing import CliRunner

    from kith.experiments.cli.studies.study_app import app

    result = CliRunner().invoke(
        app, ["status", str(folder / "small.toml"), "--store", str(folder / "small"), "--json"]
    )
    assert '"stored": 16' in result.stdout
    assert '"missing": 0' in result.stdout


def test_every_view_of_a_study_has_something_to_show(stored: study_catalogue.StoredResults) -> None:
    assert views_of(stored) == ["map", "points", "levers", "holds", "pair", "table", "about"]
    chosen = Selection("web", "active", "monetisation.price", ("web", 1), ("web", 0))
    for view in set(views_of(stored)) - {"table", "about"}:
        parts = drawn(view, stored, chosen)
        assert parts
        for part in parts:
            assert part.startswith("<") if isinstance(part, str) else "<desc" in part[0]
    assert set(views_of(stored)) <= set(TITLES)


def test_two_points_are_compared_run_by_run(stored: study_catalogue.StoredResults) -> None:
    values, table = paired(stored, ("web", 0), ("web", 1))
    row = table[(table["outcome"] == "active") & (table["scenario"] == "web 1")].iloc[0]
    by_seed = values.pivot(index="seed", columns="scenario", values="active")
    gap = by_seed["web 1"] - by_seed["web 0"]
    assert row["pairs"] == 2
    assert row["difference"] == pytest.approx(gap.mean())
    assert row["resolved"] is None  # two runs of each: no interval, no verdict
    assert np.isnan(row["difference_low"])


def test_points_that_are_compared_have_the_colours_of_their_scenarios(
    stored: study_catalogue.StoredResults,
) -> None:
    colours = theme.colours(stored.points["scenario"].unique())
    assert two_colours(stored, "web", "pool") == (colours["web"], colours["pool"])
    first, second = two_colours(stored, "web", "web")
    assert first == colours["web"]
    assert second not in colours.values()


def test_the_table_sorts_marks_and_compares(
    stored: study_catalogue.StoredResults, runner: StudyRunner, shown: Any
) -> None:
    rc = shown(studies.Page, "/studies?study=small&size=whole&view=table&sort=active")
    until(lambda: vue_widgets(rc, "point_table.vue"))
    [table] = vue_widgets(rc, "point_table.vue")
    first = stored.points.sort_values("active", ascending=False, kind="stable").iloc[0]
    assert table.rows[0]["key"] == f"{first['scenario']}-{first['point']}"
    table.vue_compare("web-3")
    assert "beside=web-3" in rc.paths[-1]
    table.vue_order("margin")
    assert "sort=margin" in rc.paths[-1]


def test_two_things_done_before_the_page_is_drawn_again_are_both_in_the_address(
    stored: study_catalogue.StoredResults, runner: StudyRunner, shown: Any
) -> None:
    rc = shown(studies.Page, "/studies?study=small&size=whole&view=table&at=web-1")
    until(lambda: vue_widgets(rc, "point_table.vue"))
    beside, to_pair = (
        handler(vue_widgets(rc, "point_table.vue")[0], "compare"),
        handler(button(rc, "to-pair"), "press"),
    )
    beside("pool-0")
    to_pair(None)
    assert StudyState.strict(rc.paths[-1].partition("?")[2]) == StudyState(
        "small", "whole", view="pair", at="web-1", beside="pool-0"
    )


def test_a_study_is_stopped_and_goes_on_where_it_was(
    folder: Path, here: Any, runner: StudyRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, begun = threading.Event(), threading.Event()
    ask = here.submit

    def slowly(owner: str, jobs: Any) -> Any:
        begun.set()
        assert go.wait(20)
        return ask(owner, jobs)

    monkeypatch.setattr(here, "submit", slowly)
    study = study_catalogue.study_at_size("small", "whole")
    runner.start(study)
    assert begun.wait(20)
    assert runner.progress().state == RUNNING
    with pytest.raises(StudyError, match="one study at a time"):
        runner.start(study)
    runner.stop()
    go.set()
    until(lambda: runner.progress().state == STOPPED)
    before = study_catalogue.study_status(study)
    assert before is not None
    assert 0 < before.stored < 16
    runner.start(study)
    until(lambda: runner.progress().state == DONE)
    assert runner.progress().first == before.stored
    assert study_catalogue.study_status(study).missing == 0


def test_a_failed_run_is_shown(
    folder: Path, here: Any, runner: StudyRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kith.experiments.runs.runner import RunResult

    class Broken:
        workers = 1

        def submit(self, owner: str, jobs: Any) -> Any:
            return iter([RunResult(job.key, job.seed, error="Traceback\nBroken: it broke") for job in jobs])

        def cancel_owner(self, owner: str) -> None: ...

    monkeypatch.setattr(runner, "_pool", Broken)
    runner.start(study_catalogue.study_at_size("small", "whole"))
    until(lambda: not runner.progress().under_way)
    assert runner.progress().state == FAILED
    assert "it broke" in runner.progress().error


def test_a_run_without_series_does_not_stand_in_for_one_with_them(folder: Path) -> None:
    from kith.dashboard.live.shared_workers import _name
    from kith.experiments.studies.execute import stored_plan
    from kith.experiments.studies.planned_runs import jobs

    study: Study = study_catalogue.study_at_size("small", "whole")
    job = next(jobs(study, stored_plan(study, study_catalogue.store_of(study))))
    assert not job.series
    from dataclasses import replace

    assert _name(job) != _name(replace(job, series=True))


def test_marks_have_the_name_of_their_point_and_words_tell_the_extremes() -> None:
    points = pd.DataFrame(
        {
            "scenario": ["web"] * 3,
            "point": [0, 1, 2],
            "price": [1.0, 2.0, 4.0],
            "kind": ["a", "b", "a"],
            "runs": 2,
            "active": [10.0, 30.0, 20.0],
        }
    )
    svg = scatter(points, ("price", ""), ("active", "members"), {"web": "#0072B2"}, ("web", 1))
    assert [svg.count(f'"scatter-point-web-{n}"') for n in range(3)] == [1, 1, 1]
    svg = parallel(points, ["price", "kind"], ("active", "members"), ("web", 1))
    assert "Lowest 10 at price 1, kind a; highest 30 at price 2, kind b." in svg


def test_the_command_of_a_study_fills_the_store_that_the_page_reads(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sight = StudyState("small", "quick", runs=1, days=5)
    study = study_catalogue.study_at_size(sight.study, sight.size, sight.runs, sight.days)
    words = shlex.split(_command(sight, study))
    assert exit_code([*words[1:], "--workers", "1"]) == 0, capsys.readouterr().err
    state = study_catalogue.study_status(study)
    assert state is not None
    assert (state.stored, state.missing) == (state.total, 0)


def test_what_was_asked_is_a_sentence_and_the_finding_says_where(
    stored: study_catalogue.StoredResults,
) -> None:
    assert asked(stored.study, 4) == (
        "Asked: what happens to active members and margin after 60 days in pool and web with price 2 or 8 EUR/month and "
        "ties among members (web) 0.1 or 0.9? 4 combinations, 2 runs of each, on the same people and random draws."
    )
    words = finding(stored.study, stored.points, stored.ranking, stored.status)
    best = stored.points.loc[stored.points["active"].idxmax()]
    assert words.startswith(f"Active members: most, {best['active']:g}")
    assert f"price {best['monetisation.price']:.0f} EUR/month" in words
    assert f"in {best['scenario']}; least" in words


def test_the_finding_comes_first_and_axes_have_the_names_of_levers(
    stored: study_catalogue.StoredResults, shown: Any
) -> None:
    rc = shown(studies.Page, "/studies?study=small&size=whole")
    until(lambda: "Active members: most" in texts(rc) and "Asked: what happens" in texts(rc))
    said = texts(rc)
    assert said.index("Active members: most") < said.index("Asked: what happens")
    until(lambda: vue_widgets(rc, "chart.vue"))
    [chart] = vue_widgets(rc, "chart.vue")
    assert "Price, EUR/month" in chart.svg
    assert "Ties among members (web)" in chart.svg


def test_a_study_that_ends_before_its_scenario_changes_says_so() -> None:
    full = read_study("price_and_ads")
    assert cut_short(full) == ""
    quick = cut_short(full.reduced())
    assert quick.startswith("It ends before what happens on day 270 of ads then price")


def test_more_outcomes_than_a_sentence_holds_are_more() -> None:
    words = asked(read_study("price_and_ads"), 36)
    assert "churn per month, revenue and more after" in words
    assert "ads then price" in words and " and revenue and more" not in words
