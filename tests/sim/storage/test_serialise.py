"""Nothing of a run's state is forgotten when it is packed, and nothing comes back changed."""

import json
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kith.sim.schema.plan
from kith.sim.checkpoints.checkpoint import CheckpointError, resume, save
from kith.sim.checkpoints.state_limits import KINDS
from kith.sim.engine import Simulation
from kith.sim.results.recorder import Recorder
from kith.sim.schema.packed import PACKED
from kith.sim.schema.parameter_set import parameters_from
from kith.sim.schema.plan import Plan
from kith.sim.state.community import Community
from kith.sim.state.population import MEMBER
from kith.sim.state.ties import TIE
from kith.sim.storage.serialise import MODELS, attributes, packed, parts_of, unpacked

type PlanOf = Callable[..., Plan]


@pytest.fixture
def plan(plan_of: PlanOf) -> Plan:
    """A busy web with a hub, a council and a budget."""
    return plan_of(
        "web",
        "busy",
        affiliation={"hub": 0.5},
        governance={"council_size": 5, "voice": 0.4, "events_per_month": 4.0},
        organisation={"investment_response": 0.3},
    )


@pytest.fixture
def saved(plan: Plan, tmp_path: Path) -> Path:
    """A checkpoint of the plan with seed 3, 35 of 60 days old."""
    simulation = Simulation(plan, seed=3, days=60)
    simulation.advance(35)
    save(simulation, tmp_path / "run.kith")
    return tmp_path / "run.kith"


def resumed(simulation: Simulation, folder: Path, **how: Any) -> Simulation:
    """The simulation after it was saved and resumed."""
    save(simulation, folder / "run.kith")
    return resume(folder / "run.kith", **how)


def same(one: Any, other: Any) -> bool:
    """Whether two states are equal, of the same types, down to the bit."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray | np.generic):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if type(one) in KINDS.rebuilt:
        return same(attributes(one, KINDS), attributes(other, KINDS))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple | deque):
        limits = getattr(one, "maxlen", None) == getattr(other, "maxlen", None)
        return limits and len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) or (isinstance(one, float) and bool(np.isnan(one) and np.isnan(other)))


def test_every_attribute_is_saved_or_made_anew(plan: Plan, tmp_path: Path) -> None:
    """An attribute that misses here is neither saved nor named in `KINDS`."""
    before = Simulation(plan, seed=3, days=70)
    before.advance(65)
    after = resumed(before, tmp_path)
    for one, other in ((before.community, after.community), (before.recorder, after.recorder)):
        assert vars(one).keys() == vars(other).keys()
        assert [
            name for name, value in attributes(one, KINDS).items() if not same(value, vars(other)[name])
        ] == []
    assert after.recorder.community is after.community
    assert {kind.__name__: set(names) for kind, names in KINDS.rebuilt.items() if names} == {
        "Community": {"crew"},
        "Plan": {"canonical_content"},
        "Recorder": {"community", "indicators"},
    }


def test_no_two_names_share_what_changes(plan: Plan) -> None:
    """After resuming they would be two things, and change apart."""
    simulation = Simulation(plan, seed=3, days=40)
    simulation.advance(35)
    named = {
        f"{type(part).__name__}{k}.{name}": value
        for k, part in enumerate(parts_of(simulation.community))
        for name, value in attributes(part).items()
        if isinstance(value, np.ndarray | list | dict | deque) or type(value) in (Community, Recorder)
    }
    assert len({id(value) for value in named.values()}) == len(named)
    arrays = [(name, value) for name, value in named.items() if isinstance(value, np.ndarray)]
    shared = [
        (one, other)
        for k, (one, a) in enumerate(arrays)
        for other, b in arrays[:k]
        if np.shares_memory(a, b, max_work=None)
    ]
    assert shared == []


def test_every_part_of_a_plan_can_be_packed() -> None:
    """A model or a dataclass that misses here belongs to `MODELS` or `KINDS`."""
    ours = [
        kind
        for kind in vars(kith.sim.schema.plan).values()
        if getattr(kind, "__module__", "") == "kith.sim.schema.plan"
    ]
    kinds = [kind for kind in ours if isinstance(kind, type) and not issubclass(kind, Exception)]
    assert [kind.__name__ for kind in kinds if kind not in (*MODELS, *KINDS.rebuilt)] == []


def test_a_new_attribute_is_saved(saved: Path, tmp_path: Path) -> None:
    simulation = resume(saved)
    novelties = {
        "votes": np.arange(6.0).reshape(2, 3),
        "budget": np.float64(0.1),
        "mood": -float("inf"),
        "letters": deque([(1, np.zeros(0, np.uint8))], maxlen=4),
        "rooms": {3: [None, True, "a room"]},
        "since": np.array(["2020-03-01"], "M8[D]"),
        "words": np.array(["yes", "perhaps"]),
    }
    vars(simulation.community).update(novelties)
    save(simulation, tmp_path / "new.kith")
    again = vars(resume(tmp_path / "new.kith").community)
    assert [name for name, value in novelties.items() if not same(value, again[name])] == []


class Council:
    """A class of which `kith.sim.storage.serialise` knows nothing."""


@pytest.mark.parametrize("value", [Council(), {1, 2}, len, np.array([None]), [{"a": (Council(),)}]])
def test_what_cannot_be_saved_is_named_before_anything_is_written(saved: Path, value: Any) -> None:
    before = saved.read_bytes()
    simulation = resume(saved)
    vars(simulation.community)["council"] = value
    with pytest.raises(CheckpointError, match=r"^community\.council.* cannot be saved; use numbers"):
        save(simulation, saved)
    assert saved.read_bytes() == before


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(
        st.lists(inner), st.tuples(inner, inner), st.dictionaries(st.one_of(st.text(), st.integers()), inner)
    ),
)


@given(values)
def test_plain_values_come_back_as_they_were(value: Any) -> None:
    assert same(unpacked(json.loads(json.dumps(packed(value, "", []))), []), value)


def test_columns_keep_the_layout_that_kernels_were_compiled_for(saved: Path) -> None:
    c = resume(saved).community
    for array, columns in ((c.population.members, MEMBER), (c.ties.pool, TIE), (c.p, PACKED)):
        assert numba.from_dtype(array.dtype) == numba.from_dtype(columns)
        assert array.flags.writeable and array.flags.c_contiguous


def test_a_longer_run_has_the_state_of_one_that_was_planned_longer(plan: Plan, tmp_path: Path) -> None:
    """An array that misses here is longer in a longer run without beginning with zeros."""
    states = [resumed(Simulation(plan, seed=3, days=30), tmp_path, days=50)]
    states += [Simulation(plan, seed=3, days=50)]
    for whole in ("community", "recorder"):
        one, other = (attributes(getattr(state, whole), KINDS) for state in states)
        differing = {name for name, value in one.items() if not same(value, other[name])}
        assert differing <= {"follow", "back"}  # heaps hold room in which nothing was ever written


def test_parameters_without_a_plan_of_their_own_come_back(saved: Path, tmp_path: Path) -> None:
    """A step may put parameters in force that no phase has."""
    simulation = resume(saved)
    own = parameters_from(
        {"market": simulation.community.parameters.market, "churn": {"base_hazard": 0.0321}}
    )
    simulation.community.use(own)
    save(simulation, saved)
    assert resume(saved).community.parameters == own
