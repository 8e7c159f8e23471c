"""`kith run`: one run of one scenario, from the start or from a checkpoint."""

from typing import Annotated

import typer

from kith.experiments.cli.log_options import LogOptions, with_log_options
from kith.experiments.cli.options import (
    At,
    Days,
    Json,
    Log,
    Optional,
    Out,
    Replay,
    Resume,
    Save,
    Seed,
    Settings,
    Shocks,
    Threads,
    Until,
)
from kith.experiments.cli.requests import (
    announce_compilation,
    asked,
    checked,
    options_given,
    plan_request,
    print_json,
    say_where,
)
from kith.experiments.escaping import say


@with_log_options
def run(
    context: typer.Context,
    scenario: Optional = None,
    days: Days = None,
    seed: Seed = 0,
    set: Settings = None,
    shock: Shocks = None,
    from_log: Log = None,
    at: At = None,
    replay: Replay = None,
    out: Out = None,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Replace an earlier result in the folder of --out, and an earlier checkpoint in the file of --save.",
        ),
    ] = False,
    json: Json = False,
    threads: Threads = None,
    save: Save = None,
    until: Until = None,
    resume: Resume = None,
    *,
    reading: LogOptions,
) -> None:
    """Run one scenario once: main indicators, active members over time, why members stopped coming, health card."""
    target = checked(out, overwrite, days=days, seed=seed, threads=threads, until=until)
    from kith.experiments.analyses.experiment_effects import effects as effects_of
    from kith.experiments.cli.checkpointed_run import check_parts, continued, resume_command, simulated
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.comparison.repeat_command import run_command
    from kith.experiments.reports.write_folders import run_object, write_run
    from kith.experiments.words.assumptions import graph_notes, question_of
    from kith.experiments.words.no_effect import warnings
    from kith.experiments.words.wording import plural
    from kith.scenarios.load import load
    from kith.sim.engine import Simulation
    from kith.sim.engine import run as simulate

    check_parts(scenario, resume, save, until, options_given(context), overwrite)
    request = plan_request(set, shock, from_log, at, reading, replay)
    simulation = None if resume is None else continued(resume, days, threads, events=out is not None)
    plan = load(str(scenario), days=days, **request) if simulation is None else simulation.community.plan
    for note in [*graph_notes(plan), *warnings({plan.name: plan}, request["overrides"])]:
        say(note, err=True)
    announce_compilation()
    with Waiting(plan.name, "days") as waiting:
        if simulation is None and save is None:
            record = simulate(plan, seed=seed, threads=threads, events=out is not None, progress=waiting)
        else:
            record = simulated(simulation or Simulation(plan, seed, threads=threads), until, save, waiting)
        effects = None
        if record.plan.experiments:
            effects = effects_of(record, threads)
    if save is not None:
        say(
            f"saved after {plural(record.days, 'day')}; `kith run --resume {save}` continues the run",
            err=True,
        )
    if target is not None:
        repeat = run_command(str(scenario), seed, record.days, request)
        repeat = repeat if resume is None else resume_command(resume, record.days)
        write_run(record, target, repeat, effects, asked())
    if json:
        print_json(run_object(record, effects))
        return
    from kith.experiments.cli.printed_results import show_run

    show_run(record, question_of(plan), effects)
    say_where(out)
