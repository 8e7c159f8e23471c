"""A checkpoint that somebody has changed, checksums and all, is refused or does no harm; it never ends Python.

    python -m tests.sim.checkpoints.test_tampered_checkpoint SAVED FIRST LAST

resumes so many changed files one after another and prints what became of each.
"""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kith.sim.checkpoints.checkpoint import ARRAYS, STATE, CheckpointError, resume, save
from kith.sim.checkpoints.state_limits import KINDS, LIMITS, MEMBER_LIMITS
from kith.sim.engine import Simulation
from kith.sim.schema.plan import Plan
from kith.sim.state.population import MEMBER
from kith.sim.storage.serialise import attributes, described, dtype_of, parts_of

type Arrays = list[np.ndarray]
type Change = Callable[[dict[str, Any], Arrays], object]

WILD: list[Any] = [-1, 0, 1, 7, 2**31 - 1, -(2**31), 2**40, 2**63 - 1, -(2**63), 10**30, 0.5, -0.5, 1e308, float("nan"), float("inf"), "text", "", None, True, [], {}, {"array": 0}, {"list": []}, {"dict": []}]  # fmt: skip


@pytest.fixture
def saved(plan_of: Callable[..., Plan], tmp_path: Path) -> Path:
    """A checkpoint of a busy web, 40 of 60 days old: with leavers, the dormant, free blocks and letters on their way."""
    simulation = Simulation(plan_of("web", "busy", "sleepy"), days=60)
    simulation.advance(40)
    save(simulation, tmp_path / "run.kith")
    return tmp_path / "run.kith"


def read(path: Path) -> tuple[dict[str, bytes], dict[str, Any], Arrays]:
    """The members of a checkpoint, its state, and its arrays."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    state, at, arrays = json.loads(members[STATE]), 0, []
    for kind, shape in state["arrays"]:
        dtype = dtype_of(kind)
        size = dtype.itemsize * int(np.prod(shape))
        arrays.append(
            np.frombuffer(members[ARRAYS][at : at + size], np.uint8).copy().view(dtype).reshape(shape)
        )
        at += size
    return members, state, arrays


def write(path: Path, members: dict[str, bytes], state: dict[str, Any], arrays: Arrays) -> None:
    """A checkpoint of this state, with right checksums."""
    state["arrays"] = [[described(a.dtype), a.shape] for a in arrays]
    whole = b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (members | {STATE: json.dumps(state).encode(), ARRAYS: whole}).items():
            archive.writestr(name, data)


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything within a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        if way or key != "arrays":
            yield (*way, key)
            yield from places(one, (*way, key))


def put(value: Any, way: tuple[Any, ...], new: Any) -> None:
    for key in way[:-1]:
        value = value[key]
    value[way[-1]] = new


def array_of(state: dict[str, Any], *way: str) -> int:
    """The place among the arrays of an attribute, such as `array_of(state, "Ties", "pool")`."""
    value = state["community"]["Community"]
    for kind in way[:-1]:
        value = next(v[kind] for v in value.values() if isinstance(v, dict) and kind in v)
    return int(value[way[-1]]["array"])


# Whatever luck changes


def change_values(rng: np.random.Generator, array: np.ndarray) -> None:
    """Some values of an array, or of one column of it, become what they should not be."""
    if array.dtype.names:
        array = array[str(rng.choice(array.dtype.names))]
    flat = array.reshape(-1) if array.flags.c_contiguous else array
    if not flat.size:
        return
    where = rng.integers(0, flat.size, rng.integers(1, 6)) if rng.random() < 0.7 else slice(None)
    if array.dtype.kind in "iu":
        ends = np.iinfo(array.dtype)
        flat[where] = rng.choice([ends.min, ends.max, 0, 1, max(ends.min, -1), flat.size % 127])
    elif array.dtype.kind == "f":
        flat[where] = rng.choice(np.array([np.nan, np.inf, -np.inf, -1.0, 2.0, 3e38]))
    if rng.random() < 0.2:
        flat[:] = flat[rng.permutation(flat.size)]


def changed_array(rng: np.random.Generator, arrays: Arrays) -> None:
    """One array becomes another one: in values, dtype, length or place."""
    which, other = rng.integers(0, len(arrays), 2)
    array = arrays[which]
    how = rng.integers(0, 8)
    if how < 4:
        change_values(rng, array)
    elif how == 4:
        arrays[which], arrays[other] = arrays[other], array
    elif how == 5 and array.dtype.names is None:
        swapped = {"<f8": "<i8", "<i8": "<f8", "<i4": "<f4", "<f4": "<i4"}.get(array.dtype.str, "|u1")
        arrays[which] = array.view(swapped)
    elif how == 6:
        arrays[which] = array[: len(array) // 2] if array.ndim else array
    else:
        arrays[which] = np.resize(array, 2 * array.size + 1)


def changed(rng: np.random.Generator, state: dict[str, Any], arrays: Arrays) -> None:
    if rng.random() < 0.7:
        changed_array(rng, arrays)
        return
    ways = list(places(state))
    way = ways[rng.integers(len(ways))]
    if rng.random() < 0.3:
        put(state, way, json.loads(json.dumps(WILD[rng.integers(len(WILD))])))
        return
    other = ways[rng.integers(len(ways))]
    value: Any = state
    for key in other:
        value = value[key]
    put(state, way, json.loads(json.dumps(value)))


def outcome(path: Path) -> str:
    """What becomes of a checkpoint: refused, or lived on, in one word."""
    try:
        simulation = resume(path)
    except CheckpointError as error:
        return "refused" if "\n" not in str(error) else "wordy"
    simulation.advance(3)
    simulation.record()
    return "lived"


def go_through(path: Path, first: int, last: int) -> None:
    members, state, arrays = read(path)
    for nth in range(first, last):
        own, copies = json.loads(json.dumps(state)), [a.copy() for a in arrays]
        changed(np.random.default_rng([12, nth]), own, copies)
        target = path.with_name("changed.kith")
        write(target, members, own, copies)
        sys.stdout.write(f"{nth} ")
        sys.stdout.flush()
        try:
            word = outcome(target)
        except Exception as error:
            word = f"{type(error).__name__}: {str(error)[:100]!r}"
        sys.stdout.write(f"{word}\n")


def run_apart(saved: Path, first: int, last: int) -> list[str]:
    """What became of so many changed files; the last line tells which one ended Python, if one did."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.sim.checkpoints.test_tampered_checkpoint",
            str(saved),
            str(first),
            str(last),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert done.returncode == 0, done.stdout[-200:] + done.stderr[-2000:]
    return done.stdout.splitlines()


