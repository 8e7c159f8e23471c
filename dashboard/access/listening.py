"""A page that listens for a bell."""

import threading
from collections.abc import Callable

import solara

from kith.dashboard.access.change_signal import Bell


def use_bell(bell: Bell, pause: Callable[[], float] = lambda: 0.2) -> int:
    """A number that is another one after the bell has rung, at most once in `pause()` seconds."""
    beat, set_beat = solara.use_state(0)

    def listen() -> Callable[[], None]:
        gone = threading.Event()

        def watch() -> None:
            seen = bell.wait(-1, 0)
            while not gone.is_set():
                now = bell.wait(seen, 5.0)
                if now != seen and not gone.is_set():
                    seen = now
                    set_beat(seen)
                    gone.wait(pause())

        threading.Thread(target=watch, daemon=True).start()
        return gone.set

    solara.use_effect(listen, [])
    return beat
