"""Whatever is written wrong gives one `ScenarioError`, which names the thing, the value and the way out."""

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith.scenarios.errors import ScenarioError
from kith.scenarios.load import load

type Write = Callable[..., Path]

TEXT = """# a comment
extends = ["web", 'fee']
title = "A \\u00fc title"
days = 400
[monetisation]
price = 1_2.5e0
[[incentives.tier]]
points = 10
[[phase]]
from_day = 90
affiliation = {hub = 0.5, peers = 0}
[[shock]]
day = 100
kind = "hub_departs"
"""

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)


def refusal(name: Any, **given: Any) -> str:
    """The one sentence with which a scenario is refused."""
    with pytest.raises(ScenarioError) as caught:
        load(name, **given)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 1500
    return message


# Inside a file


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("titel = 'x'", 'unknown key "titel"; did you mean title?'),
        ("[monetization]\nprice = 1", 'unknown key "monetization"; did you mean monetisation?'),
        ("price = 1", 'unknown key "price"; did you mean monetisation.price?'),
        ("qqq = 1", 'unknown key "qqq"; `kith schema` lists every key'),
        ("monetisation.prise = 1", "unknown parameter monetisation.prise; did you mean monetisation.price?"),
        ("monetisation.price = -1", "monetisation.price = -1: must be at least 0 EUR/month"),
        ("monetisation.price = nan", "monetisation.price is not a number (NaN); give a number"),
        ("monetisation.price = inf", "monetisation.price = inf: must be at most"),
        ("monetisation.price = 'ten'", "monetisation.price = 'ten': should be a valid number"),
        ("monetisation.price = true", "monetisation.price = True: should be a valid number"),
        ("monetisation.price = 2001-01-01", "should be a valid number"),
        ("monetisation.model = 'adds'", "monetisation.model = 'adds': must be 'none', 'ads'"),
        ("monetisation = 3", "monetisation = 3: must be a section; write monetisation.<parameter> = value"),
        ("market.size = 1e6", "market.size = 1000000.0"),
        ("incentives.tier = [{perk = 2}]", "incentives.tier.0.perk = 2: must be at most 1"),
        ("incentives.tier = [{points = 5}, {points = 5}]", "must increase"),
        ("days = 0", "days = 0: must be a whole number from 1 to"),
        ("days = true", "days = True: must be a whole number"),
        ("days = 1.5", "days = 1.5: must be a whole number"),
        ("title = 3", "title = 3: must be text in quotes"),
        ("tags = 'a'", 'tags = "a": must be a list of texts'),
        ("sources = [1]", "sources = [1]: must be a list of texts"),
        ("phase = 3", "phase must be a list of tables; write [[phase]]"),
        ("[phase]\nfrom_day = 3", "phase must be a list of tables; write [[phase]]"),
        ("[[phase]]\nchurn.base_hazard = 0", "a phase lacks from_day"),
        ("[[phase]]\nfrom_day = 0", "day 0 is the scenario itself"),
        ("[[phase]]\nfrom_day = '9'", 'from_day = "9": must be a whole number'),
        ("[[phase]]\nfrom_day = false", "from_day = False: must be a whole number"),
        ("[[phase]]\nfrom_day = 9\n[[phase]]\nfrom_day = 9", "two phases from day 9; write them as one"),
        ("[[phase]]\nfrom_day = 9\nmarket.size = 50", "phase from day 9: the market is fixed for a run"),
        ("[[phase]]\nfrom_day = 9\ndays = 50", 'phase from day 9: unknown key "days"'),
        ("[[phase]]\nfrom_day = 9\nchurn.base_hazard = 7", "phase from day 9: churn.base_hazard = 7"),
        ("[[shock]]\nday = 9\nkind = 'hub_depart'", "hub_departs"),
        ("[[shock]]\nday = 9\nkind = 'members_leave'", "members_leave needs share"),
        ("[[shock]]\nday = -9\nkind = 'hub_departs'", "day"),
        ("shock = [3]", "shock must be a list of tables"),
        ("market.founders = 30_000", "market.founders = 30000 exceeds market.size = 20000"),
        (
            "extends = 3",
            'extends = 3: must be a name or a list of names, such as extends = ["web", "subscription"]',
        ),
        ("extends = ['']", "must be a name or a list of names"),
        ("extends = ['web', 'web']", 'extends "web" twice'),
        ("price =", "is not valid TOML: invalid value (at end of document)"),
        ("monetisation.price = " + "9" * 5000, "has a number that cannot be read"),
        ("monetisation.price = " + "9" * 500, "monetisation.price"),
        ("monetisation.model = '" + "x" * 100_000 + "'", "must be 'none'"),
        ("a" * 100_000 + " = 1", "unknown key"),
    ],
)
def test_a_message_names_file_thing_and_way_out(write: Write, text: str, message: str) -> None:
    path = write(text)
    said = refusal(path)
    assert said.startswith(str(path))
    assert message in said


def test_the_file_that_is_wrong_is_blamed_and_not_the_one_that_extends_it(write: Write) -> None:
    base = write("monetisation.price = -1", "base.toml")
    write('extends = "base.toml"', "middle.toml")
    assert refusal(write('extends = "middle.toml"')).startswith(f"{base}: monetisation.price")


# Extends


def test_a_misspelt_parent_is_told_with_its_nearest_name(write: Write) -> None:
    path = write('extends = "basline"', "sprint.toml")
    assert refusal(path) == f'{path} extends "basline"; did you mean "baseline"?'


