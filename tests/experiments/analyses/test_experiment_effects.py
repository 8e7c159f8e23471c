"""Experiments inside a community: groups by luck, no effect where nothing differs, a true effect in the twin."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kith.experiments.analyses.experiment_effects import OUTCOMES, trial
from kith.sim.checkpoints.checkpoint import resume, save
from kith.sim.engine import Simulation, run
from kith.sim.schema.parameter_set import ParameterError
from kith.sim.schema.plan import Plan, experiment_from

type Make = Callable[..., Plan]


def with_experiment(plan: Plan, **more: Any) -> Plan:
    given = {
        "name": "cash",
        "from_day": 20,
        "share": 0.4,
        "changes": {"incentives.cash_per_contribution": 0.5},
    }
    return replace(plan, experiments=(experiment_from(given | more),))


def test_before_its_first_day_an_experiment_changes_nothing(plan_of: Make) -> None:
    plan = plan_of("web")
    plain = run(plan, 3, 60, events=False).series
    tried = run(with_experiment(plan), 3, 60, events=False).series
    assert tried[:20].equals(plain[:20])
    assert not tried.equals(plain)


def test_about_the_stated_share_of_people_is_treated(plan_of: Make) -> None:
    members = run(with_experiment(plan_of("web"), share=0.4), 1, 60, events=False, check=True).members
    assert 0.3 < (members["arm"] == "cash").mean() < 0.5


def test_only_the_treated_are_paid(plan_of: Make) -> None:
    members = run(with_experiment(plan_of("web")), 1, 90, events=False, check=True).members
    assert (members.loc[members["arm"] != "cash", "rewards"] == 0).all()
    assert members.loc[members["arm"] == "cash", "rewards"].sum() > 0


def test_a_change_to_the_same_value_has_no_true_effect(plan_of: Make) -> None:
    effects = trial(with_experiment(plan_of("web"), changes={"incentives.cash_per_contribution": 0.0}), 1, 60)
    assert (effects["true"] == 0).all()


def test_every_outcome_has_a_measured_and_a_true_effect(plan_of: Make) -> None:
    effects = trial(with_experiment(plan_of("web"), changes={"referral.invites_per_month": 5.0}), 2, 90)
    assert list(effects["outcome"]) == list(OUTCOMES)
    invitations = effects.set_index("outcome").loc["invitations"]
    assert invitations["true"] > 0.5
    assert invitations["measured"] == pytest.approx(invitations["mean_treated"] - invitations["mean_others"])


def test_threads_do_not_change_an_experiment(plan_of: Make) -> None:
    plan = with_experiment(plan_of("web"))
    one, two = (run(plan, 5, 50, threads=n, events=False).members for n in (1, 2))
    assert one.equals(two)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"changes": {"churn.base_hazard": 0.1}}, "cannot differ"),
        ({"changes": {}}, "changes"),
        ({"share": 0.0}, "share"),
        ({"changes": {"incentives.badges": 4.0}}, "at most 1"),
    ],
)
def test_impossible_experiments_are_refused(plan_of: Make, more: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        with_experiment(plan_of("web"), **more)


def test_shares_sum_to_at_most_one(plan_of: Make) -> None:
    first = with_experiment(plan_of("web"), share=0.6).experiments[0]
    with pytest.raises(ParameterError, match="at most 1"):
        replace(plan_of("web"), experiments=(first, first.model_copy(update={"name": "again"})))


def test_an_experiment_may_be_saved_and_continued(plan_of: Make, tmp_path: Path) -> None:
    plan = with_experiment(plan_of("web"))
    simulation = Simulation(plan, 1, 50, events=False)
    simulation.advance(30)
    save(simulation, tmp_path / "half.kith")
    continued = resume(tmp_path / "half.kith")
    continued.advance()
    assert continued.record().members.equals(run(plan, 1, 50, events=False).members)


def test_an_experiment_that_never_begins_is_refused(plan_of: Make) -> None:
    with pytest.raises(ParameterError, match="start it earlier"):
        trial(with_experiment(plan_of("web"), from_day=90), 1, 60)
