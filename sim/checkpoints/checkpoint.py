"""Checkpoint: a run saved between two days, and continued with an identical record.

    simulation = Simulation(plan, seed=7, days=365)
    simulation.advance(180)
    save(simulation, "half.kith")

    simulation = resume("half.kith", threads=4)
    simulation.advance()
    record = simulation.record()

A checkpoint is one zip file: `kith-checkpoint.json` contains metadata, `state.json` the state (see
`kith.sim.storage.serialise`), and `arrays.bin` its arrays one after another. It contains no code, and
reading it executes none. Nothing is compressed, so that reading needs no more memory than the file
has bytes, and `kith.sim.checkpoints.state_checks` validates the state before any kernel uses it.
"""

import json
import math
import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from kith.sim.checkpoints.state_checks import check_state
from kith.sim.checkpoints.state_limits import KINDS
from kith.sim.engine import (
    MODEL_VERSION,
    TICK,
    OwnShock,
    Simulation,
    Step,
    additions_of,
    checked_request,
    steps_of,
)
from kith.sim.kernels.threads import Crew
from kith.sim.results.indicators import Indicator
from kith.sim.results.recorder import AMOUNTS, COUNTS, Recorder
from kith.sim.results.units import indicator_units
from kith.sim.schema.parameter_set import parameters_from
from kith.sim.schema.plan import Plan, check_arrivals
from kith.sim.state.community import Community
from kith.sim.state.conservation import check_laws
from kith.sim.storage.atomic_write import partial_file
from kith.sim.storage.limits import Impossible
from kith.sim.storage.serialise import (
    Arrays,
    PackingError,
    described,
    dtype_of,
    packed,
    parts_of,
    unpacked,
)

FORMAT = 1
ABOUT, STATE, ARRAYS = "kith-checkpoint.json", "state.json", "arrays.bin"
CHUNK = 1 << 24
ELSEWHERE = "resume it with the version of kith that saved it, or repeat the run"


class CheckpointError(ValueError):
    """A checkpoint cannot be written, or cannot be resumed."""


def save(simulation: Simulation, path: str | os.PathLike[str]) -> None:
    """Write a simulation to a file atomically.

    Raises
    ------
    CheckpointError
        If the path cannot be written to or is some other file, or if a custom step has stored a value
        that cannot be saved.
    RuntimeError
        If the last day was interrupted.
    """
    simulation.demand_whole_days()
    target = check_place(path)
    about, (state, arrays) = _about(simulation), _state(simulation)
    try:
        with partial_file(target) as (partial, file):
            _write(file, about, state, arrays)
            file.flush()
            os.fsync(file.fileno())
            partial.replace(target)
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be written ({error.strerror}); choose another place") from None


def resume(
    path: str | os.PathLike[str],
    threads: int | None = None,
    *,
    days: int | None = None,
    tick: tuple[Step, ...] = TICK,
    shocks: tuple[OwnShock, ...] = (),
    indicators: tuple[Indicator, ...] = (),
    check: bool = False,
) -> Simulation:
    """The simulation that was saved, ready to advance.

    Parameters
    ----------
    path : a file that `save` wrote
    threads : threads for large communities; the record does not depend on their number
    days : the last day that it can reach; default: as saved
    tick, shocks, indicators : custom additions, the same as when it was saved
    check : assert every conservation law each evening

    Raises
    ------
    CheckpointError
        If the file is no checkpoint or damaged, was saved by another version of the model or with
        other steps, or is beyond `days`.
    ParameterError
        If days or threads are not whole numbers or out of range.
    """
    _, until, threads = checked_request(0, 1 if days is None else days, threads)
    with _reading(Path(path)) as archive:
        _demand_plain_members(archive)
        about = json.loads(archive.read(ABOUT))
        _demand_same_model(path, about, tick)
        _demand_same_additions(path, about, additions_of(shocks, indicators))
        community, recorder = _read_state(archive)
        community.crew, recorder.community = Crew(threads), community
        recorder.indicators = indicators
        indicator_units(
            {name for month in recorder.months for name in month}, indicators
        )  # raises if unknown
        simulation = Simulation.continued(community, recorder, tick, check, shocks)
        if [about["run_id"], about["day"]] != [simulation.run_id, simulation.day]:
            raise ValueError("the state is not that of its run")
        if tick == TICK and not (shocks or indicators or community.by_hand):
            _demand_conservation(community)
    if days is not None:
        if until < simulation.day:
            raise CheckpointError(
                f"days = {days}: {path} is at day {simulation.day}; give at least {simulation.day}"
            )
        check_arrivals(simulation.community.plan, until)
        _stretch(simulation, until)
    return simulation


