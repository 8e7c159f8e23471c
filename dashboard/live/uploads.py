"""Files that somebody dropped are read in a process of their own, with limits of time and memory.

Reading holds Python's lock: done in the server, one large file would keep every page waiting.
"""

import threading
from collections.abc import Callable
from typing import Any

import solara

from kith.dashboard.widgets.parts import Press, Upload, Words
from kith.sim.schema.limited_process import LimitedProcess

SECONDS = 10.0
"""How long a file may be read."""

MEMORY = 1_000_000_000
"""Bytes that reading it may take."""

AT_ONCE = 2
"""Files that are read at a time; others wait for their turn."""

_turn = threading.BoundedSemaphore(AT_ONCE)


class UploadError(ValueError):
    """A file takes too much time or memory; the message says so."""


class Cancelled(Exception):
    """Nobody wants the file any more."""


class Reading:
    """One file that is being read.

    Parameters
    ----------
    name : of the file.
    read : a function of a module, of the name and the content of a file; raises `ValueError` for a bad one.
    """

    def __init__(self, name: str, content: bytes, read: Callable[[str, bytes], Any]) -> None:
        self.name, self._content, self._read = name, content, read
        self._worker = LimitedProcess()
        self._unwanted = threading.Event()

    def result(self) -> Any:
        """What the function makes of it.

        Raises
        ------
        UploadError
            If it takes more than `SECONDS` or `MEMORY`.
        ValueError
            If the function does.
        Cancelled
            If `cancel` was called.
        """
        while not _turn.acquire(timeout=0.2):
            if self._unwanted.is_set():
                raise Cancelled
        try:
            self._worker.run(
                callable, self._read, most=MEMORY
            )  # importing its module does not count as reading
            return self._worker.run(self._read, self.name, self._content, most=MEMORY, seconds=SECONDS)
        except InterruptedError:
            raise Cancelled from None
        except TimeoutError:
            raise UploadError(_refusal(self.name, f"{SECONDS:g} seconds")) from None
        except MemoryError:
            raise UploadError(_refusal(self.name, f"{MEMORY / 1e9:g} GB of memory")) from None
        finally:
            self._worker.close()
            _turn.release()

    def cancel(self) -> None:
        """Stop reading it, or waiting for the turn to."""
        self._unwanted.set()
        self._worker.stop()


def _outcome(reading: Reading) -> tuple[Any, Exception | None]:
    """What a file holds, or why it is not known."""
    try:
        return reading.result(), None
    except Exception as error:
        return None, error


def _refusal(name: str, limit: str) -> str:
    return f"{name} takes more than {limit} to read; give a smaller file, or use the command line, which has no such limit"


@solara.component
def ReadUpload(
    label: str,
    accept: str,
    read: Callable[[str, bytes], Any],
    on_read: Callable[[Any], None],
    on_refused: Callable[[Exception], None],
    name: str,
) -> None:
    """A place to drop a file, which is read apart; reading can be cancelled, and a newer file takes its place."""
    now, set_now = solara.use_state(None)
    latest = solara.use_ref(None)

    def cancel() -> None:
        if latest.current is not None:
            latest.current.cancel()

    def start(file: str, content: bytes) -> None:
        cancel()
        latest.current = reading = Reading(file, content, read)
        set_now(reading)
        threading.Thread(target=finish, args=(reading,), daemon=True).start()

    def finish(reading: Reading) -> None:
        found, error = _outcome(reading)
        if latest.current is not reading:
            return  # a newer file is being read
        latest.current = None
        set_now(None)
        if error is None:
            on_read(found)
        elif not isinstance(error, Cancelled):
            on_refused(error)

    def leave() -> None:
        reading, latest.current = latest.current, None
        if reading is not None:
            reading.cancel()

    solara.use_effect(lambda: leave, [])
    Upload(label, accept, start, lambda words: on_refused(UploadError(words)), name)
    if now is not None:
        with solara.Div(classes=["kith-row"]):
            Words(f"Reading {now.name} …", "span", "kith-note")
            Press("Cancel", cancel, f"cancel-{name}")
