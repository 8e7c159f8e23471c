"""The command line: its commands, and how errors are reported.

Results go to standard output, everything else to standard error. Exit code 0: done; 1: the work failed;
2: the request was wrong. Large libraries are imported only by the commands that need them.
"""

import sys
import time
import traceback
from collections.abc import Sequence
from errno import ELOOP, ENAMETOOLONG
from functools import cache
from typing import Annotated, Any

import typer

from kith.experiments.cli.check_commands import answers, bench, claims, patterns, verify
from kith.experiments.cli.comparison_commands import compare, robust
from kith.experiments.cli.dashboard_command import dashboard
from kith.experiments.cli.evidence.calibrate_command import calibrate
from kith.experiments.cli.evidence.customers_command import customers
from kith.experiments.cli.evidence.forecast_command import forecast
from kith.experiments.cli.evidence.measure_command import measure
from kith.experiments.cli.exit_codes import DONE, FAILED, STOPPED, WRONG
from kith.experiments.cli.levers.levers_command import levers
from kith.experiments.cli.manners import output
from kith.experiments.cli.manners.doctor_command import doctor
from kith.experiments.cli.manners.new_command import new
from kith.experiments.cli.manners.teach import HELP, Group, teach
from kith.experiments.cli.run_command import run
from kith.experiments.cli.scenario_commands import list_, schema, show
from kith.experiments.cli.stories.lesson_command import lesson
from kith.experiments.cli.studies.study_app import app as studies
from kith.experiments.cli.written.graph_command import graph
from kith.experiments.cli.written.odd_command import odd
from kith.experiments.cli.written.verify_bundle_command import verify_bundle
from kith.experiments.errors import RequestError, Stopped, StoreDamaged
from kith.experiments.escaping import for_message, say
from kith.extras import advice

ANYWHERE = ("--debug", "--verbose", "--quiet", "-q")
"options that apply to every command, before or after its name"

app = typer.Typer(
    name="kith",
    no_args_is_help=True,
    cls=Group,
    context_settings=HELP,
    pretty_exceptions_enable=False,
    help="Simulate how a community grows: who stays, who invites others, what it costs and earns, and why.",
    epilog="SCENARIO is a name from `kith list` or the path to a TOML file.\n\n"
    "Exit codes: 0 done, 1 the work failed, 2 the request was wrong (nothing was written), 130 stopped.\n\n"
    "Start with: kith compare pool hub web",
)
app.command("list")(list_)
app.command()(show)
app.command()(run)
app.command()(compare)
app.command()(measure)
app.command()(calibrate)
app.command()(forecast)
app.command()(customers)
app.add_typer(studies)
app.command()(answers)
app.command()(claims)
app.command()(schema)
app.command()(bench)
app.command()(verify)
app.command()(verify_bundle)
app.command()(patterns)
app.command()(robust)
app.command()(graph)
app.command()(odd)
app.command()(levers)
app.command()(dashboard)
app.command()(lesson)
app.command()(new)
app.command()(doctor)
teach(app)


def _print_version(requested: bool) -> None:
    if not requested:
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
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Only results and errors: no progress, no announcements.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Say at the end how long it took, and the most memory used.")
    ] = False,
) -> None:
    """Options that apply to every command."""


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    # Worker processes first load what their parent was started with: here that is this file, which no run needs.
    vars(sys.modules["__main__"]).update(__spec__=None, __file__=None)
    raise SystemExit(exit_code(list(sys.argv[1:] if args is None else args)))


@cache
def _commands() -> Any:
    """The commands with their options, once per process: the app itself makes them anew whenever it is called."""
    return typer.main.get_command(app)


def exit_code(args: list[str]) -> int:
    """Run the command and return its exit code; an error is printed as one line, with `--debug` after its traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    debug, verbose = "--debug" in args, "--verbose" in args
    output.quiet = "--quiet" in args or "-q" in args
    output.words = tuple(arg for arg in args if arg not in ANYWHERE)
    began = time.monotonic()
    try:
        code = _commands()(list(output.words), prog_name="kith", standalone_mode=False)
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
    finally:
        if verbose:
            say(output.spent(time.monotonic() - began), err=True)
    if code == STOPPED:
        say("kith: stopped; nothing was written", err=True)
    return code if isinstance(code, int) else DONE


def _is_wrong_request(error: Exception) -> bool:
    from kith.scenarios.errors import ScenarioError
    from kith.sim.schema.parameter_set import ParameterError

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
        lines = str(error).strip().splitlines()
        text = f"every run failed: {lines[-1]}" if len(lines) > 1 else str(error)
    elif isinstance(error, OSError) and error.filename:
        text = f"{error.filename}: {error.strerror}"
    elif isinstance(error, ModuleNotFoundError) and (text := advice(error) or "") != "":
        pass
    elif isinstance(error, MemoryError):
        text = "out of memory; lower market.size or --workers"
    elif _is_wrong_request(error):
        text = str(error)
    else:
        text = f"{str(error) or type(error).__name__}; add --debug for the traceback"
    return for_message(text)


if __name__ == "__main__":
    main()
