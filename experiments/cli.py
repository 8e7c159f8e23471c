"""The command line: `kith list | show | run | compare | schema | bench | verify`.

Results go to standard output, all else to standard error. Exit code 0: done; 1: the work failed;
2: the request was wrong. Nothing heavy is imported before a command needs it.
"""

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.errors import OutputError, RequestError
from experiments.options import (
    At,
    Days,
    Json,
    Log,
    Optional,
    Out,
    Resume,
    Runs,
    Save,
    Scenario,
    Seed,
    Settings,
    Several,
    Shocks,
    Tag,
    Threads,
    Until,
    Workers,
)

DONE, FAILED, WRONG, STOPPED = 0, 1, 2, 130


app = typer.Typer(
    name="kith",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="What becomes of a community: who stays, who brings others, what it is worth, and why.",
    epilog="SCENARIO is a name from `kith list` or the path of a TOML file.",
)


def _tell_version(wanted: bool) -> None:
    if not wanted:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        typer.echo(f"kith {version('kith-sim')}")
    except PackageNotFoundError:
        typer.echo("kith (not installed)")
    raise typer.Exit


@app.callback()
def _start(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_tell_version)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Options of kith itself."""


@app.command("list")
def list_(
    tag: Tag = None,
    json: Json = False,
) -> None:
    """The library of scenarios: name, question, tags."""
    from scenarios import library

    entries = [entry for entry in library() if tag is None or tag in entry.tags]
    if not entries and tag is not None:
        tags = sorted({known for entry in library() for known in entry.tags})
        raise RequestError(f"no scenario has the tag {tag}; there are {', '.join(tags)}")
    if json:
        _print_json(
            [
                {"name": e.name, "title": e.title, "question": e.question, "tags": list(e.tags)}
                for e in entries
            ]
        )
        return
    from experiments.screen import show_library

    show_library(entries)


@app.command()
def show(scenario: Scenario, set: Settings = None, json: Json = False) -> None:
    """Every resolved parameter: value, unit, range, source, and which file set it."""
    from experiments.assumptions import plan_object, question_of, settings
    from scenarios import load

    plan = load(scenario, overrides=_overrides(set))
    if json:
        _print_json(plan_object(plan))
        return
    from experiments.screen import show_plan

    show_plan(plan, settings(plan), question_of(plan))


@app.command()
def run(
    context: typer.Context,
    scenario: Optional = None,
    days: Days = None,
    seed: Seed = 0,
    set: Settings = None,
    shock: Shocks = None,
    from_log: Log = None,
    at: At = None,
    out: Out = None,
    json: Json = False,
    threads: Threads = None,
    save: Save = None,
    until: Until = None,
    resume: Resume = None,
) -> None:
    """One run: headline indicators, active members, reasons for leaving, health card."""
    target = _checked(out, days=days, seed=seed, threads=threads, until=until)
    from experiments.assumptions import question_of
    from experiments.commands import run_command
    from experiments.outputs import run_object, write_run
    from experiments.parts import check_parts, continued, lived, resume_command
    from experiments.progress import Waiting
    from scenarios import load
    from sim import Simulation
    from sim import run as simulate

    check_parts(scenario, resume, save, until, _given(context))
    asked = _asked(set, shock, from_log, at)
    simulation = None if resume is None else continued(resume, days, threads, events=out is not None)
    plan = load(str(scenario), days=days, **asked) if simulation is None else simulation.community.plan
    _announce_compilation()
    with Waiting(plan.name, "days") as waiting:
        if simulation is None and save is None:
            record = simulate(plan, seed=seed, threads=threads, events=out is not None, progress=waiting)
        else:
            record = lived(simulation or Simulation(plan, seed, threads=threads), until, save, waiting)
    if save is not None:
        typer.echo(f"saved after {record.days} days; kith run --resume {save} continues it", err=True)
    if target is not None:
        repeat = run_command(str(scenario), seed, record.days, asked)
        write_run(record, target, repeat if resume is None else resume_command(resume, record.days))
    if json:
        _print_json(run_object(record))
        return
    from experiments.results import show_run

    show_run(record, question_of(plan))
    _tell_where(out)


@app.command()
def compare(
    scenarios: Several,
    runs: Runs = 16,
    days: Days = None,
    set: Settings = None,
    shock: Shocks = None,
    from_log: Log = None,
    at: At = None,
    out: Out = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Paired runs under common luck: outcomes, differences to the first, intervals."""
    target = _checked(out, runs=runs, days=days, workers=workers)
    from experiments.commands import comparison_command
    from experiments.comparison import compare as paired_runs
    from experiments.outputs import write_comparison
    from experiments.progress import Waiting

    asked = _asked(set, shock, from_log, at)
    with Waiting("comparing", "runs") as waiting:

        def progress(done: int, whole: int) -> None:
            if done == 0:
                _announce_compilation()
            waiting(done, whole)

        comparison = paired_runs(scenarios, runs=runs, days=days, workers=workers, progress=progress, **asked)
    if target is not None:
        write_comparison(comparison, target, comparison_command(comparison))
    if json:
        typer.echo(comparison.to_json())
    else:
        from experiments.results import show_comparison

        show_comparison(comparison)
        _tell_where(out)
    if comparison.failures:
        raise RuntimeError(_failed(comparison))


