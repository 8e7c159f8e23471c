"""What is said while kernels are compiled."""

import numba
import pytest
from numba.core import event

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
    first, second = capsys.readouterr().err.splitlines()
    assert first == f"compiling: 1 of about {compiling.KERNELS} kernels"
    assert second == f"compiling: 2 of about {compiling.KERNELS} kernels"
