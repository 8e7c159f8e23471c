"""A community that is simulated, written down as a log and founded on it is much the same community."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from kith.experiments.evidence.round_trip import FULL, agreement, round_trip
from kith.scenarios.load import load
from kith.scenarios.logs.founding import read_and_found
from kith.sim.engine import Simulation
from kith.sim.results.record import Record, start_date

DAYS = 300


@pytest.fixture(scope="module")
def lived() -> Simulation:
    """A web after 300 days."""
    plan = load("web", {"market.size": 2000, "market.founders": 200, "contribution.rate": 0.05}, days=DAYS)
    simulation = Simulation(plan, seed=1)
    simulation.advance()
    return simulation


@pytest.fixture(scope="module")
def written(lived: Simulation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its record in files."""
    folder = tmp_path_factory.mktemp("record") / "lived"
    lived.record().to_parquet(folder)
    return folder


def test_a_full_log_tells_who_is_awake_and_dormant_and_since_when(lived: Simulation, written: Path) -> None:
    before, plan = lived.community, lived.community.plan
    log = read_and_found(written)
    founding = log.founding
    assert founding.date == (date.fromisoformat(start_date(plan)) + timedelta(days=DAYS)).isoformat()
    awake = before.population.members[before.population.rows()]
    asleep = before.dormant.members[: before.dormant.count]
    assert founding.awake is not None and founding.asleep_for is not None
    is_awake = founding.awake == 1.0
    assert (int(is_awake.sum()), int((founding.awake == 0.0).sum())) == (len(awake), len(asleep))
    # tenure is true also of those who were there before the log began
    assert sorted(founding.tenure[is_awake]) == sorted(DAYS - awake["joined"])
    assert sorted(founding.tenure[~is_awake]) == sorted(DAYS - asleep["joined"])
    assert sorted(founding.asleep_for[~is_awake]) == sorted(DAYS - asleep["asleep_on"])
    assert founding.undated == 0
    assert any("fallen silent and may return (as the log tells)" in line for line in log.lines())


def test_a_log_of_posts_says_what_it_does_not_tell(written: Path, tmp_path: Path) -> None:
    events = Record.from_parquet(written).events
    posts = tmp_path / "posts.csv"
    events[events["action"].isin(["post", "answer"])].to_csv(posts, index=False)
    log = read_and_found(posts)
    assert log.founding.undated == len(log.founding)
    lines = "\n".join(log.lines())
    assert "about" in lines and "each run draws who" in lines
    assert "does not tell when they joined" in lines


def test_a_record_that_was_founded_from_a_record_is_read_truly(written: Path, tmp_path: Path) -> None:
    again = Simulation(load("web", log=str(written), days=20), seed=1)
    again.advance()
    again.record().to_parquet(tmp_path / "again")
    read = read_and_found(tmp_path / "again").founding
    c = again.community
    assert read.awake is not None and read.asleep_for is not None
    assert int(read.awake.sum()) == c.population.present
    assert len(read) == c.population.present + c.dormant.count
    assert sorted(read.tenure) == sorted(
        20
        - np.concatenate(
            [
                m["joined"]
                for m in (c.population.members[c.population.rows()], c.dormant.members[: c.dormant.count])
            ]
        )
    )
    asleep = read.asleep_for[read.awake == 0.0]
    assert abs(np.median(asleep) - np.median(20 - c.dormant.since[: c.dormant.count])) < 10


def test_an_earlier_date_uses_nothing_that_came_later(written: Path) -> None:
    founding = read_and_found(written, "2001-06-30").founding
    assert founding.awake is not None
    assert ((founding.awake > 0.0) & (founding.awake < 1.0)).any()
    assert (founding.tenure >= founding.silence).all() and (founding.silence >= 1).all()


trip = cache(round_trip)
"""A community there and back, once for each seed."""


def disagreeing(seeds: int) -> list[str]:
    """What differs by more than two standard deviations of the original over seeds."""
    agreements = agreement([trip(seed) for seed in range(seeds)])
    return [
        f"{log}: {name} {result}"
        for log, names in agreements.items()
        for name, result in names.items()
        if not result.agrees
    ]


@pytest.mark.slow
def test_four_communities_go_on_as_they_would_have() -> None:
    assert disagreeing(4) == []


@pytest.mark.slow
def test_twenty_communities_go_on_as_they_would_have() -> None:
    assert disagreeing(20) == []


def test_a_full_log_keeps_members_exactly() -> None:
    there, back = trip(3).original[FULL], trip(3).founded[FULL]
    for name in ("members", "awake", "days since joining, mean"):
        assert back[name] == pytest.approx(there[name])
