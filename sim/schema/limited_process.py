"""Run work that may exhaust memory or take too long in a child process with limits.

A memory limit applies to a whole process. It is therefore set in a child process: the parent keeps all
its memory, and memory of the child is released when it ends. The child is reused for the next call, and
ends with its parent.
"""

import atexit
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

_SERVE = "import sys; sys.path[:] = {path!r}; from kith.sim.schema.limited_process import serve; serve()"


class LimitedProcess:
    """A child process that runs one function call after another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._stopped = threading.Event()

    def run(
        self, function: Callable[..., Any], *arguments: Any, most: int, seconds: float | None = None
    ) -> Any:
        """The result of a function; see `run_limited`."""
        succeeded, value = self._exchange((function, arguments, most), seconds)
        if succeeded:
            return value
        raise value

    def stop(self) -> None:
        """Abort the running call and all later ones; they raise `InterruptedError`."""
        self._stopped.set()
        child = self._child
        if child is not None:
            child.kill()

    def _exchange(
        self, request: tuple[Callable[..., Any], tuple[Any, ...], int], seconds: float | None = None
    ) -> tuple[bool, Any]:
        """Whether the call succeeded, and its result or the exception."""
        with self._lock:
            child = self._ready()
            if self._stopped.is_set():
                self._end()
                return False, InterruptedError()
            assert child.stdin is not None
            assert child.stdout is not None
            expired = threading.Event()
            timer = threading.Timer(seconds or 0.0, _abort, (child, expired))
            timer.daemon = True
            try:
                if seconds is not None:
                    timer.start()
                pickle.dump(request, child.stdin)
                child.stdin.flush()
                response: tuple[bool, Any] = pickle.load(child.stdout)
            except (EOFError, OSError, pickle.UnpicklingError):
                self._end()
                if self._stopped.is_set():
                    return False, InterruptedError()
                return False, TimeoutError() if expired.is_set() else MemoryError()
            except BaseException:  # Ctrl-C: the response is no longer needed
                self._end()
                raise
            finally:
                timer.cancel()
            if seconds is not None:
                timer.join()
                if expired.is_set():  # at the moment when the response arrived
                    self._end()
            return response

    def close(self) -> None:
        """End the child, if there is one."""
        with self._lock:
            self._end()

    def _ready(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._owner == os.getpid() and self._child.poll() is not None:
            self._end()  # it was killed; its pipes are still open
        if self._child is None or self._owner != os.getpid():
            self._child = subprocess.Popen(
                [sys.executable, "-c", _SERVE.format(path=sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._owner = os.getpid()
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None or self._owner != os.getpid():
            return  # after a fork, the child belongs to the parent
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def _abort(child: "subprocess.Popen[bytes]", expired: threading.Event) -> None:
    """Kill a child that exceeded its time limit."""
    expired.set()
    child.kill()


_shared = LimitedProcess()
atexit.register(_shared.close)


def run_limited(
    function: Callable[..., Any], *arguments: Any, most: int, seconds: float | None = None
) -> Any:
    """The result of a function, run in a child process with limits of memory and time.

    Parameters
    ----------
    function, arguments : must be picklable, and so must the result
    most : limit of memory in bytes beyond what the process has at the start; enforced on Linux only
        (macOS ignores the limit, Windows has none)
    seconds : time limit; None for none

    Raises
    ------
    TimeoutError
        If it exceeds the time limit.
    MemoryError
        If it exceeds the memory limit, or its process was killed.
    Exception
        Any exception of the function.
    """
    return _shared.run(function, *arguments, most=most, seconds=seconds)


def serve() -> None:
    """Main loop of the child: run requests from standard input until it is closed or the parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C and ends this process
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    responses = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # keeps printed text out of the responses
    while True:
        try:
            function, arguments, most = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            _limit_to(most)
            response = pickle.dumps((True, function(*arguments)))
        except MemoryError:
            os._exit(1)  # further work might need memory
        except Exception as error:
            response = pickle.dumps((False, _picklable(error)))
        _limit_to(None)
        responses.write(response)
        responses.flush()


def _end_with_parent(parent: int) -> None:
    """End this process, even during a call, when its parent has ended."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _limit_to(most: int | None) -> None:
    """Limit further memory of this process to `most` bytes, or remove the limit."""
    try:
        import resource
    except ImportError:  # Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = hard
    if most is not None:
        soft = _in_use(resource.getpagesize()) + most
        soft = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _in_use(page: int) -> int:
    """Address space of this process in bytes; a very large number if the system does not report it."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * page
    except OSError:
        return 1 << 40


def _picklable(error: Exception) -> Exception:
    """The error without traceback and cause; as a RuntimeError if it cannot be pickled."""
    error.__traceback__ = error.__cause__ = error.__context__ = None
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
