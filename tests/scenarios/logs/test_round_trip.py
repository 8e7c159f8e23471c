"""A community that is simulated, written down as a log and founded on it is much the same community."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np

from kith.scenarios.load import load
from kith.sim.engine import Simulation
from kith.sim.results.record import start_date

RATE = {"contribution.rate": 0.05}
DAYS = 300


def test_a_founding_on_a_simulated_log_has_its_members_ties_and_market(tmp_path: Path) -> None:
    plan = load("web", {"market.size": 2000, "market.founders": 200} | RATE, days=DAYS)
    lived = Simulation(plan, seed=1)
    lived.advance()
    lived.record().to_parquet(tmp_path / "lived")
    before = lived.community
    end = date.fromisoformat(start_date(plan)) + timedelta(days=DAYS)
    again = load("web", RATE, log=str(tmp_path / "lived"))
    founded = Simulation(again, seed=1).community
    assert again.founding is not None
    assert again.founding.date == end.isoformat()

    members, were = founded.population.present, before.population.present
    assert 0.85 * were < members <= were
    assert abs(2 * founded.ties.count[0] / members - 2 * before.ties.count[0] / were) < 1.5
    assert 0.6 * 2000 < founded.market.size < 2 * 2000
    rows = founded.population.rows()
    m = founded.population.members[rows]
    assert (m["degree"] <= m["capacity"]).all()
    # of those who joined while the log was kept, tenure is what it was
    there = before.population.members[before.population.rows()]
    joined = np.sort(DAYS - there["joined"][there["joined"] > 0])
    tenure = np.sort(-m["joined"][m["joined"] > -DAYS + 15])
    assert abs(np.median(joined) - np.median(tenure)) < 25
