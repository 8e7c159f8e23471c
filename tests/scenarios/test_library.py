"""The library: unique names, texts to read, presets that say only what they are about."""

import gzip
from pathlib import Path

import pytest

from scenarios import Entry, library, load, logs, names
from scenarios.catalogue import root
from sim.parameters import dotted_names

PRESETS = sorted(path.stem for path in (root() / "presets").glob("*.toml"))
EXAMPLES = sorted(path.stem for path in (root() / "examples").glob("*.toml"))
VERIFICATION = sorted(path.stem for path in (root() / "verification").glob("*.toml"))

ABOUT = {
    "affiliation": {"pool", "hub", "web"},
    "value": {"community_core", "ugc", "marketplace", "product_led"},
    "monetisation": {"ads", "subscription", "fee", "take_rate"},
}


def set_by(name: str) -> set[str]:
    """The parameters that a scenario changes, in any phase."""
    return {key.split(": ")[-1] for key, source in load(name).origin.items() if source != "default"}


def test_names_are_unique() -> None:
    stems = [path.stem for path in root().rglob("*.toml")]
    assert sorted(names()) == sorted(stems)
    assert len(set(stems)) == len(stems)


def test_what_is_promised_is_there() -> None:
    assert set(PRESETS) == {"baseline", "no_community"}.union(*ABOUT.values())
    assert {"hub_leaves", "paywall"} <= set(EXAMPLES)


def test_presets_come_first() -> None:
    assert names() == PRESETS + EXAMPLES + VERIFICATION


@pytest.mark.parametrize("one", library(), ids=lambda one: str(one.name))
def test_every_scenario_has_something_to_read(one: Entry) -> None:
    assert one.title
    assert one.question.endswith("?")
    assert one.tags
    assert 2 <= one.text.count(". ") + 1 <= 5
    assert "\n" not in one.text
    assert one.path.is_file()


@pytest.mark.parametrize("name", names())
def test_every_scenario_loads(name: str) -> None:
    assert load(name).name == name


@pytest.mark.parametrize("name", PRESETS + EXAMPLES)
def test_a_log_can_found_any_preset_or_example(name: str) -> None:
    assert not {"market.size", "market.founders"} & set_by(name)


@pytest.mark.parametrize("section", ABOUT)
def test_a_preset_sets_only_what_it_is_about(section: str) -> None:
    for name in ABOUT[section]:
        assert {key.partition(".")[0] for key in set_by(name)} == {section}


def test_the_baseline_sets_nothing() -> None:
    assert set_by("baseline") == set()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("pool", (1, 0, 0)), ("hub", (0.25, 1, 0)), ("web", (0.6, 0, 1)), ("no_community", (0, 0, 0))],
)
def test_affiliations_are_those_of_the_model(name: str, expected: tuple[float, ...]) -> None:
    a = load(name).parameters.affiliation
    assert (a.activity, a.hub, a.peers) == expected


@pytest.mark.parametrize("name", sorted(ABOUT["value"]))
def test_the_weights_of_an_archetype_sum_to_about_one(name: str) -> None:
    value = load(name).parameters.value
    assert 1 <= value.product + value.content + value.match + value.peers + value.hub <= 1.5
    assert {f"value.{key}" for key in ("product", "content", "match", "peers", "hub")} <= set_by(name)


def test_without_a_community_only_the_product_is_worth_a_visit() -> None:
    parameters = load("no_community").parameters
    assert parameters.contribution.doors_open == 0
    assert (parameters.value.content, parameters.value.peers, parameters.value.hub) == (0, 0, 0)
    assert parameters.value.product == load("baseline").parameters.value.product


def test_a_take_rate_is_earned_on_a_marketplace() -> None:
    assert load("take_rate").parameters.monetisation.model == "marketplace"
    assert load("marketplace").parameters.monetisation.model == "none"


def test_the_examples_show_phases_and_a_shock() -> None:
    assert [(s.day, s.kind) for s in load("hub_leaves").shocks] == [(180, "hub_departs")]
    assert [p.monetisation.model for _, p in load("paywall").phases] == ["none", "fee"]
    assert [p.incentives.cash_per_contribution for _, p in load("pay_and_stop").phases] == [0, 0.25, 0]


def test_parameters_that_a_text_names_exist() -> None:
    known = set(dotted_names())
    sections = {name.partition(".")[0] for name in known}
    for entry in library():
        quoted = {
            word for word in entry.text.split("`")[1::2] if word.partition(".")[0] in sections and "." in word
        }
        assert quoted <= known


def test_the_example_log_says_where_it_comes_from() -> None:
    assert set(logs()) == {"chat_docker"}
    rows = gzip.decompress(logs()["chat_docker"].read_bytes()).decode().splitlines()
    text = (root() / "examples" / "PROVENANCE.md").read_text("utf-8")
    assert f"{len(rows) - 1:,} messages" in text
    assert f"{len({row.split(',')[0] for row in rows[1:]}):,} members" in text
    for word in ("https://github.com/LiveChat2021/LiveChat", "MIT License", "Copyright (c) 2021 ChatHistory"):
        assert word in text


def test_a_library_name_wins_over_a_file_and_a_path_over_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "web").write_text("affiliation.peers = 0.5")
    monkeypatch.chdir(tmp_path)
    assert load("web").parameters.affiliation.peers == 1
    assert load("./web").parameters.affiliation.peers == 0.5
    assert load(Path("web")).parameters.affiliation.peers == 0.5
