"""The engine against its reference implementation: the same days, from the same pages, by other code."""

import math
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kith.sim.engine import Simulation
from kith.sim.results.snapshot import Snapshot
from kith.sim.schema.arrivals import Arrivals
from kith.sim.schema.parameter_set import dotted_names, field_of
from kith.sim.schema.plan import Plan
from kith.sim.state.decay import advance_all
from kith.sim.state.population import MEMBER
from tests.reference.core import OUTSIDE, core
from tests.reference.member import stored
from tests.reference.model import COUNTS, ReferenceModel

MEANS = ("satisfaction", "belonging")
STATE = ("habit", "satisfaction", "activity", "overload", "reciprocity", "exits", "belonging", "attachment")
STATE += ("bonds", "visit_rate", "propensity", "sociability", "misfit", "inviting", "interest")
STATE += ("missed", "seasoned", "joined")
TOLERANCE = max(1e-10, 16.0 * float(np.finfo(MEMBER["satisfaction"]).eps))
"of a number in [0, 1]; sums are taken in another order, and the engine's records may be of single precision"

CLOSED = {
    f"acquisition.{name}": 0.0 for name in ("external_rate", "imitation_rate", "search_rate", "return_rate")
}
SLEEPY = {
    "dormancy.formal_share": 0.1,
    "dormancy.waking_rate": 3.0,
    "dormancy.waking_scale": 20.0,
    "dormancy.call_gain": 3.0,
    "dormancy.cleanup_rate": 2.0,
    "contribution.burst_gain": 3.0,
    "visiting.burst_gain": 2.0,
}
BUSY = {
    "contribution.rate": 0.1,
    "contribution.rules_visible": 0.5,
    "acquisition.external_rate": 0.5,
    "acquisition.imitation_rate": 3.0,
    "acquisition.search_rate": 0.5,
    "acquisition.search_scale": 50.0,
    "acquisition.follower_conversion": 1.0,
    "acquisition.return_rate": 3.0,
    "referral.invites_per_month": 3.0,
    "referral.conversion": 0.3,
    "referral.dispersion": 1.0,
    "referral.softness": 0.1,
    "referral.fit_weight": 1.0,
    "referral.follow": 0.6,
    "referral.fatigue": 5.0,
    "referral.binding": 0.3,
    "acquisition.unfollow_rate": 1.0,
    "acquisition.stories_gain": 1.0,
    "churn.base_hazard": 0.01,
    **SLEEPY,
}
SWITCHES: dict[str, dict[str, Any]] = {
    "no referral": {"referral.invites_per_month": 0.0},
    "no peers": {"affiliation.peers": 0.0},
    "half open to peers": {"affiliation.peers": 0.5},
    "a closed market": CLOSED | {"referral.invites_per_month": 0.0},
    "a higher base hazard": {"churn.base_hazard": 0.02},
    "few ties end a membership": {"churn.tie_threshold": 3},
    "little room for ties": {"bonding.capacity_min": 2.0, "bonding.capacity_shape": 3.0},
    "ties that come and go": {
        "contribution.exchange_rate": 5.0,
        "contribution.reply_crowd": 60.0,
        "bonding.tie_half_life": 10.0,
        "bonding.drop_below": 0.1,
        "affiliation.identity": 0.9,
    },
    "everybody knows everybody": {"market.acquaintances": "everyone", "referral.invites_per_month": 1.0},
    "a filter that errs": {"governance.filter_strength": 1.0, "governance.false_positive_rate": 0.3},
    "a tiring feed": {
        "contribution.rate": 0.2,
        "platform.feed_share": 1.0,
        "platform.overload_from": 20.0,
        "platform.overload_weight": 0.3,
        "churn.base_hazard": 0.01,
    },
    "disappointment": {
        "value.product": 0.0,
        "value.content": 0.0,
        "referral.promoter_satisfaction": 0.0,
        "referral.invites_per_month": 3.0,
        "acquisition.return_rate": 5.0,
        "churn.base_hazard": 0.004,
    },
    "followers who forget, and are reached again": {
        "acquisition.unfollow_rate": 6.0,
        "acquisition.external_rate": 6.0,
        "acquisition.join_on_touch": 0.1,
        "referral.invites_per_month": 3.0,
        "referral.follow": 0.5,
    },
    "inviting by degrees": {
        "referral.softness": 0.2,
        "referral.fatigue": 3.0,
        "referral.binding": 0.5,
        "referral.fit_weight": 2.0,
        "referral.invites_per_month": 5.0,
        "acquisition.stories_gain": 3.0,
    },
    "people fall silent and wake": SLEEPY
    | {
        "churn.base_hazard": 0.03,
        "contribution.rate": 0.1,
        "value.product": 0.1,
        "value.content": 0.1,
        "acquisition.disappointed_below": 0.05,
    },
    "they wake into little room for ties": BUSY
    | {
        "churn.base_hazard": 0.05,
        "bonding.capacity_min": 2.0,
        "bonding.capacity_shape": 3.0,
        "contribution.exchange_rate": 1.0,
        "churn.tie_threshold": 1,
    },
    "much of everything": BUSY,
    "an outside option, an expectation and a usual satisfaction": BUSY
    | {"churn.neutral_value": 0.3, "visiting.first_satisfaction": 0.6, "visiting.usual_satisfaction": 0.5},
    "content by its size": BUSY | {"value.stock_scale": 40.0, "value.content_scale": 0.0},
    "what is new": BUSY
    | {"value.fresh_share": 0.6, "platform.feed_days": 9, "contribution.audience_cap": 2.0},
    "answers that matter": BUSY
    | {"value.replies": 0.3, "churn.answered_weight": 2.0, "contribution.react_step": 0.5},
    "ties over what was said": BUSY
    | {"contribution.exchange_alone": 0.2, "contribution.exchange_scale": 0.2},
    "help to begin": BUSY
    | {
        "contribution.onboarding": 2.0,
        "contribution.seen_gain": 2.0,
        "contribution.first_bound": 2.5,
    },
    "founders without a past": BUSY
    | {"market.founders_are": "newcomers", "value.fresh_share": 0.4, "value.stock_scale": 20.0},
}
ARRIVALS = {
    "arrivals beside acquisition": (BUSY | {"contribution.entry": 0.5}, 120, "beside"),
    "arrivals instead of acquisition": (BUSY, 120, "instead"),
    "a community that begins empty": (BUSY | {"contribution.entry": 1.0}, 0, "instead"),
    "founders before their first neighbour": ({"contribution.entry": 0.3}, 2, "beside"),
}
"what stands beside a plan's joins per day: overrides, founders, mode"
DAILY = [5, 0, 3, 1, 0, 0, 9] * 8


