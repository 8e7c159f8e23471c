"""What a fit has to meet, and how far a log can be trusted."""

from dataclasses import replace

import numpy as np
import pytest

from kith.experiments.calibration.past import sampled, windows_of
from kith.experiments.calibration.statistics import (
    BLOCKS,
    FLOOR,
    curve_errors,
    curves,
    statistics_of,
    target_of,
)
from kith.experiments.evidence.observation import DAY, Observed

WINDOW, DAYS = 30, 30 * BLOCKS * 2


def village(luck: np.random.Generator, came: np.ndarray, spread: float) -> Observed:
    """Members who come on given days and act at rates of their own, a day at a time, until the end."""
    rates = np.minimum(0.5, 0.05 * np.exp(luck.normal(0.0, spread, len(came))))
    acts = luck.random((len(came), DAYS)) < rates[:, None]
    acts &= np.arange(DAYS) >= came[:, None]
    acts[np.arange(len(came)), came] = True
    day, member = np.nonzero(acts.T)
    return Observed(member, day * DAY, np.full(len(day), -1), len(came), 0, DAYS * DAY)


@pytest.mark.parametrize("members", [60, 400])
def test_errors_of_curves_are_those_of_logs_with_the_same_arrivals(members: int) -> None:
    """The spread of a hundred logs that differ in nothing but who came."""
    luck = np.random.default_rng(0)
    came = np.sort(luck.integers(0, DAYS - WINDOW, members))
    logs = [village(luck, came, 1.0) for _ in range(100)]
    means = [curves(*windows_of(log, WINDOW)) for log in logs]
    told = [curve_errors(log, WINDOW) for log in logs]
    assert set(told[0]) == set(means[0])
    for name in ("actives_3", "actives_8", "actions_3", "actions_8"):
        spread = np.std([np.log(mean[name] + FLOOR) for mean in means])
        assert np.mean([errors[name] for errors in told]) == pytest.approx(spread, rel=0.25)


def test_a_founder_alone_tells_little() -> None:
    """Whatever one member did may as well have been nothing; the errors of a block go with the number of those who act."""
    one = village(np.random.default_rng(1), np.array([0, *[DAYS // 2] * 30]), 0.3)
    errors = curve_errors(one, WINDOW)
    assert errors["actives_1"] > 0.6
    assert errors["actives_8"] < 0.3


def test_a_statistic_is_met_within_what_the_log_itself_leaves_open() -> None:
    log = village(np.random.default_rng(2), np.zeros(12, np.int64), 1.0)
    target, errors = target_of(log, WINDOW), curve_errors(log, WINDOW)
    for name, error, tolerance in zip(target.names, target.errors, target.tolerances, strict=True):
        if name in errors:
            assert error == pytest.approx(np.hypot(0.15, errors[name]))
            assert tolerance == pytest.approx(max(0.15, 1.96 * errors[name]))


def test_of_a_sample_of_members_it_is_not_asked_who_was_answered() -> None:
    """Somebody else answers every first action; of those who do, the sample has few."""
    log = village(np.random.default_rng(3), np.zeros(400, np.int64), 1.0)
    answers = np.roll(np.arange(400), 1)
    log = replace(
        log,
        member=np.concatenate([log.member[:400], answers, log.member[400:]]),
        time=np.concatenate([log.time[:400], np.full(400, DAY // 2), log.time[400:]]),
        target=np.concatenate([log.target[:400], np.arange(400), log.target[400:]]),
        contribution=np.ones(len(log.member) + 400, bool),
    )
    told = dict(zip(target_of(log, WINDOW).names, target_of(log, WINDOW).values, strict=True))
    assert told["answered_1d"] == 1.0
    some = sampled(log, 0.2)
    assert statistics_of(some, WINDOW)["answered_1d"] < 0.5
    assert "answered_1d" not in target_of(some, WINDOW, whole=False).names
