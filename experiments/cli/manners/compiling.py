"""The wait for the compiler, counted: a line every few seconds says how many kernels are done."""

import time
from typing import Any

from kith.experiments.escaping import say

KERNELS = 260
"kernels of a run, about: which ones are compiled depends on the scenario"
EVERY = 4.0
"seconds between two lines"


def count_kernels() -> Any:
    """From now on, say how many kernels have been compiled in this process; returns who counts."""
    from numba.core import event

    class Counting(event.Listener):
        done, said = 0, time.monotonic()

        def on_start(self, event: Any) -> None:
            """Nothing: a kernel counts when it is done."""

        def on_end(self, event: Any) -> None:
            """Count the kernel, and say so if nothing has been said for a while."""
            self.done += 1
            if time.monotonic() - self.said >= EVERY:
                self.said = time.monotonic()
                say(f"compiling: {self.done} of about {max(KERNELS, self.done)} kernels", err=True)

    counting = Counting()
    event.register("numba:compile", counting)  # type: ignore[no-untyped-call]
    return counting
