"""Watch: a live run with interventions, its counterfactual, and the stories of its members."""

import base64
from typing import Any

import numpy as np
import pytest

from kith.dashboard.content import live_run as live_run_content
from kith.dashboard.content.live_run import LiveRun
from kith.dashboard.content.watched_runs import WatchedRuns
from kith.dashboard.pages import watch
from kith.dashboard.state.interventions import INTERVENTIONS, timeline_from
from kith.dashboard.state.scenario_choice import ScenarioChoice, plan_of
from kith.dashboard.state.watch_state import TYPES, WatchState
from kith.scenarios.errors import ScenarioError
from kith.sim.engine import run
from kith.sim.schema.plan import Shock
from tests.dashboard.looking import button, vue_widgets


def live_run(name: str = "hub", timeline: tuple[tuple[int, str], ...] = (), people: int = 2_000) -> LiveRun:
    return LiveRun(plan_of(ScenarioChoice((name,)), people), 0, timeline)


def numbers(text: str, kind: Any) -> Any:
    return np.frombuffer(base64.b64decode(text), kind)


def test_a_run_without_interventions_is_the_run_of_its_plan() -> None:
    watched = live_run()
    watched.step(60)
    record = run(plan_of(ScenarioChoice(("hub",)), 2_000), seed=0, days=60, threads=1)
    assert watched.active == record.series["active"].tolist()
    assert watched.counterfactual is None


def test_an_intervention_is_what_a_shock_of_the_plan_does() -> None:
    watched = live_run()
    watched.step(30)
    watched.apply("hub_departs")
    watched.step(60)
    from dataclasses import replace

    shocked = replace(plan_of(ScenarioChoice(("hub",)), 2_000), shocks=(Shock(day=30, kind="hub_departs"),))
    assert watched.active == run(shocked, seed=0, days=90, threads=1).series["active"].tolist()


def test_the_counterfactual_is_the_run_without_the_interventions() -> None:
    watched = live_run("web")
    watched.step(30)
    watched.apply("core_leaves")
    watched.step(30)
    untouched = (
        run(plan_of(ScenarioChoice(("web",)), 2_000), seed=0, days=60, threads=1).series["active"].tolist()
    )
    assert watched.counterfactual_active == untouched
    assert watched.active[:30] == untouched[:30]
    assert watched.active[-1] < untouched[-1]


def test_an_address_repeats_what_was_done() -> None:
    first = live_run("web")
    first.step(20)
    first.apply("pay")
    first.step(20)
    again = live_run("web", first.timeline)
    again.step(40)
    assert again.active == first.active
    assert again.frame()["edges"] == first.frame()["edges"]


def test_paying_changes_the_parameters_in_force() -> None:
    watched = live_run("web")
    watched.step(5)
    watched.apply("pay")
    watched.step(1)
    assert watched.simulation.community.parameters.incentives.cash_per_contribution == 0.25


@pytest.mark.parametrize("name", [name for name in INTERVENTIONS if name != "hub_departs"])
def test_every_intervention_can_be_made_in_any_run(name: str) -> None:
    watched = live_run("web", people=500)
    watched.step(3)
    watched.apply(name)
    watched.step(3)
    assert watched.day == 6


def test_a_run_with_several_hubs_is_watched_until_the_last_has_left() -> None:
    arm = ScenarioChoice(("hub",), (("affiliation.hubs", 3),))
    watched = LiveRun(plan_of(arm, 1_000))
    for left in range(3):
        watched.step(2)
        frame = watched.frame()
        assert watched.can_apply("hub_departs")
        assert frame["hub_is_there"]
        bonds = numbers(frame["hub"], np.uint8)
        assert (bonds > 0).any()
        persons = numbers(frame["person"], np.int32)
        assert not bonds[persons % 3 < left].any()  # whose own hub is gone
        watched.apply("hub_departs")
    watched.step(2)
    assert not watched.can_apply("hub_departs")
    assert not watched.frame()["hub_is_there"]
    assert not numbers(watched.frame()["hub"], np.uint8).any()
    watched.close()


@pytest.mark.parametrize("name", INTERVENTIONS)
def test_every_intervention_can_be_made_twice_in_a_run_with_several_hubs(name: str) -> None:
    watched = LiveRun(
        plan_of(ScenarioChoice(("hub",), (("affiliation.hubs", 3),)), 500), timeline=((2, name), (3, name))
    )
    watched.step(5)
    assert watched.frame()["day"] == 5
    watched.close()


def test_a_hub_that_is_not_there_cannot_leave() -> None:
    with pytest.raises(ScenarioError, match="no hub"):
        live_run("pool").apply("hub_departs")
    with pytest.raises(ScenarioError, match="no hub"):
        live_run("pool", ((3, "hub_departs"),))


