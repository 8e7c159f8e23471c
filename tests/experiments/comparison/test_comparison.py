"""A comparison is paired, honest about gaps, and the same for any number of workers."""

import json
import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kith.experiments.cli.printed_results import show_comparison
from kith.experiments.comparison.comparison import Comparison, compare, gathered
from kith.experiments.comparison.labels import labelled
from kith.experiments.comparison.stopping import StoppingRule
from kith.experiments.comparison.summary_sentence import brief_answer, comparison_answer
from kith.experiments.errors import ComparisonError, RunsFailed
from kith.experiments.reports.comparison import comparison_page
from kith.experiments.runs.runner import RunResult
from kith.experiments.statistics.intervals import no_interval, paired
from kith.experiments.statistics.tables import OUTCOMES, UNJUDGED, bands, typical_half_width, verdict
from kith.sim.engine import run
from kith.sim.schema.parameter_set import ParameterError
from kith.sim.schema.plan import Plan

SMALL = {"market.size": 600, "market.founders": 80}


def made_up(values: dict[str, list[float]], failed: tuple[tuple[str, int], ...] = ()) -> list[RunResult]:
    """Outcomes in which `active` has the given value for every scenario and seed."""
    series = {"active": pd.Series([1.0, 2.0], index=[0, 9])}
    return [
        RunResult(s, seed, error="Traceback: no luck" if (s, seed) in failed else "")
        if (s, seed) in failed
        else RunResult(s, seed, f"{s}{seed}", "1", {"active": x}, series, {"paid": 1.0}, {"price": 2.0})
        for s, pool_rows in values.items()
        for seed, x in enumerate(pool_rows)
    ]


def gather(values: dict[str, list[float]], **kwargs: Any) -> Comparison:
    plans = {name: Plan(name=name) for name in values}
    seeds = tuple(range(len(next(iter(values.values())))))
    return gathered(plans, 10, seeds, ("active",), made_up(values, **kwargs))


def test_every_outcome_of_every_scenario_has_a_row(comparison: Comparison) -> None:
    table = comparison.table
    assert list(table["outcome"].unique()) == list(OUTCOMES)
    assert list(table["scenario"][:3]) == ["pool", "hub", "web"] == list(comparison.labels)
    assert len(table) == 3 * len(OUTCOMES)


def test_a_difference_is_that_of_the_same_seeds(comparison: Comparison) -> None:
    values = comparison.values.pivot(index="seed", columns="scenario", values="active")
    expected = paired(values["pool"].to_numpy(), values["web"].to_numpy())
    row = comparison.row("active", "web")
    assert row["difference"] == pytest.approx((values["web"] - values["pool"]).mean())
    assert (row["difference_low"], row["difference_high"]) == pytest.approx((expected.low, expected.high))


def test_a_run_of_a_comparison_is_the_run_of_that_seed(
    comparison: Comparison, plan: Callable[..., Plan]
) -> None:
    alone = run(plan("web"), seed=2)
    run_row = comparison.values.query("scenario == 'web' and seed == 2").iloc[0]
    assert run_row["run_id"] == alone.run_id
    assert run_row["active"] == alone.summary["active"]


def test_the_reference_has_no_difference(comparison: Comparison) -> None:
    pool_rows = comparison.table[comparison.table["scenario"] == "pool"]
    assert pool_rows["difference"].isna().all()
    assert not pool_rows["resolved"].any()


@pytest.mark.slow
def test_two_workers_give_the_same_table_as_one(comparison: Comparison) -> None:
    again = compare(["pool", "hub", "web"], runs=4, days=70, overrides=SMALL, workers=2)
    pd.testing.assert_frame_equal(again.table, comparison.table)
    pd.testing.assert_frame_equal(again.series, comparison.series)
    pd.testing.assert_frame_equal(again.leaving, comparison.leaving)
    assert again.to_json() == comparison.to_json()


def test_bands_hold_their_median(comparison: Comparison) -> None:
    bands = comparison.series.dropna()
    assert (bands["low"] <= bands["median"]).all()
    assert (bands["median"] <= bands["high"]).all()
    first = bands.query("scenario == 'hub' and column == 'present' and day == 69").iloc[0]
    ends = comparison.values.query("scenario == 'hub'")["present"]
    assert first["median"] == pytest.approx(ends.median())


