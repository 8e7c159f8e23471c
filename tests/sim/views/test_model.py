"""CommunityModel is a Mesa model: what Mesa offers runs with it unchanged."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ipyvuetify
import mesa
import numpy as np
import pytest
import solara
from mesa import DataCollector, batch_run
from mesa.experimental.scenarios import Scenario
from mesa.time import Schedule
from mesa.visualization import Slider, SolaraViz, make_plot_component

from kith.sim.engine import run
from kith.sim.results.record import Record
from kith.sim.schema.parameter_set import ParameterError
from kith.sim.schema.plan import Plan, Shock
from kith.sim.views.member import Member
from kith.sim.views.model import CommunityModel

type PlanOf = Callable[..., Plan]
type Difference = Callable[[Record, Record], list[str]]


@pytest.fixture(scope="module")
def plan(plan_of: PlanOf) -> Plan:
    """A busy web with a phase, a shock and something of everything."""
    return plan_of(
        "web",
        "busy",
        phases={15: {"monetisation": {"model": "fee", "price": 2.0}}},
        shocks=[Shock(day=20, kind="members_leave", share=0.1)],
    )


# One day a step


def test_its_record_is_that_of_the_run(plan: Plan, difference: Difference) -> None:
    whole = run(plan, seed=7, days=45)
    model = CommunityModel(plan, rng=7, days=45)
    model.run_model()
    record = model.record()
    assert difference(record, whole) == []
    for frame in ("monthly", "summary", "events"):
        assert getattr(record, frame).equals(getattr(whole, frame))
    assert (record.run_id, record.days, record.leaving) == (whole.run_id, 45, whole.leaving)


def test_a_step_is_a_day(plan: Plan) -> None:
    model = CommunityModel(plan, rng=7, days=3)
    assert isinstance(model, mesa.Model)
    seen = []
    while model.running:
        model.step()
        seen.append((model.time, model.day, model.community.day, len(model.agents)))
    assert [s[:3] for s in seen] == [(1.0, 1, 0), (2.0, 2, 1), (3.0, 3, 2)]
    assert [s[3] for s in seen] == model.record().series["present"].tolist()
    with pytest.raises(ParameterError, match="a step after day 3: the model was created for 3 days"):
        model.step()


def test_days_come_from_the_plan_unless_they_are_given() -> None:
    assert CommunityModel().community.days == Plan().days
    assert CommunityModel(Plan(days=12)).community.days == 12
    assert CommunityModel(Plan(days=12), days=5).community.days == 5


def test_it_can_run_to_any_day_with_any_number_of_threads(plan: Plan, difference: Difference) -> None:
    model = CommunityModel(plan, rng=7, days=45, threads=2, events=False, check=True)
    model.run_for(13)
    model.run_until(31)
    assert difference(model.record(), run(plan, seed=7, days=31)) == []
    with pytest.raises(ValueError, match="no event log"):
        _ = model.record().events


# Luck


@pytest.mark.parametrize("rng", [0, 41, np.int64(41), 2**40])
def test_rng_is_the_seed(plan: Plan, rng: int) -> None:
    model = CommunityModel(plan, rng=rng)
    assert model.community.seed == int(rng)
    assert model.random.random() == mesa.Model(rng=int(rng)).random.random()
    assert model.rng.random() == mesa.Model(rng=int(rng)).rng.random()


def test_without_rng_luck_differs_and_a_generator_repeats_it(plan: Plan) -> None:
    free = {CommunityModel(plan).community.seed for _ in range(4)}
    assert len(free) == 4
    drawn = [CommunityModel(plan, rng=np.random.default_rng(1)).community.seed for _ in range(2)]
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"rng": "lucky"}, "rng = 'lucky': must be a whole number"),
        ({"rng": 1.5}, "rng = 1.5: must be a whole number"),
        ({"rng": -1}, "rng = -1: must be a whole number between 0"),
        ({"plan": "web"}, "plan = 'web': must be a Plan"),
        ({"days": 0}, "days = 0: must be between 1"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        CommunityModel(**given)


# Parameters by keyword


def test_keywords_override_the_plan(plan: Plan) -> None:
    model = CommunityModel(plan, rng=1, bonding__tie_half_life=9, monetisation__price=np.float64(12))
    for _, parameters in model.plan.phases:
        assert parameters.bonding.tie_half_life == 9.0
    assert model.plan.phases[0][1].monetisation.price == 12.0
    assert model.plan.phases[1][1].monetisation.price == 2.0, "what a phase sets, it sets"
    assert model.plan.origin["monetisation.price"] == "override"
    assert model.plan.shocks == plan.shocks


def test_they_make_the_run_that_the_overridden_plan_makes(plan_of: PlanOf, difference: Difference) -> None:
    model = CommunityModel(plan_of("web"), rng=2, days=20, contribution__rate=0.2)
    model.run_model()
    assert difference(model.record(), run(plan_of("web", contribution={"rate": 0.2}), seed=2, days=20)) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"monetisation__prize": 12},
            "unknown argument monetisation__prize; did you mean monetisation__price",
        ),
        (
            {"monetization__price": 12},
            "unknown argument monetization__price; did you mean monetisation__price",
        ),
        ({"price": 12}, "unknown argument price; parameters are written .* such as monetisation__price"),
        ({"monetisation_price": 12}, "section__parameter, such as monetisation__price"),
        ({"n": 12}, "section__parameter, such as market__founders"),
        ({"network": None}, "a graph is part of the plan, such as plan=kith.load"),
        ({"day": 12}, "unknown argument day; did you mean days"),
        ({"seed": 12}, "unknown argument seed; Mesa calls it rng"),
        ({"monetisation__price": -1}, "monetisation.price = -1: must be at least 0"),
        ({"monetisation__price": "dear"}, "monetisation.price = 'dear'"),
        ({"monetisation__model": "gifts"}, "monetisation.model = 'gifts': must be"),
    ],
)
def test_bad_keywords_are_refused_with_a_way_out(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        CommunityModel(**given)


# Mesa's own tools


class Watched(CommunityModel):
    """A community whose data a Mesa user collects."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.datacollector = DataCollector(
            model_reporters={
                "members": lambda m: len(m.agents),
                "belonging": lambda m: m.agents.agg("belonging", np.mean),
                "day": "day",
            },
            agent_reporters={"ties": "ties", "hours": lambda a: a.visits_per_day * 24},
            agenttype_reporters={Member: {"layer": "layer"}},
        )

    def step(self) -> None:
        super().step()
        self.datacollector.collect(self)


