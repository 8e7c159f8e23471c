"""Checkpoint: a run saved between two days, and continued with the identical record.

    simulation = Simulation(plan, seed=7, days=365)
    simulation.advance(180)
    save(simulation, "half.kith")

    simulation = resume("half.kith", threads=4)
    simulation.advance()
    record = simulation.record()

A checkpoint is one zip file: `kith-checkpoint.json` says what it is, `state.json` is the state
(see `kith.sim.storage.serialise`), and its arrays lie one after another in `arrays.bin`. There is no program in
it, and reading one runs none. Nothing in it is compressed, so that reading takes no more memory than the
file has bytes, and no kernel sees its state before `kith.sim.checkpoints.state_checks` has looked at it.
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
from kith.sim.schema.parameters import parameters_from
from kith.sim.schema.plan import Plan
from kith.sim.state.community import Community
from kith.sim.state.conservation import check_laws
from kith.sim.storage.atomic_folder import partial_file
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
ELSEWHERE = "resume it with the kith that saved it, or run it from the start"


class CheckpointError(ValueError):
    """A checkpoint cannot be written, or cannot be continued."""


def save(simulation: Simulation, path: str | os.PathLike[str]) -> None:
    """Write a simulation to a file, which is there whole or stays as it was.

    Raises
    ------
    CheckpointError
        If the place cannot be written to or holds something else, or if a step that a researcher
        has added keeps what cannot be saved.
    RuntimeError
        If the last day was broken off.
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
    threads : threads for large communities; the record is the same for any number
    days : how far it can go, by default as far as when it was saved
    tick, shocks, indicators : what a researcher has added, the same as when it was saved
    check : assert every conservation law each evening

    Raises
    ------
    CheckpointError
        If the file is no checkpoint or damaged, was saved by another model or with other steps, or
        is beyond `days`.
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
        indicator_units({name for month in recorder.months for name in month}, indicators)  # all are known
        simulation = Simulation.continued(community, recorder, tick, check, shocks)
        if [about["run_id"], about["day"]] != [simulation.run_id, simulation.day]:
            raise ValueError("the state is not that of its run")
        if tick == TICK and not (shocks or indicators or community.by_hand):
            _demand_conservation(community)
    if days is not None:
        if until < simulation.day:
            raise CheckpointError(f"days = {days}: {path} is {simulation.day} days old; ask for as many")
        _stretch(simulation, until)
    return simulation


def check_place(path: str | os.PathLike[str]) -> Path:
    """The resolved path, or `CheckpointError` if a checkpoint cannot be put there."""
    target = Path(path).resolve()
    if target.is_dir():
        raise CheckpointError(f"{path}: is a folder; name a file, such as {Path(path) / 'run.kith'}")
    if not target.parent.is_dir():
        raise CheckpointError(f"{path}: there is no folder {target.parent}; make it first")
    if not os.access(target.parent, os.W_OK):
        raise CheckpointError(f"{path}: its folder cannot be written to; choose another place")
    if target.exists() and not _begins_as_ours(target):
        raise CheckpointError(f"{path}: holds something that kith did not write; name a new file")
    return target


# -- the file ------------------------------------------------------------------------------


def _about(simulation: Simulation) -> dict[str, Any]:
    """What a checkpoint says about itself; `layout` is that of the engine which wrote it."""
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
    """The open archive; whatever goes wrong with its content becomes a `CheckpointError`."""
    try:
        if not _begins_as_ours(path):
            raise CheckpointError(f"{path}: is not a checkpoint; name a file that `save` wrote")
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (CheckpointError, MemoryError):
        raise
    except Impossible as error:
        raise CheckpointError(f"{path}: is damaged: {error}; copy it again, or save it again") from None
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror or error}; name a checkpoint") from None
    except Exception as error:  # damage shows in many ways
        raise CheckpointError(f"{path}: is cut short or damaged; copy it again, or save it again") from error


def _demand_plain_members(archive: zipfile.ZipFile) -> None:
    """Raise unless the members are ours and lie in the file as they are: what is read is never more."""
    members = archive.infolist()
    if sorted(member.filename for member in members) != sorted((ABOUT, STATE, ARRAYS)):
        raise ValueError("other members than its own")
    for member in members:
        if member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size:
            raise ValueError("compressed")