def test_the_json_is_strict_and_undefined_is_null(comparison: Comparison) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    result = json.loads(comparison.to_json(), parse_constant=refuse)
    reference = next(r for r in result["table"] if r["scenario"] == "pool" and r["outcome"] == "active")
    assert reference["difference"] is None
    assert result["reference"] == "pool"
    assert len(result["run_ids"]["web"]) == 4


def test_one_run_each_has_no_intervals() -> None:
    single = gather({"a": [3.0], "b": [5.0]})
    row = single.row("active", "b")
    assert row["difference"] == 2
    assert math.isnan(row["difference_low"])
    assert not row["resolved"]
    assert "fewer than 4 paired runs: no interval" in comparison_answer(single)


def test_undefined_outcomes_leave_the_complete_pairs() -> None:
    result = gather({"a": [1.0, 2.0, 3.0], "b": [2.0, math.nan, 6.0]})
    row = result.row("active", "b")
    assert (row["n"], row["pairs"], row["difference"]) == (2, 2, 2.0)
    assert result.row("active", "a")["n"] == 3


def test_failed_runs_are_told_and_left_out() -> None:
    result = gather({"a": [1.0, 2.0, 3.0], "b": [2.0, 4.0, 6.0]}, failed=(("b", 1),))
    assert [(f.key, f.seed) for f in result.failures] == [("b", 1)]
    assert result.row("active", "b")["pairs"] == 2
    assert json.loads(result.to_json())["failures"][0]["error"] == "Traceback: no luck"


def test_a_comparison_of_failures_is_a_failure() -> None:
    with pytest.raises(RunsFailed, match="no luck"):
        gather({"a": [1.0], "b": [1.0]}, failed=(("a", 0), ("b", 0)))


def test_the_answer_says_what_is_resolved_and_what_is_not() -> None:
    arms = {"a": [100.0, 101, 99, 100], "b": [150.0, 152, 148, 150], "c": [90.0, 120, 95, 101]}
    result = gather(arms)
    answer = comparison_answer(result)
    assert "Compared with a after 10 days, b has 50.0 more active members (48.7 to 51.3)" in answer
    assert "c shows no resolved difference (−" in answer
    assert answer.endswith(". In brackets: 95 % intervals from 4 paired runs.")


@pytest.mark.parametrize("runs", [1, 2, 3])
def test_with_too_few_runs_there_are_means_and_no_verdict_anywhere(
    runs: int, capsys: pytest.CaptureFixture[str]
) -> None:
    result = gather({"a": [100.0, 100.5, 99.75][:runs], "b": [189.0, 189.5, 188.75][:runs]})
    row = result.row("active", "b")
    assert (row["mean"], row["difference"]) == (pytest.approx(189, abs=0.3), 89)
    assert verdict(row) == UNJUDGED
    told = json.loads(result.to_json())
    undefined = ("low", "high", "difference_low", "difference_high", "resolved", "runs_needed")
    assert all(one[name] is None for one in told["table"] for name in undefined)
    assert no_interval() in comparison_answer(result)
    show_comparison(result)
    out = capsys.readouterr().out
    assert no_interval()[1:] in out
    for text in (out, comparison_answer(result), comparison_page(result).partition("<svg")[0]):
        assert not any(word in text for word in ("89.0 to", "●", "○", "more active members"))
    assert "95 % band" not in comparison_page(result)
    assert "Differences from" not in comparison_page(result)
    bands_of = result.series.dropna(subset=["median"])
    assert bands_of["low"].isna().all()


def test_arms_that_always_differ_by_the_same_have_no_interval_of_no_width() -> None:
    result = gather({"a": [100.0, 101, 99, 105, 103], "b": [189.0, 190, 188, 194, 192]})
    assert "b differs by +89 in active members in every run" in comparison_answer(result)
    assert result.row("active", "b")["resolved"] is None


def test_numbers_below_each_other_have_the_same_digits() -> None:
    low, high = pd.Series([0.0, 1.0, 5.0, math.nan]), pd.Series([0.0, 3.0, 15.0, math.nan])
    assert typical_half_width(low, high) == 1.0
    assert typical_half_width(low, high.replace(15.0, 150.0)) == 7.25
    assert typical_half_width(low[:1], high[:1]) == 0
    assert math.isnan(typical_half_width(low[3:], high[3:]))