@app.command()
def schema() -> None:
    """JSON Schema of scenario files, for editors."""
    from scenarios import scenario_schema

    _print_json(scenario_schema())


@app.command()
def bench(
    scenario: Annotated[str, typer.Option(help="What to run: a preset or a path.")] = "web",
    sizes: Annotated[str, typer.Option(help="Present members, separated by commas.")] = "1000,10000,100000",
    out: Annotated[Path | None, typer.Option(help="Also write the figures to this JSON file.")] = None,
    json: Json = False,
) -> None:
    """Speed on this machine, against natural Mesa in the same run."""
    from experiments.bench import bench as measure
    from experiments.bench import text
    from experiments.outputs import as_json

    if not all(part.strip().isdecimal() for part in sizes.split(",")):
        raise RequestError(f"--sizes {sizes}: give whole numbers separated by commas, such as 1000,10000")
    figures = measure(scenario, tuple(int(part) for part in sizes.split(",")), out)
    sys.stdout.write((as_json(figures) if json else text(figures)) + "\n")


@app.command()
def verify(
    quick: Annotated[bool, typer.Option("--quick", help="Fewer runs of fewer people: a first look.")] = False,
    out: Annotated[Path | None, typer.Option(help="Also write the table as a page (Markdown).")] = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """The engine against closed forms: every benchmark, its theory, its runs, a verdict."""
    _checked(None, workers=workers)
    from experiments import verify as benchmarks
    from experiments.outputs import as_json
    from experiments.progress import Waiting

    _announce_compilation()
    with Waiting("verifying", "runs") as waiting:
        findings = benchmarks.verify(quick, workers, waiting)
    if out is not None:
        benchmarks.write_page(findings, out)
    if json:
        sys.stdout.write(as_json(benchmarks.as_object(findings, quick)) + "\n")
    else:
        benchmarks.show(findings)
    if not benchmarks.agree(findings):
        raise RuntimeError("not every quantity agrees with theory; the table shows which")


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    raise SystemExit(answered(list(sys.argv[1:] if args is None else args)))


def answered(args: list[str]) -> int:
    """Do what the arguments ask; the exit code. Errors become one line, unless `--debug`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    debug = "--debug" in args
    try:
        code = app(args=[arg for arg in args if arg != "--debug"], prog_name="kith", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        code = STOPPED
    except Exception as error:
        if debug:
            traceback.print_exc()
        typer.echo(f"kith: {_one_line(error)}", err=True)
        return WRONG if _is_wrong_request(error) else FAILED
    if code == STOPPED:
        typer.echo("kith: stopped; nothing was written", err=True)
    return code if isinstance(code, int) else DONE


def _is_wrong_request(error: Exception) -> bool:
    from scenarios import ScenarioError
    from sim.parameters import ParameterError

    if hasattr(error, "format_message") or isinstance(error, RequestError | ScenarioError | ParameterError):
        return True
    from sim.checkpoint import CheckpointError

    return isinstance(error, CheckpointError)


def _one_line(error: Exception) -> str:
    from experiments.errors import RunsFailed

    if hasattr(error, "format_message"):
        text = f"{error.format_message().strip().rstrip('.')}; `kith --help` lists commands and options"
    elif isinstance(error, RunsFailed):
        text = f"every run failed: {str(error).strip().splitlines()[-1]}"
    elif isinstance(error, OSError) and error.filename:
        text = f"{error.filename}: {error.strerror}"
    elif isinstance(error, MemoryError):
        text = "out of memory; lower market.size or --workers"
    elif _is_wrong_request(error):
        text = str(error)
    else:
        text = f"{str(error) or type(error).__name__}; --debug shows where"
    return " ".join(text.split())


def _checked(out: Path | None, **numbers: int | None) -> Path | None:
    """Refuse impossible numbers and places before any work; the folder for results."""
    from experiments.files import check_folder

    lowest = {"seed": 0}
    for name, value in numbers.items():
        least = lowest.get(name, 1)
        if value is not None and value < least:
            raise RequestError(f"--{name} {value}: must be {least} or more")
    if numbers.get("seed") is not None and int(numbers["seed"] or 0) >= 2**63:
        raise RequestError(f"--seed {numbers['seed']}: must be below 2^63")
    if out is not None and not str(out).strip():
        raise OutputError("--out is empty; name a folder")
    return None if out is None else check_folder(out)


def _given(context: typer.Context) -> list[str]:
    """What was given of that which decides what a run is, as it is written."""
    names = {"scenario": "SCENARIO", "seed": "--seed", "set": "--set", "shock": "--shock"}
    names |= {"from_log": "--from-log", "at": "--at"}
    sources = {name: context.get_parameter_source(name) for name in names}
    return [
        names[name] for name, source in sources.items() if source is not None and source.name != "DEFAULT"
    ]


def _asked(
    settings: list[str] | None, shocks: list[str] | None, log: Path | None, at: str | None
) -> dict[str, Any]:
    from scenarios import parse_shock

    if at is not None and log is None:
        raise RequestError(f"--at {at}: needs --from-log, the event log whose day it is")
    return {
        "overrides": _overrides(settings),
        "shocks": [parse_shock(text) for text in shocks or ()],
        "log": None if log is None else str(log),
        "at": at,
    }


def _overrides(settings: list[str] | None) -> dict[str, Any]:
    from scenarios import parse_setting

    given: dict[str, Any] = {}
    for text in settings or ():
        name, value = parse_setting(text)
        if name in given:
            raise RequestError(f"--set {name} is given twice; keep one")
        given[name] = value
    return given


def _announce_compilation() -> None:
    from sim.kernel import is_compiled

    if not is_compiled():
        typer.echo("compiling the engine for this machine, once: about half a minute", err=True)


def _failed(comparison: Any) -> str:
    first = comparison.failures[0]
    of = comparison.runs * len(comparison.labels)
    return (
        f"{len(comparison.failures)} of {of} runs failed, first {first.key} with seed {first.seed}: "
        f"{first.error.strip().splitlines()[-1]}"
    )


def _tell_where(out: Path | None) -> None:
    if out is not None:
        typer.echo(f"\nreport: {out / 'report.html'}")


def _print_json(value: Any) -> None:
    from json import dumps

    typer.echo(dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


if __name__ == "__main__":
    main()