def check_place(path: str | os.PathLike[str]) -> Path:
    """The resolved path, or `CheckpointError` if a checkpoint cannot be put there."""
    target = Path(path).resolve()
    if target.is_dir():
        raise CheckpointError(f"{path}: is a folder; name a file, such as {Path(path) / 'run.kith'}")
    if not target.parent.is_dir():
        raise CheckpointError(f"{path}: the folder {target.parent} does not exist; create it first")
    if not os.access(target.parent, os.W_OK):
        raise CheckpointError(f"{path}: its folder is not writable; choose another place")
    if target.exists() and not _begins_as_ours(target):
        raise CheckpointError(f"{path}: is an existing file that is no checkpoint; name a new file")
    return target


# -- the file ------------------------------------------------------------------------------


def _about(simulation: Simulation) -> dict[str, Any]:
    """The metadata of a checkpoint; `layout` describes the state of the engine that wrote it."""
    c = simulation.community
    return {
        "format": FORMAT,
        "model_version": MODEL_VERSION,
        "scenario": c.plan.name,
        "seed": c.seed,
        "day": simulation.day,
        "days": c.days,
        "run_id": simulation.run_id,
        "steps": [name for name, _ in simulation.tick],
        "changed_steps": steps_of(simulation.tick),
        "additions": additions_of(simulation.shocks, simulation.recorder.indicators),
        "layout": _layout(),
    }


def _state(simulation: Simulation) -> tuple[dict[str, Any], Arrays]:
    """The state as JSON values and arrays."""
    arrays: Arrays = []
    parts = {"community": simulation.community, "recorder": simulation.recorder}
    try:
        state = {name: packed(part, name, arrays, KINDS) for name, part in parts.items()}
    except PackingError as error:
        raise CheckpointError(str(error)) from None
    return state | {"arrays": [[described(array.dtype), array.shape] for array in arrays]}, arrays


def _write(file: IO[bytes], about: dict[str, Any], state: dict[str, Any], arrays: Arrays) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo(ABOUT), json.dumps(about))
        archive.writestr(zipfile.ZipInfo(STATE), json.dumps(state))
        with archive.open(zipfile.ZipInfo(ARRAYS), "w", force_zip64=True) as out:
            for array in arrays:
                out.write(array.reshape(-1).view(np.uint8).data)


@contextmanager
def _reading(path: Path) -> Iterator[zipfile.ZipFile]:
    """The open archive; any fault of its content becomes a `CheckpointError`."""
    try:
        if not _begins_as_ours(path):
            raise CheckpointError(f"{path}: is not a checkpoint; name a file written by `save`")
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (CheckpointError, MemoryError):
        raise
    except Impossible as error:
        raise CheckpointError(f"{path}: is damaged: {error}; copy it again, or save it again") from None
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror or error}; name a checkpoint") from None
    except Exception as error:  # damage shows in many ways
        raise CheckpointError(f"{path}: is incomplete or damaged; copy it again, or save it again") from error


def _demand_plain_members(archive: zipfile.ZipFile) -> None:
    """Raise unless the archive has exactly its own members, uncompressed, so that reading cannot expand."""
    members = archive.infolist()
    if sorted(member.filename for member in members) != sorted((ABOUT, STATE, ARRAYS)):
        raise ValueError("other members than its own")
    for member in members:
        if member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size:
            raise ValueError("compressed")


def _demand_conservation(community: Community) -> None:
    """Raise `Impossible` unless the conservation laws hold, as in every run without additions."""
    try:
        check_laws(community)
    except AssertionError as error:
        raise Impossible(str(error) or "its sums are inconsistent") from None


def _begins_as_ours(path: Path) -> bool:
    """Whether a file begins like a checkpoint; raises OSError if it does not exist."""
    if not stat.S_ISREG(path.stat().st_mode):
        return False
    with path.open("rb") as file:
        return ABOUT.encode() in file.read(100)


def _read_state(archive: zipfile.ZipFile) -> tuple[Community, Recorder]:
    state = json.loads(archive.read(STATE))
    kinds = [(dtype_of(dtype), tuple(shape)) for dtype, shape in state["arrays"]]
    if any(type(length) is not int or length < 0 for _, shape in kinds for length in shape):
        raise ValueError("a shape of something else than lengths")
    if sum(dtype.itemsize * math.prod(shape) for dtype, shape in kinds) != archive.getinfo(ARRAYS).file_size:
        raise ValueError("more or less than its arrays")  # checked before allocating them
    with archive.open(ARRAYS) as stream:
        arrays = [_read_array(stream, dtype, shape) for dtype, shape in kinds]
        if stream.read(1):  # reading to the end verifies the checksum
            raise ValueError("more than its arrays")
    once = _Once(arrays)
    community, recorder = (unpacked(state[name], once, KINDS) for name in ("community", "recorder"))
    if (
        type(community) is not Community
        or type(recorder) is not Recorder
        or once.taken != set(range(len(arrays)))
    ):
        raise ValueError("not a community and its recorder")
    check_state(community, recorder)
    return community, recorder