def test_a_forgotten_suffix_is_told(write: Write) -> None:
    write("", "sprint_base.toml")
    assert refusal(write('extends = "sprint_base"')).endswith('did you mean "sprint_base.toml"?')


def test_a_circle_is_told_with_all_its_files(write: Write) -> None:
    a, b = write('extends = "b.toml"', "a.toml"), write('extends = ["web", "a.toml"]', "b.toml")
    assert refusal(a) == f"{a} extends itself: {a} → {b} → {a}; remove one of these links"


def test_a_file_cannot_extend_itself(write: Write) -> None:
    assert "extends itself" in refusal(write('extends = "mine.toml"'))


def test_a_chain_may_be_twenty_files_long_and_no_longer(write: Write) -> None:
    write("", "0.toml")
    paths = [write(f'extends = "{n}.toml"', f"{n + 1}.toml") for n in range(20)]
    load(paths[18])
    assert "to a depth of more than 20" in refusal(paths[19])


def test_a_ladder_of_shared_parents_is_read_in_no_time(write: Write) -> None:
    write("monetisation.price = 3", "a0.toml")
    write("", "b0.toml")
    for n in range(18):
        for name in "ab":
            write(f'extends = ["a{n}.toml", "b{n}.toml"]', f"{name}{n + 1}.toml")
    assert load(write('extends = "a18.toml"')).parameters.monetisation.price == 3


# Not a scenario at all


def test_an_unknown_name_suggests_the_nearest() -> None:
    assert refusal("wep") == 'no scenario "wep" in the library; did you mean "web"?'
    assert refusal("web.toml") == 'no scenario "web.toml" in the library; did you mean "web"?'
    assert "`kith list` shows the library" in refusal("qqqqqq")


@pytest.mark.parametrize(
    "name", ["", " ", "\0", "a\0.toml", "x" * 5000, "x" * 5000 + ".toml", 3, None, ["web"]]
)
def test_a_name_that_is_none_is_refused(name: Any) -> None:
    refusal(name)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "missing.toml")
    assert "is a folder; give a scenario file inside it" in refusal(tmp_path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    assert "is not a file" in refusal(tmp_path / "pipe.toml")


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "binary.toml"
    path.write_bytes(bytes(range(256)))
    assert "is not text in UTF-8" in refusal(path)


def test_an_enormous_file_is_refused(write: Write) -> None:
    assert "larger than 1 MB" in refusal(write("# " + "x" * 1_000_000))


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 100_000,
        "x = " + "[" * 200 + "]" * 200,
        "x = " + "{a = " * 3000 + "1" + "}" * 3000,
        "market." + "a." * 300_000 + "b = 1",
        "market." + '"a" . ' * 100_000 + "b = 1",
        "[" + "a." * 40 + "b]",
        "incentives.badge_levels = " + "[" * 20 + "]" * 20,
    ],
)
def test_absurd_nesting_is_refused_quickly(write: Write, text: str) -> None:
    assert "is nested too deeply" in refusal(write(text))


def test_a_thousand_shocks_are_enough(write: Write) -> None:
    assert "at most 1000 are allowed" in refusal(write("[[shock]]\nday = 1\nkind = 'hub_departs'\n" * 2000))


@SHARED
@given(st.integers(0, len(TEXT)))
def test_a_truncated_file_loads_or_is_refused(write: Write, length: int) -> None:
    path = write(TEXT[:length])
    try:
        load(path)
    except ScenarioError as error:
        assert str(error).startswith(str(path))


@SHARED
@given(st.binary(max_size=200))
def test_random_bytes_load_or_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "random.toml"
    path.write_bytes(content)
    try:
        load(path)
    except ScenarioError as error:
        assert str(error)


# Overrides, shocks, days


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"monetisation.prise": 1}, "unknown parameter monetisation.prise; did you mean monetisation.price?"),
        ({"price": 1}, 'unknown parameter "price"; did you mean monetisation.price?'),
        ({"monetisation": {"price": 1}}, "monetisation is a section; name one of its parameters"),
        ({"monetisation.price": math.nan}, "monetisation.price is not a number (NaN)"),
        ({"monetisation.price": "12"}, "monetisation.price = '12'"),
        ({"monetisation.price": -1}, "must be at least 0 EUR/month"),
        (
            {"monetisation.price.a": 1},
            "unknown parameter monetisation.price.a; did you mean monetisation.price?",
        ),
        ({"": 1}, "unknown parameter"),
        ([], "overrides = []: must be a dict of names and values"),
        ({3: 1}, "override 3: must be a dotted name"),
        ({"market.size": 100}, "founders = 1000 exceeds market.size = 100"),
        ({"contribution.share_post": 0.8}, "share_post + share_react"),
    ],
)
def test_a_wrong_override_is_refused(overrides: Any, message: str) -> None:
    assert message in refusal("web", overrides=overrides)


@pytest.mark.parametrize(
    "shocks", ["180 hub_departs", [3], {"day": 3}, 5, [{"day": "x", "kind": "hub_departs"}], [{}]]
)
def test_a_wrong_shock_is_refused(shocks: Any) -> None:
    assert "shock" in refusal("hub", shocks=shocks)


@pytest.mark.parametrize("days", [0, -1, 1.5, True, "9", 20_001, math.nan])
def test_a_wrong_number_of_days_is_refused(days: Any) -> None:
    assert "must be a whole number from 1 to 20000" in refusal("web", days=days)
