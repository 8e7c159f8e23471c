"""The command line: `kith list | show | run | compare | study | answers | schema | bench | verify |
patterns | robust | dashboard`.

Results go to standard output, all else to standard error. Exit code 0: done; 1: the work failed;
2: the request was wrong. Nothing heavy is imported before a command needs it.
"""

import os
import sys
import traceback
from collections.abc import Sequence
from errno import ELOOP, ENAMETOOLONG
from pathlib import Path
from typing import Annotated, Any

import typer

from kith.experiments.cli.options import (
    At,
    Codes,
    Days,
    FirstSeed,
    Json,
    Log,
    Optional,
    Out,
    Outcomes,
    OutPatterns,
    OutRobust,
    Precision,
    Resume,
    Runs,
    Save,
    Scenario,
    Seed,
    Seeds,
    Settings,
    Several,
    Shocks,
    Some,
    Tag,
    Threads,
    Until,
    Workers,
    number_option,
)
from kith.experiments.cli.study_commands import app as studies
from kith.experiments.errors import OutputError, RequestError, Stopped, StoreDamaged
from kith.experiments.escaping import for_json, for_message, say
from kith.experiments.run_limits import check_runs, check_workers

DONE, FAILED, WRONG, STOPPED = 0, 1, 2, 130


app = typer.Typer(
    name="kith",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="What becomes of a community: who stays, who brings others, what it is worth, and why.",
    epilog="SCENARIO is a name from `kith list` or the path of a TOML file.",
)
app.add_typer(studies)


def _tell_version(wanted: bool) -> None:
    if not wanted:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        say(f"kith {version('kith-sim')}")
    except PackageNotFoundError:
        say("kith (not installed)")
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
    from kith.scenarios.catalogue import library

    entries = [entry for entry in library() if tag is None or tag in entry.tags]
    if not entries and tag is not None:
        tags = sorted({known for entry in library() for known in entry.tags})
        raise RequestError(f"no scenario has the tag {tag}; there are {', '.join(tags)}")
    if json:
        _print_json(
            [
                {
                    "name": e.name,
                    "title": e.title,
                    "question": e.question,
                    "answer": e.answer,
                    "tags": list(e.tags),
                }
                for e in entries
            ]
        )
        return
    from kith.experiments.words.terminal import show_library
    from kith.scenarios.catalogue import SHELF_TITLES

    show_library(entries, SHELF_TITLES)


@app.command()
def show(scenario: Scenario, set: Settings = None, json: Json = False) -> None:
    """What it asks and what the model answers; every resolved parameter, and which file set it."""
    from kith.experiments.words.assumptions import entry_object, plan_object, settings
    from kith.scenarios.description import about, expected_of
    from kith.scenarios.scenario import load

    plan, entry, expected = load(scenario, overrides=_overrides(set)), about(scenario), expected_of(scenario)
    if json:
        _print_json(plan_object(plan) | entry_object(entry, expected))
        return
    from kith.experiments.words.terminal import show_plan

    show_plan(plan, settings(plan), entry, expected)


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
    from kith.experiments.analyses.experiment_effects import effects as effects_of
    from kith.experiments.cli.checkpointed_run import check_parts, continued, lived, resume_command
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.comparison.repeat_command import run_command
    from kith.experiments.reports.outputs import run_object, write_run
    from kith.experiments.words.assumptions import graph_notes, question_of
    from kith.scenarios.scenario import load
    from kith.sim.engine import Simulation
    from kith.sim.engine import run as simulate

    check_parts(scenario, resume, save, until, _given(context))
    asked = _asked(set, shock, from_log, at)
    simulation = None if resume is None else continued(resume, days, threads, events=out is not None)
    plan = load(str(scenario), days=days, **asked) if simulation is None else simulation.community.plan
    for note in graph_notes(plan):
        say(note, err=True)
    _announce_compilation()
    with Waiting(plan.name, "days") as waiting:
        if simulation is None and save is None:
            record = simulate(plan, seed=seed, threads=threads, events=out is not None, progress=waiting)
        else:
            record = lived(simulation or Simulation(plan, seed, threads=threads), until, save, waiting)
        effects = None
        if record.plan.experiments:
            effects = effects_of(record, threads)
    if save is not None:
        say(f"saved after {record.days} days; kith run --resume {save} continues it", err=True)
    if target is not None:
        repeat = run_command(str(scenario), seed, record.days, asked)
        write_run(record, target, repeat if resume is None else resume_command(resume, record.days), effects)
    if json:
        _print_json(run_object(record, effects))
        return
    from kith.experiments.cli.printed_results import show_run

    show_run(record, question_of(plan), effects)
    _tell_where(out)