@pytest.mark.parametrize("files", [40, pytest.param(1000, marks=pytest.mark.slow)])
def test_changed_checkpoints_are_refused_or_do_no_harm(saved: Path, files: int) -> None:
    lines = run_apart(saved, 0, files)
    assert [line for line in lines if line.split(" ", 1)[1] not in ("refused", "lived")] == []
    assert sum(line.endswith("refused") for line in lines) > files / 3


# What no luck is needed for


def rewired(column: str, value: Any, kind: str = "Ties", name: str = "pool") -> Change:
    """Put a value everywhere in an array, or in one column of it."""

    def change(state: dict[str, Any], arrays: Arrays) -> None:
        array = arrays[array_of(state, kind, name)]
        (array[column] if column else array)[...] = value

    return change


def retyped(dtype: str, *way: str) -> Change:
    def change(state: dict[str, Any], arrays: Arrays) -> None:
        place = array_of(state, *way)
        arrays[place] = arrays[place].view(dtype)

    return change


def chained(state: dict[str, Any], arrays: Arrays) -> None:
    """The first freed block of a size says that it was freed after itself."""
    free, pool = (arrays[array_of(state, "Ties", name)] for name in ("free", "pool"))
    start = free[free >= 0][0]
    pool["twin"][start] = start


def doubled(*way: str) -> Change:
    """What is there once comes twice."""

    def change(state: dict[str, Any], arrays: Arrays) -> None:
        array = arrays[array_of(state, *way)]
        array[1] = array[0]

    return change


def added(amount: int, *way: str) -> Change:
    def change(state: dict[str, Any], arrays: Arrays) -> None:
        arrays[array_of(state, *way)][0] += amount

    return change


def of_itself(state: dict[str, Any], arrays: Arrays) -> None:
    """A dormant member remembers a tie to itself."""
    members, pool = arrays[array_of(state, "Dormant", "members")], arrays[array_of(state, "Ties", "pool")]
    for m in members[: state["community"]["Community"]["dormant"]["Dormant"]["count"]]:
        pool["row"][m["slots"] : m["slots"] + m["degree"]] = m["person"]


def said(name: str, value: Any) -> Change:
    return lambda state, _: state["community"]["Community"].update({name: value})


