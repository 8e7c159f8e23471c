"""Rivals, scores, joins ahead, anchoring, weights and the verdict."""

import numpy as np
import pandas as pd
import pytest

from kith.experiments.calibration.forecast.closed_form import ahead_of
from kith.experiments.calibration.forecast.joins import METHODS, joins_ahead, weights
from kith.experiments.calibration.forecast.judge import anchored, blurred
from kith.experiments.calibration.forecast.rivals import RIVALS, last_value
from kith.experiments.calibration.forecast.scores import relative, score
from kith.experiments.calibration.forecast.verdict import nearer_rivals, verdict
from kith.experiments.calibration.past import read_past
from kith.experiments.calibration.statistics import Target
from kith.experiments.calibration.weighting import chosen, weights_of
from tests.experiments.calibration.conftest import rows_of, write_log

GROWING = np.array([3.0, 5, 6, 8, 9, 12, 15, 14, 18, 20, 22, 25])


@pytest.mark.parametrize("name", list(RIVALS))
@pytest.mark.parametrize(
    "past", [GROWING, np.zeros(10), np.full(10, 4.0), np.array([2.0, 3.0]), np.append(np.zeros(11), 90.0)]
)
def test_a_rival_has_paths_for_any_past_and_none_below_zero(name: str, past: np.ndarray) -> None:
    paths = RIVALS[name](past, 6, np.random.default_rng(1))
    assert paths.shape == (300, 6)
    assert np.isfinite(paths).all()
    assert (paths >= 0).all()
    assert paths.max() <= 3.0 * max(1.0, past.max()) + past.max()


def test_the_last_value_goes_on_and_its_band_widens() -> None:
    paths = last_value(np.random.default_rng(0).normal(100, 5, 60).cumsum() / 10, 8, np.random.default_rng(1))
    spread = paths.std(axis=0)
    assert np.median(paths[:, 0]) == pytest.approx(np.median(paths[:, 7]), rel=0.1)
    assert spread[7] > spread[0]


def test_crps_rewards_the_right_place_and_the_right_width() -> None:
    luck, truth = np.random.default_rng(2), np.full(6, 10.0)
    near, wide, off = (luck.normal(m, s, (400, 6)) for m, s in ((10, 1), (10, 6), (16, 1)))
    assert score(truth, near).crps < score(truth, wide).crps < score(truth, off).crps
    assert score(truth, near).coverage == 1.0
    assert score(truth, off).coverage == 0.0


def test_crps_of_many_paths_is_that_of_their_distribution() -> None:
    paths = np.random.default_rng(4).normal(size=(2_000, 1))
    assert score(np.zeros(1), paths).crps == pytest.approx((2**0.5 - 1) / np.pi**0.5, abs=0.02)


def test_an_error_relative_to_none_is_defined() -> None:
    assert relative(0.0, 0.0) == 1.0
    assert np.isnan(relative(2.0, 0.0))
    assert relative(2.0, 4.0) == 0.5


def test_anchoring_gives_the_last_windows_the_level_of_the_log() -> None:
    paths = np.array([[1.0, 2, 2, 2, 4], [5.0, 8, 8, 8, 8]])
    out = anchored(paths, np.array([9.0, 4, 4, 4]))
    assert out[:, 0].tolist() == [8.0, 4.0]
    assert anchored(np.array([[1.0, 1, 1, 1]]), np.array([90.0, 90, 90]))[0, 0] == 3.0


def test_discrepancy_blurs_whole_paths() -> None:
    paths = blurred(np.ones((4000, 3)), 1)
    assert np.log(paths[:, 0]).std() == pytest.approx(0.15, rel=0.1)
    assert (paths[:, 0] == paths[:, 2]).all()


