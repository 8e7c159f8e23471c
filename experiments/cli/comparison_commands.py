"""`kith compare` and `kith robust`: scenarios on common random numbers, and across draws of the parameters."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from kith.experiments.cli.log_options import LogOptions, with_log_options
from kith.experiments.cli.options import (
    Arms,
    At,
    Days,
    FirstSeed,
    Json,
    Log,
    Out,
    Outcomes,
    OutRobust,
    Overwrite,
    Pair,
    Precision,
    Replay,
    Runs,
    Settings,
    Several,
    Shocks,
    Workers,
    number_option,
    option,
)
from kith.experiments.cli.requests import (
    announce_compilation,
    asked,
    check_stress,
    checked,
    checked_file,
    failures_of,
    plan_request,
    say_where,
    warn_of_arms,
)
from kith.experiments.cli.stories.story_options import check_story_options, tell_story
from kith.experiments.escaping import say


@with_log_options
def compare(
    scenarios: Several = None,
    arm: Arms = None,
    runs: Runs = None,
    first_seed: FirstSeed = 0,
    precision: Precision = None,
    outcome: Outcomes = None,
    days: Days = None,
    set: Settings = None,
    shock: Shocks = None,
    from_log: Log = None,
    at: At = None,
    replay: Replay = None,
    stress: Annotated[
        bool,
        typer.Option(
            "--stress",
            help="Run every scenario again under six standard shocks, and show what is lost after six months.",
        ),
    ] = False,
    posterior: Annotated[
        Path | None,
        option(
            "--posterior",
            "Compare two scenarios at draws of this bundle's posterior, each with two seeds: luck and parameters apart.",
            "BUNDLE",
        ),
    ] = None,
    slide: Annotated[
        Path | None,
        option("--slide", "Write one slide: a .pptx, .pdf, .svg or .png file, by its name.", "FILE"),
    ] = None,
    story: Annotated[
        Path | None,
        option(
            "--story",
            "Write one .html file that runs without a server: the runs to play, day by day, to send or to put online.",
            "FILE",
        ),
    ] = None,
    sweep: Annotated[
        str | None,
        option(
            "--sweep",
            "With --story: a lever of one scenario at several values, as a slider: 'web affiliation.hub=0,0.5,1'.",
            "SWEEP",
        ),
    ] = None,
    out: Out = None,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Replace an earlier result in the folder of --out, and the files of --slide and --story.",
        ),
    ] = False,
    workers: Workers = None,
    json: Json = False,
    *,
    reading: LogOptions,
) -> None:
    """Compare scenarios on the same random draws: outcomes, differences from the first, confidence intervals."""
    target = checked(out, overwrite, runs=runs, days=days, workers=workers, first_seed=first_seed)
    if posterior is not None:
        from kith.experiments.cli.evidence.what_if import compare_at_draws
        from kith.experiments.comparison.arms import arms_of

        others: dict[str, object] = {
            "--precision": precision,
            "--shock": shock,
            "--from-log": from_log,
            "--at": at,
        }
        others |= {
            "--replay": replay,
            "--stress": stress,
            "--slide": slide,
            "--story": story,
            "--sweep": sweep,
            "--out": out,
            "--first-seed": first_seed,
        }
        compare_at_draws(
            posterior, arms_of(scenarios or (), arm or ()), runs, outcome, days, set, workers, json, others
        )
        return
    slide = checked_file(slide, overwrite, "--slide")
    if slide is not None:
        from kith.experiments.reports.slide import check_slide

        check_slide(slide)
    story = checked_file(story, overwrite, "--story")
    check_story_options(story, sweep)
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.comparison.arms import arms_of
    from kith.experiments.comparison.comparison import Comparison
    from kith.experiments.comparison.comparison import compare as paired_runs
    from kith.experiments.comparison.repeat_command import and_write, comparison_command
    from kith.experiments.comparison.summary_sentence import brief_answer

    request = plan_request(set, shock, from_log, at, reading, replay)
    arms = arms_of(scenarios or (), arm or ())
    warn_of_arms(arms, request, days)
    if stress:
        check_stress(arms, request, days)
    with Waiting("comparing", "runs") as waiting:

        def progress(done: int, total: int) -> None:
            if done == 0:
                announce_compilation()
            waiting(done, total)

        def look(so_far: Comparison) -> None:
            waiting.say(brief_answer(so_far))

        comparison = paired_runs(
            arms,
            runs=runs,
            first_seed=first_seed,
            precision=precision,
            outcomes=outcome,
            days=days,
            workers=workers,
            progress=progress,
            look=look,
            **request,
        )
    if stress:
        from kith.experiments.comparison.stress import stress as under_shocks

        with Waiting("standard shocks", "runs") as waiting:
            result = under_shocks(comparison, workers=workers, progress=waiting)
        comparison = replace(comparison, stress=result)
    if target is not None:
        from kith.experiments.bundles.earlier import continued, earlier_look
        from kith.experiments.reports.write_folders import write_comparison

        this = asked()
        before = earlier_look(target, this.words, comparison.seeds)
        if before is not None:
            say(continued(before), err=True)
        write_comparison(comparison, target, comparison_command(comparison), this, before)
    if slide is not None:
        from kith.experiments.reports.slide import slide_of, write_slide

        write_slide(slide_of(comparison, and_write(comparison_command(comparison), slide=slide.name)), slide)
    if story is not None:
        tell_story(comparison, story, sweep, workers)
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
    scenarios: Pair = None,
    arm: Arms = None,
    worlds: Annotated[
        int, number_option("--worlds", "Number of draws of the parameters from their priors; default: 100.")
    ] = 100,
    pairs: Annotated[
        int,
        number_option(
            "--pairs",
            "Pairs of runs for each draw; from 2 on, luck and the parameters are told apart; default: 2.",
        ),
    ] = 2,
    days: Days = None,
    set: Settings = None,
    shock: Shocks = None,
    from_log: Log = None,
    at: At = None,
    out: OutRobust = None,
    overwrite: Overwrite = False,
    workers: Workers = None,
    json: Json = False,
    *,
    reading: LogOptions,
) -> None:
    """Compare two scenarios across many draws of the uncertain parameters: which conclusions hold in nearly all?"""
    target = checked(out, overwrite, worlds=worlds, pairs=pairs, days=days, workers=workers)
    from kith.experiments.analyses.robust import as_object, robustness
    from kith.experiments.cli.printed_checks import show_robustness
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.comparison.arms import arms_of
    from kith.experiments.reports.robust import write_robustness
    from kith.experiments.reports.write_folders import as_json

    request = plan_request(set, shock, from_log, at, reading)
    arms = arms_of(scenarios or (), arm or ())
    warn_of_arms(arms, request, days)
    announce_compilation()
    with Waiting("comparing parameter draws", "runs") as waiting:
        result = robustness(arms, worlds, days, workers=workers, progress=waiting, pairs=pairs, **request)
    if target is not None:
        write_robustness(result, target, asked())
    if json:
        say(as_json(as_object(result)))
    else:
        show_robustness(result)
    if result.failures:
        raise RuntimeError(
            f"{len(result.failures)} of {2 * result.worlds * result.pairs} runs failed; add --out to write their errors to a file"
        )