@dataclass
class Pair:
    """The engine and the reference implementation after the same days of a plan, and the engine's series with the means of each evening."""

    engine: Simulation
    reference: ReferenceModel
    series: pd.DataFrame


def lived(plan: Plan, seed: int, reference_plan: Plan | None = None) -> Pair:
    """Both after the plan's days."""
    reference, simulation, means = (
        ReferenceModel(reference_plan or plan, seed),
        Simulation(plan, seed, events=False),
        [],
    )
    reference.run_for(plan.days)
    for _ in range(plan.days):
        simulation.advance(1)
        tonight = Snapshot(simulation.community, {})
        means.append([tonight.member("satisfaction").astype(float).mean(), tonight.belonging.mean()])
    series = simulation.record().series
    return Pair(simulation, reference, series.assign(**dict(zip(MEANS, np.transpose(means), strict=True))))


def differences(pair: Pair) -> list[str]:
    """What differs: counts exactly; means, stocks, members and strengths of ties beyond the tolerance."""
    return [*in_series(pair), *in_stocks(pair), *in_members(pair), *in_dormant(pair), *in_ties(pair)]


def in_series(pair: Pair) -> list[str]:
    """Columns that differ, with their first day."""
    reference = pair.reference.series()
    assert len(reference) == len(pair.series)
    allowed = pd.Series(TOLERANCE, MEANS).reindex(reference.columns, fill_value=0.0)
    off = (pair.series[reference.columns] - reference).abs() > allowed
    return [f"{name} from day {off[name].idxmax()}" for name in reference.columns if off[name].any()]


