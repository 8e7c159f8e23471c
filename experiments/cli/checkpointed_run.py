"""A run in parts: lived to a day and saved there, or continued from a checkpoint."""

import shlex
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from kith.experiments.errors import RequestError
from kith.experiments.files import user_path

if TYPE_CHECKING:
    from kith.sim.engine import Simulation
    from kith.sim.results.record import Record


def check_parts(
    scenario: str | None, resume: Path | None, save: Path | None, until: int | None, given: Sequence[str]
) -> None:
    """Refuse, before any work, what `kith run` cannot do in parts.

    `given` names the options that were given and that decide what a run is.
    """
    if scenario is None and resume is None:
        raise RequestError(
            "Missing argument SCENARIO: name one of `kith list`, or a checkpoint with --resume"
        )
    if resume is not None and given:
        raise RequestError(f"--resume {resume}: the checkpoint decides what is run; leave out {given[0]}")
    if until is not None and save is None:
        raise RequestError(f"--until {until}: needs --save, the file for the state on that day")
    for path in (resume, save):
        if path is not None:
            user_path(path)
    if save is not None:
        from kith.sim.checkpoints.checkpoint import check_place

        check_place(save)


def continued(resume: Path, days: int | None, threads: int | None, events: bool) -> "Simulation":
    """The simulation of a checkpoint, with `events` only if it has kept them."""
    from kith.sim.checkpoints.checkpoint import resume as resumed

    simulation = resumed(resume, threads, days=days)
    if events and simulation.community.diary is None:
        raise RequestError(f"--out: {resume} has kept no events; leave out --out, or run it from the start")
    return simulation


def lived(
    simulation: "Simulation", until: int | None, save: Path | None, progress: Callable[[int, int], None]
) -> "Record":
    """The record on the day `until`, by default at the end, with the state saved."""
    from kith.sim.checkpoints.checkpoint import save as write

    last = simulation.community.days
    until = last if until is None else until
    if not simulation.day <= until <= last:
        raise RequestError(
            f"--until {until}: must be from {simulation.day} to {last}; --days sets how far the run goes"
        )
    with closing(simulation):
        simulation.advance(until - simulation.day, progress)
        if save is not None:
            write(simulation, save)
        return simulation.record()


def resume_command(resume: Path, days: int) -> str:
    """The command line that repeats a continued run."""
    return shlex.join(["kith", "run", "--resume", str(resume), "--days", str(days)])
