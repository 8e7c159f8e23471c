"""The wait for the compiler, counted: a line every few seconds says how many kernels are done."""

import threading
import time
from typing import Any

from kith.experiments.escaping import say

KERNELS = 260
"kernels of a run, about: which ones are compiled depends on the scenario"
OF_WHOLE_DAYS = 130
"kernels that only the call that lives whole days needs, about"
EVERY = 4.0
"seconds between two lines"


def count_kernels(about: int = KERNELS) -> Any:
    """From now on, say how many kernels have been compiled in this process; returns who counts."""
    from numba.core import event

    class Counting(event.Listener):
        done, under_way, said = 0, 0, time.monotonic()

        def on_start(self, event: Any) -> None:
            """Note that the compiler works: only then is there something to say."""
            self.under_way += 1

        def on_end(self, event: Any) -> None:
            """Count the kernel, and say so if nothing has been said for a while."""
            self.under_way -= 1
            self.done += 1
            self.speak()

        def speak(self) -> None:
            """Say how far it is, if nothing has been said for a while."""
            if time.monotonic() - self.said >= EVERY:
                self.said = time.monotonic()
                say(f"compiling: {self.done} of about {max(about, self.done)} kernels", err=True)

    counting = Counting()
    event.register("numba:compile", counting)  # type: ignore[no-untyped-call]
    threading.Thread(target=_remind, args=(counting,), daemon=True).start()
    return counting


def _remind(counting: Any) -> None:
    """Speak also during a kernel that takes long."""
    while True:
        time.sleep(max(EVERY, 0.1) / 4)
        if counting.under_way:
            counting.speak()


def compile_now() -> None:
    """Compile what runs need, whole days included, unless that has been done on this machine."""
    from kith.experiments.cli.manners import output
    from kith.sim.kernels.cache import compiles, is_compiled, is_whole_day_compiled

    if not compiles() or (is_compiled() and is_whole_day_compiled()):
        return
    if not output.quiet:
        say("compiling the engine for this machine (once, about a minute)", err=True)
        count_kernels(OF_WHOLE_DAYS if is_compiled() else KERNELS + OF_WHOLE_DAYS)
    from kith.scenarios.load import load
    from kith.sim.day.quiet import prefer
    from kith.sim.engine import run

    plan = load("busy_web")
    if not is_compiled():
        run(plan, days=61)
    prefer()
    run(plan, days=31, threads=1, events=False)
