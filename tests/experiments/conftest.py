"""What the tests of experiments share: small plans, one small record, one small comparison."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kith.experiments.cli.app import exit_code
from kith.experiments.comparison.comparison import Comparison, compare
from kith.scenarios.load import load
from kith.sim.engine import run
from kith.sim.schema.plan import Plan

SMALL = {"market.size": 600, "market.founders": 80}


@pytest.fixture(scope="session")
def plan() -> Callable[..., Plan]:
    """Makes a small plan: `plan("web", **{"monetisation.price": 12})`."""

    def make(name: str = "web", days: int = 70, **overrides: Any) -> Plan:
        return load(name, overrides=SMALL | overrides, days=days)

    return make


@pytest.fixture(scope="session")
def record(plan: Callable[..., Plan]) -> Any:
    """One small run that kept its events."""
    return run(plan("hub"), seed=3, events=True)


@pytest.fixture(scope="session")
def comparison() -> Comparison:
    """Three small scenarios, four paired runs, in this process."""
    return compare(["pool", "hub", "web"], runs=4, days=70, overrides=SMALL, workers=1)


@pytest.fixture
def kith(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Runs `kith` in an empty folder, its engine compiled: exit code, output, errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("kith.sim.kernels.cache.is_compiled", lambda: True)

    def answer(*args: str) -> tuple[int, str, str]:
        code = exit_code(list(args))
        said = capsys.readouterr()
        return code, said.out, said.err

    return answer