def test_a_data_collector_collects_the_model_and_its_members(plan: Plan) -> None:
    model = Watched(plan=plan, rng=7)
    model.run_for(6)
    series = model.record().series
    collected = model.datacollector.get_model_vars_dataframe()
    assert collected["members"].tolist() == series["present"].tolist()
    assert collected["day"].tolist() == [1, 2, 3, 4, 5, 6]
    assert collected["belonging"].iloc[-1] == pytest.approx(model.record().summary["belonging"])
    agents = model.datacollector.get_agent_vars_dataframe()
    assert agents.groupby("Step").size().tolist() == series["present"].tolist()
    assert agents.loc[6.0, "ties"].to_dict() == dict(
        zip(model.agents.get("person"), model.agents.get("ties"), strict=True)
    )
    layers = model.datacollector.get_agenttype_vars_dataframe(Member)
    assert layers.loc[6.0, "layer"].tolist() == model.agents.get("layer")


def test_a_model_collects_the_main_series_by_itself(plan: Plan) -> None:
    model = CommunityModel(plan, rng=7)
    model.run_for(5)
    collected = model.datacollector.get_model_vars_dataframe()
    series = model.record().series[list(collected.columns)]
    assert collected.to_dict("list") == series.to_dict("list")
    assert {"present", "active", "revenue"} <= set(collected.columns)


def test_a_misspelt_series_is_told_the_nearest(plan: Plan) -> None:
    model = CommunityModel(plan, rng=7)
    with pytest.raises(ParameterError, match="no series actives; did you mean active"):
        model.latest("actives")
    with pytest.raises(ParameterError, match="there is no active before the first day"):
        model.latest("active")


def test_batch_run_runs_it(plan_of: PlanOf, difference: Difference) -> None:
    plan = plan_of("web", "subscription")
    rows = batch_run(
        CommunityModel,
        {"plan": plan, "monetisation__price": [1.0, 9.0], "days": 4},
        rng=[1, 2],
        max_steps=10,
        display_progress=False,
    )
    assert [(r["monetisation__price"], r["iteration"]) for r in rows] == [
        (1.0, 0),
        (9.0, 0),
        (1.0, 1),
        (9.0, 1),
    ]
    for row in rows:
        dear = plan_of("web", "subscription", monetisation={"price": row["monetisation__price"]})
        record = run(dear, seed=row["iteration"] + 1, days=4)
        assert row["Step"] == 4
        for name in ("present", "active", "revenue"):
            assert row[name] == record.series[name].iloc[-1]


@pytest.mark.slow
def test_batch_run_runs_it_in_other_processes(plan_of: PlanOf) -> None:
    """Spawned, as Mesa does it: model and plan go there by pickle."""
    arguments = {"plan": plan_of("web"), "contribution__rate": [0.02, 0.2], "days": 3}
    how: dict[str, Any] = {"rng": [5], "max_steps": 3, "display_progress": False}
    alone, many = (batch_run(CommunityModel, arguments, number_processes=n, **how) for n in (1, 2))
    assert sorted(map(str, alone)) == sorted(str({**row, "plan": alone[0]["plan"]}) for row in many)


def test_events_are_scheduled_between_days(plan: Plan) -> None:
    model = CommunityModel(plan, rng=7, days=60)
    seen: list[tuple[float, int]] = []

    def look() -> None:
        seen.append((model.time, model.day))

    model.schedule_event(look, at=2.5)
    model.schedule_event(look, after=4)
    again = model.schedule_recurring(look, Schedule(interval=7.0, start=7.0, count=2))
    model.run_for(20)
    assert seen == [(2.5, 2), (4.0, 4), (7.0, 7), (14.0, 14)]
    assert not again.is_active
    assert model.day == 20


