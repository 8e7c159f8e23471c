"""The micro-model that stands for other libraries is the same in each that the tests have."""

import json
import runpy
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("library", ["mesa", "numpy", "scipy"])
def test_the_micro_model_is_the_same_in_each_library(
    library: str, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = root / "docs" / "measures" / "peers"
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "micro", raising=False)
    import micro  # type: ignore[import-not-found]

    monkeypatch.setattr(micro, "SECONDS", 0.05)
    runpy.run_path(str(folder / f"with_{library}.py"))
    line = json.loads(capsys.readouterr().out)
    assert line["steps"] >= 1 and line["agent_steps_per_s"] > 0.0
    # a mean mood of a half: 0.75 per cent of 10,000 leave, give or take nine
    assert line["share"] == pytest.approx(0.0075, abs=0.0035)
    monkeypatch.delitem(sys.modules, "micro", raising=False)


def test_the_ties_of_the_micro_model_are_distinct_pairs(root: Path) -> None:
    micro = runpy.run_path(str(root / "docs" / "measures" / "peers" / "micro.py"))
    first, second = micro["ties"](1_000, 8)
    assert len(first) == len(second) == 4_000
    assert (first != second).all()
    assert len(set(zip(first.tolist(), second.tolist(), strict=True))) == 4_000
    readers, read = micro["both_ways"](first, second)
    assert len(readers) == len(read) == 8_000 and (readers[1:] >= readers[:-1]).all()
