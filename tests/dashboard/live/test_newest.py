"""A comparison that was replaced and answers late does not take the place of the one that replaced it."""

import threading
from typing import Any

import pytest
import solara

from kith.dashboard.live import live_comparison
from kith.dashboard.live.live_comparison import LiveComparison, use_live_comparison
from kith.scenarios.load import load
from tests.dashboard.looking import until

PLANS = {"pool": load("pool", overrides={"market.size": 60, "market.founders": 20})}


def test_what_is_late_is_not_shown(here: Any, shown: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answered, shared = threading.Event(), live_comparison._shared
    late: list[threading.Thread] = []

    def slowly(partial: Any, pairs: int) -> Any:
        if partial.days == 9:  # the first request, which is replaced meanwhile and has passed every check
            late.append(threading.current_thread())
            answered.wait(20)
        return shared(partial, pairs)

    monkeypatch.setattr(live_comparison, "_shared", slowly)
    answers: list[LiveComparison] = []
    choose: list[Any] = []

    @solara.component
    def Page() -> None:
        days, set_days = solara.use_state(9)
        choose[:] = [set_days]
        answers.append(use_live_comparison(days, PLANS, days, 1))
        solara.Text(f"{days}")

    shown(Page)
    until(lambda: late)
    choose[0](5)
    until(lambda: answers[-1].inputs == 5)
    answered.set()
    late[0].join()
    until(lambda: len(answers) > 3)
    assert answers[-1].inputs == 5
    assert not answers[-1].running(5)
