"""A progress bar on standard error for work that takes longer than a second."""

import sys
import threading
from types import TracebackType
from typing import Self

from kith.experiments.cli.manners import output
from kith.experiments.escaping import for_terminal

PATIENCE = 1.0
"""Seconds of work before the bar appears."""


class Waiting:
    """Called with the work done and the total; shows a bar with rate and remaining time.

    Nothing is shown in a pipe, nor for work that takes less than a second.
    """

    def __init__(self, what: str, unit: str) -> None:
        self._what, self._unit = for_terminal(what), unit
        self._done, self._total, self._message = 0, 0, ""
        self._bar: object | None = None
        self._timer = threading.Timer(PATIENCE, self._show)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        if sys.stderr.isatty() and not output.quiet:
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self._timer.is_alive():
            self._timer.join()
        if self._bar is not None:
            self._bar.stop()  # type: ignore[attr-defined]

    def __call__(self, done: int, total: int) -> None:
        """Update the work done and the total."""
        self._done, self._total = done, total
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total)  # type: ignore[attr-defined]

    def say(self, words: str) -> None:
        """Show an interim result above the bar."""
        self._message = words = for_terminal(words)
        if self._bar is not None:
            self._bar.console.print(words, style="dim", markup=False, highlight=False)  # type: ignore[attr-defined]

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            ProgressColumn,
            Task,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.text import Text

        unit = self._unit

        class Rate(ProgressColumn):
            """Units of work per second."""

            def render(self, task: Task) -> Text:
                return Text(f"{task.speed:,.1f} {unit}/s" if task.speed else f"– {unit}/s", style="dim")

        bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            Rate(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = bar.add_task(self._what, total=self._total or None, completed=self._done)
        bar.start()
        self._bar = bar
        if self._message:
            self.say(self._message)
