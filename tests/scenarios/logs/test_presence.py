"""Who of a log's people is awake: as the log tells, or as likely as P(alive) says."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kith.scenarios.logs.founding import founders_in_words, read_log
from kith.scenarios.logs.presence.alive import UNFITTED, Alive, fitted
from tests.scenarios.logs.test_log import row

type Write = Callable[..., Path]


def drawn(members: int, truth: Alive, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Repeats, recency, age and whether alive, of members who live by the model."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(50.0, 600.0, members)
    rate = rng.gamma(truth.r, 1.0 / truth.alpha, members)
    stop = rng.beta(truth.a, truth.b, members)
    repeats, recency, alive = np.zeros(members), np.zeros(members), np.ones(members, bool)
    for k in range(members):
        time = 0.0
        while True:
            if rng.random() < stop[k]:
                alive[k] = False
                break
            time += rng.exponential(1.0 / max(rate[k], 1e-12))
            if time > age[k]:
                break
            repeats[k] += 1
            recency[k] = time
    return repeats, recency, age, alive


def test_who_is_alive_is_as_likely_as_the_fit_says() -> None:
    repeats, recency, age, alive = drawn(3_000, Alive(0.6, 12.0, 0.9, 2.5), seed=3)
    p = fitted(repeats, recency, age).probability(repeats, recency, age)
    assert p.mean() == pytest.approx(alive.mean(), abs=0.03)
    for low, high in ((0.0, 0.1), (0.1, 0.4), (0.4, 0.7), (0.7, 1.0)):
        some = (p >= low) & (p < high)
        assert some.sum() > 50
        assert p[some].mean() == pytest.approx(alive[some].mean(), abs=0.08)


def test_the_longer_the_silence_the_less_likely_alive_and_the_sooner_for_who_came_often() -> None:
    age = np.array([101.0, 150.0, 300.0])
    seldom = UNFITTED.probability(np.full(3, 3.0), np.full(3, 100.0), age)
    often = UNFITTED.probability(np.full(3, 50.0), np.full(3, 100.0), age)
    assert (np.diff(seldom) < 0).all() and (np.diff(often) < 0).all()
    assert often[0] > seldom[0] and often[2] < seldom[2]


def test_a_handful_of_members_fits_nothing() -> None:
    few = np.ones(9)
    assert fitted(few, few, 2 * few) == UNFITTED


def test_members_without_any_difference_can_be_fitted() -> None:
    same = np.zeros(50)
    p = fitted(same, same, np.full(50, 30.0)).probability(same, same, np.full(50, 30.0))
    assert np.isfinite(p).all() and (p > 0).all() and (p < 1).all()


def test_the_same_log_gives_the_same_probabilities(write_log: Write) -> None:
    rows = "".join(row(f"m{k}", day) for k in range(20) for day in range(k, 100, 5 + k))
    first, second = (read_log(write_log(rows)) for _ in range(2))
    assert first.awake is not None and second.awake is not None
    assert np.array_equal(first.awake, second.awake)
    assert first.digest == second.digest


def test_a_log_that_names_who_is_asleep_is_believed(write_log: Write) -> None:
    rows = row("a", 1) + row("b", 2) + row("c", 3) + row("b", 40, "asleep") + row("c", 50, "asleep")
    founding = read_log(write_log(rows + row("c", 60) + row("a", 90)))
    assert founding.awake is not None and founding.asleep_for is not None
    assert founding.awake.tolist() == [1.0, 0.0, 1.0]  # c has come back
    assert founding.asleep_for[1] == 51
    assert founding.silence.tolist() == [1, 89, 31]
    assert "1 have fallen silent" in founders_in_words(founding)[0]


def test_whom_the_log_says_to_have_left_is_not_judged(write_log: Write) -> None:
    rows = row("a", 1) + row("b", 2) + row("b", 3, "leave") + row("a", 90)
    assert len(read_log(write_log(rows))) == 1


def test_a_last_visit_counts_as_a_sign_if_it_is_before_the_date(write_log: Write, tmp_path: Path) -> None:
    users = tmp_path / "users.csv"
    users.write_text(
        "member,registered,last_seen\na,2001-01-01,2001-03-30\nreader,2001-01-05,2001-03-25\n"
        "gone,2001-01-05,\nlater,2001-01-05,2001-04-20\n"
    )
    path = write_log(row("a", 10) + row("b", 89))
    founding = read_log(path, registrations=users)  # day 90, 2001-04-01
    assert founding.silence.tolist() == [2, 1, 7]  # a, b, and the reader who never acts
    assert founding.contributions.tolist() == [1, 1, 0]
    assert founding.undated == 1


def test_a_join_before_the_log_begins_dates_the_tenure(write_log: Write) -> None:
    rows = row("a", -300, "join") + row("b", 0) + row("a", 5) + row("b", 89)
    founding = read_log(write_log(rows))
    assert founding.tenure.tolist() == [390, 90]
    assert founding.undated == 1
    assert "may have been longer" in "".join(founders_in_words(founding))


def test_answers_are_told_from_contributions_addressed_to_nobody(write_log: Write) -> None:
    answers = "".join(row("a", day, "answer", target="b") for day in range(50, 60))
    founding = read_log(write_log(answers + row("b", 60, "post") + row("b", 61, "post")))
    assert founding.contributions.tolist() == [10, 2]
    assert founding.unaddressed().tolist() == [0, 2]
    all_addressed = read_log(write_log(answers + row("b", 60, target="a")))
    assert all_addressed.unaddressed().tolist() == all_addressed.contributions.tolist() == [10, 1]
