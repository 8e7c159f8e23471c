"""`kith levers` without a scenario: which parameters act where in the whole library, in minutes."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kith.experiments.cli.requests import announce_compilation, checked
from kith.experiments.escaping import say

if TYPE_CHECKING:
    from kith.experiments.cli.progress import Waiting

ENDS = 2
"values of a parameter, about: their number decides whether compiling whole days repays"


def library(
    parameter: Sequence[str] | None,
    days: int | None,
    workers: int | None,
    out: Path | None,
    overwrite: bool,
    json: bool,
) -> None:
    """Screen every scenario of the library, and show for each parameter where it acts."""
    going_on = out is not None and (out / "library.json").is_file()
    target = checked(out, overwrite or going_on, days=days, workers=workers)
    from kith.experiments.analyses.levers.audit import parameters_of
    from kith.experiments.analyses.levers.library import as_object, still_quiet
    from kith.experiments.analyses.levers.screen import Screened, digest_of, plans_of, screen, screen_whole
    from kith.experiments.analyses.levers.stored_screens import read
    from kith.experiments.cli.levers.printed_library import show_levers_of_library
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.credibility.expectations import textbook
    from kith.experiments.errors import OutputError, Stopped
    from kith.experiments.reports.levers.library_pages import keep_screens, write_library
    from kith.experiments.reports.write_folders import as_json
    from kith.experiments.runs.runner import place

    names = parameters_of(parameter)
    scenarios = textbook()
    stored = {} if target is None else read(target)
    ready: dict[str, Screened] = {
        name: one
        for name, one in stored.items()
        if name in scenarios and one.digest == digest_of(plans_of(name, days), names)
    }
    if len(ready) < len(stored) and not overwrite:
        raise OutputError(
            f"--out {out}: holds the library for other parameters, days or scenarios, or by another model; name a new "
            "folder, or add --overwrite"
        )
    left = [name for name in scenarios if name not in ready]
    runs, every = ENDS * len(names) * len(left), len(scenarios) * len(names)
    announce_compilation(max(1, runs))
    with place(workers) as pool, Waiting("screening the library", "parameters") as waiting:
        try:
            for name in left:
                progress = partial(_decided, waiting, len(ready) * len(names), every)
                ready[name] = screen(name, names, pool, progress, days, runs)
                if target is not None:
                    keep_screens(ready, target)
            quiet = still_quiet(ready)
            for number, (name, its) in enumerate(quiet.items()):
                waiting(every + number, every + len(quiet))
                ready[name] = screen_whole(ready[name], its, pool, days, runs)
                if target is not None:
                    keep_screens(ready, target)
        except KeyboardInterrupt:
            raise Stopped(kept(len(ready), len(scenarios), out)) from None
    screens = {name: ready[name] for name in scenarios}
    if target is not None:
        write_library(screens, target)
    if json:
        say(as_json(as_object(screens)))
    else:
        show_levers_of_library(screens)


def _decided(waiting: "Waiting", before: int, every: int, now: int) -> None:
    """Show how many parameters are decided, of this scenario and those before it."""
    waiting(before + now, every)


def kept(done: int, of: int, out: Path | None) -> str:
    """What an interruption leaves."""
    if out is None:
        return "stopped; nothing was written"
    return f"stopped; {done} of {of} scenarios are kept in {out}, and the same command goes on from there"
