"""Statistics of ties: contagion against its placebo, and intervals by halves of the members."""

import numpy as np
import pytest

from kith.experiments.evidence.contagion import contagion, exposure
from kith.experiments.evidence.estimates import halves
from kith.experiments.evidence.network import network
from kith.experiments.evidence.observation import DAY, Observed
from tests.experiments.evidence.test_measure import Row, frame, measure_rows

PERMUTATIONS = 60


def observed_of(member: np.ndarray, day: np.ndarray, target: np.ndarray, days: int) -> Observed:
    """A log of members who are numbered by their first action already, in order of time."""
    order = np.argsort(day, kind="stable")
    time = (day[order] * DAY).astype(np.int64)
    return Observed(member[order], time, target[order], int(member.max()) + 1, 0, days * DAY)


def couples(together: bool, seed: int) -> Observed:
    """Sixty couples who write to each other every ten days until one leaves; then the other stays alone, or leaves soon."""
    generator = np.random.default_rng(seed)
    months = 20
    rows = []
    for couple in range(60):
        end = generator.integers(2, months - 4, size=2)
        if together:
            end[1] = end[0] + 1
        for side in (0, 1):
            own, other = 2 * couple + side, 2 * couple + 1 - side
            for day in np.arange(side + 0.5, 30 * (end[side] + 1), 10):
                rows.append((own, day, other if day < 30 * (end[1 - side] + 1) else -1))
    member, day, target = (np.array(column) for column in zip(*rows, strict=True))
    return observed_of(member, day, target, 30 * months)


def test_losses_that_follow_each_other_stand_out_from_the_placebo() -> None:
    found = contagion(couples(together=True, seed=1), PERMUTATIONS)
    assert found["contagion"].value > found["contagion_placebo"].value + 0.3
    assert found["contagion_p"].value == pytest.approx(1 / (PERMUTATIONS + 1))


def test_losses_that_do_not_follow_each_other_look_like_the_placebo() -> None:
    p = [
        contagion(couples(together=False, seed=seed), PERMUTATIONS)["contagion_p"].value for seed in range(20)
    ]
    assert 0.25 < np.mean(p) < 0.75
    assert np.mean(np.array(p) < 0.2) < 0.5


def test_contagion_by_hand() -> None:
    """a is lost in month 1, her partner b in month 2; c and d write to each other throughout."""
    rows = [(0, 1.0, 1), (1, 2.0, 0), (2, 3.0, 3), (3, 4.0, 2)]
    rows += [(0, 35.0, 1), (1, 36.0, 0), (1, 65.0, 0)]
    rows += [(m, 30.0 * month + m, 5 - m) for month in range(1, 9) for m in (2, 3)]
    member, day, target = (np.array(column) for column in zip(*rows, strict=True))
    found = exposure(observed_of(member, day, target, 270))
    months = [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), *((m, n) for m in (2, 3) for n in range(9))]
    lost = [months[row] for row in np.flatnonzero(found.lost)]
    assert lost == [(0, 1), (1, 2)]
    pairs = {(months[a], months[b]) for a, b in zip(found.member, found.partner, strict=True)}
    assert ((1, 2), (0, 1)) in pairs
    assert ((0, 1), (1, 0)) in pairs
    assert not any(a[0] in (0, 1) and b[0] in (2, 3) for a, b in pairs)
    assert max(month for (_, month), _ in pairs) == 5, "losses of the last three months are not known"


def test_a_permutation_keeps_the_losses_of_each_month_and_activity() -> None:
    found = exposure(couples(together=False, seed=3))
    drawn = found.permuted(np.random.default_rng(0))
    assert (drawn != found.lost).any()
    for losses in (drawn, found.lost):
        counts = np.bincount(found.stratum, weights=losses)
        assert counts.tolist() == np.bincount(found.stratum, weights=found.lost).tolist()


def test_what_a_log_cannot_tell_of_contagion_has_its_reason() -> None:
    alone: list[Row] = [("a", day, "post", "") for day in range(200)]
    assert "toward whom" in measure_rows(alone).cannot_tell["contagion"]
    pair: list[Row] = [("a", day, "post", "b") for day in range(200)]
    assert "10 active months" in measure_rows(pair).cannot_tell["contagion_p"]
    assert "no permutations" in contagion(couples(True, 1))["contagion_p"].reason


def drawn_network(size: int, generator: np.random.Generator) -> Observed:
    """Directed actions between members of different liveliness; half of them are answered."""
    lively = generator.gamma(2.0, 1.0, size)
    chance = np.minimum(1.0, np.outer(lively, lively) * 6 / size / 4)
    one, other = np.nonzero(np.triu(generator.random((size, size)) < chance, 1))
    back = generator.random(len(one)) < 0.5
    member, target = np.concatenate([one, other[back]]), np.concatenate([other, one[back]])
    return Observed(member, np.zeros(len(member), np.int64), target, size, 0, DAY)


@pytest.mark.parametrize(
    ("size", "runs", "low"),
    [(300, 24, 0.75), pytest.param(600, 200, 0.88, marks=pytest.mark.slow)],
)
def test_intervals_by_halves_hold_the_truth_about_as_often_as_they_say(
    size: int, runs: int, low: float
) -> None:
    generator = np.random.default_rng(4)
    networks = [network(drawn_network(size, generator)) for _ in range(runs)]
    for name in ("degree", "strength", "reciprocity"):
        truth = np.mean([found[name].value for found in networks])
        inside = 0
        for found in networks:
            least, most = halves(found, int(found["members_tied"].value), 100)[name]
            inside += least <= truth <= most
        assert low <= inside / runs <= 1, name
        spread = np.std([found[name].value for found in networks])
        assert most - least < 8 * spread, f"{name}: the intervals say nothing"


def test_halves_of_a_network_have_no_clustering_of_their_own() -> None:
    found = network(drawn_network(300, np.random.default_rng(1)))
    assert set(halves(found, int(found["members_tied"].value))) == {"degree", "strength", "reciprocity"}
    assert found["clustering"].halved is None


def test_a_small_network_has_no_intervals() -> None:
    rows: list[Row] = [(f"m{n}", n, "post", f"m{n + 1}") for n in range(15)]
    from kith.experiments.evidence.measure import measure

    table = measure(frame(rows)).table.set_index("name")
    assert table.loc["degree", "low"] != table.loc["degree", "low"]