def in_stocks(pair: Pair) -> list[str]:
    """What all share and cumulative hazards that differ on the last evening."""
    c, reference = pair.engine.community, pair.reference
    both = {
        "content": (c.content, reference.content),
        "bad news": (c.bad_news, reference.outside.bad_news),
        "social proof": (float(c.climate["proof"][0]), reference.outside.proof),
        "hazard of the unaware": (c.touch.hazard, reference.outside.reached),
        "hazard of followers": (c.follow.hazard, reference.outside.converted),
        "hazard of forgetting": (c.forget.hazard, reference.outside.forgotten),
        "hazard of past members": (c.back.hazard, reference.outside.returned),
    }
    return [name for name, (here, there) in both.items() if not math.isclose(here, there, rel_tol=TOLERANCE)]


def in_members(pair: Pair) -> list[str]:
    """State of last evening's members that differs, or that others are there."""
    c, members = pair.engine.community, {m.address: m for m in pair.reference.agents}
    rows = c.population.rows()
    advance_all(c.population.members, c.population.address, c.day, c.decay, c.p)
    if c.population.address[rows].tolist() != sorted(members):
        return ["who is present"]
    pair.reference.agents.do("catch_up")
    there = {name: [getattr(members[a], name) for a in sorted(members)] for name in STATE}
    here = {name: c.population.members[name][rows] for name in STATE}
    return [name for name in STATE if not np.allclose(here[name], there[name], TOLERANCE, TOLERANCE)]


def in_dormant(pair: Pair) -> list[str]:
    """Whether other members are dormant, or what they remember differs."""
    c, dormant = pair.engine.community, pair.engine.community.dormant
    there = {m.address: m for m in pair.reference.dormancy.members.values()}
    places = dormant.places()
    if dormant.person[places].tolist() != sorted(there):
        return ["who is dormant"]
    for place in places:
        m, pool = dormant.members[place], c.ties.pool
        other = there[int(m["person"])]
        known = pool[m["slots"] : m["slots"] + m["degree"]]
        here = sorted(zip(known["row"], known["day"], known["strength"], known["twin"] / 1e6, strict=True))
        kept = [
            (tie.person.address, tie.day, tie.strength, -1e-6 if tie.felt is None else tie.felt)
            for tie in sorted(other.remembered, key=lambda tie: tie.person.address)
        ]
        if [tie[:2] for tie in here] != [tie[:2] for tie in kept] or not np.allclose(here, kept, 0.0, 3e-6):
            return [f"what person {other.address} remembers"]
        for name in ("seasoned", "exits", "missed", "satisfaction", "belonging"):
            if not math.isclose(float(m[name]), getattr(other, name), rel_tol=TOLERANCE, abs_tol=TOLERANCE):
                return [f"{name} of person {other.address}, who is dormant"]
    return []


def in_ties(pair: Pair) -> list[str]:
    """Whether ties differ, or their strengths."""
    ties = pair.engine.record().ties.set_index(["person_a", "person_b"])["strength"].sort_index()
    there = pd.Series(
        {
            tuple(sorted((one.address, other.address))): pair.reference.strength(tie)
            for one, other, tie in pair.reference.graph.edges(data=True)
        },
        dtype=float,
    ).sort_index()
    if list(ties.index) != list(there.index):
        return ["who is tied"]
    return [] if np.allclose(ties, there, 1e-6, 1e-6) else ["strength of ties"]


@cache
def of_switch(name: str) -> Pair:
    """Both with a switch turned, or with arrivals that are given."""
    if name in SWITCHES:
        return lived(core(overrides=SWITCHES[name], days=60), 3)
    overrides, founders, mode = ARRIVALS[name]
    given = Arrivals(np.array(DAILY), mode)
    return lived(core(founders, overrides=overrides, days=60, arrivals=given), 3)