def test_an_event_can_change_members_and_the_runs_id_says_so(plan: Plan, difference: Difference) -> None:
    model = CommunityModel(plan, rng=7, days=60, check=True)
    plain = run(plan, seed=7, days=20)

    def forget() -> None:
        model.agents.set("habit", 0.0)

    model.schedule_event(forget, at=5)
    model.run_for(5)
    assert model.record().run_id != run(plan, seed=7, days=5).run_id
    model.run_for(15)
    record = model.record()
    assert record.run_id != plain.run_id
    assert (record.series["today"][:5] == plain.series["today"][:5]).all()
    assert record.series["today"][5:8].sum() < plain.series["today"][5:8].sum()


def test_looking_leaves_the_runs_id(plan: Plan) -> None:
    model = CommunityModel(plan, rng=7)
    model.run_for(5)
    model.agents.shuffle_do(lambda m: m.belonging)
    assert model.record().run_id == run(plan, seed=7, days=5).run_id


def test_other_agents_live_beside_the_members(plan: Plan) -> None:
    class Newspaper(mesa.Agent):
        pass

    model = CommunityModel(plan, rng=7)
    paper = Newspaper(model)
    assert paper not in model.agents
    assert model.agent_types == [Member, Newspaper]
    assert list(model.agents_by_type[Newspaper]) == [paper]
    assert len(model.agents_by_type[Member]) == len(model.agents)
    paper.remove()
    assert len(model.agents_by_type[Newspaper]) == 0


# Mesa's scenarios


def test_a_mesa_scenario_gives_luck_and_parameters(plan: Plan) -> None:
    scenario = Scenario(rng=11, monetisation__price=3.0)
    model = CommunityModel(plan, scenario=scenario)
    assert model.scenario is scenario
    assert model.agents[0].scenario is scenario
    assert (model.community.seed, model.plan.parameters.monetisation.price) == (11, 3.0)
    assert CommunityModel(plan, rng=5, scenario=Scenario()).community.seed == 5
    with pytest.raises(ParameterError, match=r"rng = 5 and scenario.rng = 11 differ"):
        CommunityModel(plan, rng=5, scenario=Scenario(rng=11))


# SolaraViz


class Page:
    """SolaraViz as a browser would show it, with its buttons."""

    def __init__(self, model: CommunityModel, params: dict[str, Any]) -> None:
        self.shown: list[CommunityModel] = []

        @solara.component
        def show() -> None:
            plots = [make_plot_component("present"), self.watch]
            with solara.AppLayout():
                SolaraViz(model, components=plots, model_params=params, name="kith")

        self.box, self.rc = solara.render(show(), handle_error=False)

    def watch(self, model: CommunityModel) -> Any:
        """A component of the user's own."""
        self.shown.append(model)
        return solara.Text(f"{len(model.agents)} members on day {model.day}")

    def click(self, label: str) -> None:
        """Press the button with a label."""
        next(b for b in self.rc.find(ipyvuetify.Btn).widgets if label in b.children).click()

    def slide(self, value: float) -> None:
        """Move the slider of the model's parameter."""
        next(s for s in self.rc.find(ipyvuetify.Slider).widgets if s.label == "price").v_model = value


@pytest.fixture
def page(plan_of: PlanOf) -> Iterator[Page]:
    plan = plan_of("web", "subscription")
    params = {"plan": plan, "rng": 7, "monetisation__price": Slider("price", 4.0, 0.0, 20.0, 1.0)}
    page = Page(CommunityModel(plan, rng=7, monetisation__price=4.0), params)
    yield page
    page.rc.close()


def test_solaraviz_shows_it_steps_it_and_makes_it_anew(page: Page, plan_of: PlanOf) -> None:
    first = page.shown[-1]
    page.click("Step")
    page.click("Step")
    assert first.day == 2
    page.slide(9.0)
    page.click("Reset")
    second = page.shown[-1]
    assert second is not first
    assert (second.day, second.community.seed) == (0, 7)
    assert second.plan.parameters.monetisation.price == 9.0
    page.click("Step")
    dear = plan_of("web", "subscription", monetisation={"price": 9.0})
    assert second.record().series.equals(run(dear, seed=7, days=1).series)


# A plain run pays nothing

LOADED = "import sys; sys.exit(' '.join(m for m in ('mesa', 'networkx', 'solara', 'altair') if m in sys.modules) or 0)"


@pytest.mark.parametrize(
    "work",
    [
        "import kith; kith.run(kith.Plan(), days=1)",
        "from kith import Simulation, resume, save, Record, Parameters",
        "from kith import load; load('web')",
        "sys.argv[1:] = ['--help']\nfrom kith.experiments.cli.app import main\ntry: main()\nexcept SystemExit: pass",
    ],
)
def test_a_plain_run_does_not_load_mesa(work: str, root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{work}\n{LOADED}"],
        cwd=root, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_the_faces_are_offered_by_name() -> None:
    import kith

    assert {"CommunityModel", "Member", "MemberSet"} <= set(kith.__all__)
    assert kith.CommunityModel is CommunityModel
