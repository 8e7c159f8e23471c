"""Screens: a parameter that acts is seen to act, what is quiet among few people is tried among more, and is read back."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from kith.experiments.analyses.levers import stored
from kith.experiments.analyses.levers.audit import audit
from kith.experiments.analyses.levers.effects import same
from kith.experiments.analyses.levers.library import Row, as_object, rows, still_quiet
from kith.experiments.analyses.levers.ranges import changed, ends
from kith.experiments.analyses.levers.screen import (
    Change,
    Screened,
    change,
    digest_of,
    plans_of,
    screen,
    screen_whole,
)
from kith.experiments.analyses.levers.stored_screens import read
from kith.experiments.cli.levers.printed_library import show_levers_of_library
from kith.experiments.credibility.expectations import textbook
from kith.experiments.errors import StoreDamaged
from kith.experiments.files import SECTIONS_OF_PARAMETERS
from kith.experiments.reports.levers.audit_page import NO_REASON
from kith.experiments.reports.levers.library_pages import PAGE, nowhere, pages, strongest, write_library
from kith.experiments.runs.runner import Job, execute, place
from kith.scenarios.load import load
from kith.sim.engine import MODEL_VERSION
from kith.sim.schema.parameter_set import SECTIONS, dotted_names
from kith.sim.schema.parameters import Tier

NAMES = ["churn.base_hazard", "monetisation.price", "acquisition.reinforcement_4"]
LIBRARY = "docs/reference/levers-library"


@pytest.fixture(scope="module")
def screened() -> Screened:
    """A screen of a few parameters of a web."""
    with place(1) as pool:
        return screen("web", NAMES, pool, days=20)


def test_a_parameter_acts_has_a_reason_or_changed_nothing(screened: Screened) -> None:
    assert list(screened.acts) == ["churn.base_hazard"]
    assert screened.inert == {"monetisation.price": "nobody pays a price while monetisation.model is none"}
    assert screened.silent == ("acquisition.reinforcement_4",)
    hazard = screened.acts["churn.base_hazard"]
    assert hazard.size > 0.0 and hazard.before != hazard.after


def test_what_is_quiet_among_few_is_tried_among_more() -> None:
    """Among 500 people nobody is so long away that it matters how the memory of tenure fades."""
    name, known = "dormancy.tenure_half_life", []
    few, usual = plans_of("hub")
    before, *others = (
        execute(Job(plan, 0, series=False)).summary
        for plan in (few, *(changed(few, name, end.value) for end in ends(few, name)))
    )
    assert len(others) == 2 and all(same(before, other) for other in others)
    with place(1) as pool:
        found = screen("hub", [name], pool, known.append)
    assert found.names == {name}
    assert few.parameters.market.size < usual.parameters.market.size
    assert known[0] == 0 and known[-1] == len(found.acts) == 1


def test_what_acts_nowhere_is_tried_in_the_scenario_as_it_is_written(screened: Screened) -> None:
    name = "acquisition.reinforcement_4"
    assert still_quiet({"web": screened}) == {"web": [name]}
    with place(1) as pool:
        whole = screen_whole(screened, [name], pool, days=2)
    assert whole.silent == (name,) and whole.whole == (name,) and whole.names == screened.names
    assert still_quiet({"web": whole}) == {}
    unwanted = replace(screened, scenario="poor_moderation", acts={}, silent=("governance.unwanted_weight",))
    with place(1) as pool:
        whole = screen_whole(unwanted, unwanted.silent, pool, days=20)
    assert list(whole.acts) == ["governance.unwanted_weight"] and whole.silent == ()
    assert still_quiet({"web": screened, "other": replace(screened, acts=whole.acts, silent=())}) == {
        "web": [name]
    }


def test_the_order_in_which_runs_return_decides_nothing() -> None:
    with place(1) as one, place(2) as two:
        alone, together = (screen("web", NAMES, pool, days=20) for pool in (one, two))
    assert alone == together


def test_a_change_is_told_in_the_indicator_that_it_moves_most() -> None:
    quiet = {"active": 50.0, "cost": 100.0, "revenue": 0.0, "ties_per_member": 2.0, "member_surplus": 5.0}
    quiet |= dict.fromkeys(("churn_month_mean", "participation_rate"), math.nan)
    quiet |= {"satisfaction": 0.5, "belonging": 0.5, "quality": 0.7}
    assert change(1, quiet, quiet | {"active": 40.0, "satisfaction": 0.6}).indicator == "active"
    assert change(1, quiet, quiet | {"satisfaction": 0.6, "ties_per_member": 1.9}).indicator == "satisfaction"
    assert change(1, quiet, quiet | {"satisfaction": 0.6, "member_surplus": 50.0}).indicator == "satisfaction"
    other = change(1, quiet, quiet | {"quality": 0.8})
    assert (other.indicator, other.size) == ("quality", 0.0)


def test_a_screen_is_read_back_as_it_was(screened: Screened, tmp_path: Path) -> None:
    write_library({"web": screened}, tmp_path / "library")
    back = read(tmp_path / "library")["web"]
    assert replace(back, acts={}) == replace(screened, acts={})
    assert back.acts["churn.base_hazard"].before == pytest.approx(
        screened.acts["churn.base_hazard"].before, rel=1e-5
    )
    for name, text in pages({"web": back}).items():
        assert (tmp_path / "library" / name).read_text("utf-8") == text


def test_a_file_of_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "library.json").write_text('{"mine": 1}')
    with pytest.raises(StoreDamaged, match="not written by kith"):
        read(tmp_path)


def test_another_request_is_another_screen() -> None:
    plans = plans_of("web", 20)
    assert digest_of(plans, NAMES) != digest_of(plans, NAMES[:1])
    assert digest_of(plans, NAMES) != digest_of(plans_of("web", 21), NAMES)
    assert digest_of(plans, NAMES) != digest_of(plans_of("hub", 20), NAMES)


def made(name: str, active: int, before: float, after: float) -> Screened:
    """A screen in which a hazard changes active members, and a price nothing."""
    acts = {"churn.base_hazard": Change(0.0, "active", before, after)}
    inert = {"monetisation.price": "nobody pays"}
    return Screened(name, "3", 20, 500, 100, active, "x", acts, inert, ("acquisition.reinforcement_4",))


def test_the_library_counts_scenarios_and_looks_for_the_strongest_among_lively_ones() -> None:
    screens = {
        "tiny": made("tiny", 3, 3.0, 0.0),
        "web": made("web", 50, 50.0, 40.0),
        "hub": made("hub", 40, 40.0, 41.0),
    }
    table = {row.name: row for row in rows(screens)}
    assert list(table) == [name for name in dotted_names() if name in table] and len(table) == 3
    hazard = table["churn.base_hazard"]
    assert hazard.acts == ["tiny", "web", "hub"]
    assert strongest(hazard) == "web, to 0: active members 50 → 40"
    assert table["monetisation.price"].inert == {"nobody pays": ["tiny", "web", "hub"]}
    whole = as_object(screens)
    assert json.loads(json.dumps(whole, allow_nan=False)) == whole
    assert set(whole["nowhere"]) == {"acquisition.reinforcement_4", "monetisation.price"}


def test_a_parameter_that_acts_nowhere_is_named_with_its_reason() -> None:
    assert nowhere(Row("monetisation.price", inert={"nobody pays": ["web"]})) == "nobody pays"
    assert nowhere(Row("governance.voice", silent=["web"])) == NO_REASON
    assert nowhere(Row("governance.voice", acts=["web"], silent=["hub"])) == ""


def test_a_change_too_small_for_three_digits_is_shown_with_more() -> None:
    row = Row("churn.base_hazard", ["web"], ("web", Change(0.5, "member_surplus", 13.9612, 13.9634)))
    assert strongest(row).endswith("13.961 → 13.963")


@pytest.mark.parametrize(
    ("scenario", "name", "least"),
    [
        ("academy", "incentives.badge_levels", 1),
        ("academy", "incentives.tier", 17),
        ("web", "incentives.tier", 10),
    ],
)
def test_a_table_of_levels_has_ends(scenario: str, name: str, least: int) -> None:
    plan = load(scenario)
    low = ends(plan, name)[0].value[0]
    assert (low.points if isinstance(low, Tier) else low) == least
    for end in ends(plan, name):
        assert changed(plan, name, end.value).canonical_content != plan.canonical_content


def test_levels_of_benefits_are_stored_and_read_back() -> None:
    """A scenario with such a table could not be written at all."""
    plan = load("academy", {"market.size": 400, "market.founders": 60}, days=20)
    with place(1) as pool:
        whole = stored.as_object({"academy": audit("academy", plan, ["incentives.tier"], 4, pool)})
    tier = whole["levers"][0]["parameters"][0]
    assert tier["value"] == [dict(row) for row in plan.parameters.incentives.tier]
    assert json.loads(json.dumps(tier, allow_nan=False))["trials"][0]["which"] == "low"


def test_a_folder_knows_a_page_for_each_section() -> None:
    assert list(SECTIONS_OF_PARAMETERS) == list(SECTIONS)


@pytest.fixture(scope="module")
def library(root: Path) -> dict[str, Screened]:
    """The screens that the documentation shows."""
    return read(root / LIBRARY)


def test_the_pages_of_the_documentation_are_of_this_model_and_library(
    root: Path, library: dict[str, Screened]
) -> None:
    assert list(library) == textbook()
    assert {one.model_version for one in library.values()} == {MODEL_VERSION}
    for name, text in pages(library).items():
        assert (root / LIBRARY / name).read_text("utf-8") == text
    written = {path.name for path in (root / LIBRARY).glob("*.md")}
    assert written == {PAGE, *(f"library_{section}.md" for section in SECTIONS)}


def test_every_parameter_has_a_row_and_each_acts_somewhere_or_has_a_reason(
    library: dict[str, Screened],
) -> None:
    table = rows(library)
    assert [row.name for row in table] == dotted_names()
    assert [row.name for row in table if not row.acts and NO_REASON in (nowhere(row) or NO_REASON)] == []
    for one in library.values():
        assert one.names == set(dotted_names()) and not one.failed


def test_the_library_is_printed_in_a_hundred_columns(
    library: dict[str, Screened], capsys: pytest.CaptureFixture[str]
) -> None:
    show_levers_of_library(library)
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 100
    assert [name for name in dotted_names() if name not in printed] == []
