"""`kith answers`, `claims`, `verify`, `patterns` and `bench`: checks of the model, and its speed on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from kith.experiments.cli.options import (
    Codes,
    Ideas,
    Json,
    OutAnswers,
    OutPatterns,
    Overwrite,
    OverwriteFile,
    Runs,
    RunsOfClaims,
    Seeds,
    Some,
    Workers,
    number_option,
)
from kith.experiments.cli.requests import announce_compilation, checked, checked_file
from kith.experiments.errors import RequestError
from kith.experiments.escaping import say
from kith.extras import demand


def answers(
    scenarios: Some = None,
    runs: Runs = None,
    out: OutAnswers = None,
    overwrite: Overwrite = False,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Check the answers of the library: re-estimate every difference they rest on with paired runs."""
    target = checked(out, overwrite, runs=runs, workers=workers)
    runs = 16 if runs is None else runs
    if out is not None and scenarios:
        raise RequestError(
            f"--out {out}: the pages always cover the whole library; leave out {' '.join(scenarios)}"
        )
    from kith.experiments.cli.printed_checks import show_expectations
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.credibility.expectations import check, chosen
    from kith.experiments.reports import expectations as answer_page
    from kith.experiments.reports.write_folders import as_json

    names = chosen(scenarios or ())
    announce_compilation()
    with Waiting("running scenarios", "runs") as waiting:
        checks = check(names, runs, workers, waiting)
    if target is not None:
        answer_page.write_pages(checks, runs, target)
    if json:
        say(as_json(answer_page.as_object(checks, runs)))
    else:
        show_expectations(checks, runs)
    if not answer_page.holds(checks):
        raise RuntimeError("some answers are no longer what the model gives; the table shows which")


def claims(
    ideas: Ideas = None,
    runs: RunsOfClaims = 8,
    out: Annotated[Path | None, typer.Option(help="Also write the verdicts to this Markdown file.")] = None,
    overwrite: OverwriteFile = False,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Judge what practitioners claim, each by a pair of runs: does it emerge, is it an input, or is it contradicted?"""
    checked(None, runs=runs, workers=workers)
    target = checked_file(out, overwrite)
    if out is not None and ideas:
        raise RequestError(f"--out {out}: the page always covers all claims; leave out {' '.join(ideas)}")
    from kith.experiments.cli.printed_checks import show_claims
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.credibility.claims.claim import ideas as ideas_named
    from kith.experiments.credibility.claims.judge import check_seeds, judge
    from kith.experiments.reports import claims as claims_page
    from kith.experiments.reports.write_folders import as_json

    check_seeds(runs)
    chosen = ideas_named(ideas or ())
    announce_compilation()
    with Waiting("judging claims", "runs") as waiting:
        judged = judge(chosen, runs, workers, waiting)
    if target is not None:
        claims_page.write_page(chosen, judged, runs, target)
    if json:
        say(as_json(claims_page.as_object(judged, runs)))
    else:
        show_claims(judged, runs)
    if wrong := claims_page.wrong(judged):
        raise RuntimeError(f"claims and their reasons do not agree: {'; '.join(wrong)}")


def verify(
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer runs with fewer people: a quick check.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Also write the table to this Markdown file.")] = None,
    overwrite: OverwriteFile = False,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Verify the engine against closed-form theory: expected value, simulated mean and verdict of each benchmark."""
    checked(None, workers=workers)
    target = checked_file(out, overwrite)
    from kith.experiments.cli.printed_checks import show_verification
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.credibility import verify as benchmarks
    from kith.experiments.reports.verification import write_verification
    from kith.experiments.reports.write_folders import as_json

    announce_compilation()
    with Waiting("verifying", "runs") as waiting:
        findings = benchmarks.verify(quick, workers, waiting)
    if target is not None:
        write_verification(findings, target)
    if json:
        say(as_json(benchmarks.as_object(findings, quick)))
    else:
        show_verification(findings)
    if not benchmarks.agree(findings):
        raise RuntimeError("some quantities do not agree with theory; the table shows which")


def patterns(
    codes: Codes = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer people and fewer seeds: a quick check.")
    ] = False,
    seeds: Seeds = None,
    out: OutPatterns = None,
    overwrite: Overwrite = False,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Test which known patterns of real communities emerge from the model without being built in."""
    target = checked(out, overwrite, seeds=seeds, workers=workers)
    demand("patterns")
    from kith.experiments.cli.printed_checks import show_patterns
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.credibility.patterns import FULL
    from kith.experiments.credibility.patterns.findings import as_object
    from kith.experiments.credibility.patterns.judge import check_seeds, chosen, look, surprises
    from kith.experiments.reports.patterns import write_patterns
    from kith.experiments.reports.write_folders import as_json

    check_seeds("--seeds", seeds)
    size = None if quick else FULL
    tested = chosen(codes or ())
    announce_compilation()
    with Waiting("testing patterns", "runs") as waiting:
        findings = look(size, tested, seeds, workers, waiting)
    if target is not None:
        write_patterns(findings, size, target)
    if json:
        say(as_json(as_object(findings, size)))
    else:
        show_patterns(findings)
    if new := surprises(findings):
        raise RuntimeError(f"verdicts differ from those on record: {'; '.join(new)}")


def bench(
    scenario: Annotated[
        str, typer.Option(help="Scenario to time: a name from `kith list` or a path.")
    ] = "busy_web",
    sizes: Annotated[
        str, typer.Option(help="Community sizes in members awake, separated by commas.")
    ] = "1000,10000,100000",
    threads: Annotated[
        int, typer.Option(help="Number of threads to compare with one; 1 skips the comparison.")
    ] = 2,
    out: Annotated[Path | None, typer.Option(help="Also write the measurements to this JSON file.")] = None,
    overwrite: OverwriteFile = False,
    runs: Annotated[
        int | None,
        number_option(
            "--runs", "Instead, time a study of N runs of 1,000 people over a year, such as 10000."
        ),
    ] = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Measure the engine's speed on this machine, next to an equivalent plain-Mesa model."""
    from kith.experiments.reports.write_folders import as_json
    from kith.experiments.speed.bench import bench as measure
    from kith.experiments.speed.bench import text

    target = checked_file(out, overwrite)
    if runs is not None:
        return _throughput(scenario, runs, workers, target, json)
    parts = [part.strip() for part in sizes.split(",")]
    if not all(part.isdecimal() and len(part) <= 8 and int(part) >= 1 for part in parts):
        raise RequestError(
            f"--sizes {sizes}: give numbers of members, up to 8 digits, separated by commas, such as 1000,10000"
        )
    checked(None, threads=threads)
    figures = measure(scenario, tuple(int(part) for part in parts), threads, target)
    say(as_json(figures) if json else text(figures))


def _throughput(scenario: str, runs: int, workers: int | None, out: Path | None, json: bool) -> None:
    checked(None, runs=runs, workers=workers)
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.files import write_text
    from kith.experiments.reports.write_folders import as_json
    from kith.experiments.speed.throughput import text, throughput

    announce_compilation()
    with Waiting("measuring", "runs") as waiting:
        figures = throughput(runs, workers, lambda what, done, total: waiting(done, total), scenario=scenario)
    if out is not None:
        write_text(out, as_json(figures) + "\n")
    say(as_json(figures) if json else text(figures))
