"""The server and all its processes are gone soon after SIGTERM or SIGINT, whatever they are doing."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from kith.dashboard.state.compare_state import CompareState
from kith.sim.kernels.cache import CACHE
from tests.dashboard.looking import until
from tests.dashboard.serving import BY_KITH, DIRECT, Served, served

SOON = 12.0
"""Seconds; five are promised, on a machine that has nothing else to do."""

LONG = CompareState(people=40_000, days=3_650, runs=256).path()


def idle(made: Served) -> None:
    """Wait until the processes of the pool have done what they begin with."""
    until(lambda: made.workers())
    time.sleep(3)


def compiling(made: Served) -> None:
    """Nothing is compiled yet, so they are at it."""
    until(lambda: made.workers())
    time.sleep(2)


def running(made: Served) -> None:
    """Open a page whose runs take long."""
    made.open(LONG)
    time.sleep(2)


def after_a_kill(made: Served) -> None:
    """One process is killed while all are at work."""
    running(made)
    os.kill(made.workers()[0], signal.SIGKILL)
    time.sleep(1)


def check(folder: Path, state: Any, command: Any, number: int, cache: Path | None = None) -> None:
    with served(folder, command=command, cache=cache) as made:
        state(made)
        members = made.members()
        took = made.ended(number)
    assert took < SOON, f"{took:.1f} s, of {members}"


@pytest.mark.slow
def test_a_server_started_by_kith_ends_with_its_processes_while_they_compile(tmp_path: Path) -> None:
    check(tmp_path, compiling, BY_KITH, signal.SIGTERM, tmp_path / "cache")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", [DIRECT, BY_KITH])
@pytest.mark.parametrize("state", [idle, compiling, running, after_a_kill])
def test_everything_ends_soon_in_every_state(tmp_path: Path, state: Any, command: Any, number: int) -> None:
    check(tmp_path, state, command, number, tmp_path / "cache" if state is compiling else None)


def test_a_server_says_that_it_is_running_when_it_answers(tmp_path: Path) -> None:
    with served(tmp_path, up=False) as made:
        assert made.process.stdout is not None
        assert "is running at" in made.process.stdout.readline()
        assert made.ask("/readyz")[0] == 200


def test_a_server_puts_nothing_into_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """matplotlib makes an empty folder for settings, whatever it is told."""
    home, cache = tmp_path / "home", CACHE.parents[1]
    home.mkdir()
    for name in ("IPYTHONDIR", "SOLARA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    with served(tmp_path, cache=cache) as made:
        assert made.ask("/")[0] == 200
    assert {path.relative_to(home).as_posix() for path in home.rglob("*")} <= {
        ".config",
        ".config/matplotlib",
    }
