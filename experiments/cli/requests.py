"""Shared by the commands: checks of a request before any work, and messages about its results."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from kith.experiments.cli.log_options import LogOptions
from kith.experiments.cli.manners import output
from kith.experiments.errors import OutputError, RequestError
from kith.experiments.escaping import for_json, say
from kith.experiments.run_limits import check_runs, check_workers

if TYPE_CHECKING:
    from kith.experiments.bundles.inputs import Request
    from kith.experiments.comparison.arms import Arm


def checked(out: Path | None, overwrite: bool = False, **numbers: int | None) -> Path | None:
    """Check numbers and the folder for results before any work; return the folder."""
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
        if value is not None and name in ("runs", "seeds", "worlds", "pairs"):
            check_runs(f"{option} {value}", value, "ask for fewer")
    if out is not None and not str(out).strip():
        raise OutputError("--out is empty; name a folder")
    return None if out is None else check_folder(out, overwrite)


def asked() -> "Request":
    """The request behind this command, for its bundle."""
    from kith.experiments.bundles.inputs import request_from

    return request_from(output.words)


def checked_file(out: Path | None, overwrite: bool = False, option: str = "--out") -> Path | None:
    """The path of a file for results, refused before any work if it exists or cannot be written."""
    from kith.experiments.files import check_file

    return None if out is None else check_file(out, overwrite, option)


def options_given(context: typer.Context) -> list[str]:
    """The options given that determine a run, as they are written on the command line."""
    names = {"scenario": "SCENARIO", "seed": "--seed", "set": "--set", "shock": "--shock"}
    names |= {"from_log": "--from-log", "at": "--at", "replay": "--replay"}
    sources = {name: context.get_parameter_source(name) for name in names}
    return [
        names[name] for name, source in sources.items() if source is not None and source.name != "DEFAULT"
    ]


def plan_request(
    settings: list[str] | None,
    shocks: list[str] | None,
    log: Path | None,
    at: str | None,
    reading: LogOptions,
    replay: Path | None = None,
) -> dict[str, Any]:
    """The arguments of `load`, from the options of a command; prints first what was read of a log."""
    from kith.scenarios.logs.founding import read_and_found
    from kith.scenarios.logs.replay import read_and_replay
    from kith.scenarios.settings import parse_shock

    if at is not None and log is None:
        raise RequestError(f"--at {at}: needs --from-log; give both or neither")
    if log is not None and replay is not None:
        raise RequestError(
            "--replay begins with an empty community, and --from-log with founders; give one of them"
        )
    if log is None and replay is None and reading.words():
        raise RequestError(f"{reading.words()[0]}: needs --from-log, the event log to be read")
    founded = None if log is None else read_and_found(str(log), at, reading.words(), **reading.given())
    replayed = None if replay is None else read_and_replay(str(replay), reading.words(), **reading.given())
    for line in [line for source in (founded, replayed) if source is not None for line in source.lines()]:
        say(line, err=True)
    return {
        "overrides": overrides(settings),
        "shocks": [parse_shock(text) for text in shocks or ()],
        "log": founded,
        "at": at,
    } | ({} if replayed is None else {"replay": replayed})


def overrides(settings: list[str] | None) -> dict[str, Any]:
    """Settings given as NAME=VALUE, by name; refused if one is given twice."""
    from kith.scenarios.settings import parse_setting

    given: dict[str, Any] = {}
    for text in settings or ():
        name, value = parse_setting(text)
        if name in given:
            raise RequestError(f"--set {name} is given twice; give it once")
        given[name] = value
    return given


def warn_without_effect(scenarios: Sequence[str], request: dict[str, Any], days: int | None) -> None:
    """Warn of settings, shocks and phases that change nothing in the scenarios they are given for."""
    from kith.experiments.words.no_effect import warnings
    from kith.scenarios.load import load

    plans = {str(name): load(name, days=days, **request) for name in scenarios}
    for line in warnings(plans, request["overrides"] or {}):
        say(line, err=True)


def warn_of_arms(arms: "Sequence[str | Arm]", request: dict[str, Any], days: int | None) -> None:
    """The same for arms, each with what is set in it and in all of them."""
    from kith.experiments.comparison.arms import Arm
    from kith.experiments.words.no_effect import warnings

    warn_without_effect([arm for arm in arms if isinstance(arm, str)], request, days)
    for arm in arms:
        if isinstance(arm, Arm):
            given = {**(request["overrides"] or {}), **arm.overrides}
            plans = {arm.name or arm.text: arm.plan({**request, "days": days})}
            for line in warnings(plans, given):
                say(line, err=True)


def check_stress(arms: "Sequence[str | Arm]", request: dict[str, Any], days: int | None) -> None:
    """Refuse runs that are too short for a stress test before any of them begins."""
    from kith.experiments.comparison.stress import check_length
    from kith.scenarios.load import load

    plans = [load(arm, **request) if isinstance(arm, str) else arm.plan(request) for arm in arms]
    if plans:
        check_length(days or max(plan.days for plan in plans))


def announce_compilation(runs: int = 1) -> None:
    """Announce the wait for the compiler where the kernels that these runs need are not compiled yet."""
    from kith.experiments.cli.manners.compiling import KERNELS, OF_WHOLE_DAYS, count_kernels
    from kith.experiments.runs.runner import MANY
    from kith.sim.kernels.cache import compiles, is_compiled, is_whole_day_compiled

    if output.quiet:
        return
    if not is_compiled():
        say("compiling the engine for this machine (once, about half a minute)", err=True)
    about = 0 if is_compiled() else KERNELS
    if runs >= MANY and compiles() and not is_whole_day_compiled():
        say("compiling whole days, for many runs (once, about half a minute)", err=True)
        about += OF_WHOLE_DAYS
    if about:
        count_kernels(about)


def failures_of(comparison: Any) -> str:
    """How many runs of a comparison failed, and the error of the first."""
    first = comparison.failures[0]
    of = comparison.runs * len(comparison.labels)
    return (
        f"{len(comparison.failures)} of {of} runs failed; the first was {first.key} with seed {first.seed}: "
        f"{first.error.strip().splitlines()[-1]}"
    )


def say_where(out: Path | None) -> None:
    """Print the path of the report."""
    if out is not None:
        say("")
        print_report_path(out)


def print_report_path(out: Path | None) -> None:
    """Say where the report is, if one was written."""
    if out is not None:
        say(f"report: {out / 'report.html'}")


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    from json import dumps

    say(for_json(dumps(value, indent=2, ensure_ascii=False, allow_nan=False)))
