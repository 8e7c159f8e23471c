"""Recovery by the whole procedure, small: each simulated log is a past of its own and gets runs of its own."""

import json
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kith.experiments.calibration import fitting
from kith.experiments.calibration.calibrate import free, views_of
from kith.experiments.calibration.fitting import Budget
from kith.experiments.calibration.past import Past, read_past
from kith.experiments.calibration.priors import values_at
from kith.experiments.calibration.recovery import whole as module
from kith.experiments.calibration.recovery.judged import judged
from kith.experiments.calibration.recovery.simulated import simulated_past, true_parameters
from kith.experiments.calibration.recovery.whole import Fitted, WholeRecovery, recover_whole
from kith.experiments.calibration.replayed import Replay, Replayed, replay_of_fit
from kith.experiments.cli.app import exit_code
from kith.experiments.errors import RunsFailed, Stopped
from kith.experiments.studies.store import Store
from tests.experiments.calibration.conftest import rows_of, write_log

KNOWN = {
    "contribution.rate": 0.08,
    "contribution.propensity_sigma": 0.8,
    "contribution.burst_gain": 3.0,
    "contribution.burst_half_life": 4.0,
    "contribution.follow_on": 0.2,
    "contribution.reply_ceiling": 0.6,
    "visiting.budget_hours": 3.0,
    "churn.newcomer_half_life": 15.0,
    "dormancy.waking_rate": 0.2,
    "market.eagerness": 0.5,
}
"all but two of the parameters that a fit leaves free"
SMALL = Budget(points=40, rounds=1, per_round=4, ensemble=10)
SHORTER = partial(fitting.sampled, burn=100, keep=150)
"a sample that is long enough for two parameters"
SETTINGS = [word for name, value in KNOWN.items() for word in ("--set", f"{name}={value}")]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_log(tmp_path_factory.mktemp("town") / "town.csv", rows_of(120, 60))


@pytest.fixture(scope="module")
def past(town: Path) -> Past:
    return read_past([str(town)])


def replay_of(past: Past) -> Replay:
    return replay_of_fit(past, "web", KNOWN, views_of(past, 0.0))


def nth_log(past: Past, nth: int) -> Past | str:
    priors = free(KNOWN)
    z = true_parameters(8, len(priors))[nth]
    return simulated_past(replay_of(past).job(values_at(priors, z), 5 + nth, past.joins), "a log")


@dataclass
class Found:
    """A recovery that was interrupted and went on, the fits that it was judged by, and how its runs went."""

    recovery: WholeRecovery
    fits: list[Fitted]
    simulated: int
    stored: int
    counts: list[tuple[int, int]]
    "work done and in all, after the interruption"


@pytest.fixture(scope="module")
def found(past: Past, tmp_path_factory: pytest.TempPathFactory) -> Found:
    store = tmp_path_factory.mktemp("recovery") / "runs"
    fits: list[Fitted] = []
    counts: list[tuple[int, int]] = []
    calls: list[str] = []
    judge, call = module._judged, Replayed.__call__

    def keeping(names: Any, done: Any, left_out: Any) -> WholeRecovery:
        fits.extend(done)
        return judge(names, done, left_out)

    def counting(self: Replayed, job: Any, threads: Any) -> Any:
        calls.append(job.key)
        return call(self, job, threads)

    def stop(done: int, _: int) -> None:
        if done > 60:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_judged", keeping)
        patch.setattr(fitting, "sampled", SHORTER)
        patch.setattr(Replayed, "__call__", counting)
        with pytest.raises(Stopped, match="the same command resumes"):
            recover_whole("web", past, 6, KNOWN, SMALL, 1, store, stop)
        recovery = recover_whole(
            "web", past, 6, KNOWN, SMALL, 1, store, lambda done, total: counts.append((done, total))
        )
    return Found(recovery, fits, len(calls), len(Store(store).done()), counts)


def test_a_simulated_log_has_the_arrivals_and_shows_what_a_file_would(past: Past) -> None:
    own = nth_log(past, 0)
    assert isinstance(own, Past)
    assert own.joins.tolist() == past.joins.tolist()
    o = own.observed
    assert not len(o.joins[0]) and not len(o.leaves[0]) and not o.complete
    assert set(o.names) == {"post"} == set(own.actions)
    assert len(o.time) != len(past.observed.time)


def test_nothing_of_the_real_log_but_its_arrivals_is_in_a_simulated_one(past: Past) -> None:
    """A log with the same first actions and half of the later ones gives the same simulated log."""
    o = past.observed
    later = o.time > o.first[o.member]
    keep = ~later | (np.cumsum(later) % 2 == 0)
    keep[-1] = True  # so that it ends on the same day
    thinner = replace(
        o, member=o.member[keep], time=o.time[keep], target=o.target[keep], contribution=o.contribution[keep]
    )
    one, other = nth_log(past, 0), nth_log(replace(past, observed=thinner), 0)
    assert isinstance(one, Past) and isinstance(other, Past)
    assert len(thinner.time) < len(o.time)
    assert (one.observed.time == other.observed.time).all()
    assert (one.observed.member == other.observed.member).all()


