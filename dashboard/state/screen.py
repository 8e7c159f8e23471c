"""How wide the window of a session is, as far as charts are drawn differently for it."""

from collections.abc import Callable

import solara

from kith.experiments.charts.theme import drawn_for

narrow = solara.reactive(False)
"""Whether charts are drawn for a phone; each session has its own value."""


def drawn_here[Value](draw: Callable[[], Value]) -> Value:
    """What `draw` gives, with charts for the width of this session's window; what calls it is drawn again when that changes."""
    with drawn_for(narrow.value):
        return draw()
