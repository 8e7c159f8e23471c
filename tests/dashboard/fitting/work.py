"""Work for the process of a fit that needs no simulation."""

import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from kith.dashboard.fitting.fit_job import do_and_tell
from kith.experiments.errors import RunsFailed


def never_ends(request: Any, folder: Path, progress: Callable[[int, int], None]) -> None:
    """Three runs of ten, and then nothing for long."""
    folder.mkdir(parents=True)
    (folder / "runs").mkdir()
    for done in range(4):
        progress(done, 10)
    time.sleep(600)


def fails(request: Any, folder: Path, progress: Callable[[int, int], None]) -> None:
    """What a fit does in which no run has a result."""
    progress(0, 10)
    raise RunsFailed("3 of 32 runs have a result, too few to fit")


def ends(request: Any, folder: Path, progress: Callable[[int, int], None]) -> None:
    """A fit that is done, from a bundle that no fit has made."""
    from tests.dashboard.fitting.done import write_done

    progress(10, 10)
    write_done(folder)


def in_thread(sender: Connection, *what: Any) -> Any:
    """The work of a fit in a thread, where starting a process would only take time."""

    def do() -> None:
        with sender:
            do_and_tell(sender, *what)

    thread = threading.Thread(target=do)
    thread.start()
    return thread