def test_a_frame_has_everybody_who_is_present_and_their_ties() -> None:
    watched = live_run("web")
    watched.step(50)
    frame = watched.frame()
    persons = numbers(frame["person"], np.int32)
    pairs = numbers(frame["edges"], np.int32).reshape(-1, 2)
    community = watched.simulation.community
    assert len(persons) == frame["awake"] == community.population.present
    assert frame["present"] == frame["awake"] + frame["dormant"]
    assert frame["dormant"] == community.dormant.count > 0
    assert len(pairs) == community.ties.count[0]
    assert len(np.unique(pairs, axis=0)) == len(pairs)
    for one, other in pairs[:20]:
        row = int(community.market.row[persons[one]])
        member = community.population.members[row]
        slots = community.ties.pool[member["slots"] : member["slots"] + member["degree"]]
        assert community.market.row[persons[other]] in slots["row"]
    layers = numbers(frame["layer"], np.uint8)
    assert sorted(np.unique(layers).tolist()) in ([0, 1, 2], [0, 2], [0, 1], [0])


SLEEPY = (("dormancy.formal_share", 0.1), ("dormancy.waking_rate", 1.0), ("churn.base_hazard", 0.05))


def test_the_dormant_are_shown_apart_with_their_stories() -> None:
    watched = LiveRun(plan_of(ScenarioChoice(("web",), SLEEPY), 3_000))
    watched.step(60)
    frame, c = watched.frame(), watched.simulation.community
    assert frame["dormant"] == c.dormant.count > 20
    assert frame["present"] == frame["awake"] + frame["dormant"]
    assert len(numbers(frame["person"], np.int32)) == frame["awake"]
    silent = set(numbers(frame["asleep"], np.int32).tolist())
    assert silent == set(c.dormant.person[: c.dormant.count].tolist())
    for person in silent:
        assert watched.story(person)[-1].startswith("Fell silent on day")
    rows = c.population.rows()
    woken = c.population.address[rows[c.population.members["woke_on"][rows] > 0]]
    assert any("and woke on day" in line for line in watched.story(int(woken[0])))
    watched.close()


def test_of_many_dormant_members_those_who_fell_silent_last_are_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live_run_content, "MOST_ASLEEP", 10)
    watched = LiveRun(plan_of(ScenarioChoice(("web",), SLEEPY), 3_000))
    watched.step(30)
    drawn, dormant = numbers(watched.frame()["asleep"], np.int32), watched.simulation.community.dormant
    since = dict(zip(dormant.person[: dormant.count], dormant.members["asleep_on"], strict=False))
    assert len(drawn) == 10 < dormant.count
    assert min(since[person] for person in drawn) >= sorted(since.values())[-10]
    watched.close()


def test_stories_are_told_of_members_and_of_those_who_left() -> None:
    watched = live_run("web")
    watched.step(120)
    community = watched.simulation.community
    rows = community.population.rows()
    tied = rows[np.argmax(community.population.members["degree"][rows])]
    assert any("ties" in line for line in watched.story(int(community.population.address[tied])))
    gone = int(community.archive.members["person"][0])
    if community.market.row[gone] < 0:
        assert any(line.startswith("Left on day") for line in watched.story(gone))
    assert watched.story(10**9) == []


def test_a_state_comes_back_from_its_address() -> None:
    acts = ((100, "spam"), (150, "pay"))
    scene = WatchState(
        (*TYPES[:2], ScenarioChoice(("web",), (("monetisation.price", 3),))),
        5_000,
        4,
        200,
        acts,
        "norm",
        17,
        2,
    )
    assert WatchState.strict(scene.path().partition("?")[2]) == scene


def test_going_back_and_forth_repeats_the_run_day_by_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_run_content, "REMEMBERED", 20)
    monkeypatch.setattr(live_run_content, "MOST_REMEMBERED", 2)
    watched = live_run("hub", people=1_000)
    watched.step(50)
    watched.apply("hub_departs")
    watched.step(60)
    active, frame = list(watched.active), watched.frame()
    for day in (95, 45, 12):
        watched.rewind(day)
        assert watched.day == day
        assert watched.active == active[:day]
        assert bool(watched.frame()["counterfactual"]) == (day > 50)
        assert watched.frame()["hub_is_there"] == (day <= 50)
    watched.step(98)
    assert watched.active == active
    assert watched.frame() == frame


def test_an_intervention_that_is_taken_back_never_was() -> None:
    watched = live_run("web", people=1_000)
    watched.step(30)
    watched.apply("core_leaves")
    watched.step(70)
    watched.drop((30, "core_leaves"))
    assert watched.day == 30
    watched.step(70)
    untouched = live_run("web", people=1_000)
    untouched.step(100)
    assert watched.active == untouched.active
    assert watched.frame()["edges"] == untouched.frame()["edges"]


def side_by_side(query: str = "a=pool&a=hub&a=web&people=1000&day=30") -> WatchedRuns:
    watched = WatchedRuns()
    watched.enter(WatchState.strict(query))
    return watched


