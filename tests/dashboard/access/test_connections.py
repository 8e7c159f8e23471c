"""What is simulated for a page stops when its browser is away, and goes on when it is back."""

import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import solara

from kith.dashboard import server
from kith.dashboard.access.connections import Connections
from kith.dashboard.live import live_comparison
from kith.dashboard.live.live_comparison import LiveComparison, use_live_comparison
from kith.dashboard.live.shared_workers import SLOTS, SharedWorkers
from kith.dashboard.state.compare_state import CompareState
from kith.sim.schema.parameter_set import parameters_from
from kith.sim.schema.plan import Plan
from tests.dashboard.live.test_shared_workers import Hands
from tests.dashboard.looking import until
from tests.dashboard.serving import served

SMALL = Plan(phases=((0, parameters_from({"market": {"size": 300, "founders": 30}})),), days=40)


def test_a_session_is_away_when_its_last_connection_has_ended_for_a_while() -> None:
    connections, calls = Connections(grace=0.05), []
    connections.when_away("a", lambda: calls.append("a"))
    connections.when_away("b", lambda: calls.append("b"))
    with connections.open("a"):
        with connections.open("a"):
            pass
        time.sleep(0.2)
        assert connections.connected("a")
    until(lambda: not connections.connected("a"))
    until(lambda: calls == ["a"])
    connections.when_away("a", lambda: calls.append("late"))
    assert calls == ["a", "late"]
    with connections.open("a"):
        assert connections.connected("a")


def test_who_connects_again_at_once_was_never_away() -> None:
    connections, calls = Connections(grace=0.3), []
    connections.when_away("a", lambda: calls.append("away"))
    for _ in range(3):
        with connections.open("a"):
            pass
    with connections.open("a"):
        time.sleep(0.6)
        assert connections.connected("a")
    assert calls == []


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> tuple[SharedWorkers, Hands, Connections]:
    """A pool in which the test does the work, and connections that it opens, of the session "a"."""
    pool, hands, connections = SharedWorkers(workers=1), Hands(), Connections(grace=0.05)
    pool._flags = [0] * SLOTS
    monkeypatch.setattr(pool, "_started", lambda: hands)
    monkeypatch.setattr(live_comparison, "shared_pool", lambda: pool)
    monkeypatch.setattr(live_comparison, "CONNECTIONS", connections)
    monkeypatch.setattr(live_comparison, "current_session", lambda: "a")
    return pool, hands, connections


def test_a_page_that_lost_its_browser_frees_the_pool_and_asks_again_when_it_is_back(
    asked: tuple[SharedWorkers, Hands, Connections], shown: Callable[..., Any]
) -> None:
    pool, hands, connections = asked
    answers: list[LiveComparison] = []

    @solara.component
    def Asking() -> None:
        answers.append(use_live_comparison("q", {"x": SMALL}, 40, 5))

    with connections.open("a"):
        shown(Asking)
        until(lambda: pool.busy() == (1, 4))
    until(lambda: pool.busy() == (1, 0))
    assert not any(pool._flags), "what runs was not told to stop"
    hands.finish()
    assert pool.busy() == (0, 0)
    time.sleep(0.5)
    assert pool.busy() == (0, 0)
    with connections.open("a"):
        until(lambda: hands.begun)
        assert sum(pool.busy()) == 4, "what was run before is not run again"


def test_a_page_that_ends_while_its_browser_is_away_asks_for_nothing_more(
    asked: tuple[SharedWorkers, Hands, Connections], shown: Callable[..., Any]
) -> None:
    pool, hands, connections = asked

    @solara.component
    def Asking() -> None:
        use_live_comparison("q", {"x": SMALL}, 40, 5)

    with connections.open("a"):
        page = shown(Asking)
        until(lambda: pool.busy() == (1, 4))
    until(lambda: pool.busy() == (1, 0))
    page.close()
    hands.finish()
    with connections.open("a"):
        time.sleep(0.6)
        assert pool.busy() == (0, 0)


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="needs the options of Linux")
def test_who_vanishes_from_the_room_is_noticed_by_the_system() -> None:
    with server._listening("127.0.0.1", 0) as listening:
        listening.listen()
        with socket.create_connection(listening.getsockname()):
            accepted, _ = listening.accept()
            with accepted:
                assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
                idle, pause, count = (
                    accepted.getsockopt(socket.IPPROTO_TCP, option)
                    for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
                )
                assert idle + pause * count <= server.VANISHED
                assert (
                    accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
                    <= 1_000 * server.VANISHED
                )


@pytest.mark.slow
@pytest.mark.parametrize("politely", [True, False])
def test_the_processes_rest_soon_after_a_connection_has_broken_off(tmp_path: Path, politely: bool) -> None:
    with served(tmp_path) as made:
        page = made.open(CompareState(people=40_000, days=3_650, runs=256).path())
        time.sleep(2)
        before = made.worked()
        time.sleep(3)
        assert made.worked() - before > 0.5, "they were not at work"
        if politely:
            page.close()
        else:  # reset, as by a crash
            page.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            page.socket.close()
        time.sleep(10)
        before = made.worked()
        time.sleep(3)
        assert made.worked() - before < 0.3, "they went on"
