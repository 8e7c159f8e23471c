"""A run in parts: simulated up to a day and saved there, or continued from a checkpoint."""

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
    scenario: str | None,
    resume: Path | None,
    save: Path | None,
    until: int | None,
    given: Sequence[str],
    overwrite: bool = False,
) -> None:
    """Refuse combinations of options that `kith run` cannot do in parts, before any work.

    `given` names the options given that determine a run. The checkpoint that is continued may be saved over, another
    one only with `overwrite`.
    """
    if scenario is None and resume is None:
        raise RequestError(
            "Missing argument SCENARIO: give a name from `kith list`, or a checkpoint with --resume"
        )
    if resume is not None and given:
        raise RequestError(f"--resume {resume}: the checkpoint determines the run; leave out {given[0]}")
    if until is not None and save is None:
        raise RequestError(f"--until {until}: needs --save FILE, to save the state on that day")
    for path in (resume, save):
        if path is not None:
            user_path(path)
    if save is not None:
        from kith.sim.checkpoints.checkpoint import check_place

        place = check_place(save)
        if place.exists() and not overwrite and (resume is None or place != resume.resolve()):
            raise RequestError(
                f"--save {save}: holds a checkpoint already; name a new file, or add --overwrite"
            )


def continued(resume: Path, days: int | None, threads: int | None, events: bool) -> "Simulation":
    """The simulation saved in a checkpoint; refused if `events` are needed and it did not record them."""
    from kith.sim.checkpoints.checkpoint import resume as resumed

    simulation = resumed(resume, threads, days=days)
    if events and simulation.community.diary is None:
        raise RequestError(
            f"--out: {resume} has no recorded events; leave out --out, or run the scenario from the start"
        )
    return simulation


def simulated(
    simulation: "Simulation", until: int | None, save: Path | None, progress: Callable[[int, int], None]
) -> "Record":
    """The record on the day `until`, by default the last; the state is saved to `save`."""
    from kith.sim.checkpoints.checkpoint import save as write

    last = simulation.community.days
    until = last if until is None else until
    if not simulation.day <= until <= last:
        raise RequestError(
            f"--until {until}: must be from {simulation.day} to {last}; --days sets the length of the run"
        )
    with closing(simulation):
        simulation.advance(until - simulation.day, progress)
        if save is not None:
            write(simulation, save)
        return simulation.record()


def resume_command(resume: Path, days: int) -> str:
    """The command line that repeats a continued run."""
    return shlex.join(["kith", "run", "--resume", str(resume), "--days", str(days)])