def test_a_log_that_no_fit_would_take_says_why(past: Past) -> None:
    quiet = replay_of(past).job({"contribution.rate": 0.0001, "contribution.follow_on": 0.01}, 1, past.joins)
    assert "acted on a second day" in str(simulated_past(quiet, "a log"))
    loud = replace(quiet, measure=replace(quiet.measure, limits=(1,)))  # type: ignore[type-var]
    assert str(simulated_past(loud, "a log")).startswith("a log has more than 5 times the actions")


@pytest.mark.slow
def test_each_log_is_fitted_by_rounds_of_runs_of_its_own(found: Found) -> None:
    logs = found.recovery.logs
    assert len(logs) == 6
    beyond = logs["runs"] - SMALL.rounds * SMALL.per_round
    assert (beyond >= SMALL.points).all() and (beyond % SMALL.points == 0).all()
    assert np.isfinite(logs["off"]).all(), "the emulator was tried at the draws of a round"
    assert found.stored >= logs["runs"].sum(), "no run serves two logs"
    for one in found.fits:
        first, last = one.points.x[: SMALL.points // 2], one.points.x[-SMALL.per_round // 2 :]
        near, far = (np.abs(x - one.fit.posterior.mean).mean() for x in (last, first))
        assert near < far, "the last runs lie at draws of the posterior"


@pytest.mark.slow
def test_an_interrupted_recovery_goes_on_without_repeating_a_run(found: Found) -> None:
    assert found.simulated == found.stored
    assert all(done <= total for done, total in found.counts)
    assert found.counts[0][0] > 60 and found.counts[-1][0] == found.counts[-1][1]


@pytest.mark.slow
def test_the_truth_is_found_and_that_of_another_log_is_not(
    found: Found,
) -> None:
    recovery, fits = found.recovery, found.fits
    assert recovery.exact.pooled.value >= 0.7
    assert recovery.exact.ratio < 1.0
    names, draws = list(free(KNOWN)), [one.fit.posterior.draws for one in fits]
    other = judged(names, np.array([one.truth for one in fits[1:] + fits[:1]]), draws)
    assert other.pooled.value < recovery.exact.pooled.value
    assert other.ratio > recovery.exact.ratio
    assert sum(recovery.exact.quarters) == 6 * len(names)
    assert recovery.by_log.low <= recovery.exact.pooled.value <= recovery.by_log.high


@pytest.mark.slow
def test_with_the_discrepancy_of_a_real_fit_the_posterior_is_wider(
    found: Found,
) -> None:
    fits = found.fits
    for one in fits:
        assert (one.believed.target.errors > one.fit.target.errors).all()
    exact, wider = (
        np.mean([fit.posterior.draws.std(axis=0) for fit in some])
        for some in ([one.fit for one in fits], [one.believed for one in fits])
    )
    assert wider > exact


def test_logs_that_cannot_be_fitted_are_replaced_by_others_until_there_are_none(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def refused(_: object, label: str, __: object) -> str:
        tried.append(label)
        return f"{label} is silent"

    monkeypatch.setattr(module, "simulated_past", refused)
    with pytest.raises(
        RunsFailed, match="0 of 24 simulated logs could be fitted.*simulated log 24 is silent"
    ):
        recover_whole("web", past, 6, KNOWN, SMALL, 1)
    assert len(set(tried)) == 24


@pytest.mark.parametrize("json_wanted", [True, False])
@pytest.mark.slow
def test_the_command_says_what_came_of_it(
    json_wanted: bool,
    found: Found,
    town: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = []

    def at_once(scenario: str, _: Past, logs: int, **given: Any) -> WholeRecovery:
        asked.append((scenario, logs, given["budget"].rounds, given["overrides"], given["store"]))
        return found.recovery

    monkeypatch.setattr(module, "recover_whole", at_once)
    words = ["calibrate", "web", str(town), "--recover", "6", "--whole", "--rounds", "3", *SETTINGS]
    assert exit_code([*words, *["--json"] * json_wanted]) == 0
    assert asked == [("web", 6, 3, KNOWN, None)]
    said = capsys.readouterr().out
    if json_wanted:
        content = json.loads(said)
        assert content["logs"] == len(content["fits"]) == 6
        assert content["coverage"] == found.recovery.exact.pooled.value
        assert content["with_discrepancy"]["coverage"] == found.recovery.believed.pooled.value
        assert content["left_out"] == list(found.recovery.left_out)
    else:
        assert "simulated log" in said and "churn.base_hazard" in said
        assert "On 6 simulated logs" in said
        assert said.count("Left out:") == len(found.recovery.left_out)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--whole"], "--whole: needs --recover N"),
        (["--recover", "5", "--whole"], "--recover 5: must be from 6 to 1,000"),
        (["--recover", "1001", "--whole"], "--recover 1001: must be from 6 to 1,000"),
        (["--recover", "6", "--whole", "--days", "9"], "no --targets, --from, --days or --out"),
        (["--recover", "6", "--whole", "--points", "3"], "--points 3: must be 32 or more"),
        (["--recover", "6", "--whole", "--set", "churn.base_hazard=2"], "churn.base_hazard"),
    ],
)
def test_a_bad_request_is_refused_before_any_run(
    words: list[str], said: str, town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["calibrate", "web", str(town), *words, "--store", str(tmp_path / "runs")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()