CASES: dict[str, tuple[Change, str]] = {
    "partners beyond the rows": (rewired("row", 2**30), r"Ties.pool\[row\] has a value"),
    "twins beyond the pool": (rewired("twin", 2**31 - 1), r"Ties.(free|pool|pool\[twin\]) has a value"),
    "twins of others": (rewired("twin", 0), r"Ties.(free|pool\[row\]) has a value"),
    "ties of tomorrow": (rewired("day", 41), r"Ties.pool\[day\] has a value"),
    "ties of no strength": (rewired("strength", np.nan), r"Ties.pool\[strength\] has a value"),
    "a ring of freed blocks": (chained, "(Ties.free|Population.members.slots.) has a value"),
    "slots beyond the pool": (rewired("slots", 2**30, "Population", "members"), r"Population.members\[slots\]"),
    "more ties than slots": (rewired("degree", 150, "Population", "members"), r"Population.members\[degree\]"),
    "born after the end": (rewired("joined", 10**6, "Population", "members"), r"Population.members\[joined\]"),
    "looked at long ago": (rewired("settled", -(10**6), "Population", "members"), r"Population.members\[settled"),
    "a group that has a value": (rewired("arm", 7, "Population", "members"), r"Population.members\[arm\]"),
    "undefined habit": (rewired("habit", np.nan, "Population", "members"), r"Population.members\[habit\]"),
    "endless habit": (rewired("habit", np.inf, "Population", "members"), r"Population.members\[habit\]"),
    "people beyond the market": (rewired("", 2**40, "Population", "address"), "Population.address"),
    "rows beyond the end": (rewired("", 2**30, "MarketState", "row"), "MarketState.row"),
    "a status that is none": (rewired("", 9, "MarketState", "status"), "MarketState.status"),
    "heard from too many": (rewired("", 5, "MarketState", "signals"), "MarketState.signals"),
    "asleep since tomorrow": (rewired("", 41, "Dormant", "since"), "Dormant.since"),
    "asleep on two days": (added(-1, "Dormant", "since"), "Dormant.since"),
    "more experience than days": (rewired("seasoned", 40, "Dormant", "members"), r"Dormant.members\[seasoned\]"),
    "the dormant twice": (doubled("Dormant", "person"), "MarketState.row"),
    "a tie to oneself": (of_itself, r"Ties.pool\[row\]"),
    "the same person twice in line": (doubled("TouchClock", "_order"), "TouchClock._order"),
    "negative counts": (added(-(10**9), "Archive", "left"), "Archive.left"),
    "a visit too many": (lambda s, a: a[s["community"]["Community"]["last_contributions"]["array"]].__setitem__(1, 1), "damaged: "),
    "money from nowhere": (added(5, "Ledger", "total"), "damaged: (members|the ledger)"),
    "floats for whole numbers": (retyped("<f8", "Population", "address"), "Population.address"),
    "whole numbers for floats": (retyped("<i8", "MarketState", "due"), "MarketState.due"),
    "day as text": (said("day", "40"), "Community.day"),
    "another day": (said("day", 12), "Community.(day|invited)"),
    "days beyond the longest": (said("days", 2**40), "Community.days"),
    "more people than there are": (said("active", 10**9), "Community.active"),
    "stock that is not a number": (said("pushing", float("nan")), "Community.pushing"),
    "a text for the ties": (said("ties", "none"), "incomplete or damaged|Community.ties"),
    "nested without end": (said("columns", json.loads("[" * 900 + "]" * 900)), "damaged"),
}  # fmt: skip


def test_what_the_engine_cannot_hold_is_named(saved: Path) -> None:
    members, state, arrays = read(saved)
    for name, (change, reason) in CASES.items():
        own, copies = json.loads(json.dumps(state)), [a.copy() for a in arrays]
        change(own, copies)
        write(saved, members, own, copies)
        with pytest.raises(CheckpointError, match=reason) as told:
            pytest.fail(f"{name} was taken: {resume(saved).day}")
        assert "\n" not in str(told.value)
    write(saved, members, state, arrays)
    assert resume(saved).day == 40


@pytest.mark.parametrize("shape", [[2**40], [2**20, 2**20], [-1], [-1, -5], [2.0], ["a"], [True], 5, None])
def test_shapes_that_are_none_take_no_memory(saved: Path, shape: Any) -> None:
    members, state, _ = read(saved)
    for place in (0, len(state["arrays"]) - 1):
        own = json.loads(json.dumps(state))
        own["arrays"][place][1] = shape
        with zipfile.ZipFile(saved, "w") as archive:
            for name, data in (members | {STATE: json.dumps(own).encode()}).items():
                archive.writestr(name, data)
        with pytest.raises(CheckpointError, match="damaged"):
            resume(saved)


@pytest.mark.parametrize("name", [STATE, ARRAYS])
def test_what_is_compressed_is_not_unpacked(saved: Path, name: str) -> None:
    members, _, _ = read(saved)
    with zipfile.ZipFile(saved, "w") as archive:
        for each, data in members.items():
            kind = zipfile.ZIP_DEFLATED if each == name else zipfile.ZIP_STORED
            archive.writestr(each, data + bytes(10**6 if each == name else 0), kind)
    with pytest.raises(CheckpointError, match="damaged"):
        resume(saved)


def test_one_array_for_two_names_is_refused(saved: Path) -> None:
    members, state, arrays = read(saved)
    state["community"]["Community"]["items"] = state["community"]["Community"]["useful"]
    write(saved, members, state, arrays)
    with pytest.raises(CheckpointError, match="damaged"):
        resume(saved)


def test_every_attribute_has_its_limits(plan_of: Callable[..., Plan]) -> None:
    simulation = Simulation(plan_of("web", "busy"), days=60)
    for root in (simulation.community, simulation.recorder):
        for part in parts_of(root, KINDS):
            assert attributes(part, KINDS).keys() == LIMITS[type(part)].keys()
    assert set(LIMITS) == set(KINDS.rebuilt)
    assert MEMBER_LIMITS.keys() <= set(MEMBER.names or ())


if __name__ == "__main__":
    go_through(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
