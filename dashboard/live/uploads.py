"""Uploaded files are read in a child process, with limits of time and memory.

Reading holds Python's global lock: in the server itself, one large file would block every page.
"""

import threading
from collections.abc import Callable
from typing import Any

import solara

from kith.dashboard.widgets.parts import Button, Text, Upload
from kith.sim.schema.limited_process import LimitedProcess

SECONDS = 10.0
"""The longest time that reading a file may take."""

MEMORY = 1_000_000_000
"""The most memory that reading a file may take, in bytes."""

AT_ONCE = 2
"""Files that are read at a time; others wait for their turn."""

_turn = threading.BoundedSemaphore(AT_ONCE)


class UploadError(ValueError):
    """A file takes too much time or memory; the message says so."""


class Cancelled(Exception):
    """Reading was cancelled."""


class Reading:
    """One file that is being read.

    Parameters
    ----------
    name : the name of the file.
    content : the bytes of a file, or what was read from it.
    read : called with the name and the content; raises `ValueError` for a bad one.
    """

    def __init__(self, name: str, content: Any, read: Callable[[str, Any], Any]) -> None:
        self.name, self._content, self._read = name, content, read
        self._worker = LimitedProcess()
        self._cancelled = threading.Event()

    def result(self) -> Any:
        """The result of the function.

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
            if self._cancelled.is_set():
                raise Cancelled
        try:
            self._worker.run(
                callable, self._read, most=MEMORY
            )  # importing its module does not count towards the limits
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
        self._cancelled.set()
        self._worker.stop()


def _outcome(reading: Reading) -> tuple[Any, Exception | None]:
    """The result of reading, or the error."""
    try:
        return reading.result(), None
    except Exception as error:
        return None, error


def _refusal(name: str, limit: str) -> str:
    return f"{name} takes more than {limit} to read; give a smaller file, or use the command line, which has no such limit"


class Reader:
    """What a page reads at the moment: one file at a time, of which a newer one takes the place.

    `now` is what is being read, or None.
    """

    def __init__(self, now: Reading | None, set_now: Callable[[Reading | None], None], latest: Any) -> None:
        self.now, self._set_now, self._latest = now, set_now, latest

    def start(
        self,
        name: str,
        content: Any,
        read: Callable[[str, Any], Any],
        on_read: Callable[[Any], None],
        on_refused: Callable[[Exception], None],
    ) -> None:
        """Read something in a child process; what was being read is cancelled."""
        self.cancel()
        self._latest.current = reading = Reading(name, content, read)
        self._set_now(reading)

        def finish() -> None:
            result, error = _outcome(reading)
            if self._latest.current is not reading:
                return  # a newer file is being read
            self._latest.current = None
            self._set_now(None)
            if error is None:
                on_read(result)
            elif not isinstance(error, Cancelled):
                on_refused(error)

        threading.Thread(target=finish, daemon=True).start()

    def cancel(self) -> None:
        """Stop what is being read."""
        if self._latest.current is not None:
            self._latest.current.cancel()


def use_reader() -> Reader:
    """The reader of a component; what it reads is cancelled when the component goes."""
    now, set_now = solara.use_state(None)
    latest = solara.use_ref(None)

    def leave() -> None:
        reading, latest.current = latest.current, None
        if reading is not None:
            reading.cancel()

    solara.use_effect(lambda: leave, [])
    return Reader(now, set_now, latest)


@solara.component
def ReadingNow(reader: Reader, name: str, verb: str = "Reading") -> None:
    """What is being read, with a button that cancels it."""
    if reader.now is not None:
        with solara.Div(classes=["kith-row"]):
            Text(f"{verb} {reader.now.name} …", "span", "kith-note")
            Button("Cancel", reader.cancel, f"cancel-{name}")


@solara.component
def ReadUpload(
    label: str,
    accept: str,
    read: Callable[[str, bytes], Any],
    on_read: Callable[[Any], None],
    on_refused: Callable[[Exception], None],
    name: str,
) -> None:
    """A place to drop a file, which is read in a child process; reading can be cancelled, a newer file replaces it."""
    reader = use_reader()
    Upload(
        label,
        accept,
        lambda file, content: reader.start(file, content, read, on_read, on_refused),
        lambda words: on_refused(UploadError(words)),
        name,
    )
    ReadingNow(reader, name)