def drawn(number: int) -> dict[str, Any]:
    """Every parameter of the schema that is a number moved at random, outside the core excepted."""
    draw, out = np.random.default_rng(number), {}
    for name in dotted_names():
        default = BUSY.get(name, field_of(name).default)
        if isinstance(default, float) and name not in OUTSIDE:
            rules = field_of(name).metadata
            least = next((m.ge for m in rules if hasattr(m, "ge")), 0.0)
            most = next((m.le for m in rules if hasattr(m, "le")), math.inf)
            out[name] = min(max(default * draw.uniform(0.7, 1.1), least), most)
    return out


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_reference_implementation_lives_the_engines_days(seed: int) -> None:
    pair = lived(core(days=200 if seed == 0 else 60), seed)
    assert differences(pair) == []
    there = {"day", "present", "awake", "active", "ties"}
    assert set(pair.reference.series().columns) == {*there, *COUNTS, *MEANS}


@pytest.mark.parametrize(
    "switch",
    [
        pytest.param(switch, marks=pytest.mark.slow) if nth % 2 else switch
        for nth, switch in enumerate((*SWITCHES, *ARRIVALS))
    ],
)
def test_it_follows_when_a_switch_is_turned(switch: str) -> None:
    assert differences(of_switch(switch)) == []


@pytest.mark.parametrize("number", [1, 2])
def test_it_follows_when_every_parameter_moves(number: int) -> None:
    assert differences(lived(core(overrides=drawn(number), days=60), number)) == []


SOME, MORE = range(3, 13), range(13, 33)
"draws of the parameters: some for every build, and more for `make full`"


@pytest.mark.parametrize(
    "number",
    [pytest.param(k, marks=pytest.mark.slow if k in SOME else pytest.mark.full) for k in (*SOME, *MORE)],
)
def test_it_follows_wherever_the_parameters_go(number: int) -> None:
    assert differences(lived(core(overrides=drawn(number)), number)) == []


@pytest.mark.slow
def test_it_follows_in_a_community_of_a_thousand() -> None:
    assert differences(lived(core(1000, 5000, days=120), 7)) == []


def test_what_is_compared_happens() -> None:
    """Agreement on columns of zeros would say nothing."""
    happened = sum(of_switch(name).series[list(COUNTS)].sum() for name in (*SWITCHES, *ARRIVALS))
    assert happened[happened == 0].empty


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bonding.strength_step", 0.151),
        ("visiting.habit_half_life", 20.2),
        ("contribution.reply_newcomer", 1.61),
        ("churn.contagion_weak", 0.61),
        ("referral.tie_strength", 0.41),
        ("referral.softness", 0.12),
        ("referral.fit_weight", 1.5),
        ("referral.follow", 0.65),
        ("referral.fatigue", 7.0),
        ("referral.binding", 0.31),
        ("acquisition.unfollow_rate", 1.02),
        ("acquisition.stories_gain", 1.05),
    ],
)
def test_a_rule_that_is_slightly_off_is_noticed(name: str, value: float) -> None:
    other = core(overrides=BUSY | {name: value}, days=30)
    assert differences(lived(core(overrides=BUSY, days=30), 2, other)) != []


def test_founders_who_hardly_ever_come_are_remembered_as_the_page_says() -> None:
    assert differences(lived(core(overrides={"visiting.budget_hours": 0.002}, days=5), 1)) == []


@pytest.mark.parametrize(("name", "value"), [("affiliation.hub", 0.5), ("monetisation.model", "ads")])
def test_what_is_outside_the_core_is_refused(name: str, value: Any) -> None:
    with pytest.raises(
        ValueError, match=f"{name} = {value!r}: the reference implementation knows the core only"
    ):
        ReferenceModel(core(overrides={name: value}))


def test_the_pages_python_runs(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = re.findall(
        r"```python\n(.+?)```",
        (root / "docs" / "explanation" / "reference-implementation.md").read_text("utf-8"),
        re.DOTALL,
    )
    exec(block, {})
    assert "belonging" in capsys.readouterr().out


def test_stored_numbers_have_the_precision_of_the_engines_record() -> None:
    assert stored("habit", 0.1) == float(np.asarray(0.1, MEMBER["habit"]))
    assert stored("gap", 0.1) == 0.1
    member = next(iter(ReferenceModel(core(20, 100)).agents))
    member.satisfaction = 0.1
    assert member.satisfaction == float(np.asarray(0.1, MEMBER["satisfaction"]))
