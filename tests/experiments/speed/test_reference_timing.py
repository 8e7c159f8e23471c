"""`kith bench` times the natural twin beside the engine, where the twin is there."""

from pathlib import Path

import pytest

from kith.experiments.speed import reference_timing


def test_both_live_the_same_days_and_the_ratio_is_theirs() -> None:
    figures = reference_timing.compare_with_reference(largest=400, sizes=(40, 80), days=5)
    assert figures is not None
    small, last = figures["sizes"]
    assert (small["members"], last["members"]) == (40, 80)
    assert figures["days"] == small["days_alike"] == last["days_alike"] == reference_timing.WARM_UP + 5
    per_s, engine = last["twin_member_days_per_s"], last["engine_member_days_per_s"]
    assert last["ratio"] == engine / per_s
    assert figures["largest"]["ratio"] == figures["largest"]["engine_member_days_per_s"] / per_s > 1.0
    said = "\n".join(reference_timing.text(figures))
    assert f"80 members  plain Mesa {per_s:,.0f}, engine {engine:,.0f}" in said
    assert "400 members  engine" in said
    assert "times plain Mesa with 80" in said
    assert "first 15 of 15 days" in said


def test_days_are_alike_until_one_count_differs() -> None:
    core, model = reference_timing._twin("core"), reference_timing._twin("model")
    assert core is not None and model is not None
    plan = core.core(60, 240, days=12)
    twin, _ = reference_timing._time_twin(model.ReferenceModel(plan, exact=False), 2)
    engine, _ = reference_timing._time_engine(plan, 2)
    assert reference_timing._days_alike(engine, twin) == 12
    engine.loc[7, "exchanges"] += 1
    assert reference_timing._days_alike(engine, twin) == 7


def test_an_installed_kith_says_that_the_twin_is_not_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(reference_timing, "TWIN", tmp_path / "tests" / "reference")
    assert reference_timing.compare_with_reference(1_000) is None
    assert "part of a checkout" in "\n".join(reference_timing.text(None))
