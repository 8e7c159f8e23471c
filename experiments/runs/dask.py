"""Runs on a Dask cluster: an existing one, or a temporary one on this machine.

kith owns the event loop, so that it ends with the block even if a client or a cluster fails.
"""

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from kith.experiments.errors import SchedulerError, SchedulerLost

GONE = "the scheduler is gone; what came back is kept: start it again and repeat the command"

PATIENCE = 10
"""Seconds until a scheduler that does not answer counts as unreachable."""

ENDING = 30
"""Seconds that what is being closed may take, whatever the patience with others."""

PROTOCOLS = ("tcp", "tls", "ws", "wss")


@contextmanager
def connected(address: str, workers: int) -> Iterator[Any]:
    """A client of the scheduler at an address; of a new cluster on this machine if it is `local`.

    `check_answers` comes first: a client would wait long for an address where nobody listens.

    At the end nothing remains: no thread, no process, no task.

    Raises
    ------
    SchedulerError
        If the address makes no sense, or nobody there speaks Dask within `PATIENCE`.
    """
    from distributed.utils import LoopRunner

    runner: Any = LoopRunner(asynchronous=False)
    runner.start()
    loop = runner.loop
    try:
        with _quiet(), _cluster(address, workers, loop) as where, _client(where, address, loop) as client:
            yield client
    finally:
        runner.stop(timeout=ENDING)


def check_answers(address: str) -> None:
    """Raise SchedulerError unless a scheduler listens at the address."""
    host, port = _host_and_port(address)
    try:
        socket.create_connection((host, port), timeout=PATIENCE).close()
    except (OSError, UnicodeError) as error:
        raise _unreachable(address, error) from None


def threads_of(client: Any) -> int:
    """Threads of all connected workers; 1 while there is none, so that one task waits."""
    try:
        return sum(client.nthreads().values()) or 1
    except OSError:
        raise SchedulerLost(GONE) from None


def _host_and_port(address: str) -> tuple[str, int]:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _unreachable(address, error) from None
    if parts.scheme not in PROTOCOLS or not host or not port:
        raise SchedulerError(
            f"scheduler {address}: must be {', '.join(PROTOCOLS)} with a host and a port, "
            "such as tcp://10.0.0.7:8786"
        )
    return host, port


@contextmanager
def _cluster(address: str, workers: int, loop: Any) -> Iterator[Any]:
    """What a client connects to: the address, or a cluster of our own."""
    if address != "local":
        yield address
        return
    from distributed import LocalCluster

    made: Any = LocalCluster
    try:
        cluster = made(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
            loop=loop,
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise SchedulerError(f"scheduler local: cannot be started ({_first_line(error)})") from None
    try:
        yield cluster
    finally:
        with suppress(TimeoutError, OSError):
            cluster.close(timeout=ENDING)


@contextmanager
def _client(where: Any, address: str, loop: Any) -> Iterator[Any]:
    import distributed

    made: Any = distributed.Client
    try:
        if address != "local":
            distributed.utils.sync(loop, _greet, address)
        client = made(where, timeout=PATIENCE, set_as_default=False, loop=loop)
    except Exception as error:  # any other server may answer anything
        raise _unreachable(address, error) from None
    try:
        yield client
    finally:
        with suppress(TimeoutError, OSError):
            client.close(timeout=ENDING)


async def _greet(address: str) -> None:
    """Raise unless the server at the address speaks Dask's protocol; a client would wait for ever."""
    from distributed.comm import core

    if address.startswith("tcp:"):  # the others need credentials, and time out
        talk: Any = core.connect
        (await asyncio.wait_for(talk(address, timeout=PATIENCE), PATIENCE)).abort()


@contextmanager
def _quiet() -> Iterator[None]:
    """Nothing from Dask's log: whatever concerns the user becomes an error of ours."""
    log = logging.getLogger("distributed")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def _unreachable(address: str, error: BaseException) -> SchedulerError:
    why = "no answer" if isinstance(error, TimeoutError) else _first_line(error)
    if isinstance(error, MemoryError):  # Dask takes the first words of another protocol for a length
        why = "whoever answers there speaks no Dask"
    return SchedulerError(
        f"scheduler {address}: cannot be reached ({why}); start one with "
        "`dask scheduler`, or leave --scheduler out"
    )


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).strip().splitlines()[0]
