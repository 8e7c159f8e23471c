"""A scenario is the difference from what it extends, and the plan tells where each value came from."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith.scenarios.errors import ScenarioError
from kith.scenarios.load import load
from kith.sim.schema.founding import Founding
from kith.sim.schema.parameter_set import Parameters, dotted_names
from kith.sim.schema.plan import Plan, Shock

type Write = Callable[..., Path]


def price(plan: Plan, phase: int = 0) -> float:
    value: float = plan.phases[phase][1].monetisation.price
    return value


# Merging


def test_a_file_that_says_nothing_is_the_default(write: Write) -> None:
    assert load(write("")).phases == ((0, Parameters()),)


def test_a_file_wins_over_what_it_extends(write: Write) -> None:
    plan = load(write('extends = "web"\naffiliation.hub = 0.5'))
    a = plan.parameters.affiliation
    assert (a.activity, a.hub, a.peers) == (0.6, 0.5, 1.0)


def test_of_several_the_later_wins_name_by_name(write: Write) -> None:
    write("monetisation.price = 1\nchurn.base_hazard = 0.5", "a.toml")
    write("monetisation.price = 2", "b.toml")
    plan = load(write('extends = ["a.toml", "b.toml"]'))
    assert price(plan) == 2
    assert plan.parameters.churn.base_hazard == 0.5


def test_presets_combine(write: Write) -> None:
    plan = load(write('extends = ["web", "product_led", "subscription"]'))
    assert plan.parameters.affiliation.peers == 1
    assert plan.parameters.value.product == 0.75
    assert plan.parameters.monetisation.model == "subscription"


def test_a_base_that_two_share_does_not_undo_what_the_first_changed(write: Write) -> None:
    write("monetisation.price = 1", "base.toml")
    write('extends = "base.toml"\nmonetisation.price = 2', "a.toml")
    write('extends = "base.toml"', "b.toml")
    assert price(load(write('extends = ["a.toml", "b.toml"]'))) == 2


def test_a_file_that_is_named_again_wins_at_its_place(write: Write) -> None:
    write("monetisation.price = 1\nshock = [{day = 1, kind = 'members_leave', share = 0.5}]", "base.toml")
    write('extends = "base.toml"\nmonetisation.price = 2', "a.toml")
    plan = load(write('extends = ["a.toml", "base.toml"]'))
    assert price(plan) == 1
    assert len(plan.shocks) == 1


def test_files_are_found_beside_the_file_that_extends_them(write: Write, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    write("monetisation.price = 3", "deep/base.toml")
    write('extends = "base.toml"', "deep/middle.toml")
    assert price(load(write('extends = "deep/middle.toml"'))) == 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 9), max_size=3), min_size=1, max_size=5)
)
def test_merging_files_is_merging_dicts(write: Write, files: list[dict[str, int]]) -> None:
    fields = {"a": "price", "b": "ad_load", "c": "lapse_rate"}
    expected: dict[str, int] = {}
    for number, values in enumerate(files):
        write("".join(f"monetisation.{fields[k]} = {v}\n" for k, v in values.items()), f"{number}.toml")
        expected |= values
    plan = load(write(f"extends = {[f'{n}.toml' for n in range(len(files))]}"))
    merged = plan.parameters.monetisation.model_dump()
    assert {key: merged[fields[key]] for key in expected} == expected


def test_a_list_of_tiers_is_one_value(write: Write) -> None:
    write("[[incentives.tier]]\npoints = 5\n[[incentives.tier]]\npoints = 50\nperk = 0.2", "a.toml")
    assert [t.points for t in load(write('extends = "a.toml"')).parameters.incentives.tier] == [5, 50]
    one = load(write('extends = "a.toml"\n[[incentives.tier]]\npoints = 7\n'))
    assert [t.points for t in one.parameters.incentives.tier] == [7]


def test_name_title_and_days(write: Write) -> None:
    write('title = "Base"\ndays = 100', "base.toml")
    plan = load(write('extends = "base.toml"', "sprint.toml"))
    assert (plan.name, plan.title, plan.days) == ("sprint", "sprint", 100)
    assert load(write('title = "A sprint"\ndays = 9'), days=np.int64(7)).days == 7  # type: ignore[arg-type]
    assert load(write("")).days == Plan.days


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbfmonetisation.price = 4\r\n")
    assert price(load(path)) == 4


# Phases and shocks


def test_a_phase_is_the_difference_from_the_phase_before(write: Write) -> None:
    plan = load(
        write(
            "[[phase]]\nfrom_day = 180\nmonetisation.model = 'fee'\n"
            "[[phase]]\nfrom_day = 90\nmonetisation.price = 3\n"
        )
    )
    assert [day for day, _ in plan.phases] == [0, 90, 180]
    assert [p.monetisation.price for _, p in plan.phases] == [10, 3, 3]
    assert [p.monetisation.model for _, p in plan.phases] == ["none", "none", "fee"]


def test_phases_of_one_day_merge(write: Write) -> None:
    write("[[phase]]\nfrom_day = 90\nmonetisation = {price = 3, ad_load = 2}", "a.toml")
    plan = load(write("extends = 'a.toml'\n[[phase]]\nfrom_day = 90\nmonetisation.price = 4"))
    assert len(plan.phases) == 2
    assert (price(plan, 1), plan.phases[1][1].monetisation.ad_load) == (4, 2)


def test_shocks_add_up_and_stand_in_order_of_days(write: Write) -> None:
    write("affiliation.hub = 1\n[[shock]]\nday = 9\nkind = 'hub_departs'", "a.toml")
    file = write("extends = 'a.toml'\n[[shock]]\nday = 5\nkind = 'members_leave'\nshare = 0.1")
    plan = load(file, shocks=[{"day": 7, "kind": "hub_departs"}, Shock(day=1, kind="hub_departs")])
    assert [(s.day, s.kind) for s in plan.shocks] == [
        (1, "hub_departs"),
        (5, "members_leave"),
        (7, "hub_departs"),
        (9, "hub_departs"),
    ]


def test_an_empty_list_drops_what_is_inherited(write: Write) -> None:
    assert load("hub_leaves").shocks
    assert not load(write("extends = 'hub_leaves'\nshock = []")).shocks
    plan = load(write("extends = 'paywall'\nphase = []"))
    assert len(plan.phases) == 1
    assert not [name for name in plan.origin if name.startswith("phase")]


def test_a_hub_that_is_not_there_cannot_depart() -> None:
    with pytest.raises(
        ScenarioError, match=r"library/presets/pool.toml: .* there is no hub; set affiliation.hub"
    ):
        load("pool", shocks=[{"day": 180, "kind": "hub_departs"}])


# Overrides


def test_an_override_wins_over_every_file() -> None:
    assert price(load("fee", overrides={"monetisation.price": 12})) == 12


def test_an_override_lasts_until_a_phase_sets_that_name(write: Write) -> None:
    file = write(
        "monetisation.price = 1\n[[phase]]\nfrom_day = 10\nchurn.base_hazard = 0.1\n"
        "[[phase]]\nfrom_day = 20\nmonetisation.price = 3\n[[phase]]\nfrom_day = 30\nchurn.base_hazard = 0.2"
    )
    plan = load(file, overrides={"monetisation.price": 2})
    assert [p.monetisation.price for _, p in plan.phases] == [2, 2, 3, 3]


def test_an_integer_is_fine_for_a_float_and_infinity_for_a_half_life() -> None:
    plan = load("web", overrides={"monetisation.price": 12, "incentives.norm_recovery": float("inf")})
    assert isinstance(plan.parameters.monetisation.price, float)
    assert plan.parameters.incentives.norm_recovery == float("inf")


def test_numpys_numbers_are_fine() -> None:
    plan = load("web", overrides={"monetisation.price": np.float32(2), "market.size": np.int64(5000)})
    assert (price(plan), plan.parameters.market.size) == (2, 5000)


def test_the_same_content_is_the_same_run_however_it_was_said(write: Write) -> None:
    file = load(write('extends = "web"\nmonetisation.price = 12', "other_name.toml"))
    assert file.content() == load("web", overrides={"monetisation.price": 12}).content()


# Where values came from


def test_every_value_tells_where_it_was_set(write: Write) -> None:
    path = write(
        "extends = 'web'\n[churn]\nbase_hazard = 0.1\n[[phase]]\nfrom_day = 90\nmonetisation.price = 3"
    )
    origin = load(path, overrides={"market.size": 5000}).origin
    assert origin["affiliation.peers"] == "web"
    assert origin["churn.base_hazard"] == str(path)
    assert origin["market.size"] == "override"
    assert origin["value.content"] == "default"
    assert origin["phase 90: monetisation.price"] == str(path)
    assert origin["monetisation.price"] == "default"
    assert set(dotted_names()) <= set(origin)


# Founded from a log


@pytest.fixture
def founding() -> Founding:
    column = np.ones(50, np.int64)
    nobody = np.zeros(0, np.int64)
    return Founding(
        column, column, column, column, nobody, nobody, nobody, date="2001-04-01", label="log.csv"
    )


def test_a_log_sets_the_founders_and_a_market_of_ten_for_each_contributor(founding: Founding) -> None:
    plan = load("web", log=founding)
    assert plan.founding is founding
    assert (plan.parameters.market.founders, plan.parameters.market.size) == (50, 500)
    known = load("web", log=replace(founding, contributors=837)).parameters.market
    assert (known.founders, known.size) == (50, 8370)
    assert plan.origin["market.size"] == plan.origin["market.founders"] == "log"


def test_a_market_that_somebody_set_stays(founding: Founding, write: Write) -> None:
    assert load("web", overrides={"market.size": 400}, log=founding).parameters.market.size == 400
    assert load(write("market.size = 600"), log=founding).parameters.market.size == 600


def test_founders_and_a_log_contradict_each_other(founding: Founding, write: Write) -> None:
    write("market.founders = 10", "base.toml")
    with pytest.raises(ScenarioError, match=r"market.founders = 10 \(.*base.toml\) contradicts the log"):
        load(write("extends = 'base.toml'"), log=founding)
    with pytest.raises(ScenarioError, match=r"market.founders = 10 \(override\) contradicts the log"):
        load("web", overrides={"market.founders": 10}, log=founding)


def test_a_market_smaller_than_its_founders_is_refused(founding: Founding) -> None:
    with pytest.raises(ScenarioError, match="founders = 50 exceeds market.size = 40"):
        load("web", overrides={"market.size": 40}, log=founding)


def test_a_date_needs_a_log() -> None:
    with pytest.raises(ScenarioError, match="needs the path of a log"):
        load("web", at="2001-01-01")


def test_the_example_log_founds_every_design_with_the_same_people() -> None:
    plans = [load(name, log="chat_docker", at="2002-05-23") for name in ("pool", "hub", "web")]
    assert len({plan.founding.digest for plan in plans if plan.founding is not None}) == 1
    assert plans[0].parameters.market.size == 10 * plans[0].founding.contributors > 10 * 302