def test_plans_of_one_name_are_told_apart_by_what_differs(plan: Callable[..., Plan]) -> None:
    several = [plan("web"), plan("web", **{"monetisation.price": 12.0}), plan("pool")]
    assert list(labelled(several)) == ["web", "web (price 12)", "pool"]


def test_the_same_plan_twice_is_refused(plan: Callable[..., Plan]) -> None:
    with pytest.raises(ComparisonError, match="web is given twice with the same parameters"):
        compare([plan("web"), plan("web")], runs=1)


def test_plans_of_different_length_run_equally_long(plan: Callable[..., Plan]) -> None:
    result = compare([plan("web", days=20), plan("pool", days=35)], runs=1, workers=1)
    assert result.days == 35
    assert set(result.series.groupby("scenario")["day"].max()) == {34}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"scenarios": ["web"]}, "needs two scenarios or more"),
        ({"scenarios": "web"}, "needs two scenarios or more"),
        ({"scenarios": ["web", "web"]}, "web is named twice"),
        ({"runs": 0}, "runs = 0: must be at least 1"),
        ({"days": 0}, "days = 0: must be 1 to"),
        ({"days": -1}, "days = -1"),
        ({"first_seed": -1}, "first_seed = -1"),
        ({"workers": 0}, "workers = 0"),
        ({"precision": 0}, "precision = 0: must be above 0"),
        ({"precision": math.nan}, "precision = nan"),
        ({"precision": 0.1, "runs": 3}, "must be at least 4 with a precision"),
        ({"outcomes": ["actve"]}, "unknown indicator actve; did you mean active"),
    ],
)
def test_bad_requests_name_the_way_out(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ComparisonError, match=message):
        compare(**({"scenarios": ["pool", "web"]} | wrong))


def test_overrides_for_a_finished_plan_are_refused(plan: Callable[..., Plan]) -> None:
    with pytest.raises(ComparisonError, match="overrides cannot be added to a complete plan"):
        compare([plan("web"), "pool"], overrides={"monetisation.price": 1})


def test_a_bad_parameter_is_refused_before_any_run() -> None:
    with pytest.raises((ParameterError, ValueError), match="did you mean"):
        compare(["pool", "web"], overrides={"monetisation.prise": 1})


def test_asking_for_other_outcomes_and_variants_works(plan: Callable[..., Plan]) -> None:
    result = compare(
        [plan("web"), plan("pool")], runs=2, days=40, outcomes=["left", "churn_month_value"], workers=1
    )
    assert list(result.table["outcome"].unique()) == ["left", "churn_month_value"]
    assert np.isfinite(result.table["mean"]).all()


# Run until it is known


def test_it_runs_until_the_main_difference_is_narrow_enough(plan: Callable[..., Plan]) -> None:
    asked = [plan("pool", days=20), plan("web", days=20)]
    seen: list[Comparison] = []
    result = compare(asked, precision=0.1, workers=1, look=seen.append)
    row, mean = result.row("active", "web"), result.row("active", "pool")["mean"]
    assert (row["difference_high"] - row["difference_low"]) / 2 <= 0.1 * mean
    again = compare(asked, runs=result.runs, workers=1)
    pd.testing.assert_frame_equal(again.table, result.table)
    tighter = compare(asked, precision=0.05, workers=1)
    assert tighter.runs > result.runs
    assert seen[-1].runs <= result.runs
    assert json.loads(result.to_json())["precision"] == 0.1


def test_it_stops_at_the_most_runs(plan: Callable[..., Plan]) -> None:
    result = compare([plan("pool", days=10), plan("web", days=10)], precision=1e-6, runs=20, workers=1)
    assert result.runs == 20
    assert result.rule is not None
    assert result.rule.ratio(result) > 1