def test_one_strike_is_for_all_who_can_have_it_on_one_clock() -> None:
    watched = side_by_side()
    watched.apply("hub_departs")
    watched.apply("core_leaves")
    watched.step(10)
    frame = watched.frame()
    assert [run["label"] for run in frame["runs"]] == ["pool", "hub", "web"]
    assert {run["day"] for run in frame["runs"]} == {frame["day"]} == {40}
    assert [len(run["interventions"]) for run in frame["runs"]] == [1, 2, 1]
    assert [run["hub_left"] for run in frame["runs"]] == [False, True, False]
    assert all(len(run["counterfactual"]) == 40 for run in frame["runs"])
    watched.undo()
    assert [len(run["interventions"]) for run in watched.frame()["runs"]] == [0, 1, 0]
    watched.go_to(40)
    watched.undo()
    frame = watched.frame()
    assert frame["interventions"] == []
    assert (frame["day"], frame["reached"]) == (30, 40)
    assert frame["runs"][1]["hub_is_there"]
    watched.leave()


def test_a_link_to_runs_side_by_side_shows_the_same_again() -> None:
    watched = side_by_side("a=pool&a=hub&people=1000&day=60&act=40:hub_departs")
    acted = side_by_side("a=pool&a=hub&people=1000&day=40")
    acted.apply("hub_departs")
    acted.step(20)
    assert watched.frame()["runs"] == acted.frame()["runs"]
    with pytest.raises(ScenarioError, match="no hub"):
        WatchState.strict("a=pool&a=web&act=40:hub_departs")


def test_the_page_goes_back_undoes_and_adds_a_design_beside(shown: Any) -> None:
    rc = shown(watch.Page, "/watch?a=hub&people=500&day=20")
    button(rc, "act-hub_departs").vue_press(None)
    button(rc, "add").vue_press(None)
    assert rc.paths[-1].startswith("/watch?a=hub&a=pool&")
    [network] = vue_widgets(rc, "network.vue")
    assert network.frame["runs"][0]["hub_left"]
    network.vue_rewind(10)
    assert "day=10&act=20:hub_departs" in rc.paths[-1]
    [network] = vue_widgets(rc, "network.vue")
    assert network.frame["runs"][0]["hub_is_there"]
    assert network.frame["reached"] == 21
    button(rc, "undo").vue_press(None)
    assert "act=" not in rc.paths[-1]
    button(rc, "types").vue_press(None)
    assert rc.paths[-1].startswith("/watch?a=pool&a=hub&a=web&")
    button(rc, "remove-1").vue_press(None)
    assert rc.paths[-1].startswith("/watch?a=pool&a=web&")


@pytest.mark.parametrize("text", ["hub_departs", "x:spam", "3:fire", "99999999999:spam"])
def test_a_bad_intervention_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError, match="act="):
        timeline_from(text)


def test_the_page_steps_acts_and_tells_stories(here: Any, shown: Any) -> None:
    rc = shown(watch.Page, "/watch?a=hub&people=1000&day=10")
    [network] = vue_widgets(rc, "network.vue")
    assert network.frame["day"] == 10
    network.vue_tick(5)
    assert network.frame["day"] == 15
    [leave] = [w for w in vue_widgets(rc, "button.vue") if w.name == "act-hub_departs"]
    leave.vue_press(None)
    assert "15:hub_departs" in rc.paths[-1]
    [network] = vue_widgets(rc, "network.vue")
    assert not network.frame["runs"][0]["hub_is_there"]
    assert button(rc, "act-hub_departs").disabled
    assert network.frame["runs"][0]["counterfactual"]
    person = int(numbers(network.frame["runs"][0]["person"], np.int32)[0])
    run_name = network.frame["run"]
    network.vue_tick(2)
    network.vue_pick([0, person])
    network.vue_paint_by("norm")
    assert rc.paths[-1].endswith(f"&colour=norm&member={person}")
    [network] = vue_widgets(rc, "network.vue")
    assert (network.frame["run"], network.frame["day"]) == (run_name, 18)
    assert (network.chosen, network.colour) == (person, "norm")
    [copy] = vue_widgets(rc, "copy_link.vue")
    assert WatchState.strict(copy.path.partition("?")[2]).day == 18
    assert any(f"Member {person}" in w.unsafe_innerHTML for w in rc.find(watch.solara.widgets.HTML).widgets)


def test_a_run_restarts_also_without_interventions(shown: Any) -> None:
    rc = shown(watch.Page, "/watch?a=web&people=500&day=20")
    [network] = vue_widgets(rc, "network.vue")
    assert network.frame["day"] == 20
    button(rc, "restart").vue_press(None)
    assert rc.paths[-1] == "/watch?a=web&people=500&seed=0&day=0"
    assert network.frame["day"] == 1
    network.vue_tick(9)
    button(rc, "restart").vue_press(None)
    assert network.frame["day"] == 1


def test_going_back_shows_the_day_that_the_address_tells(shown: Any) -> None:
    rc = shown(watch.Page, "/watch?a=web&people=500&day=20")
    [network] = vue_widgets(rc, "network.vue")
    network.vue_tick(5)
    network.vue_paused(25)
    assert network.frame["day"] == 25
    rc.go("/watch?a=web&people=500&day=20")
    assert network.frame["day"] == 20
