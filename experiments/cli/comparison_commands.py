"""`kith compare` and `kith robust`: scenarios on common random numbers, and in many plausible worlds."""

from typing import Annotated

from kith.experiments.cli.log_options import LogOptions, with_log_options
from kith.experiments.cli.options import (
    At,
    Days,
    FirstSeed,
    Json,
    Log,
    Out,
    Outcomes,
    OutRobust,
    Precision,
    Runs,
    Settings,
    Several,
    Shocks,
    Workers,
    number_option,
)
from kith.experiments.cli.requests import announce_compilation, checked, failures_of, plan_request, say_where
from kith.experiments.escaping import say


@with_log_options
def compare(
    scenarios: Several,
    runs: Runs = None,
    first_seed: FirstSeed = 0,
    precision: Precision = None,
    outcome: Outcomes = None,
    days: Days = None,
    set: Settings = None,
    shock: Shocks = None,
    from_log: Log = None,
    at: At = None,
    out: Out = None,
    workers: Workers = None,
    json: Json = False,
    *,
    reading: LogOptions,
) -> None:
    """Paired runs under common luck: outcomes, differences to the first, intervals."""
    target = checked(out, runs=runs, days=days, workers=workers, first_seed=first_seed)
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.comparison.comparison import Comparison
    from kith.experiments.comparison.comparison import compare as paired_runs
    from kith.experiments.comparison.repeat_command import comparison_command
    from kith.experiments.comparison.summary_sentence import brief_answer
    from kith.experiments.reports.outputs import write_comparison

    asked = plan_request(set, shock, from_log, at, reading)
    with Waiting("comparing", "runs") as waiting:

        def progress(done: int, whole: int) -> None:
            if done == 0:
                announce_compilation()
            waiting(done, whole)

        def look(so_far: Comparison) -> None:
            waiting.say(brief_answer(so_far))

        comparison = paired_runs(
            scenarios,
            runs=runs,
            first_seed=first_seed,
            precision=precision,
            outcomes=outcome,
            days=days,
            workers=workers,
            progress=progress,
            look=look,
            **asked,
        )
    if target is not None:
        write_comparison(comparison, target, comparison_command(comparison))
    if json:
        say(comparison.to_json())
    else:
        from kith.experiments.cli.printed_results import show_comparison

        show_comparison(comparison)
        say_where(out)
    if comparison.failures:
        raise RuntimeError(failures_of(comparison))


@with_log_options
def robust(
    scenarios: Several,
    worlds: Annotated[int, number_option("--worlds", "Draws from the priors; by default 100.")] = 100,
    days: Days = None,
    set: Settings = None,
    shock: Shocks = None,
    from_log: Log = None,
    at: At = None,
    out: OutRobust = None,
    workers: Workers = None,
    json: Json = False,
    *,
    reading: LogOptions,
) -> None:
    """Two scenarios in many plausible worlds: which conclusions survive our ignorance of the parameters?"""
    target = checked(out, worlds=worlds, days=days, workers=workers)
    from kith.experiments.analyses.robust import as_object, robustness
    from kith.experiments.cli.printed_checks import show_robustness
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.reports.outputs import as_json
    from kith.experiments.reports.robust import write_robustness

    asked = plan_request(set, shock, from_log, at, reading)
    announce_compilation()
    with Waiting("comparing worlds", "runs") as waiting:
        found = robustness(scenarios, worlds, days, workers=workers, progress=waiting, **asked)
    if target is not None:
        write_robustness(found, target)
    if json:
        say(as_json(as_object(found)))
    else:
        show_robustness(found)
    if found.failures:
        raise RuntimeError(
            f"{len(found.failures)} of {2 * found.worlds} runs failed; --out keeps their errors"
        )