class _Once(list[npt.NDArray[Any]]):
    """Arrays that can each be taken once, because two attributes must not share one array."""

    def __init__(self, arrays: Arrays) -> None:
        super().__init__(arrays)
        self.taken: set[int] = set()

    def __getitem__(self, place: Any) -> Any:
        if type(place) is not int or place < 0 or place in self.taken:
            raise ValueError("an array that is not there, or taken twice")
        self.taken.add(place)
        return super().__getitem__(place)


def _read_array(stream: IO[bytes], dtype: np.dtype[Any], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    array: npt.NDArray[Any] = np.empty(shape, dtype)
    as_bytes = array.reshape(-1).view(np.uint8)
    for start in range(0, len(as_bytes), CHUNK):
        part = as_bytes[start : start + CHUNK]
        data = stream.read(len(part))
        if len(data) < len(part):
            raise ValueError("less than its arrays")
        part[:] = np.frombuffer(data, np.uint8)
    return array


# -- what must agree -----------------------------------------------------------------------


def _least(days: int) -> Simulation:
    """A minimal simulation, which shows the layout of this engine's state."""
    parameters = parameters_from({"market": {"size": 10, "founders": 0}})
    return Simulation(Plan(phases=((0, parameters),)), days=days)


@cache
def _layout() -> dict[str, Any]:
    """The layout of this engine's state: every attribute with its type, and the columns of the series."""
    least = _least(days=1)
    layout: dict[str, Any] = {
        f"{type(part).__name__}.{name}": _kind(value)
        for root in (least.community, least.recorder)
        for part in parts_of(root, KINDS)
        for name, value in vars(part).items()
    }
    layout["Recorder.series"] = [*COUNTS, *AMOUNTS]
    return layout


def _kind(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return [described(value.dtype), list(value.shape)]
    return type(value).__name__


@cache
def _by_day() -> frozenset[str]:
    """The arrays of `Community` whose length depends on that of the run."""
    shorter, longer = (vars(_least(days).community) for days in (1, 2))
    return frozenset(name for name in shorter if _kind(shorter[name]) != _kind(longer[name]))


def _demand_same_model(path: str | os.PathLike[str], about: dict[str, Any], tick: tuple[Step, ...]) -> None:
    """Raise unless this engine with these steps continues like the one that saved the file."""
    for name, current in (("format", FORMAT), ("model_version", MODEL_VERSION)):
        if about[name] != current:
            raise CheckpointError(
                f"{path}: {name} is {about[name]!r}, this version has {current!r}; {ELSEWHERE}"
            )
    ours, saved = _layout(), about["layout"]
    changed = sorted(name for name in ours.keys() | saved.keys() if ours.get(name) != saved.get(name))
    if changed:
        raise CheckpointError(f"{path}: {changed[0]} has another layout than in this version; {ELSEWHERE}")
    if about["changed_steps"] != steps_of(tick):
        steps = ", ".join(about["steps"])
        raise CheckpointError(f"{path}: was saved with the steps {steps}; pass the same as `tick`")


def _demand_same_additions(
    path: str | os.PathLike[str], about: dict[str, Any], passed: dict[str, Any]
) -> None:
    """Raise unless the shocks and indicators passed are those with which the file was saved."""
    saved = about["additions"]
    for kind in ("shocks", "indicators"):
        if passed.get(kind) != saved.get(kind):
            names = ", ".join(str(name) for name in saved.get(kind, [])) or "none"
            raise CheckpointError(f"{path}: was saved with the {kind} {names}; pass the same as `{kind}`")


def _stretch(simulation: Simulation, days: int) -> None:
    """Change the last day that a simulation can reach by resizing the arrays that depend on it.

    Those that `Community.use` derives from parameters are recomputed; the others are 0 for new days.
    """
    c, recorder = simulation.community, simulation.recorder
    more = days - c.days
    c.days = days
    before = dict(vars(c))
    c.use(c.parameters)
    for name, value in before.items():
        if name not in _by_day():
            setattr(c, name, value)
        elif getattr(c, name) is value:
            setattr(c, name, _resized(value, more))
    recorder.counts, recorder.amounts = (
        _resized(table, more) for table in (recorder.counts, recorder.amounts)
    )


def _resized(array: npt.NDArray[Any], more: int) -> npt.NDArray[Any]:
    """A copy with `more` further entries (0) along its last axis, or fewer if negative."""
    out = np.zeros((*array.shape[:-1], array.shape[-1] + more), array.dtype)
    common = min(array.shape[-1], out.shape[-1])
    out[..., :common] = array[..., :common]
    return out


__all__ = ["CheckpointError", "check_place", "resume", "save"]
