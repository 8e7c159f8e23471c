"""`kith levers`: each parameter of a scenario low and high, and what that changes."""

from pathlib import Path
from typing import Annotated

import typer

from kith.experiments.cli.levers.library_command import kept, library
from kith.experiments.cli.options import Json, Overwrite, Workers, number_option, option
from kith.experiments.cli.requests import announce_compilation, checked
from kith.experiments.errors import RequestError
from kith.experiments.escaping import say

RUNS = 8
"paired runs of each value"

Scenarios = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SCENARIO …]",
        help="Names from `kith list` or paths; default: the whole library, and only whether each parameter acts.",
        show_default=False,
    ),
]
Parameters = Annotated[
    list[str] | None, option("--parameter", "Try only this parameter; repeat for more.", "NAME")
]
RunsOfLevers = Annotated[
    int | None,
    number_option("--runs", "Paired runs of each value in a named scenario, at least 4; default: 8."),
]
DaysOfLevers = Annotated[
    int | None,
    number_option(
        "--days", "Length of each run; default: 120 days, or some time after the last change of a scenario."
    ),
]
OutLevers = Annotated[
    Path | None,
    option("--out", "Write pages and JSON to this folder; what it has is not run again.", "DIR"),
]


def levers(
    scenarios: Scenarios = None,
    parameter: Parameters = None,
    runs: RunsOfLevers = None,
    days: DaysOfLevers = None,
    workers: Workers = None,
    out: OutLevers = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Try each parameter of a scenario low and high: effects with intervals, and what does nothing, is free, or jumps."""
    if not scenarios:
        if runs is not None:
            raise RequestError(
                f"--runs {runs}: the whole library is screened with single pairs of runs; name scenarios for effects with "
                "intervals, or leave it out"
            )
        return library(parameter, days, workers, out, overwrite, json)
    measure(scenarios, parameter, RUNS if runs is None else runs, days, workers, out, overwrite, json)


def measure(
    scenarios: list[str],
    parameter: list[str] | None,
    runs: int,
    days: int | None,
    workers: int | None,
    out: Path | None,
    overwrite: bool,
    json: bool,
) -> None:
    """Measure the effect of every parameter in the named scenarios."""
    going_on = out is not None and (out / "levers.json").is_file()
    target = checked(out, overwrite or going_on, runs=runs, days=days, workers=workers)
    from kith.experiments.analyses.levers.audit import (
        audit,
        check_request,
        digest_of,
        parameters_of,
        runs_of,
        small,
    )
    from kith.experiments.analyses.levers.stored import as_object, read
    from kith.experiments.cli.levers.printed_levers import show_levers
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.errors import OutputError, Stopped
    from kith.experiments.reports.levers.audit_page import write_levers
    from kith.experiments.reports.write_folders import as_json
    from kith.experiments.runs.runner import place
    from kith.experiments.words import wording
    from kith.sim.engine import MODEL_VERSION

    check_request(runs)
    names = parameters_of(parameter)
    plans = {name: small(name, days) for name in scenarios}
    stored = {} if target is None else read(target)
    known = {
        name: one for name, one in stored.items() if one.runs == runs and one.model_version == MODEL_VERSION
    }
    if len(known) < len(stored) and not overwrite:
        raise OutputError(
            f"--out {out}: holds the levers of {wording.listed(sorted(set(stored) - set(known)))} with another number "
            "of runs or by another model; name a new folder, or add --overwrite"
        )
    digests = {name: digest_of(plan, runs, names) for name, plan in plans.items()}
    ready = {name: known[name] for name in plans if name in known and known[name].digest == digests[name]}
    changed = sorted(name for name in plans if name in known and name not in ready)
    if changed and not overwrite:
        raise OutputError(
            f"--out {out}: holds the levers of {wording.listed(changed)} for other parameters, days or settings; "
            "name a new folder, or add --overwrite"
        )
    left = [plan for name, plan in plans.items() if name not in ready]
    announce_compilation(max((runs_of(plan, names, runs) for plan in left), default=1))
    with place(workers) as pool:
        for number, (name, plan) in enumerate(plans.items(), 1):
            if name in ready:
                continue
            try:
                with Waiting(f"{name}, scenario {number} of {len(plans)}", "runs") as waiting:
                    ready[name] = audit(name, plan, names, runs, pool, waiting)
            except KeyboardInterrupt:
                raise Stopped(kept(len(ready), len(plans), out)) from None
            known[name] = ready[name]
            if target is not None:
                write_levers(known, target)
    if target is not None:
        write_levers(known, target)
    ordered = {name: ready[name] for name in plans}
    if json:
        say(as_json(as_object(ordered)))
    else:
        show_levers(ordered)
