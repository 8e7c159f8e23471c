"""Robustness: paired runs in many worlds, and the share of them in which a conclusion holds."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kith.experiments.analyses import robust as robust_module
from kith.experiments.analyses.prior_draws import drawn, open_parameters, priors
from kith.experiments.analyses.robust import Robustness, as_object, robustness
from kith.experiments.cli.app import exit_code
from kith.experiments.cli.printed_checks import show_robustness
from kith.experiments.reports.robust import more, page, picture
from kith.experiments.runs.runner import Job, RunResult
from kith.experiments.statistics.conclusions import Conclusion, conclusion, decision
from kith.experiments.statistics.shares import trials_needed
from kith.scenarios.load import load
from kith.sim.engine import MODEL_VERSION

PUBLISHED = ("pool_web", "hub_web", "no_community_web")

TINY = {"market.size": 500, "market.founders": 60}


def test_worlds_stay_within_their_priors_and_cover_them_evenly() -> None:
    names = ["churn.contagion", "monetisation.take_rate"]
    worlds = drawn(names, 100)
    assert worlds == drawn(names, 100)
    for name in names:
        _, low, high = priors()[name]
        values = np.array([world[name] for world in worlds])
        assert values.min() >= low
        assert values.max() <= high
        assert len(np.unique(values)) == 100
        mode = priors()[name][0]
        assert 0.2 < float((values < mode).mean()) < 0.8


def test_every_world_can_run() -> None:
    names = list(priors())
    for world in drawn(names, 30):
        load("web", overrides=world)


def test_what_a_scenario_a_phase_or_an_experiment_sets_is_not_drawn() -> None:
    chat = load("community_core")
    assert "value.content_half_life" in open_parameters([load("web")])
    assert "value.content_half_life" not in open_parameters([load("web"), chat])
    given = load("web", overrides={"churn.contagion": 0.3})
    assert "churn.contagion" not in open_parameters([given])
    from kith.experiments.credibility.patterns.pattern import in_phases

    assert "incentives.cash_per_contribution" not in priors()
    assert set(open_parameters([load("pay_and_stop")])) <= set(priors())
    assert in_phases(load("web"), {10: {"churn.contagion": 0.1}}).phases[1][1].churn.contagion == 0.1


def values(gaps: list[float]) -> pd.DataFrame:
    rows = [(w, "a", 1.0) for w in range(len(gaps))] + [(w, "b", 1.0 + gap) for w, gap in enumerate(gaps)]
    return pd.DataFrame(rows, columns=["world", "scenario", "active"])


@pytest.mark.parametrize(
    ("gaps", "holds", "verdict"),
    [
        ([1.0] * 88 + [-1.0] * 12, 88, "robust"),
        ([1.0] * 87 + [-1.0] * 13, 87, "undecided"),
        ([1.0] * 83 + [-1.0] * 17, 83, "undecided"),
        ([-1.0] * 73 + [1.0] * 27, 73, "undecided"),
        ([-1.0] * 70 + [1.0] * 30, 70, "not robust"),
        ([1.0] * 52 + [-1.0] * 48, 52, "not robust"),
        ([0.0] * 10, 0, "same"),
        ([1.0] * 16 + [np.nan] * 2, 16, "robust"),
        ([1.0] * 15 + [np.nan] * 2, 15, "undecided"),
    ],
)
def test_a_conclusion_counts_the_worlds_in_which_its_sign_holds(
    gaps: list[float], holds: int, verdict: str
) -> None:
    result = conclusion(values(gaps), "active", ("a", "b"))
    assert result is not None
    assert (result.holds_in, result.verdict) == (holds, verdict)
    assert result.share.low <= result.share.value <= result.share.high
    assert result.worlds == int(np.isfinite(gaps).sum())


def in_pairs(gaps: np.ndarray) -> pd.DataFrame:
    """Values of which the differences, (worlds, pairs), are given."""
    world, pair = (place.ravel() for place in np.indices(gaps.shape))
    first = pd.DataFrame({"world": world, "pair": pair, "scenario": "a", "active": 1.0})
    return pd.concat([first, first.assign(scenario="b", active=1.0 + gaps.ravel())])


def of_pairs(gaps: np.ndarray) -> Conclusion:
    result = conclusion(in_pairs(gaps), "active", ("a", "b"))
    assert result is not None
    return result


def test_a_world_counts_by_the_mean_of_its_pairs_and_with_those_that_are_left() -> None:
    gaps = np.array([[3.0, -1.0], [-3.0, 1.0], [2.0, np.nan], [np.nan, np.nan], [1.0, -1.0]])
    result = of_pairs(gaps)
    assert (result.more, result.less, result.worlds, result.pairs) == (2, 1, 4, 7)
    assert result.median == 0.5


@pytest.mark.parametrize(("luck", "parameters"), [(1.0, 3.0), (2.0, 0.5), (1.0, 0.0)])
def test_spreads_by_luck_and_by_parameters_are_those_that_made_the_values(
    luck: float, parameters: float
) -> None:
    draws = np.random.default_rng(4)
    gaps = draws.normal(1.0, parameters, (3000, 1)) + draws.normal(0.0, luck, (3000, 3))
    gaps[draws.random(gaps.shape) < 0.2] = np.nan
    result = of_pairs(gaps)
    assert result.luck == pytest.approx(1.645 * luck, rel=0.05)
    assert result.parameters == pytest.approx(1.645 * parameters, rel=0.05, abs=0.3)
    share = parameters**2 / (luck**2 + parameters**2)
    assert result.share_parameters == pytest.approx(share, abs=0.03)


def test_one_pair_cannot_tell_luck_from_parameters() -> None:
    result = of_pairs(np.random.default_rng(5).normal(0.2, 1.0, (100, 1)))
    assert np.isnan([result.luck, result.parameters, result.share_parameters, result.pairs_needed]).all()
    assert result.because == "one pair"


@pytest.mark.parametrize(
    ("middle", "luck", "parameters", "because"),
    [
        (1.0, 2.0, 0.0, "luck"),
        (1.0, 0.2, 2.0, "parameters"),
        (0.3, 1.0, 3.0, "parameters"),
        (1.0, 1.0, 0.9, "luck or parameters"),  # 87 % of worlds are above zero, and 88 of 100 are needed
        (3.0, 1.0, 1.0, ""),
    ],
)
def test_what_is_not_robust_is_so_by_luck_or_by_the_parameters(
    middle: float, luck: float, parameters: float, because: str
) -> None:
    found = []
    for seed in range(20):
        draws = np.random.default_rng(seed)
        gaps = draws.normal(middle, parameters, (100, 1)) + draws.normal(0.0, luck, (100, 2))
        found.append(of_pairs(gaps).because)
    assert max(set(found), key=found.count) == because
    opposite = {"luck": "parameters", "parameters": "luck"}.get(because)
    assert found.count(opposite) <= 1


def test_as_many_pairs_as_are_said_make_a_conclusion_robust_in_most_cases() -> None:
    robust = []
    for seed in range(30):
        draws = np.random.default_rng(seed)
        result = of_pairs(1.0 + draws.normal(0.0, 3.0, (100, 2)))
        if result.because == "luck":
            more = 1.0 + draws.normal(0.0, 3.0, (100, int(result.pairs_needed)))
            robust.append(of_pairs(more).verdict == "robust")
    assert len(robust) > 10
    assert np.mean(robust) > 0.7


def test_too_few_worlds_are_no_case_of_luck() -> None:
    assert of_pairs(np.tile([1.0, 2.0], (15, 1))).because == "few draws"
    assert of_pairs(np.tile([1.0, 2.0], (16, 1))).because == ""


@pytest.mark.parametrize("worlds", [1, 2, 3, 15])
def test_a_few_worlds_that_all_agree_decide_nothing(worlds: int) -> None:
    result = conclusion(values([1.0] * worlds), "active", ("a", "b"))
    assert result is not None
    assert (result.share.value, result.verdict, result.worlds_needed) == (1.0, "undecided", 16)
    assert decision(result.verdict, result.worlds_needed) == "undecided; about 16 draws would decide"


@pytest.mark.parametrize("share", [0.7, 0.76, 0.84, 0.9, 0.97])
def test_as_many_worlds_as_are_needed_decide_in_four_cases_of_five(share: float) -> None:
    n = int(trials_needed(share, 0.8, 0.95, 0.8))
    holds = np.random.default_rng(1).binomial(n, share, 4000)
    counts, times = np.unique(holds, return_counts=True)
    result = [Conclusion("active", "members", "a", "b", int(k), n - int(k), n, 1.0).verdict for k in counts]
    decided = sum(t for t, verdict in zip(times, result, strict=True) if verdict != "undecided")
    assert decided / 4000 == pytest.approx(0.8, abs=0.07)


def test_a_share_at_the_threshold_is_never_decided() -> None:
    result = conclusion(values([1.0] * 8 + [-1.0] * 2), "active", ("a", "b"))
    assert result is not None
    assert (result.verdict, result.worlds_needed) == ("undecided", np.inf)
    assert decision(result.verdict, None) == "undecided; > 100,000 draws would decide"


def test_the_interval_is_that_of_wilson() -> None:
    result = conclusion(values([1.0] * 83 + [-1.0] * 17), "active", ("a", "b"))
    assert result is not None
    assert tuple(result.share) == pytest.approx((0.83, 0.7445, 0.8911), abs=5e-4)
    assert result.sentence == "active members: more in b than in a"


def test_an_indicator_that_is_nowhere_defined_gives_no_conclusion() -> None:
    assert conclusion(values([np.nan] * 4), "active", ("a", "b")) is None
    assert conclusion(values([1.0]), "ncv", ("a", "b")) is None


@pytest.fixture(scope="module")
def small() -> Robustness:
    seen: list[tuple[int, int]] = []
    result = robustness(
        ["pool", "web"], worlds=8, days=120, overrides=TINY, workers=1, progress=lambda *n: seen.append(n)
    )
    assert (seen[0], seen[-1]) == ((0, 32), (32, 32))
    return result


def test_runs_of_a_world_are_paired_and_differ_between_worlds(small: Robustness) -> None:
    names = list(small.drawn)
    for _, world in small.values.groupby("world"):
        assert (world[names].nunique() == 1).all()
        assert world["pair"].tolist() == [0, 0, 1, 1]
    seeds = small.values.groupby(["world", "pair"])["seed"]
    assert (seeds.nunique() == 1).all()
    assert seeds.first().is_unique
    assert small.values.groupby("scenario")["churn.contagion"].nunique().tolist() == [8, 8]
    ties = conclusion(small.values, "ties_per_member", ("pool", "web"))
    assert ties is not None
    assert (ties.more, ties.verdict) == (8, "undecided")


def test_further_pairs_add_runs_and_change_none(small: Robustness) -> None:
    one = robustness(["pool", "web"], worlds=8, days=120, overrides=TINY, workers=1, pairs=1)
    first = small.values[small.values["pair"] == 0].reset_index(drop=True)
    pd.testing.assert_frame_equal(one.values, first)
    assert "luck cannot be told from the parameters" in page(as_object(one))
    assert "it contains luck, and is too large" in page(as_object(one))


def test_columns_have_units(small: Robustness) -> None:
    units = small.values.attrs["units"]
    assert units["pair"] == "pair of runs"
    assert units["seed"] == "random seed"


def test_a_run_that_fails_takes_its_pair_and_not_its_world(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run_all(jobs: list[Job], *_: object) -> list[RunResult]:
        def made(job: Job) -> RunResult:
            world, pair, label = job.key
            if (world, pair, label) == (1, 0, "web") or (world, label) == (2, "pool"):
                return RunResult(job.key, job.seed, error="lost")
            return RunResult(job.key, job.seed, "id", "3", {"active": 1.0 + world + pair * (label == "web")})

        return [made(job) for job in jobs]

    monkeypatch.setattr(robust_module, "run_all", run_all)
    result = robustness(["pool", "web"], worlds=4, days=20, overrides=TINY)
    (active,) = result.conclusions
    assert (active.worlds, active.pairs, active.more) == (3, 5, 3)
    written = as_object(result)
    assert [(f["world"], f["pair"], f["scenario"]) for f in written["failures"]] == [
        (1, 0, "web"),
        (2, 0, "pool"),
        (2, 1, "pool"),
    ]
    assert "3 runs failed; their pairs are left out." in page(
        json.loads(json.dumps(written, allow_nan=False))
    )


def test_the_screen_shows_both_spreads_in_a_hundred_columns(
    small: Robustness, capsys: pytest.CaptureFixture[str]
) -> None:
    show_robustness(small)
    lines = capsys.readouterr().out.splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 100
    assert any(line.startswith("active members ") and line.count("±") == 2 for line in lines)
    assert "2 pairs of runs over 120 days for each" in "\n".join(lines)


def test_the_object_is_plain(small: Robustness) -> None:
    written = json.loads(json.dumps(as_object(small), allow_nan=False))
    assert written["scenarios"] == ["pool", "web"]
    assert written["failures"] == []
    assert all(0 <= c["low"] <= c["share"] <= c["high"] <= 1 for c in written["conclusions"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pool"], "robust needs two scenarios"),
        (["pool", "hub", "web"], "robust needs two scenarios"),
        (["pool", "pool"], "pool is named twice"),
        (["pool", "wep"], "wep"),
        (["pool", "web", "--worlds", "1"], "worlds = 1: must be at least 2"),
        (["pool", "web", "--worlds", "0"], "--worlds 0: must be 1 or more"),
        (["pool", "web", "--pairs", "0"], "--pairs 0: must be 1 or more"),
        (["pool", "web", "--worlds", "1000", "--pairs", "1000"], "2,000,000 runs, more than 1,000,000"),
        (["pool", "web", "--days", "0"], "--days 0"),
        (["pool", "web", "--set", "churn.contagon=1"], "did you mean churn.contagion"),
        (["pool", "web", "--at", "2001-01-01"], "needs --from-log"),
    ],
)
def test_bad_requests_are_refused_in_one_line(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["robust", *words]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert len(err.strip().splitlines()) == 1


def test_the_command_writes_conclusions_and_worlds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = ["--set", "market.size=300", "--set", "market.founders=40", "--days", "60", "--workers", "1"]
    assert exit_code(["robust", "pool", "web", "--worlds", "3", *small, "--out", str(tmp_path / "out")]) == 0
    out = capsys.readouterr().out
    assert "3 draws" in out
    assert " robust\n" not in out.partition("3 draws")[0].replace("not robust", "")
    written = {"robust.json", "robust.md", "robust.svg", "figures", "plans.json", "provenance.json"}
    written |= {f"{table}.{kind}" for table in ("conclusions", "worlds") for kind in ("csv", "parquet")}
    written |= {"conclusions.tex", "ro-crate-metadata.json"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == written
    assert len(pd.read_csv(tmp_path / "out" / "worlds.csv")) == 12


def test_a_page_says_what_was_found_and_how_to_repeat_it(small: Robustness) -> None:
    written = as_object(small)
    text = page(written)
    assert "{{" not in text
    assert text == page(json.loads(json.dumps(written)))
    assert f"kith robust pool web --worlds {small.worlds} --pairs 2 --days {small.days} --set" in text
    rows = [sum(line.startswith("| ") for line in part.splitlines()) for part in text.split("\n## ")]
    differing = sum(c.verdict != "same" for c in small.conclusions)
    assert rows == [len(small.conclusions) + 1, differing + 1, differing + 1, 0]
    assert "ties per member: more in web than in pool | 100 %" in text
    assert "<title" in picture(written)


def test_a_share_is_seen_from_the_side_of_more() -> None:
    result = conclusion(values([-1.0] * 83 + [1.0] * 17), "active", ("a", "b"))
    assert result is not None
    c = {"more": result.more, "less": result.less, "share": result.share.value}
    c |= {"low": result.share.low, "high": result.share.high}
    assert more(c) == pytest.approx((0.17, 1 - 0.8911, 1 - 0.7445), abs=5e-4)


@pytest.mark.parametrize("pair", PUBLISHED)
def test_the_published_pages_are_those_of_their_worlds(root: Path, pair: str) -> None:
    folder = root / "docs" / "explanation" / "robust" / pair
    written = json.loads((folder / "robust.json").read_text("utf-8"))
    assert written["model_version"] == MODEL_VERSION
    assert written["worlds"] >= 100
    assert written["pairs"] >= 2
    assert written["failures"] == []
    assert (folder / "robust.md").read_text("utf-8") == page(written)
    assert "_".join(written["scenarios"]) == pair
    calibration = (root / "docs" / "explanation" / "calibration.md").read_text("utf-8")
    assert f"(robust/{pair}/robust.md)" in calibration


def test_regret_is_what_choosing_one_for_good_loses_on_average() -> None:
    result = conclusion(values([3.0, 1.0, -2.0, 0.0]), "active", ("a", "b"))
    assert result is not None
    assert (result.regret_first, result.regret_second) == (1.0, 0.5)
    assert result.regret_first - result.regret_second == pytest.approx(0.5)  # the mean difference


@pytest.mark.parametrize("luck", [1.0, 4.0])
def test_regret_of_several_pairs_has_no_luck_in_it(luck: float) -> None:
    """Differences are normal with mean 0 and a spread of 2 over worlds: always choosing one loses 2 φ(0) = 0.80."""
    draws = np.random.default_rng(6)
    worlds = draws.normal(0.0, 2.0, (40_000, 1))
    pairs = 9
    result = of_pairs(worlds + draws.normal(0.0, luck, (40_000, pairs)))
    found = 2.0 / np.hypot(2.0, luck / np.sqrt(pairs - 1))  # part of it that a choice by eight pairs sees
    regret = 2.0 / np.sqrt(2 * np.pi)
    assert 0.8 < found < 1.0
    assert result.regret_first == pytest.approx(found * regret, rel=0.03)
    assert result.regret_second == pytest.approx(found * regret, rel=0.03)


def test_where_nothing_but_luck_differs_nothing_is_lost() -> None:
    gaps = np.random.default_rng(7).normal(0.0, 1.0, (4000, 2))
    result = of_pairs(gaps)
    assert abs(result.regret_first) < 0.03
    assert of_pairs(gaps[:, :1]).regret_first == pytest.approx(
        0.399, abs=0.03
    )  # with one pair it is all luck
