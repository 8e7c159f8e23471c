"""The library: unique names, texts to read, presets that say only what they are about."""

import gzip
import re
from pathlib import Path

import pytest

from kith.scenarios.catalogue import TEXTBOOK, Entry, library, logs, names, root
from kith.scenarios.description import about, expected_of
from kith.scenarios.load import load
from kith.sim.engine import MODEL_VERSION
from kith.sim.schema.parameter_set import dotted_names

PRESETS = sorted(path.stem for path in (root() / "presets").glob("*.toml"))
ON_SHELF = {shelf: sorted(path.stem for path in (root() / shelf).glob("*.toml")) for shelf in TEXTBOOK}
LEARNT = [name for shelf in TEXTBOOK for name in ON_SHELF[shelf]]
BENCHMARKS = sorted(path.stem for path in (root() / "benchmarks").glob("*.toml"))
VERIFICATION = sorted(path.stem for path in (root() / "verification").glob("*.toml"))

ABOUT = {
    "affiliation": {"pool", "hub", "web"},
    "value": {"community_core", "ugc", "marketplace", "product_led"},
    "monetisation": {"ads", "subscription", "fee", "take_rate"},
}
TALK = frozenset(f"contribution.{name}" for name in ("rate", "follow_on", "burst_gain", "burst_half_life"))
BESIDE = {
    "hub": {"value.product", "organisation.hub_cost"},
    "community_core": TALK,
    "ugc": TALK,
}
"""What a preset sets besides: the hub is the reason to come and is paid; a chat room and a site of answers have their own rhythm."""


def set_by(name: str) -> set[str]:
    """The parameters that a scenario changes, in any phase."""
    return {key.split(": ")[-1] for key, source in load(name).origin.items() if source != "default"}


def test_names_are_unique() -> None:
    stems = [path.stem for path in root().rglob("*.toml")]
    assert sorted(names()) == sorted(stems)
    assert len(set(stems)) == len(stems)


def test_what_is_promised_is_there() -> None:
    assert set(PRESETS) == {"baseline", "no_community"}.union(*ABOUT.values())
    assert all(ON_SHELF[shelf] for shelf in TEXTBOOK)
    assert len(LEARNT) >= 45


def test_presets_come_first_and_what_is_made_for_tests_last() -> None:
    assert names() == LEARNT + VERIFICATION + BENCHMARKS
    assert LEARNT[: len(PRESETS)] == PRESETS


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


@pytest.mark.parametrize("name", [name for name in LEARNT if name != "spark"])
def test_a_log_can_found_any_of_them(name: str) -> None:
    """But for the one that is about how many founders there are, and those that begin with a graph."""
    if load(name).network is None:
        assert not {"market.size", "market.founders"} & set_by(name)


@pytest.mark.parametrize("name", LEARNT)
def test_every_answer_is_told_and_rests_on_something(name: str) -> None:
    entry = about(name)
    assert entry.answer.endswith(".")
    assert "\n" not in entry.answer
    assert entry.sources
    assert expected_of(name)


@pytest.mark.parametrize("name", LEARNT)
def test_what_is_expected_can_be_compared(name: str) -> None:
    days = load(name).days
    for one in expected_of(name):
        assert (one.day or days) <= days
        if one.against is not None:
            load(one.against, overrides=one.but)
        else:
            assert one.experiment in {experiment.name for experiment in load(name).experiments}


def test_every_pitfall_has_a_symptom_and_a_fix_with_a_cost() -> None:
    pitfalls = [name for name in ON_SHELF["pitfalls"] if not name.endswith("_fixed")]
    assert sorted([f"{name}_fixed" for name in pitfalls] + pitfalls) == ON_SHELF["pitfalls"]
    assert len(pitfalls) == 8
    for name in pitfalls:
        symptoms = {one.indicator for one in expected_of(name) if one.role == "symptom"}
        fix = [one for one in expected_of(f"{name}_fixed") if one.against == name]
        assert symptoms
        assert symptoms == {one.indicator for one in fix if one.role == "fix"}
        assert [one for one in fix if one.role == "cost"]


def test_playbooks_tell_facts_claims_and_assumptions_apart() -> None:
    for name in ON_SHELF["playbooks"]:
        kinds = {source.partition(":")[0] for source in about(name).sources}
        assert {"claim", "assumed"} <= kinds, name


def test_futures_say_that_they_are_speculative() -> None:
    for name in ON_SHELF["futures"]:
        assert about(name).text.startswith("Speculative.")
        assert "speculative" in about(name).tags


def test_six_steps_are_phases_of_one_year() -> None:
    days = [day for day, _ in load("six_steps").phases]
    assert len(days) == 6
    assert days[0] == 0 < days[-1] < load("six_steps").days == 365


