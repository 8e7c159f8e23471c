"""What many ask for is made once."""

import threading
import time

import pytest

from kith.dashboard.live.compute_once import ComputeOnce


def test_thirty_who_ask_at_once_are_given_one_result() -> None:
    once: ComputeOnce[object] = ComputeOnce(5)
    made: list[int] = []

    def make() -> object:
        made.append(1)
        time.sleep(0.05)
        return object()

    given: list[object] = []
    askers = [threading.Thread(target=lambda: given.append(once.get("a", make))) for _ in range(30)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(made) == 1
    assert len(set(map(id, given))) == 1


def test_only_the_latest_are_kept_and_an_error_is_not() -> None:
    once: ComputeOnce[int] = ComputeOnce(2)
    with pytest.raises(ZeroDivisionError):
        once.get("x", lambda: 1 // 0)
    assert [once.get(key, lambda key=key: key) for key in (1, 2, 3)] == [1, 2, 3]
    assert once.get(1, lambda: 99) == 99
    assert once.get(3, lambda: 98) == 3
