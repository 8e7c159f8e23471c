"""The command line that repeats a result."""

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.assumptions import shock_text, shown

if TYPE_CHECKING:
    from experiments.comparison import Comparison


def comparison_command(comparison: "Comparison") -> str:
    """The command line that repeats a comparison; empty if plans were made in Python."""
    asked = comparison.request
    if not asked.get("complete"):
        return ""
    words = [
        "kith",
        "compare",
        *asked["scenarios"],
        "--runs",
        str(comparison.runs),
        "--days",
        str(comparison.days),
    ]
    if comparison.seeds[0]:
        words += ["--first-seed", str(comparison.seeds[0])]
    for outcome in asked.get("outcomes") or ():
        words += ["--outcome", outcome]
    return shlex.join(words + _options(asked))


def run_command(scenario: str, seed: int, days: int, asked: Mapping[str, Any]) -> str:
    """The command line that repeats a run."""
    return shlex.join(["kith", "run", scenario, "--seed", str(seed), "--days", str(days), *_options(asked)])


def robust_command(scenarios: Sequence[str], worlds: int, days: int, asked: Mapping[str, Any]) -> str:
    """The command line that repeats a comparison in many worlds."""
    words = ["kith", "robust", *scenarios, "--worlds", str(worlds), "--days", str(days)]
    return shlex.join(words + _options(asked))


def _options(asked: Mapping[str, Any]) -> list[str]:
    words: list[str] = []
    for name, value in (asked.get("overrides") or {}).items():
        words += ["--set", f"{name}={shown(value)}"]
    for shock in asked.get("shocks") or ():
        words += ["--shock", _shock_words(shock)]
    for option, value in (("--from-log", asked.get("log")), ("--at", asked.get("at"))):
        words += [option, str(value)] if value else []
    return words


def _shock_words(shock: Any) -> str:
    from sim.plan import shock_from

    return shock_text(shock_from(shock))
