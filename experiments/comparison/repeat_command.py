"""The command line that repeats a result, for reports, pages and commands."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kith.scenarios.settings import setting_text, shock_text

if TYPE_CHECKING:
    from kith.experiments.comparison.comparison import Comparison


def comparison_command(comparison: "Comparison") -> str:
    """The command line that repeats a comparison; empty if plans were made in Python."""
    request = comparison.request
    if not request.get("complete"):
        return ""
    return compare_command(
        request["scenarios"],
        comparison.runs,
        comparison.days,
        request,
        comparison.seeds[0],
        request.get("outcomes") or (),
        stress=comparison.stress is not None,
        arms=bool(request.get("arms")),
    )


def compare_command(
    scenarios: Sequence[str],
    runs: int,
    days: int,
    request: Mapping[str, Any],
    first_seed: int = 0,
    outcomes: Sequence[str] = (),
    files: Mapping[str, str] | None = None,
    stress: bool = False,
    arms: bool = False,
) -> str:
    """The command line that compares scenarios.

    Parameters
    ----------
    scenarios : names of the library, and paths.
    runs, days, first_seed, outcomes : as `kith.experiments.comparison.comparison.compare` takes them.
    request : `overrides`, `shocks`, `log`, `at` and `replay`, as `scenarios.load` takes them.
    files : name -> text of a scenario file that must be written first.
    stress : whether the standard shocks follow.
    arms : whether the scenarios are lines with settings of their own.
    """
    named = [word for line in scenarios for word in ("--arm", line)] if arms else scenarios
    words = ["kith", "compare", *named, "--runs", str(runs), "--days", str(days)]
    words += ["--first-seed", str(first_seed)] if first_seed else []
    for outcome in outcomes:
        words += ["--outcome", outcome]
    words += ["--stress"] if stress else []
    return _files_first(files or {}, words + _options(request))


def and_write(command: str, **files: str | Path) -> str:
    """A comparison's command with options for more files; a command that is none, of one scenario, stays as it is."""
    if not command.rpartition("\n")[2].startswith("kith compare "):
        return command
    words = [word for option, value in files.items() for word in (f"--{option}", str(value))]
    return f"{command} {shlex.join(words)}"


def run_command(
    scenario: str, seed: int, days: int, request: Mapping[str, Any], files: Mapping[str, str] | None = None
) -> str:
    """The command line that repeats a run; `files` as in `compare_command`."""
    words = ["kith", "run", scenario, "--seed", str(seed), "--days", str(days)]
    return _files_first(files or {}, words + _options(request))


def robust_command(
    scenarios: Sequence[str],
    worlds: int,
    days: int,
    request: Mapping[str, Any],
    arms: bool = False,
    pairs: int = 1,
) -> str:
    """The command line that repeats a comparison across parameter draws; with `arms`, scenarios are lines."""
    named = [word for line in scenarios for word in ("--arm", line)] if arms else scenarios
    words = ["kith", "robust", *named, "--worlds", str(worlds), "--pairs", str(pairs)]
    words += ["--days", str(days)]
    return shlex.join(words + _options(request))


def study_command(
    study: str,
    verb: str = "run",
    store: Path | None = None,
    runs: int | None = None,
    days: int | None = None,
    quick: bool = False,
    set: Sequence[str] | None = None,
    run_code: bool = False,
    **options: str | bool | None,
) -> str:
    """The command line that repeats a command on a study; an option that is true has no value."""
    words = ["kith", "study", verb, study]
    for name, value in {**options, "store": store, "runs": runs, "days": days}.items():
        if value is not None and value is not False:
            words += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    words += [word for text in set or () for word in ("--set", text)]
    return shlex.join(words + ["--run-code"] * run_code + ["--quick"] * quick)


def _options(request: Mapping[str, Any]) -> list[str]:
    from kith.scenarios.overrides import plain

    words: list[str] = []
    for name, value in (request.get("overrides") or {}).items():
        words += ["--set", setting_text(name, plain(value))]
    for shock in request.get("shocks") or ():
        words += ["--shock", _shock_words(shock)]
    for option, value in (
        ("--from-log", request.get("log")),
        ("--at", request.get("at")),
        ("--replay", request.get("replay")),
    ):
        words += [option, str(value)] if value else []
    for log in (request.get("log"), request.get("replay")):
        words += getattr(log, "options", ())  # how the log was read
    return words


def _shock_words(shock: Any) -> str:
    from kith.sim.schema.plan import shock_from

    return shock_text(shock_from(shock).model_dump(exclude_none=True))


def _files_first(files: Mapping[str, str], words: Sequence[str]) -> str:
    """The command after lines for a POSIX shell that write the files it reads."""
    written = [
        f"cat > {shlex.quote('./' + name)} <<'END'\n{text.strip()}\nEND" for name, text in files.items()
    ]
    return "\n".join([*written, shlex.join(words)])