IDEAS = (
    "pool, hub, web; mixing them",
    "community as a feature or as the product",
    "organised, curated, matched",
    "ads misalign; subscription, fee and marketplace align",
    "critical mass, lightning in a bottle",
    "network effects, defensibility",
    "market norms and social norms",
    "reciprocity becomes generosity",
    "members create value for each other; growth once members can contribute",
    "join for benefits, stay for belonging",
    "product and community are one",
    "four layers",
    "flywheel: product, support, marketing, sales",
    "self-fulfilling prophecy of not investing",
    "pillar: purpose",
    "pillar: platform",
    "pillar: incentives",
    "pillar: governance",
    "pillar: data",
    "funnel AARRR, net community value, thresholds",
    "badges → early access → revenue share → equity",
    "council, quarterly vote, published decisions",
    "monthly growth experiment",
    "six-step playbook",
    "playbooks of companies",
    "pitfalls and their fixes",
    "futures",
)
"The ideas of the practitioners' essays that the model is about."


def test_every_idea_leads_to_a_scenario_and_every_scenario_has_an_idea(root: Path) -> None:
    page = (
        (root / "docs" / "reference" / "library.md")
        .read_text("utf-8")
        .partition("## From an idea")[2]
        .partition("\n## ")[0]
    )
    rows = [line.split("|")[1:4] for line in page.splitlines() if line.startswith("| ")][1:]
    assert [idea for idea in IDEAS if sum(idea in row[0] for row in rows) != 1] == []
    answers = root / "docs" / "reference" / "answers"
    named: set[str] = set()
    for row in rows:
        linked = re.findall(r"\[`(\w+)`\]\(answers/(\w+)\.md#([\w-]+)\)", row[2])
        assert linked, row
        for name, shelf, anchor in linked:
            title = re.sub(r"[^\w\- ]", "", about(name).title.lower())
            assert (shelf, anchor) == (about(name).shelf, title.replace(" ", "-"))
            assert f"## {about(name).title}\n\n`{name}`" in (answers / f"{shelf}.md").read_text("utf-8")
        named |= {name for name, _, _ in linked}
    assert named == set(LEARNT)


def test_the_pages_of_answers_are_about_this_model_and_this_library(root: Path) -> None:
    folder = root / "docs" / "reference" / "answers"
    pages = {page.stem: page.read_text("utf-8") for page in folder.glob("*.md")}
    assert set(pages) == {"answers", *TEXTBOOK}
    for name in LEARNT:
        entry = about(name)
        page = pages[entry.shelf]
        assert f"## {entry.title}\n\n`{name}` · *{entry.question}*\n\n{entry.answer}\n" in page
        told = page.partition(f"`{name}` · ")[2].partition("\n## ")[0]
        assert sum(line.startswith("| ") for line in told.splitlines()) == len(expected_of(name)) + 1
    assert f"model {MODEL_VERSION}." in pages["answers"]
    assert not [
        line for page in pages.values() for line in page.splitlines() if line.startswith("|") and "✗" in line
    ]


@pytest.mark.parametrize("section", ABOUT)
def test_a_preset_sets_only_what_it_is_about(section: str) -> None:
    for name in ABOUT[section]:
        beside = BESIDE.get(name, set())
        assert beside <= set_by(name)
        assert {key.partition(".")[0] for key in set_by(name) - beside} == {section}


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


def test_phases_and_shocks_are_where_they_were() -> None:
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


@pytest.mark.parametrize(
    ("name", "what", "licence"),
    [
        ("chat_docker", "messages", "Copyright (c) 2021 ChatHistory"),
        ("college_msg", "messages", "https://creativecommons.org/licenses/by-sa/2.0/de/legalcode"),
        ("se_emacs_questions", "questions", "https://creativecommons.org/licenses/by-sa/4.0/legalcode"),
        ("git_networkx", "commits", "Copyright (C) 2004-2016, NetworkX Developers"),
        ("cdnow_purchases", "purchases", "Copyright (c) 2015, Cameron Davidson-Pilon"),
    ],
)
def test_every_log_that_ships_says_where_it_comes_from(name: str, what: str, licence: str) -> None:
    rows = gzip.decompress(logs()[name].read_bytes()).decode().splitlines()
    examples = root() / "examples"
    [line] = [
        line
        for line in (examples / "PROVENANCE.md").read_text("utf-8").splitlines()
        if line.startswith(f"| `{name}` |")
    ]
    assert f" {len(rows) - 1:,} {what} " in line
    assert f" {len({row.split(',')[0] for row in rows[1:]}):,} members " in line
    assert licence in (examples / "LICENSES" / f"{name}.txt").read_text("utf-8")


def test_no_log_ships_without_its_licence() -> None:
    licences = {path.stem for path in (root() / "examples" / "LICENSES").iterdir()}
    assert licences == set(logs())


def test_a_library_name_wins_over_a_file_and_a_path_over_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "web").write_text("affiliation.peers = 0.5")
    monkeypatch.chdir(tmp_path)
    assert load("web").parameters.affiliation.peers == 1
    assert load("./web").parameters.affiliation.peers == 0.5
    assert load(Path("web")).parameters.affiliation.peers == 0.5
