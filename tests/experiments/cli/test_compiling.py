"""What is said while kernels are compiled, and that they can be compiled before anything needs them."""

import time

import numba
import pytest
from numba.core import event

from kith.experiments.cli.app import exit_code
from kith.experiments.cli.manners import compiling


def test_kernels_are_counted_while_they_are_compiled(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compiling, "EVERY", -1.0)
    counting = compiling.count_kernels()
    try:
        numba.njit(lambda x: x + 1)(1)
        numba.njit(lambda x: x + 2)(1)
    finally:
        event.unregister("numba:compile", counting)  # type: ignore[no-untyped-call]
    said = capsys.readouterr().err.splitlines()
    for done in (1, 2):
        assert f"compiling: {done} of about {compiling.KERNELS} kernels" in said


def test_a_kernel_that_takes_long_is_spoken_of_meanwhile(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compiling, "EVERY", 0.0)
    counting = compiling.count_kernels(5)
    event.unregister("numba:compile", counting)  # type: ignore[no-untyped-call]
    counting.on_start(None)
    while not (said := capsys.readouterr().err):
        time.sleep(0.01)
    counting.under_way = 0
    assert said.splitlines()[0] == "compiling: 0 of about 5 kernels"


def test_the_doctor_compiles_what_is_not_compiled_whole_days_included(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    preferred, ran = [], []
    monkeypatch.setattr(compiling, "count_kernels", lambda about: None)
    monkeypatch.setattr("kith.sim.day.quiet.prefer", lambda: preferred.append(True))
    monkeypatch.setattr("kith.sim.engine.run", lambda plan, **more: ran.append((more, list(preferred))))
    for ready, whole, expected in ((False, False, [61, 31]), (True, False, [31]), (True, True, [])):
        preferred.clear(), ran.clear()
        monkeypatch.setattr("kith.sim.kernels.cache.is_compiled", lambda ready=ready: ready)
        monkeypatch.setattr("kith.sim.kernels.cache.is_whole_day_compiled", lambda whole=whole: whole)
        assert exit_code(["doctor", "--compile"]) == 0
        out, err = capsys.readouterr()
        assert [more["days"] for more, _ in ran] == expected
        assert [bool(before) for _, before in ran] == [days == 31 for days in expected]
        assert bool(err) == bool(expected)
        assert ("kith doctor --compile" in out) == bool(expected)  # what is still lacking is named
