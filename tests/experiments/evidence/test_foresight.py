"""A prediction of a log's long run: what is held back, and the rival's log."""

import numpy as np
import pytest

from kith.experiments.evidence.life.cases import CASES, SPARE, plan_of, seen_in
from kith.experiments.evidence.life.fit import main
from kith.experiments.evidence.life.foresight import SOON, alive_of, lived_by, only_soon
from kith.experiments.evidence.life.statistics import NAMES, Target, statistics_of, target_of
from kith.experiments.evidence.observation import Observed
from kith.scenarios.logs.presence.alive import Alive


@pytest.fixture(scope="module")
def git() -> Observed:
    return seen_in(CASES["git"])


def test_those_who_come_are_a_share_of_their_market(git: Observed) -> None:
    whole, third = (plan_of(CASES["git"], git, {}, share) for share in (1.0, 1 / 3))
    assert whole.parameters.market.size - SPARE == git.members
    assert third.parameters.market.size - SPARE == 3 * git.members
    assert whole.arrivals == third.arrivals


def test_a_share_of_nobody_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["fit", "--share", "0", "--out", "never.json"])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "must be above 0 and at most 1" in capsys.readouterr().err


def test_what_is_predicted_has_no_weight_in_the_fit() -> None:
    some = Target(np.zeros(len(NAMES)), np.ones(len(NAMES)))
    z = only_soon(some).z(np.ones(len(NAMES)))
    assert {name for name, score in zip(NAMES, z, strict=True) if score != 0.0} == set(SOON)
    assert {"survival_104w", "return_hazard_365_455", "active_d366_730"}.isdisjoint(SOON)


def test_the_rival_keeps_first_days_and_stops_where_everybody_stops(git: Observed) -> None:
    once = lived_by(Alive(r=1.0, alpha=1.0, a=1e9, b=1e-9), git, 1)
    assert len(once.member) == git.members
    assert (once.first == git.first).all()


def test_the_rival_writes_logs_that_it_would_fit_alike(git: Observed) -> None:
    true = Alive(r=0.6, alpha=10.0, a=1.0, b=2.0)
    again = alive_of(lived_by(true, git, 2))
    assert again.r / again.alpha == pytest.approx(true.r / true.alpha, rel=0.4)
    assert again.a / (again.a + again.b) == pytest.approx(1 / 3, abs=0.06)


def test_the_rival_is_a_strong_one(git: Observed) -> None:
    """Within five errors of the log's, but for gaps, as its rates are constant, for shares of what is done on a day, and for early cohorts, to whom all others are alike in it."""
    z = target_of(git).z(statistics_of(lived_by(alive_of(git), git, 1)))
    off = {name for name, score in zip(NAMES, z, strict=True) if abs(score) > 5.0}
    assert off <= {"gap_median", "gap_90", "top1", "top10", "early_actions"}
