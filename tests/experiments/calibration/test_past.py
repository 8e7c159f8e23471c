"""What a log must have to be fitted: each lack is one sentence that names it and says what would do."""

from pathlib import Path

import numpy as np
import pytest

from kith.experiments.calibration.calibrate import views_of
from kith.experiments.calibration.past import cut, past_of, read_past, sampled, windows_of
from kith.experiments.errors import RequestError
from kith.experiments.evidence.observation import DAY
from tests.experiments.calibration.conftest import rows_of, write_log


def refused(path: Path, holdout: float = 0.3) -> str:
    with pytest.raises(RequestError) as caught:
        read_past([str(path)], holdout)
    return str(caught.value)


def test_a_log_that_is_too_short_is_refused_and_told_from_when_it_makes_sense(tmp_path: Path) -> None:
    said = refused(write_log(tmp_path / "short.csv", rows_of(80, 60)))
    assert "too short" in said
    assert "from 112 days on" in said


def test_a_holdout_longer_than_the_log_allows_is_refused(log: Path) -> None:
    assert "too short" in refused(log, 0.45)


def test_a_log_of_few_members_is_refused(tmp_path: Path) -> None:
    assert "too few to fit; from 50" in refused(write_log(tmp_path / "few.csv", rows_of(20)))


def test_a_log_in_which_everybody_acts_once_is_refused(tmp_path: Path) -> None:
    rows = [(member, member * 2.0) for member in range(85)]
    assert "acted on a second day" in refused(write_log(tmp_path / "once.csv", rows))


def test_a_log_that_never_churns_is_refused(tmp_path: Path) -> None:
    rows = [
        (member, day) for day in np.arange(0.0, 170.0, 5.0) for member in range(60) if day >= 2.8 * member
    ]
    rows += [(member, 169.9) for member in range(60)]
    assert "nobody churns" in refused(write_log(tmp_path / "loyal.csv", rows))


def test_a_log_without_joins_is_refused(tmp_path: Path) -> None:
    rows = [(member, 0.01 * member) for member in range(90)]
    rows += [(member, float(day)) for member in range(40) for day in range(1, 165, 1 + member)]
    assert "nobody joins after day" in refused(
        write_log(tmp_path / "closed.csv", sorted(rows, key=lambda r: r[1]))
    )


def test_several_logs_are_refused(log: Path) -> None:
    with pytest.raises(RequestError, match="one folder or zip"):
        read_past([str(log), str(log)])


def test_a_log_with_very_many_members_is_sampled(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kith.experiments.calibration.past.MOST_MEMBERS", 60)
    past = read_past([str(log)])
    assert past.part == pytest.approx(60 / 90)
    assert 30 < past.observed.members < 80


def test_a_sample_keeps_all_that_its_members_did(log: Path) -> None:
    whole = read_past([str(log)]).observed
    some = sampled(whole, 0.5, 3)
    kept = np.flatnonzero(np.random.default_rng(3).random(whole.members) < 0.5)
    assert some.counts.tolist() == whole.counts[kept].tolist()


def test_what_was_seen_before_a_day_knows_nothing_of_later(log: Path) -> None:
    past = read_past([str(log)])
    before = past.until(70)
    assert before.days == 70
    assert before.time.max() < past.observed.start + 70 * DAY
    assert before.members == past.joins[:70].sum()
    again = past_of(cut(past.observed, 100), "again")
    assert windows_of(again.until(70), 7)[0].tolist() == windows_of(before, 7)[0].tolist()


def test_three_dates_look_equally_far_ahead_and_the_last_leaves_the_holdout(log: Path) -> None:
    past = read_past([str(log)], 0.3)
    *dates, end = views_of(past, 0.3)
    assert len(dates) == 3
    assert {view.horizon for view in dates} == {49}
    assert dates[-1].day + 49 <= past.days
    assert dates[-1].day + 49 > past.days - 7
    assert end.day == past.days
