"""`kith answers`, `verify`, `patterns` and `bench`: is the model right, and how fast is it here?"""

from pathlib import Path
from typing import Annotated

import typer

from kith.experiments.cli.options import Codes, Json, OutPatterns, Runs, Seeds, Some, Workers, number_option
from kith.experiments.cli.requests import announce_compilation, checked, checked_file
from kith.experiments.errors import RequestError
from kith.experiments.escaping import say


def answers(
    scenarios: Some = None,
    runs: Runs = None,
    out: Annotated[Path | None, typer.Option(help="Also write the answers as a page (Markdown).")] = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """The library's answers, checked: every difference that they rest on, by paired runs."""
    checked(None, runs=runs, workers=workers)
    target = checked_file(out)
    runs = 16 if runs is None else runs
    if out is not None and scenarios:
        raise RequestError(f"--out {out} is for the whole library; leave out {' '.join(scenarios)}")
    from kith.experiments.cli.printed_checks import show_expectations
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.credibility.expectations import check, chosen
    from kith.experiments.reports import expectations as answer_page
    from kith.experiments.reports.outputs import as_json

    names = chosen(scenarios or ())
    announce_compilation()
    with Waiting("living scenarios", "runs") as waiting:
        checks = check(names, runs, workers, waiting)
    if target is not None:
        answer_page.write_page(checks, runs, target)
    if json:
        say(as_json(answer_page.as_object(checks, runs)))
    else:
        show_expectations(checks, runs)
    if not answer_page.holds(checks):
        raise RuntimeError("not every answer is what the model gives; the table shows which")


def verify(
    quick: Annotated[bool, typer.Option("--quick", help="Fewer runs of fewer people: a first look.")] = False,
    out: Annotated[Path | None, typer.Option(help="Also write the table as a page (Markdown).")] = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """The engine against closed forms: every benchmark, its theory, its runs, a verdict."""
    checked(None, workers=workers)
    target = checked_file(out)
    from kith.experiments.cli.printed_checks import show_verification
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.credibility import verify as benchmarks
    from kith.experiments.reports.outputs import as_json
    from kith.experiments.reports.verification import write_verification

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
        raise RuntimeError("not every quantity agrees with theory; the table shows which")


def patterns(
    codes: Codes = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer people and seeds: a first look.")] = False,
    seeds: Seeds = None,
    out: OutPatterns = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Known patterns of real communities: does the model show them without being told?"""
    target = checked(out, seeds=seeds, workers=workers)
    from kith.experiments.cli.printed_checks import show_patterns
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.credibility.patterns import FULL
    from kith.experiments.credibility.patterns.findings import as_object
    from kith.experiments.credibility.patterns.judge import chosen, look, surprises
    from kith.experiments.reports.outputs import as_json
    from kith.experiments.reports.patterns import write_patterns

    size = None if quick else FULL
    asked = chosen(codes or ())
    announce_compilation()
    with Waiting("looking for patterns", "seeds") as waiting:
        findings = look(size, asked, seeds, workers, waiting)
    if target is not None:
        write_patterns(findings, size, target)
    if json:
        say(as_json(as_object(findings, size)))
    else:
        show_patterns(findings)
    if new := surprises(findings):
        raise RuntimeError(f"not as recorded in experiments/patterns: {'; '.join(new)}")


def bench(
    scenario: Annotated[str, typer.Option(help="What to run: a name in the library or a path.")] = "busy_web",
    sizes: Annotated[str, typer.Option(help="Present members, separated by commas.")] = "1000,10000,100000",
    threads: Annotated[int, typer.Option(help="Compare one thread with so many; 1: do not.")] = 2,
    out: Annotated[Path | None, typer.Option(help="Also write the figures to this JSON file.")] = None,
    runs: Annotated[
        int | None,
        number_option(
            "--runs", "Instead: a study of so many runs of 1,000 people for a year; 10000 is meant."
        ),
    ] = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Speed on this machine, against natural Mesa in the same run."""
    from kith.experiments.reports.outputs import as_json
    from kith.experiments.speed.bench import bench as measure
    from kith.experiments.speed.bench import text

    target = checked_file(out)
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
    from kith.experiments.reports.outputs import as_json
    from kith.experiments.speed.throughput import text, throughput

    announce_compilation()
    with Waiting("measuring", "runs") as waiting:
        figures = throughput(runs, workers, lambda what, done, whole: waiting(done, whole), scenario=scenario)
    if out is not None:
        write_text(out, as_json(figures) + "\n")
    say(as_json(figures) if json else text(figures))
