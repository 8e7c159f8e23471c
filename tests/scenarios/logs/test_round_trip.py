"""A community that is simulated, written down as a log and founded on it is much the same community."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from kith.scenarios.load import load
from kith.sim.engine import Simulation
from kith.sim.results.record import start_date

RATE = {"contribution.rate": 0.05}
DAYS = 300


@pytest.mark.parametrize("formal_share", [1.0, load("web").parameters.dormancy.formal_share])
def test_a_founding_on_a_simulated_log_has_its_members_ties_and_market(
    formal_share: float, tmp_path: Path
) -> None:
    settings = RATE | {"dormancy.formal_share": formal_share}
    plan = load("web", {"market.size": 2000, "market.founders": 200} | settings, days=DAYS)
    lived = Simulation(plan, seed=1)
    lived.advance()
    lived.record().to_parquet(tmp_path / "lived")
    before = lived.community
    end = date.fromisoformat(start_date(plan)) + timedelta(days=DAYS)
    again = load("web", settings, log=str(tmp_path / "lived"))
    founded = Simulation(again, seed=1).community
    assert again.founding is not None
    assert again.founding.date == end.isoformat()

    # a log does not tell who has fallen silent, so whoever came in its last days counts as a member
    silent = before.dormant.members[: before.dormant.count]
    silent = silent[before.dormant.last_visit[: before.dormant.count] >= DAYS - again.founding.window]
    assert (len(silent) == 0) == (formal_share == 1.0)
    awake = before.population.members[before.population.rows()]
    members, were = founded.population.present, len(awake) + len(silent)
    assert 0.85 * were < members <= were
    partners = 2 * (
        before.ties.count[0] + silent["degree"].sum()
    )  # also remembered ones, which their exchanges show
    assert abs(2 * founded.ties.count[0] / members - partners / were) < 1.5
    assert 0.6 * 2000 < founded.market.size < 2 * 2000
    rows = founded.population.rows()
    m = founded.population.members[rows]
    assert (m["degree"] <= m["capacity"]).all()
    # of those who joined while the log was kept, tenure is what it was
    since = np.concatenate([awake["joined"], silent["joined"]])
    joined = np.sort(DAYS - since[since > 0])
    tenure = np.sort(-m["joined"][m["joined"] > -DAYS + 15])
    assert abs(np.median(joined) - np.median(tenure)) < 25
