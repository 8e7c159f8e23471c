import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kith.sim.schema.limited_process import LimitedProcess, _shared, run_limited
from kith.sim.schema.parameter_set import ParameterError

MB = 1 << 20


def length(n: int) -> int:
    return len(bytearray(n))


def endless() -> list[bytes]:
    kept: list[bytes] = []
    while True:
        kept.append(bytes(MB))


def refuse(word: str) -> None:
    raise ParameterError(f"{word} is not for us")


class Odd(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def odd() -> None:
    raise Odd(1, 2)


def iter_of() -> Iterator[int]:
    return (n for n in range(3))


def speak() -> str:
    print("aside")  # noqa: T201  it must not come between the answers
    return "done"


@pytest.fixture(autouse=True)
def _limits_stay() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_AS)
    yield
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_what_fits_is_done_in_another_process() -> None:
    assert run_limited(length, 9 * MB, most=64 * MB) == 9 * MB
    assert run_limited(os.getpid, most=64 * MB) != os.getpid()


def test_the_process_stays_for_the_next_piece_of_work() -> None:
    assert run_limited(os.getpid, most=64 * MB) == run_limited(os.getpid, most=64 * MB)


def test_too_much_is_a_memory_error_and_the_next_work_is_done() -> None:
    for _ in range(2):
        with pytest.raises(MemoryError):
            run_limited(length, 900 * MB, most=64 * MB)
        with pytest.raises(MemoryError):
            run_limited(endless, most=64 * MB)
        assert run_limited(length, MB, most=64 * MB) == MB


def test_a_limit_is_that_of_its_own_work_alone() -> None:
    with pytest.raises(MemoryError):
        run_limited(length, 200 * MB, most=64 * MB)
    assert run_limited(length, 200 * MB, most=400 * MB) == 200 * MB


def test_errors_are_raised_as_they_are_or_in_words() -> None:
    with pytest.raises(ParameterError, match="^tea is not for us$"):
        run_limited(refuse, "tea", most=64 * MB)
    with pytest.raises(RuntimeError, match="Odd: 1 and 2"):
        run_limited(odd, most=64 * MB)


def test_what_cannot_travel_is_an_error_in_words() -> None:
    with pytest.raises((TypeError, RuntimeError), match="pickle"):
        run_limited(iter_of, most=64 * MB)


def test_what_work_prints_does_not_disturb() -> None:
    assert run_limited(speak, most=64 * MB) == "done"


def test_a_process_that_somebody_ended_is_replaced() -> None:
    first = run_limited(os.getpid, most=64 * MB)
    os.kill(first, 9)
    while True:  # the signal may arrive while the next work is under way
        try:
            second = run_limited(os.getpid, most=64 * MB)
        except MemoryError:
            continue
        if second != first:
            break


def test_threads_may_ask_at_once() -> None:
    with ThreadPoolExecutor(8) as threads:
        got = list(threads.map(lambda n: run_limited(length, n, most=64 * MB), range(100)))
    assert got == list(range(100))


def test_this_process_has_all_the_memory_there_is_while_the_other_has_little() -> None:
    with ThreadPoolExecutor(1) as thread:
        refused = thread.submit(run_limited, endless, most=64 * MB)
        assert len(bytearray(300 * MB)) == 300 * MB
        assert isinstance(refused.exception(), MemoryError)


def test_work_that_takes_too_long_is_given_up_and_the_next_work_is_done() -> None:
    process = LimitedProcess()
    with pytest.raises(TimeoutError):
        process.run(time.sleep, 600, most=64 * MB, seconds=0.5)
    assert process.run(length, 3, most=64 * MB, seconds=60) == 3
    process.close()


def test_work_can_be_stopped_by_another_thread_or_before_it_has_begun() -> None:
    process = LimitedProcess()
    with ThreadPoolExecutor(1) as thread:
        doing = thread.submit(process.run, time.sleep, 600, most=64 * MB)
        time.sleep(0.5)
        process.stop()
        assert isinstance(doing.exception(60), InterruptedError)
    with pytest.raises(InterruptedError):
        process.run(length, 3, most=64 * MB)


@pytest.mark.skipif(not hasattr(os, "getppid"), reason="nobody can be adopted")
def test_a_child_at_work_ends_with_a_parent_that_was_killed() -> None:
    code = (
        "import threading, time, os\n"
        "from kith.sim.schema.limited_process import LimitedProcess\n"
        "w = LimitedProcess()\n"
        "print(w.run(os.getpid, most=1 << 26), flush=True)\n"
        "w.run(time.sleep, 600, most=1 << 26)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    time.sleep(0.5)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(600):
        if _ended(child):
            return
        time.sleep(0.1)
    raise AssertionError("it went on without anybody to answer")


def _ended(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


def test_at_the_end_nobody_is_left() -> None:
    child = run_limited(os.getpid, most=64 * MB)
    _shared.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_what_takes_too_long_is_given_up() -> None:
    with pytest.raises(TimeoutError):
        run_limited(time.sleep, 600, most=64 * MB, seconds=0.3)
    assert run_limited(length, 9 * MB, most=64 * MB, seconds=600.0) == 9 * MB
    before = run_limited(os.getpid, most=64 * MB)
    assert run_limited(os.getpid, most=64 * MB, seconds=600.0) == before