@app.command()
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
) -> None:
    """Paired runs under common luck: outcomes, differences to the first, intervals."""
    target = _checked(out, runs=runs, days=days, workers=workers, first_seed=first_seed)
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.comparison.comparison import Comparison
    from kith.experiments.comparison.comparison import compare as paired_runs
    from kith.experiments.comparison.repeat_command import comparison_command
    from kith.experiments.comparison.summary_sentence import brief_answer
    from kith.experiments.reports.outputs import write_comparison

    asked = _asked(set, shock, from_log, at)
    with Waiting("comparing", "runs") as waiting:

        def progress(done: int, whole: int) -> None:
            if done == 0:
                _announce_compilation()
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
        _tell_where(out)
    if comparison.failures:
        raise RuntimeError(_failed(comparison))


@app.command()
def answers(
    scenarios: Some = None,
    runs: Runs = None,
    out: Annotated[Path | None, typer.Option(help="Also write the answers as a page (Markdown).")] = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """The library's answers, checked: every difference that they rest on, by paired runs."""
    _checked(None, runs=runs, workers=workers)
    target = _file(out)
    runs = 16 if runs is None else runs
    if out is not None and scenarios:
        raise RequestError(f"--out {out} is for the whole library; leave out {' '.join(scenarios)}")
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.credibility.expectations import check, chosen
    from kith.experiments.reports import expectations as answer_page
    from kith.experiments.reports.outputs import as_json

    names = chosen(scenarios or ())
    _announce_compilation()
    with Waiting("living scenarios", "runs") as waiting:
        checks = check(names, runs, workers, waiting)
    if target is not None:
        answer_page.write_page(checks, runs, target)
    if json:
        say(as_json(answer_page.as_object(checks, runs)))
    else:
        answer_page.show(checks, runs)
    if not answer_page.holds(checks):
        raise RuntimeError("not every answer is what the model gives; the table shows which")


@app.command()
def schema(
    of: Annotated[
        str, typer.Argument(metavar="[scenario|study]", help="Of which files.", show_default=False)
    ] = "scenario",
) -> None:
    """JSON Schema of scenario files or study files, for editors."""
    if of == "scenario":
        from kith.scenarios.schema import scenario_schema

        _print_json(scenario_schema())
    elif of == "study":
        from kith.experiments.studies.study import study_schema

        _print_json(study_schema())
    else:
        raise RequestError(f"schema of {of}: must be scenario or study")


@app.command()
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

    target = _file(out)
    if runs is not None:
        return _throughput(scenario, runs, workers, target, json)
    parts = [part.strip() for part in sizes.split(",")]
    if not all(part.isdecimal() and len(part) <= 8 and int(part) >= 1 for part in parts):
        raise RequestError(
            f"--sizes {sizes}: give numbers of members, up to 8 digits, separated by commas, such as 1000,10000"
        )
    _checked(None, threads=threads)
    figures = measure(scenario, tuple(int(part) for part in parts), threads, target)
    say(as_json(figures) if json else text(figures))


def _throughput(scenario: str, runs: int, workers: int | None, out: Path | None, json: bool) -> None:
    _checked(None, runs=runs, workers=workers)
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.files import write_text
    from kith.experiments.reports.outputs import as_json
    from kith.experiments.speed.throughput import text, throughput

    _announce_compilation()
    with Waiting("measuring", "runs") as waiting:
        figures = throughput(runs, workers, lambda what, done, whole: waiting(done, whole), scenario=scenario)
    if out is not None:
        write_text(out, as_json(figures) + "\n")
    say(as_json(figures) if json else text(figures))


@app.command()
def verify(
    quick: Annotated[bool, typer.Option("--quick", help="Fewer runs of fewer people: a first look.")] = False,
    out: Annotated[Path | None, typer.Option(help="Also write the table as a page (Markdown).")] = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """The engine against closed forms: every benchmark, its theory, its runs, a verdict."""
    _checked(None, workers=workers)
    target = _file(out)
    from kith.experiments.cli.printed_checks import show_verification
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.credibility import verify as benchmarks
    from kith.experiments.reports.outputs import as_json
    from kith.experiments.reports.verification import write_verification

    _announce_compilation()
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


@app.command()
def patterns(
    codes: Codes = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer people and seeds: a first look.")] = False,
    seeds: Seeds = None,
    out: OutPatterns = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Known patterns of real communities: does the model show them without being told?"""
    target = _checked(out, seeds=seeds, workers=workers)
    from kith.experiments.cli.printed_checks import show_patterns
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.credibility.patterns import FULL
    from kith.experiments.credibility.patterns.findings import as_object
    from kith.experiments.credibility.patterns.judge import chosen, look, surprises
    from kith.experiments.reports.outputs import as_json
    from kith.experiments.reports.patterns import write_patterns

    size = None if quick else FULL
    asked = chosen(codes or ())
    _announce_compilation()
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


@app.command()
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
) -> None:
    """Two scenarios in many plausible worlds: which conclusions survive our ignorance of the parameters?"""
    target = _checked(out, worlds=worlds, days=days, workers=workers)
    from kith.experiments.analyses.robust import as_object, robustness, show, write
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.reports.outputs import as_json

    asked = _asked(set, shock, from_log, at)
    _announce_compilation()
    with Waiting("comparing worlds", "runs") as waiting:
        found = robustness(scenarios, worlds, days, workers=workers, progress=waiting, **asked)
    if target is not None:
        write(found, target)
    if json:
        say(as_json(as_object(found)))
    else:
        show(found)
    if found.failures:
        raise RuntimeError(
            f"{len(found.failures)} of {2 * found.worlds} runs failed; --out keeps their errors"
        )


@app.command()
def dashboard(
    port: Annotated[int, typer.Option(help="Port to listen on; 0: any that is free.")] = 8765,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
    studies: Annotated[
        Path | None,
        typer.Option(
            help="Folder of study files and of their results; by default out/studies.", metavar="DIR"
        ),
    ] = None,
    room: Annotated[
        bool, typer.Option("--class", help="Let the room in, with a link, a QR code and a PIN.")
    ] = False,
    address: Annotated[
        str, typer.Option(help="With --class: the number of this machine in the room's network.")
    ] = "",
) -> None:
    """The pages in the browser, on this machine alone or for a class: prints and opens their address."""
    if not 0 <= port <= 65_535:
        raise RequestError(f"--port {port}: must be 0 to 65535")
    if address and not room:
        raise RequestError(f"--address {address}: is for --class; give both, or neither")
    command = [
        sys.executable,
        "-m",
        "kith.dashboard",
        "--port",
        str(port),
        *(["--no-open"] if no_open else []),
    ]
    command += ["--studies", str(_folder_of_studies(studies))] if studies is not None else []
    command += ["--class", *(["--address", address] if address else [])] if room else []
    _announce_compilation()
    _become(command)


def _become(command: list[str]) -> None:
    """Go on as another program, so that whoever ends this one ends that one; where there is no such thing, wait for it."""
    import subprocess

    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        os.execv(command[0], command)
    code = subprocess.run(command).returncode
    if code == WRONG:
        raise typer.Exit(WRONG)  # it has said why
    if code not in (DONE, STOPPED, -2):
        raise RuntimeError("the dashboard has stopped; what it said stands above")


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
    except Stopped as stopped:
        say(f"kith: {for_message(str(stopped))}", err=True)
        return STOPPED
    except Exception as error:
        if debug:
            say(traceback.format_exc().rstrip(), err=True)
        say(f"kith: {_one_line(error)}", err=True)
        damaged = isinstance(error, StoreDamaged)
        return WRONG if _is_wrong_request(error) and not damaged else FAILED
    if code == STOPPED:
        say("kith: stopped; nothing was written", err=True)
    return code if isinstance(code, int) else DONE


def _is_wrong_request(error: Exception) -> bool:
    from kith.scenarios.errors import ScenarioError
    from kith.sim.schema.parameters import ParameterError

    if hasattr(error, "format_message") or isinstance(error, RequestError | ScenarioError | ParameterError):
        return True
    if isinstance(error, OSError) and error.errno in (ENAMETOOLONG, ELOOP):
        return True
    from kith.sim.checkpoints.checkpoint import CheckpointError

    return isinstance(error, CheckpointError)


def _one_line(error: Exception) -> str:
    from kith.experiments.errors import RunsFailed

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
    return for_message(text)


def _checked(out: Path | None, **numbers: int | None) -> Path | None:
    """Refuse impossible numbers and places before any work; the folder for results."""
    from kith.experiments.files import check_folder

    ends = {"seed": (0, 63), "first_seed": (0, 62)}
    for name, value in numbers.items():
        option = f"--{name.replace('_', '-')}"
        least, bits = ends.get(name, (1, None))
        if value is not None and value < least:
            raise RequestError(f"{option} {value}: must be {least} or more")
        if value is not None and bits is not None and value >= 2**bits:
            raise RequestError(f"{option} {value}: must be below 2^{bits}")
        if name in ("workers", "threads"):
            check_workers(option, value)
        if value is not None and name in ("runs", "seeds", "worlds"):
            check_runs(f"{option} {value}", value, "ask for fewer")
    if out is not None and not str(out).strip():
        raise OutputError("--out is empty; name a folder")
    return None if out is None else check_folder(out)


def _folder_of_studies(given: Path) -> Path:
    """The folder, which need not be there yet; refused if it cannot be one."""
    from kith.experiments.files import user_path

    path = user_path(given)
    if path.exists() and not path.is_dir():
        raise RequestError(f"--studies {given}: is no folder; name one")
    return path


def _file(out: Path | None) -> Path | None:
    """The place of a file for results, refused before any work if it cannot be written."""
    from kith.experiments.files import check_file

    return None if out is None else check_file(out)


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
    from kith.scenarios.settings import parse_shock

    if at is not None and log is None:
        raise RequestError(f"--at {at}: needs --from-log, the event log whose day it is")
    return {
        "overrides": _overrides(settings),
        "shocks": [parse_shock(text) for text in shocks or ()],
        "log": None if log is None else str(log),
        "at": at,
    }


def _overrides(settings: list[str] | None) -> dict[str, Any]:
    from kith.scenarios.settings import parse_setting

    given: dict[str, Any] = {}
    for text in settings or ():
        name, value = parse_setting(text)
        if name in given:
            raise RequestError(f"--set {name} is given twice; keep one")
        given[name] = value
    return given


def _announce_compilation() -> None:
    from kith.sim.kernels.compilation import is_compiled

    if not is_compiled():
        say("compiling the engine for this machine, once: about half a minute", err=True)


def _failed(comparison: Any) -> str:
    first = comparison.failures[0]
    of = comparison.runs * len(comparison.labels)
    return (
        f"{len(comparison.failures)} of {of} runs failed, first {first.key} with seed {first.seed}: "
        f"{first.error.strip().splitlines()[-1]}"
    )


def _tell_where(out: Path | None) -> None:
    if out is not None:
        say(f"\nreport: {out / 'report.html'}")


def _print_json(value: Any) -> None:
    from json import dumps

    say(for_json(dumps(value, indent=2, ensure_ascii=False, allow_nan=False)))


if __name__ == "__main__":
    main()
