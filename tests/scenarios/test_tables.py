"""A scenario may be given as a table: the plan, the checks and the messages are those of a file."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from kith.scenarios.catalogue import scenario_files
from kith.scenarios.errors import ScenarioError
from kith.scenarios.load import load

PRICED = {
    "extends": "web",
    "monetisation": {"price": 12},
    "phase": [{"from_day": 90, "churn": {"contagion": 0.2}}],
}


@pytest.mark.parametrize("name", ["web", "hub_leaves", "small_world", "badge_or_cash"])
def test_a_table_is_the_plan_that_its_file_is(name: str) -> None:
    path = scenario_files()[name]
    plan = load(tomllib.loads(path.read_text("utf-8")), name=name)
    assert plan.content() == load(name).content()
    assert (plan.name, plan.title, plan.days) == (name, load(name).title, load(name).days)


def test_origins_and_titles_name_the_scenario() -> None:
    plan = load(PRICED, name="web at 12.50")
    assert (plan.name, plan.title) == ("web at 12.50", "web at 12.50")
    assert plan.origin["monetisation.price"] == "web at 12.50"
    assert plan.origin["phase 90: churn.contagion"] == "web at 12.50"


def test_overrides_win_over_a_table_which_stays_as_it_is() -> None:
    table = {"extends": ("web", "subscription"), "monetisation": {"price": 12}}
    assert load(table, overrides={"monetisation.price": 3}).parameters.monetisation.price == 3
    assert table == {"extends": ("web", "subscription"), "monetisation": {"price": 12}}


def test_files_that_a_table_extends_are_looked_for_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "base.toml").write_text("monetisation.price = 4")
    monkeypatch.chdir(tmp_path)
    assert load({"extends": "base.toml"}, name="base.toml").parameters.monetisation.price == 4


@pytest.mark.parametrize(
    ("table", "word"),
    [
        ({"monetisation": {"prise": 3}}, "did you mean"),
        ({"monetisation": {"price": -3}}, "monetisation.price"),
        ({"extends": "wbe"}, 'did you mean "web"'),
        ({"extends": 3}, "must be a name or a list of names"),
        ({"market": {"size": 10, "founders": 20}}, "founders"),
        ({"shock": [{"day": 3}]}, "kind"),
        ({"phase": 3}, "must be a list of tables"),
        ({3: {}}, "key 3: must be text"),
        ({"value": {None: 1}}, "key None: must be text"),
        ({"title": [[[[[[[[[1]]]]]]]]]}, "nested too deeply"),
        ({"days": 0}, "whole number"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_of_its_name_and_not_of_a_path(table: Any, word: str) -> None:
    with pytest.raises(ScenarioError, match=word) as refused:
        load(table, name="my plan")
    assert str(refused.value).startswith("my plan")
    assert "<table>" not in str(refused.value)


def test_a_table_that_contains_itself_is_refused() -> None:
    table: dict[str, Any] = {}
    table["value"] = table
    with pytest.raises(ScenarioError, match="nested too deeply"):
        load(table)
