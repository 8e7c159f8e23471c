"""Fit and forecast: the states of the section on the page, and the runner behind it."""

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import solara

from kith.dashboard.content.uploaded_logs import StoredLog, measure_uploaded_log
from kith.dashboard.fitting import fit_section, stored_fits
from kith.dashboard.fitting.fit_job import FitRunner
from kith.dashboard.fitting.fit_results import zipped
from kith.dashboard.fitting.fit_section import FitSection
from kith.dashboard.fitting.stored_fits import DESIGN, FitRequest, fit_request
from kith.dashboard.live.job_progress import DONE, FAILED, STOPPED
from kith.dashboard.live.study_catalogue import STUDIES
from kith.experiments.errors import RequestError
from kith.scenarios.logs.founding import read_log_table
from tests.dashboard.fitting.done import VERDICT, write_done
from tests.dashboard.fitting.work import ends, fails, in_thread, never_ends
from tests.dashboard.looking import button, texts, until, vue_widgets
from tests.experiments.calibration.conftest import rows_of, write_log


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> StoredLog:
    """A community that can be fitted."""
    return log_in(tmp_path_factory.mktemp("village"), rows_of())


def log_in(folder: Path, rows: list[tuple[int, float]]) -> StoredLog:
    return measure_uploaded_log("village.csv", read_log_table(str(write_log(folder / "village.csv", rows))))


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FitRunner]:
    """A runner of the section alone, and a folder for its fits."""
    monkeypatch.setenv(STUDIES, str(tmp_path))
    fresh = FitRunner()
    monkeypatch.setattr(fit_section, "FIT_RUNNER", fresh)
    yield fresh
    fresh.close()


def section(shown: Callable[..., Any], log: StoredLog, chosen: list[str] | None = None) -> Any:
    """The section, rendered."""
    chosen = [] if chosen is None else chosen

    @solara.component
    def Page() -> None:
        FitSection("village", log, DESIGN, chosen.append)

    return shown(Page)


def names(rc: Any) -> set[str]:
    return {w.name for w in vue_widgets(rc, "button.vue")}


def asked(log: StoredLog) -> FitRequest:
    return fit_request(log.table, "village.csv")


def test_before_a_fit_the_page_says_what_it_costs_and_what_is_kept(
    shown: Any, runner: FitRunner, village: StoredLog
) -> None:
    rc = section(shown, village)
    until(lambda: "fit" in names(rc))
    words = texts(rc)
    assert "698 simulations" in words and "5 to 20 minutes for thousands" in words
    assert "days of your log" in words
    assert "No name of a member and no text is in it; where one member joined on a day, that day is" in words
    assert str(stored_fits.fits_folder() / asked(village).key) in words
    assert "delete-fit" not in names(rc)


def test_another_scenario_can_be_chosen(shown: Any, runner: FitRunner, village: StoredLog) -> None:
    chosen: list[str] = []
    rc = section(shown, village, chosen)
    [menu] = [w for w in vue_widgets(rc, "dropdown.vue") if w.name == "design"]
    menu.vue_pick("web")
    assert chosen == ["web"]
    with pytest.raises(RequestError, match="choose one from the menu"):
        fit_request(village.table, "village.csv", "../secret.toml")


def test_a_log_too_small_is_refused_with_what_would_make_sense(
    shown: Any, runner: FitRunner, tmp_path: Path
) -> None:
    rc = section(shown, log_in(tmp_path, rows_of(members=30)))
    until(lambda: "cannot be fitted" in texts(rc))
    assert "from 50 on it makes sense" in texts(rc)
    assert "fit" not in names(rc)


def test_a_log_too_short_to_judge_is_fitted_without_a_record(tmp_path: Path) -> None:
    short = log_in(tmp_path, rows_of(days=100))
    assert asked(short).holdout == 0.0
    with pytest.raises(RequestError, match="too short to fit; from 56 days"):
        asked(log_in(tmp_path, rows_of(days=50, stop=0.1)))


def test_a_fit_that_runs_shows_its_progress_and_can_be_stopped_and_gone_on_with(
    shown: Any, runner: FitRunner, village: StoredLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit_section, "carry_out", never_ends)
    rc = section(shown, village)
    until(lambda: "fit" in names(rc))
    button(rc, "fit").vue_press({})
    until(lambda: "3 of 10 runs" in texts(rc))
    assert button(rc, "fit").label == "Stop"
    with pytest.raises(RequestError, match="only one at a time"):
        runner.start(asked(village), "another", never_ends, Path("nowhere"))
    button(rc, "fit").vue_press({})
    until(lambda: "stopped after 3 of 10 runs" in texts(rc))
    until(lambda: button(rc, "fit").label == "Go on with the fit")
    assert runner.progress().state == STOPPED
    button(rc, "delete-fit").vue_press({})
    until(lambda: button(rc, "fit").label == "Fit this log")
    assert not (stored_fits.fits_folder() / asked(village).key).exists()


def test_a_fit_that_fails_says_why(
    shown: Any, runner: FitRunner, village: StoredLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit_section, "carry_out", fails)
    monkeypatch.setattr(runner, "_launched", in_thread)
    rc = section(shown, village)
    until(lambda: "fit" in names(rc))
    button(rc, "fit").vue_press({})
    until(lambda: "too few to fit" in texts(rc))
    assert runner.progress().state == FAILED


def test_a_fit_that_is_done_is_shown_and_a_poor_one_as_poor(
    shown: Any, runner: FitRunner, village: StoredLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit_section, "carry_out", ends)
    monkeypatch.setattr(runner, "_launched", in_thread)
    rc = section(shown, village)
    until(lambda: "fit" in names(rc))
    button(rc, "fit").vue_press({})
    until(lambda: "A poor fit" in texts(rc))
    assert runner.progress().state == DONE
    words = texts(rc)
    assert "a simple method forecasts better than the model" in words
    assert VERDICT in words and "joins are a guess" in words and "The log tells something about" in words
    [chart] = vue_widgets(rc, "chart.vue")
    assert "90 % band" in chart.words
    button(rc, "delete-fit").vue_press({})
    until(lambda: "A poor fit" not in texts(rc))


def test_the_bundle_that_is_downloaded_holds_no_member(runner: FitRunner, village: StoredLog) -> None:
    key = asked(village).key
    write_done(stored_fits.fits_folder() / key)
    with zipfile.ZipFile(io.BytesIO(zipped(key))) as archive:
        held = archive.namelist()
        assert {"kith-fit/fitted.toml", "kith-fit/posterior.parquet", "kith-fit/report.html"} <= set(held)
        assert not any(b"m17" in archive.read(name) for name in held if not name.endswith(".parquet"))


def test_only_the_host_of_a_class_can_fit(
    shown: Any, runner: FitRunner, village: StoredLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit_section, "is_host", lambda: False)
    rc = section(shown, village)
    until(lambda: "fit" in names(rc))
    assert button(rc, "fit").disabled