def _demand_conservation(community: Community) -> None:
    """Raise `Impossible` unless people, ties and books add up, as they do wherever nothing was added."""
    try:
        check_laws(community)
    except AssertionError as error:
        raise Impossible(str(error) or "what was saved does not add up") from None


def _begins_as_ours(path: Path) -> bool:
    """Whether a file begins as checkpoints do; raises OSError if it is not there."""
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
        raise ValueError("more or less than its arrays")  # known before there is memory for them
    with archive.open(ARRAYS) as stream:
        arrays = [_read_array(stream, dtype, shape) for dtype, shape in kinds]
        if stream.read(1):  # at its end the checksum is compared
            raise ValueError("more than its arrays")
    kept = _Once(arrays)
    community, recorder = (unpacked(state[name], kept, KINDS) for name in ("community", "recorder"))
    if (
        type(community) is not Community
        or type(recorder) is not Recorder
        or kept.taken != set(range(len(arrays)))
    ):
        raise ValueError("not a community and its recorder")
    check_state(community, recorder)
    return community, recorder


class _Once(list[npt.NDArray[Any]]):
    """Arrays of which each is taken once: two names of one array would change together."""

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
    whole = array.reshape(-1).view(np.uint8)
    for start in range(0, len(whole), CHUNK):
        part = whole[start : start + CHUNK]
        data = stream.read(len(part))
        if len(data) < len(part):
            raise ValueError("less than its arrays")
        part[:] = np.frombuffer(data, np.uint8)
    return array


# -- what must agree -----------------------------------------------------------------------


def _least(days: int) -> Simulation:
    """A simulation of next to nobody, which shows what state this engine keeps."""
    parameters = parameters_from({"market": {"size": 10, "founders": 0}})
    return Simulation(Plan(phases=((0, parameters),)), days=days)


@cache
def _layout() -> dict[str, Any]:
    """What state this engine keeps: every attribute with its kind, and the columns of the series."""
    least = _least(days=1)
    layout: dict[str, Any] = {
        f"{type(part).__name__}.{name}": _kind(value)
        for whole in (least.community, least.recorder)
        for part in parts_of(whole, KINDS)
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
    """The arrays of `Community` that are longer in a longer run."""
    one, two = (vars(_least(days).community) for days in (1, 2))
    return frozenset(name for name in one if _kind(one[name]) != _kind(two[name]))


def _demand_same_model(path: str | os.PathLike[str], about: dict[str, Any], tick: tuple[Step, ...]) -> None:
    """Raise unless this engine with these steps goes on as the one that saved the file."""
    for name, ours in (("format", FORMAT), ("model_version", MODEL_VERSION)):
        if about[name] != ours:
            raise CheckpointError(f"{path}: {name} is {about[name]!r}, here it is {ours!r}; {ELSEWHERE}")
    here, there = _layout(), about["layout"]
    changed = sorted(name for name in here.keys() | there.keys() if here.get(name) != there.get(name))
    if changed:
        raise CheckpointError(f"{path}: {changed[0]} is not what it is here; {ELSEWHERE}")
    if about["changed_steps"] != steps_of(tick):
        steps = ", ".join(about["steps"])
        raise CheckpointError(f"{path}: was saved with the steps {steps}; pass the same as `tick`")


def _demand_same_additions(path: str | os.PathLike[str], about: dict[str, Any], here: dict[str, Any]) -> None:
    """Raise unless the same shocks and indicators are passed that were there when the file was saved."""
    there = about["additions"]
    for kind in ("shocks", "indicators"):
        if here.get(kind) != there.get(kind):
            were = ", ".join(str(name) for name in there.get(kind, [])) or "none"
            raise CheckpointError(f"{path}: was saved with the {kind} {were}; pass the same as `{kind}`")


def _stretch(simulation: Simulation, days: int) -> None:
    """Let the simulation go as far as another day: give arrays by day the length they have there.

    Those that `Community.use` makes from parameters are made again; the others are 0 for days to come.
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
    """An array with so many more places along its last axis, the new ones 0, or so many fewer."""
    out = np.zeros((*array.shape[:-1], array.shape[-1] + more), array.dtype)
    kept = min(array.shape[-1], out.shape[-1])
    out[..., :kept] = array[..., :kept]
    return out


__all__ = ["CheckpointError", "check_place", "resume", "save"]
