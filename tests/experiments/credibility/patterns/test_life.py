"""The lives of contributors in a preset are told as its log would tell them."""

from kith.experiments.credibility.patterns import life
from kith.experiments.credibility.patterns.observe import records_of
from kith.experiments.credibility.patterns.pattern import Size
from kith.experiments.evidence.life.cases import CASES, seen_in
from kith.experiments.evidence.measure import measure

TINY = Size("tiny", 1, {"market.size": 1_500, "market.founders": 200})


def test_a_preset_runs_as_long_as_the_log_that_it_is_like() -> None:
    lengths = {name: arm.plan.days for name, arm in life.arms(TINY).items() if name in life.LIKE}
    assert lengths == {name: seen_in(CASES[case]).days for name, case in life.LIKE.items()}


def test_the_bands_hold_what_the_logs_show_themselves() -> None:
    shown = [measure(case.log, replicates=0) for case in CASES.values()]
    for statistic, (_, low, high) in life.BANDS.items():
        values = [log[statistic] for log in shown]
        assert abs(min(values) - low) < 0.1 * low + 0.005
        assert abs(max(values) - high) < 0.1 * high + 0.005


def test_every_quantity_is_told_and_a_run_shows_what_its_log_shows() -> None:
    records = {name: records_of(arm, seed=0) for name, arm in life.arms(TINY).items()}
    told = life.measure(records)
    assert set(told) == {q.name for q in life.PATTERN.quantities}
    questions = measure(records["ugc"][-1], actions=["post"], replicates=0)
    assert told["ugc: acted once"] == questions["once"]
    assert told["ugc: acted once"] != measure(records["ugc"][-1], replicates=0)["once"]
    last = records["ugc"][-1].series.iloc[-1]
    assert told["ugc: active / registered"] == last["active"] / last["present"]
