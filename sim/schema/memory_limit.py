"""Work that may take too much memory or time is done apart, in a process that can be given up.

A limit on memory holds for a whole process. It is therefore set in a child: nobody else goes short,
and whatever the child had taken is gone with it. The child stays for the next piece of work, and ends
with its parent.
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

_SERVE = "import sys; sys.path[:] = {path!r}; from kith.sim.schema.memory_limit import serve; serve()"


class Worker:
    """A child process that does one piece of work after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._stopped = threading.Event()

    def do(
        self, function: Callable[..., Any], *arguments: Any, most: int, seconds: float | None = None
    ) -> Any:
        """What a function gives, as `apart` says; `TimeoutError` if it is not done after so many seconds."""
        done, value = self.ask((function, arguments, most), seconds)
        if done:
            return value
        raise value

    def stop(self) -> None:
        """Give up the work that is under way, and whatever is asked later; it raises `InterruptedError`."""
        self._stopped.set()
        child = self._child
        if child is not None:
            child.kill()

    def ask(
        self, work: tuple[Callable[..., Any], tuple[Any, ...], int], seconds: float | None = None
    ) -> tuple[bool, Any]:
        """Whether the work was done, and what came of it or was raised."""
        with self._lock:
            child = self._ready()
            if self._stopped.is_set():
                self._end()
                return False, InterruptedError()
            assert child.stdin is not None
            assert child.stdout is not None
            late = threading.Event()
            clock = threading.Timer(seconds or 0.0, _give_up, (child, late))
            clock.daemon = True
            try:
                if seconds is not None:
                    clock.start()
                pickle.dump(work, child.stdin)
                child.stdin.flush()
                answer: tuple[bool, Any] = pickle.load(child.stdout)
            except (EOFError, OSError, pickle.UnpicklingError):
                self._end()
                if self._stopped.is_set():
                    return False, InterruptedError()
                return False, TimeoutError() if late.is_set() else MemoryError()
            except BaseException:  # Ctrl-C: nobody waits for the answer any more
                self._end()
                raise
            finally:
                clock.cancel()
            if seconds is not None:
                clock.join()
                if late.is_set():  # at the very moment at which the answer came
                    self._end()
            return answer

    def close(self) -> None:
        """End the child, if there is one."""
        with self._lock:
            self._end()

    def _ready(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._owner == os.getpid() and self._child.poll() is not None:
            self._end()  # somebody ended it; its pipes are still open
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
            return  # a fork has its parent's child, and leaves it alone
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def _give_up(child: "subprocess.Popen[bytes]", late: threading.Event) -> None:
    """End a child that took too long."""
    late.set()
    child.kill()


_room = Worker()
atexit.register(_room.close)


def apart(function: Callable[..., Any], *arguments: Any, most: int, seconds: float | None = None) -> Any:
    """What a function of a module gives, done in another process with so many bytes more to take.

    Parameters
    ----------
    function, arguments : must be picklable, as must be what comes of it.
    most : bytes of memory beyond what the process has when it begins; kept where the system can
        (on Linux; macOS does not hold processes to it, Windows knows no such limit).
    seconds : after which its process is ended; None for no limit.

    Raises
    ------
    TimeoutError
        If it takes longer.
    MemoryError
        If it takes more, or its process was ended by somebody.
    Exception
        Whatever the function raises.
    """
    return _room.do(function, *arguments, most=most, seconds=seconds)


def serve() -> None:
    """Do what is asked on standard input, until that is closed; gone if it takes too much, or with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, who ends this process
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the work prints does not come between
    while True:
        try:
            function, arguments, most = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            _limit_to(most)
            answer = pickle.dumps((True, function(*arguments)))
        except MemoryError:
            os._exit(1)  # nothing that needs memory can be relied on now
        except Exception as error:
            answer = pickle.dumps((False, _plain(error)))
        _limit_to(None)
        answers.write(answer)
        answers.flush()


def _end_with_parent(parent: int) -> None:
    """End in the middle of a piece of work, too, if whoever asked for it has been killed."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _limit_to(most: int | None) -> None:
    """Let this process take so many bytes more from now on, or as many as it likes."""
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
    """Bytes of address space that this process has; beyond reach where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * page
    except OSError:
        return 1 << 40


def _plain(error: Exception) -> Exception:
    """The error without what hangs on it; in words if it cannot travel."""
    error.__traceback__ = error.__cause__ = error.__context__ = None
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