def test_the_rule_asks_for_as_many_runs_as_the_width_needs_and_at_most_twice_as_many() -> None:
    luck = np.random.default_rng(2).normal(0, 10, 16)
    result = gather({"a": [100.0] * 16, "b": list(110 + luck)})
    half = (result.row("active", "b")["difference_high"] - result.row("active", "b")["difference_low"]) / 2
    assert StoppingRule(half / 100 * 1.01).next(result) == 16
    assert StoppingRule(half / 100 / 1.1).next(result) == math.ceil(1.1 * 16 * 1.1**2)
    assert StoppingRule(half / 1000).next(result) == 32
    assert StoppingRule(half / 1000, most=20).next(result) == 20


def test_the_rule_does_not_look_at_whether_a_difference_is_resolved() -> None:
    luck = np.random.default_rng(2).normal(0, 10, 16)
    for shift in (0.0, 500.0):
        result = gather({"a": [100.0] * 16, "b": list(100 + shift + luck)})
        assert StoppingRule(0.04).ratio(result) == pytest.approx(
            StoppingRule(0.04).ratio(gather({"a": [100.0] * 16, "b": list(100 + luck)}))
        )


@pytest.mark.slow
def test_intervals_that_were_stopped_for_being_narrow_hold_the_truth_nearly_as_often() -> None:
    """Normal differences, of which some 26 pairs are as narrow as asked: 94 % as documented."""
    random, rule, hits = np.random.default_rng(3), StoppingRule(0.00447), 0
    for _ in range(300):
        luck = random.normal(1, 1, 1_000)
        runs, more = 0, rule.first
        while more > runs:
            runs = more
            result = gather({"a": [100.0] * runs, "b": list(100 + luck[:runs])})
            more = rule.next(result)
        row = result.row("active", "b")
        hits += bool(row["difference_low"] <= 1 <= row["difference_high"])
    assert hits / 300 == pytest.approx(0.94, abs=0.035)


def test_differences_that_are_all_alike_are_not_known_at_the_first_look() -> None:
    """What happens in one pair of twenty is missed by 16 pairs in 44 cases of 100."""
    few = gather({"a": [100.0] * 16, "b": [101.0] * 16})
    assert StoppingRule(0.02).next(few) == 32
    assert StoppingRule(0.02, most=16).next(few) == 16
    assert StoppingRule(0.02).next(gather({"a": [100.0] * 64, "b": [101.0] * 64})) == 64


def test_what_is_known_appears_while_it_runs(plan: Callable[..., Plan]) -> None:
    seen: list[Comparison] = []
    result = compare([plan("pool", days=10), plan("web", days=10)], runs=12, workers=1, look=seen.append)
    sizes = [one.runs for one in seen]
    assert sizes[0] >= 4
    assert all(later >= 2 * earlier for earlier, later in pairwise(sizes))
    assert brief_answer(seen[0]).startswith("active members: web ")
    part = result.values[result.values["seed"] < sizes[0]].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        seen[0].values.sort_values(["scenario", "seed"], ignore_index=True),
        part.sort_values(["scenario", "seed"], ignore_index=True),
    )


def test_one_outcome_is_the_main_one_and_the_others_are_exploratory(comparison: Comparison) -> None:
    plain = comparison.plain()
    assert plain["main_outcome"] == OUTCOMES[0]
    assert plain["exploratory_outcomes"] == list(OUTCOMES[1:])
    defined = comparison.table[comparison.table["difference_low"].notna()]
    assert comparison.by_luck == pytest.approx(0.05 * (len(defined) - 2))


def test_a_scenario_of_which_every_run_failed_has_no_place_beside_the_others() -> None:
    with pytest.raises(RunsFailed, match="no luck"):
        gather({"a": [1.0, 2.0], "b": [1.0, 2.0]}, failed=(("b", 0), ("b", 1)))


def test_a_median_over_falling_curves_falls() -> None:
    days = range(0, 35, 7)
    curves = [[1.0, 0.5, 0.2, np.nan, np.nan], [1.0, 0.8, 0.7, 0.6, 0.5], [1.0, *[np.nan] * 4]]
    done = [
        RunResult("a", seed, staying={"survival": pd.Series(curve, days)})
        for seed, curve in enumerate(curves)
    ]
    result = bands(done, lambda o: o.staying, together=True)
    assert result["median"].dropna().tolist() == pytest.approx([1.0, 0.65, 0.45])
