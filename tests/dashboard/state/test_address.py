"""A link shows the same page again."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.dashboard.state.compare_state import FIRST, CompareState
from kith.dashboard.state.scenario_choice import (
    ScenarioChoice,
    choice_from_text,
    choice_from_toml,
    plan_of,
    uploaded_scenario,
)
from kith.scenarios.catalogue import scenario_files
from kith.scenarios.errors import ScenarioError
from kith.scenarios.load import load

PRICED = ScenarioChoice(
    ("web", "subscription"),
    (("monetisation.price", 12), ("affiliation.form", "groups"), ("incentives.badge_levels", [1, 10])),
    ((90, (("monetisation.price", 5.5),)),),
    ('120 members_leave share=0.3 who="random"',),
)


def test_an_address_tells_everything_that_a_page_shows() -> None:
    look = CompareState((ScenarioChoice(("pool",)), PRICED), 5_000, 730, 32, "money", 1)
    assert CompareState.strict(look.query()) == look


def test_the_first_look_needs_no_words() -> None:
    assert CompareState().query() == ""
    assert CompareState.strict(None) == CompareState()
    assert CompareState.strict("").choices == FIRST


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["churn.base_hazard", "monetisation.price", "value.product"]),
            st.floats(0, 1, allow_nan=False),
        ),
        max_size=3,
    )
)
def test_any_settings_come_back(settings: list[tuple[str, float]]) -> None:
    choice = ScenarioChoice(("hub",))
    for name, value in settings:
        choice = choice.with_setting(name, value)
    assert CompareState.strict(replace(CompareState(), choices=(choice,)).query()).choices == (choice,)


def test_a_saved_scenario_is_the_same_when_it_is_loaded() -> None:
    again = choice_from_toml(PRICED.toml())
    assert plan_of(again).content() == plan_of(PRICED).content()
    assert choice_from_text(PRICED.text()) == PRICED


def test_a_plan_has_the_settings_phases_and_shocks_of_its_arm() -> None:
    plan = plan_of(PRICED, people=2_000)
    assert plan.parameters.monetisation.price == 12
    assert plan.phases[1][0] == 90
    assert plan.phases[1][1].monetisation.price == 5.5
    assert plan.shocks[0].share == 0.3
    assert (plan.parameters.market.size, plan.parameters.market.founders) == (2_000, 100)


@pytest.mark.parametrize("people", [2_000, 10])
def test_no_file_is_written_for_a_changed_scenario_and_messages_name_it(
    people: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "write_text", None)
    choice = ScenarioChoice(
        ("web", "subscription"), (("market.founders", 5 * people), ("market.size", people))
    )
    with pytest.raises(ScenarioError, match=r"^web \+ subscription: market.founders"):
        plan_of(choice)
    plan = plan_of(replace(choice, settings=(("monetisation.price", people),)))
    assert plan.name == "web + subscription"
    assert plan.origin["monetisation.price"] == "web + subscription"


def test_an_arm_that_says_how_large_its_market_is_keeps_it() -> None:
    assert (
        plan_of(ScenarioChoice(("web",), (("market.size", 3_000),)), people=2_000).parameters.market.size
        == 3_000
    )


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("a=wbe", "did you mean web"),
        ("a=../../etc/passwd", "no scenario"),
        ("a=/etc/hosts", "no scenario"),
        ("a=pool&a=pool&a=hub&a=web&a=ugc", "at most 4"),
        ("people=many", "whole number"),
        ("days=0", "whole number"),
        ("view=secret", "must be one of"),
        ("a=web~!soon hub_departs", "write the day"),
        ("a=web~@x~monetisation.price=1", "above 0"),
    ],
)
def test_a_bad_address_is_refused_with_what_is_wrong(query: str, word: str) -> None:
    with pytest.raises(ScenarioError, match=word):
        CompareState.strict(query)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('extends = "/etc/passwd"', "no scenario"),
        ("extends = [1]", "no scenario"),
        ("x = ", "not valid TOML"),
        ('extends = "web"\n[monetisation]\nprise = 3', "did you mean"),
        ("a" * 200_000, "at most"),
    ],
)
def test_a_bad_scenario_file_is_refused_with_what_is_wrong(text: str, word: str) -> None:
    with pytest.raises(ScenarioError, match=word):
        choice_from_toml(text)


FILES = {
    "a network": 'extends = "web"\n[network]\ngenerator = "gnp_random_graph"\np = 0.2\nn = 60\n',
    "a network of the library, changed": 'extends = "small_world"\n[network]\nk = 10\n',
    "a network of the library, dropped": 'extends = "small_world"\nnetwork = {}\n',
    "acquaintances": '[acquaintances]\ngenerator = "gnp_random_graph"\np = 0.01\n[market]\nsize = 1500\n',
    "text with the marks of an address": 'extends = "web"\n[network]\ngenerator = "gnp_random_graph"\np = 0.1\nweight = "a~!@b"\n',
    "no shock": 'extends = "hub_leaves"\nshock = []\n',
    "no phase": 'extends = "pay_and_stop"\nphase = []\n',
    "days": 'extends = "web"\ndays = 40\n',
    "nothing": "",
    "everything": 'extends = ["web", "subscription"]\ndays = 90\n[monetisation]\nprice = 7.1\n'
    "[[phase]]\nfrom_day = 30\n[phase.churn]\ncontagion = 0.2\n"
    '[[shock]]\nday = 40\nkind = "members_leave"\nshare = 0.3333333333333333\nwho = "random"\n',
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_a_file_that_is_dropped_is_the_plan_that_its_path_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    by_path, uploaded = load(path), uploaded_scenario(text, "mine.toml")
    dropped = plan_of(uploaded.choice, days=uploaded.days)
    assert dropped.content() == by_path.content()
    assert dropped.days == by_path.days
    assert (
        plan_of(choice_from_text(uploaded.choice.text()), days=uploaded.days).content() == by_path.content()
    )
    assert plan_of(choice_from_toml(uploaded.choice.toml(uploaded.days))).content() == by_path.content()
    assert CompareState.strict(replace(CompareState(), choices=(uploaded.choice,)).query()).choices == (
        choice_from_text(uploaded.choice.text()),
    )


@pytest.mark.parametrize("path", sorted(scenario_files().values()), ids=lambda path: path.stem)
def test_every_scenario_of_the_library_can_be_dropped_or_says_why_not(path: Path) -> None:
    text = path.read_text("utf-8")
    if "[[experiment]]" in text:
        with pytest.raises(ScenarioError, match="has experiments inside the community"):
            uploaded_scenario(text, path.name)
        return
    uploaded = uploaded_scenario(text, path.name)
    by_path = load(path)
    dropped = plan_of(uploaded.choice, days=uploaded.days)
    assert dropped.content() | {"experiments": []} == by_path.content() | {"experiments": []}
    assert uploaded.days is None or uploaded.days == by_path.days
    assert set(uploaded.left_out) == {
        k
        for k in ("title", "question", "text", "answer", "tags", "sources", "expected")
        if k in tomllib.loads(text)
    }


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a" + ".a" * 60 + " = 1", "nested too deeply"),
        ("x = " + "[" * 40 + "]" * 40, "nested too deeply"),
        ('extends = "web"\n[network]\nfile = "/etc/hosts"', "cannot read files of this machine"),
        ('extends = "web"\n[acquaintances]\nfile = "a.graphml"', "cannot read files of this machine"),
        ('extends = "web"\n[arrivals]\nfile = "/etc/hosts"', "has joins per day as an input"),
        ("[[shock]]", "shock"),
        ("title = 3", "must be text"),
        ("days = 0", "whole number"),
    ],
)
def test_a_dropped_file_has_the_limits_of_a_path(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(ScenarioError, match=word):
        uploaded_scenario(text, "mine.toml")
    if "file =" not in text:
        (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
        with pytest.raises(ScenarioError, match=word):
            load(tmp_path / "mine.toml")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("web~network.file=/etc/hosts", "cannot read files of this machine"),
        ('web~network={file = "/etc/hosts"}', "cannot read files of this machine"),
        ("web~arrivals.log=/etc/hosts", "a page cannot take joins per day"),
        ("web~arrivals={daily = [1]}", "a page cannot take joins per day"),
        ("web~shock=[1]", r"can only have shock=\[\]"),
        ("web~shock=[]~!180 hub_departs", "keep one of the two"),
        ("web~phase=[]~@10~churn.contagion=0.1", "keep one of the two"),
        ("web~days=30", "unknown parameter"),
        ("web~extends=3", "unknown parameter"),
    ],
)
def test_an_address_names_no_files_and_no_unknown_tables(text: str, word: str) -> None:
    with pytest.raises(ScenarioError, match=word):
        choice_from_text(text)


def test_a_graph_with_a_number_of_nodes_says_how_many_founders_there_are() -> None:
    choice = uploaded_scenario(FILES["a network"]).choice
    market = plan_of(choice, people=2_000).parameters.market
    assert (market.size, market.founders) == (2_000, 60)
