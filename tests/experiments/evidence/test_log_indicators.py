"""What a log tells, on logs small enough to count by hand."""

from pathlib import Path

import numpy as np
import pytest

from kith.experiments.evidence.log_indicators import MEASURES, Log, has_visits, measured, monthly
from kith.scenarios.logs.events import read_events


def log_of(folder: Path, rows: list[tuple[str, int, str, str]], visits: bool = True) -> Log:
    lines = ["member_id,timestamp,action,target_member"]
    start = np.datetime64("2020-01-01", "D")
    lines += [f"{who},{start + np.timedelta64(day, 'D')},{what},{whom}" for who, day, what, whom in rows]
    path = folder / "log.csv"
    path.write_text("\n".join(lines) + "\n")
    return Log(read_events(path, "log.csv"), visits)


def test_active_members_are_those_of_the_last_month(tmp_path: Path) -> None:
    log = log_of(tmp_path, [("a", 0, "post", ""), ("b", 70, "post", ""), ("c", 99, "visit", "")])
    assert measured(log)["active"] == 2
    assert monthly(log)["active"].tolist() == [1, 0, 1]


def test_without_visits_only_contributions_count(tmp_path: Path) -> None:
    rows = [("a", 0, "post", ""), ("b", 70, "visit", ""), ("c", 99, "post", "")]
    assert measured(log_of(tmp_path, rows, visits=False))["active"] == 1
    assert has_visits(read_events(tmp_path / "log.csv", "log.csv"))


def test_lost_are_those_who_stay_silent_for_ninety_days(tmp_path: Path) -> None:
    rows = [("a", 0, "post", ""), ("b", 5, "post", ""), ("a", 60, "post", ""), ("z", 119, "post", "")]
    assert measured(log_of(tmp_path, rows))["lost_month"] == 0.5


def test_retention_counts_newcomers_who_can_have_stayed(tmp_path: Path) -> None:
    rows = [("founder", 0, "post", ""), ("a", 40, "post", ""), ("a", 75, "post", "")]
    rows += [("b", 40, "post", ""), ("late", 119, "post", "")]
    found = measured(log_of(tmp_path, rows))
    assert found["retention_30d"] == 0.5
    assert np.isnan(found["retention_365d"])


def test_inequality_of_contributions(tmp_path: Path) -> None:
    equal = log_of(tmp_path, [(who, day, "post", "") for who in "abc" for day in (1, 2)])
    assert measured(equal)["participation_gini"] == pytest.approx(0)
    one = log_of(tmp_path, [("a", day, "post", "") for day in range(9)] + [("b", 3, "post", "")])
    assert measured(one)["participation_gini"] == pytest.approx(0.4)
    assert measured(one)["top1_share"] == 0.9


def test_a_newcomer_is_answered_within_a_week_or_not(tmp_path: Path) -> None:
    rows = [("old", 0, "post", ""), ("a", 40, "post", ""), ("old", 44, "post", "a")]
    rows += [("b", 50, "post", ""), ("old", 60, "post", "b")]
    assert measured(log_of(tmp_path, [*rows, ("old", 90, "post", "")]))["reply_rate"] == 0.5


def test_ties_and_triangles(tmp_path: Path) -> None:
    rows = [("a", 1, "post", "b"), ("b", 2, "post", "c"), ("c", 3, "post", "a"), ("a", 9, "post", "b")]
    found = measured(log_of(tmp_path, rows))
    assert found["ties_per_member"] == 2
    assert found["clustering"] == 1


def test_what_a_poor_log_cannot_tell_is_undefined(tmp_path: Path) -> None:
    found = measured(log_of(tmp_path, [("a", 0, "post", "")]))
    assert set(found) == {measure.name for measure in MEASURES}
    for name in ("reply_rate", "ties_per_member", "lost_month", "retention_90d", "clustering"):
        assert np.isnan(found[name])


def test_a_log_of_departures_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="only departures"):
        log_of(tmp_path, [("a", 0, "leave", "")])
