"""The emulator and the posterior on problems whose answer is known."""

from collections.abc import Mapping

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from kith.experiments.calibration.inference.design import sobol
from kith.experiments.calibration.inference.emulator import emulator_of, told
from kith.experiments.calibration.inference.identified import identified, traded
from kith.experiments.calibration.inference.lived import log_chance
from kith.experiments.calibration.inference.posterior import log_likelihood, sampled
from kith.experiments.calibration.priors import (
    MEAN_RATE,
    PRIORS,
    RATE,
    SIGMA,
    WIDEST,
    Floats,
    log_prior,
    values_at,
)
from kith.experiments.calibration.recovery.judged import judged
from kith.experiments.calibration.representative import representative
from kith.experiments.calibration.statistics import Target
from kith.scenarios.load import load


def linear(points: int, noise: float = 0.2) -> tuple[Floats, Floats, Floats]:
    """Points in three dimensions and five statistics that follow the first two."""
    luck = np.random.default_rng(0)
    x = sobol(points, 3)
    slopes = np.array([[1.0, 0.5, -1.0, 0.2, 0.0], [0.0, 1.0, 0.5, -0.7, 0.3], [0.0] * 5])
    return x, x @ slopes + noise * luck.normal(size=(points, 5)), slopes


def test_the_emulator_predicts_the_mean_and_the_spread_of_a_run() -> None:
    x, y, slopes = linear(96)
    emulator = emulator_of(x, y)
    new = sobol(128, 3)[96:]
    mean, spread = emulator.predict(new)
    assert np.abs(mean - new @ slopes).mean() < 0.12
    assert spread.mean() == pytest.approx(0.2, rel=0.4)


def test_the_likelihood_is_that_of_a_normal_with_the_whole_covariance() -> None:
    x, y, _ = linear(64)
    emulator, errors, target = emulator_of(x, y), np.full(5, 0.1), y[7]
    of = log_likelihood(emulator, target, errors)
    at = x[:4]
    mean, variance = emulator.components(at)
    whole = []
    for m, v in zip(mean, variance, strict=True):
        covariance = emulator.basis.T @ np.diag(v) @ emulator.basis
        covariance += np.diag((errors / emulator.scale) ** 2 + emulator.rest)
        wanted = (target - emulator.mean) / emulator.scale
        whole.append(multivariate_normal(m @ emulator.basis, covariance).logpdf(wanted))
    assert np.diff(of(at)) == pytest.approx(np.diff(whole), abs=1e-6)


def test_the_posterior_of_a_linear_problem_is_found() -> None:
    x, y, slopes = linear(96, 0.05)
    truth = np.array([0.8, -0.6, 0.0])
    posterior = sampled(log_likelihood(emulator_of(x, y), truth @ slopes, np.full(5, 0.05)), 3, keep=150)
    assert posterior.converged
    assert posterior.mean[:2] == pytest.approx(truth[:2], abs=0.12)
    names = list(PRIORS)[:3]
    table = identified({name: PRIORS[name] for name in names}, posterior.draws)
    assert table["identified"].tolist() == [True, True, False]


def test_the_sampler_finds_the_spread_and_the_correlation_of_a_normal() -> None:
    covariance = np.array([[0.2, 0.15], [0.15, 0.2]])
    inverse = np.linalg.inv(covariance)

    def likelihood(x: Floats) -> Floats:
        return -0.5 * np.einsum("ni,ij,nj->n", x, inverse, x) - log_prior(x)

    draws = sampled(likelihood, 2, seed=3, keep=600).draws
    assert np.cov(draws.T) == pytest.approx(covariance, abs=0.06)
    pairs = traded({name: PRIORS[name] for name in list(PRIORS)[:2]}, draws)
    assert pairs[0].correlation == pytest.approx(0.75, abs=0.1)


def test_statistics_that_few_runs_can_tell_or_that_never_differ_are_left_out() -> None:
    y = np.random.default_rng(1).normal(size=(20, 3))
    y[:10, 0] = np.nan
    y[:, 1] = 4.0
    assert told(y).tolist() == [False, False, True]


def test_more_points_continue_a_design() -> None:
    assert (sobol(64, 5)[:40] == sobol(40, 5)).all()


def test_the_schema_takes_every_value_that_is_tried() -> None:
    for z in (-WIDEST, WIDEST):
        load("web", overrides=values_at(PRIORS, np.full(len(PRIORS), z)))


def test_priors_hold_their_intervals_and_the_mean_rate_becomes_the_rate() -> None:
    for prior in PRIORS.values():
        assert prior.value(prior.z(prior.low)) == pytest.approx(prior.low)
        assert prior.z(prior.high) == pytest.approx(1.6448536)
    values = values_at(PRIORS, np.zeros(len(PRIORS)))
    assert MEAN_RATE not in values
    mean = PRIORS[MEAN_RATE].value(0.0)
    assert values[RATE] * np.exp(values[SIGMA] ** 2 / 2) == pytest.approx(mean)


def test_recovery_sees_right_inference_and_overconfidence() -> None:
    luck = np.random.default_rng(5)
    truths = luck.normal(size=(80, 2))
    seen = truths + luck.normal(size=(80, 2))
    right = [s / 2 + np.sqrt(0.5) * luck.normal(size=(400, 2)) for s in seen]
    bold = [s / 2 + 0.2 * luck.normal(size=(400, 2)) for s in seen]
    assert judged(["a", "b"], truths, right).pooled.value == pytest.approx(0.9, abs=0.06)
    assert judged(["a", "b"], truths, right).flat
    assert judged(["a", "b"], truths, bold).pooled.value < 0.5
    assert not judged(["a", "b"], truths, bold).flat


def test_the_chance_of_a_usable_run_knows_where_the_edge_is() -> None:
    luck = np.random.default_rng(2)
    x = luck.normal(size=(300, 4))
    lost = x[:, 0] + 0.5 * x[:, 1] ** 2 > 0.8
    chance = log_chance(x[~lost], x[lost])
    far_in, far_out = np.array([[-2.0, 0.0, 0.0, 0.0]]), np.array([[2.0, 1.0, 0.0, 0.0]])
    assert np.exp(chance(far_in))[0] > 0.95
    assert np.exp(chance(far_out))[0] < 0.05
    assert (log_chance(x, x[:0])(x) == 0.0).all()


def test_what_stands_for_a_fit_is_a_draw_that_holds_with_other_luck() -> None:
    """The first draw has met the target by luck alone, the second runs away as often as not; the mean is no draw."""
    draws = np.array([[0.0], [1.0], [2.0], [3.0]])
    target = Target(("a",), np.array([10.0]), np.array([1.0]), np.array([2.0]), as_they_are=True)
    results = [
        {"end:a": 10.0, "x": 0.0},
        {"end:a": 10.2, "x": 0.0},
        {"end:a": 11.0, "x": 0.0},
        {"abandoned": 1.0},
    ]

    def again(tried: list[tuple[Floats, int]]) -> list[Mapping[str, float]]:
        assert len({seed for _, seed in tried}) == len(tried)
        of_draw = {0.0: {"end:a": 19.0, "x": 0.0}, 1.0: {"abandoned": 1.0}, 2.0: {"end:a": 9.2, "x": 0.0}}
        return [of_draw.get(float(z[0]), {"abandoned": 1.0}) for z, _ in tried]

    assert representative(draws, results, target, "end", again).tolist() == [2.0]
