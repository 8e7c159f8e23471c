"""The statistics of the patterns find what is there, and nothing where nothing is."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from kith.experiments.credibility.patterns import adoption, ads, contagion, duration, graph, replies, tenure
from kith.experiments.credibility.patterns.cohorts import spells

LUCK = 7


def luck() -> np.random.Generator:
    return np.random.default_rng(LUCK)


def test_bass_is_told_from_exponentials_and_a_constant_hazard_is_not_taken_for_bass() -> None:
    months = np.arange(1, 141) * 30 / 365.0
    noise = luck().normal(0.0, 3.0, len(months))
    assert adoption._gain(adoption.bass(months, 2000.0, 0.03, 0.9) + noise) > 100.0
    assert adoption._gain(adoption.saturation(months, 2000.0, 0.3) + noise) < 10.0


def test_the_peak_of_a_bell_is_at_half() -> None:
    bell = norm.pdf(np.arange(101), 50.0, 12.0)
    assert adoption._before_peak(bell) == pytest.approx(0.5, abs=0.01)


def lived_at(hazard: np.ndarray, end: int = 730) -> tuple[np.ndarray, np.ndarray]:
    """Spells of people who join evenly over the run, each with a constant hazard a day."""
    joined = luck().integers(0, end, len(hazard))
    left = joined + np.floor(luck().exponential(1.0 / hazard))
    members = pd.DataFrame({"joined_day": joined, "lapsed_day": np.where(left < end, left, np.nan)})
    return spells(members, end)


def test_a_constant_hazard_has_ratio_and_shape_one() -> None:
    length, ended = lived_at(np.full(20_000, 0.004))
    assert tenure.hazard_ratio(length, ended) == pytest.approx(1.0, abs=0.12)
    assert tenure.weibull_shape(length, ended) == pytest.approx(1.0, abs=0.03)


def test_hazards_that_differ_between_people_fall_with_tenure() -> None:
    length, ended = lived_at(luck().gamma(0.5, 0.02, 20_000) + 1e-5)
    assert tenure.hazard_ratio(length, ended) < 0.5
    assert tenure.weibull_shape(length, ended) < 0.8


def test_replies_are_compared_within_months() -> None:
    rows = [(1, True, 0.8)] * 90 + [(1, False, 0.8)] * 10 + [(2, True, 0.2)] * 10 + [(2, False, 0.2)] * 90
    posts = pd.DataFrame(rows, columns=["month", "replied", "again"])
    assert replies.difference(posts) == pytest.approx(0.0)
    assert replies.difference(posts.assign(month=0)) > 0.4


def test_only_an_sbg_promises_what_an_sbg_keeps() -> None:
    weeks = np.arange(duration.FITTED + 1)
    a, b = duration.fitted(duration.sbg(weeks, 0.7, 3.0))
    assert (a, b) == (pytest.approx(0.7, rel=0.01), pytest.approx(3.0, rel=0.01))
    share = luck().beta(0.7, 3.0, 40_000)
    length = 7.0 * luck().geometric(share) - 0.5
    points, _, _ = duration.over_prediction(length, np.ones(len(length), bool))
    assert points == pytest.approx(0.0, abs=1.0)
    ageing = np.where(length > 300.0, 300.0 + (length - 300.0) / 4.0, length)
    assert duration.over_prediction(ageing, np.ones(len(length), bool))[0] > 3.0


@pytest.mark.slow
def test_a_heavy_tail_is_told_from_an_exponential_and_a_random_graph_is_not_clustered() -> None:
    heavy = np.ceil(luck().lognormal(1.5, 1.0, 800)).astype(int)
    assert graph.heavy_tail(heavy) > 1.645
    assert graph.heavy_tail(luck().geometric(0.15, 800)) < 1.645
    assert graph.random_clustering(np.full(1000, 10), seed=0) == pytest.approx(10 / 999, rel=0.3)


def test_the_slope_of_a_line_is_its_slope() -> None:
    assert ads.slope(0.02 * np.array(ads.LOADS)) == pytest.approx(0.02)


def test_what_is_beyond_proportion_is_the_quadratic_part_at_the_highest_load() -> None:
    load = np.array(ads.LOADS)
    assert ads.beyond_proportion(0.02 * load) == pytest.approx(0.0, abs=1e-12)
    assert ads.beyond_proportion(0.01 * load + 0.000625 * load**2) == pytest.approx(0.5)


def weeks(contagious: bool) -> list[object]:
    """Two years of a ring of pairs in which a partner's exit raises the hazard of the next month, or not."""
    generator, n = luck(), 3000
    partner = np.arange(n) ^ 1
    present, hot, joined = np.ones(n, bool), np.zeros(n, int), -generator.integers(0, 400, n)
    made = []
    for week in range(40):
        hazard = 0.02 * (3.0 if contagious else 1.0) ** (hot > 0)
        person = np.flatnonzero(present)
        leaves = generator.random(len(person)) < hazard[person]
        pairs = np.array([(a, a + 1) for a in range(0, n, 2) if present[a] and present[a + 1]])
        ends = np.searchsorted(person, pairs.reshape(-1, 2))
        degree = np.bincount(ends.ravel(), minlength=len(person))
        made.append((person, 7 * week - joined[person], degree, leaves, np.full(len(person), 7), ends))
        hot = np.maximum(hot - 1, 0)
        gone = person[leaves]
        hot[partner[gone]] = 4
        present[gone] = False
        for newcomer in gone:  # the pair is filled again, so that there is always something to lose
            present[newcomer], joined[newcomer], hot[newcomer] = True, 7 * (week + 1), 0
    return made


@pytest.mark.slow
def test_contagion_is_found_where_it_is_and_only_there() -> None:
    sick, well = (contagion.hazard_ratios(contagion.table(weeks(c), None)) for c in (True, False))
    placebo = contagion.hazard_ratios(contagion.table(weeks(True), luck()))
    assert sick[0] == pytest.approx(3.0, rel=0.2)
    assert sick[1] == pytest.approx(1.0, abs=0.3)
    assert well[0] == pytest.approx(1.0, abs=0.25)
    assert placebo[0] == pytest.approx(1.0, abs=0.25)