def test_joins_ahead_are_whole_and_differ_between_paths() -> None:
    joins = np.random.default_rng(0).poisson(2.0, 140)
    paths = joins_ahead(joins, 7, 30, 12, 5)
    assert len(paths) == 12
    assert {len(path) for path in paths} == {30}
    assert len({tuple(path.tolist()) for path in paths}) > 6
    assert 0.5 < np.mean([path.mean() for path in paths]) / 2.0 < 1.6


def test_a_campaign_that_ended_is_not_guessed_to_go_on() -> None:
    joins = np.concatenate([np.random.default_rng(0).poisson(50.0, 90), np.zeros(180, np.int64)])
    paths = joins_ahead(joins, 30, 90, 40, 1)
    assert np.mean([path.sum() for path in paths]) < 1.0


def test_methods_weigh_by_how_well_they_foretold_the_past() -> None:
    luck = np.random.default_rng(3)
    assert weights(np.full(4, 9.0), 3, luck).tolist() == [1.0 / len(METHODS)] * len(
        METHODS
    )  # too short to try
    growing = 10.0 * 1.2 ** np.arange(24.0)
    earned = dict(zip((method.__name__ for method in METHODS), weights(growing, 4, luck), strict=True))
    assert sum(earned.values()) == pytest.approx(1.0)
    assert earned["damped"] > 0.5 > earned["late_level"]
    noise = luck.poisson(40.0, 60).astype(float)
    earned = dict(zip((method.__name__ for method in METHODS), weights(noise, 4, luck), strict=True))
    assert earned["late_level"] > earned["last_value"]


def test_runs_that_met_the_past_count_more_and_a_third_counts_in_effect() -> None:
    target = Target(("gini",), np.zeros(1), np.full(1, 0.05), np.full(1, 0.05))
    y = np.linspace(0.0, 2.0, 60)[:, None]
    weights = weights_of(target, y)
    assert (np.diff(weights) <= 0).all()
    assert 1.0 / (weights**2).sum() == pytest.approx(20.0, rel=0.02)
    assert np.bincount(chosen(weights, 60, 1), minlength=60)[:10].sum() > 10


def test_the_rival_that_knows_members_foresees_its_own_world(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = write_log(tmp_path / "big.csv", rows_of(400, 300, 2, 0.02))
    past = read_past([str(path)])
    ahead = ahead_of(past.until(200), 7, 98, past.joins[200:298], 60, np.random.default_rng(1))
    true = np.array(
        [
            len(
                np.unique(
                    past.observed.member[
                        (past.observed.time >= past.observed.start + (200 + 7 * k) * 86_400_000_000)
                        & (past.observed.time < past.observed.start + (207 + 7 * k) * 86_400_000_000)
                    ]
                )
            )
            for k in range(14)
        ]
    )
    assert np.abs(ahead.actives.mean(axis=0) - true).mean() < 0.25 * true.mean()
    assert 0.0 < ahead.late.mean() < 0.6


def test_the_verdict_names_the_winner_rivals_included() -> None:
    def rows(who: str, crps: float) -> list[dict[str, object]]:
        return [
            {
                "origin": day,
                "target": target,
                "forecaster": who,
                "mae": crps,
                "relative": 1.0,
                "crps": crps,
                "coverage": 0.9,
            }
            for day in (1, 2, 3)
            for target in ("actives", "actions")
        ]

    table = [*rows("kith, anchored", 3.0), *rows("kith, raw", 5.0), *rows("last value", 4.0)]
    won = verdict(pd.DataFrame(table))
    assert nearer_rivals(pd.DataFrame(table)) == []
    table[-6:] = [row | {"mae": 2.0} for row in table[-6:]]
    assert nearer_rivals(pd.DataFrame(table)) == ["last value"]
    assert won[0].startswith("Actives, 3 dates: kith, anchored wins")
    lost = verdict(
        pd.DataFrame([*table, *rows("ETS", 2.0), *rows("kith, anchored with the true joins", 0.1)])
    )
    assert lost[0].startswith("Actives, 3 dates: ETS wins")
    assert "kith, anchored comes in place 2 of 4" in lost[0]
