"""A change reaches whoever is drawn, at whatever moment it comes."""

from typing import Any

import solara

from kith.dashboard.access.change_signal import ChangeSignal, use_change_signal
from tests.dashboard.looking import until


def test_a_change_while_a_page_is_first_drawn_is_not_missed(shown: Any) -> None:
    signal = ChangeSignal()
    drawn: list[int] = []

    @solara.component
    def Page() -> None:
        use_change_signal(signal)
        drawn.append(len(drawn))
        if len(drawn) == 1:
            signal.notify()  # after this page has looked, and before it waits
        solara.Text("here")

    shown(Page)
    until(lambda: len(drawn) > 1)
