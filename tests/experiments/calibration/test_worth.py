"""Value ahead: what actions that are forecast are worth."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from kith.experiments.calibration.bundle import read_bundle, write_bundle
from kith.experiments.calibration.forecast.ahead import forecast, series_in
from kith.experiments.calibration.forecast.judge import VALUE, Ensemble, Held, judged
from kith.experiments.calibration.forecast.verdict import verdict
from kith.experiments.calibration.forecast.worth import LEAST, Amounts, amounts_of, value_of, worth
from kith.experiments.calibration.past import Past, windows_of
from kith.experiments.calibration.replayed import View
from kith.experiments.evidence.observation import DAY, Observed
from tests.experiments.calibration.bundles import made_up

DAYS, WINDOW = 700, 7


def shop(luck: np.random.Generator, customers: int = 120, mean: float = 20.0) -> Observed:
    """Customers who come in the first hundred days and buy for gamma-distributed amounts until they stop."""
    came, stopped = luck.integers(0, 100, customers), luck.geometric(0.005, customers)
    buys = luck.random((customers, DAYS)) < 0.08
    day = np.arange(DAYS)
    buys &= (day >= came[:, None]) & (day < (came + stopped)[:, None])
    buys[np.arange(customers), came] = True
    when, member = np.nonzero(buys.T)
    _, member = np.unique(member, return_inverse=True)
    first = np.full(customers, DAYS)
    np.minimum.at(first, member, when)
    place = np.argsort(np.argsort(first, kind="stable"))
    amounts = luck.gamma(2.0, mean / 2.0, len(when))
    return Observed(place[member], when * DAY, np.full(len(when), -1), customers, 0, DAYS * DAY, amounts)


def test_a_log_has_a_value_in_each_window_or_none_to_speak_of() -> None:
    seen = shop(np.random.default_rng(0))
    value = value_of(seen, WINDOW)
    assert value is not None and seen.value is not None
    assert value.shape == (DAYS // WINDOW,)
    assert value.sum() == pytest.approx(seen.value.sum())
    few = Observed(seen.member, seen.time, seen.target, seen.members, 0, seen.end, np.zeros(len(seen.time)))
    assert few.value is not None
    few.value[1 - LEAST :] = 5.0
    assert value_of(few, WINDOW) is None
    few.value[:] = -1.0
    few.value[-2 * LEAST :] = 5.0
    assert value_of(few, WINDOW) is None, "more was given back than was paid"


def test_a_number_of_actions_is_worth_a_sum_of_as_many_amounts() -> None:
    """Mean and spread of sums of draws, one by one; nothing is worth nothing."""
    luck, seen = np.random.default_rng(1), shop(np.random.default_rng(1))
    assert seen.value is not None
    lately = seen.value[len(seen.value) // 2 :]
    sums = np.array([luck.choice(lately, 12).sum() for _ in range(4000)])
    amounts = amounts_of(seen)
    assert amounts is not None
    told = worth(np.full((4000, 1), 12.0), amounts, luck)[:, 0]
    assert told.mean() == pytest.approx(sums.mean(), rel=0.02)
    assert told.std() == pytest.approx(sums.std(), rel=0.06)
    assert (worth(np.zeros((3, 2)), amounts, luck) == 0.0).all()


def test_value_is_judged_where_a_log_has_it() -> None:
    """Whoever knows how many purchases come knows about what they are worth; the verdict has a sentence of it."""
    seen = shop(np.random.default_rng(2))
    past, view = Past("shop", seen, WINDOW), View("date1", 350, 140)
    known = windows_of(seen, WINDOW)
    through = (view.day + view.horizon) // WINDOW
    ensemble = Ensemble(*(np.tile(series[:through], (20, 1)) for series in known), np.full(20, np.nan))
    replay: Any = SimpleNamespace(past=past)
    table = judged(replay, [Held(view, ensemble, ensemble)])
    of_value = table[table["target"] == VALUE].set_index("forecaster")
    assert of_value.loc["kith, anchored", "relative"] < 1.0
    assert of_value.loc["kith, anchored", "crps"] < of_value.loc["last value", "crps"]
    assert any(sentence.startswith("Value, 1 date:") for sentence in verdict(table))


def test_before_a_log_has_values_nothing_is_said_of_them() -> None:
    """A shop that began to note amounts late: at the first date its purchases are no euros, and one date is left."""
    seen = shop(np.random.default_rng(3))
    assert seen.value is not None
    seen.value[seen.time < 350 * DAY] = 0.0
    known = windows_of(seen, WINDOW)
    held = []
    for name, day in (("date1", 280), ("date2", 560)):
        through = (day + 140) // WINDOW
        ensemble = Ensemble(*(np.tile(series[:through], (20, 1)) for series in known), np.full(20, np.nan))
        held.append(Held(View(name, day, 140), ensemble, ensemble))
    replay: Any = SimpleNamespace(past=Past("shop", seen, WINDOW))
    table = judged(replay, held)
    assert set(table[table["target"] == VALUE]["origin"]) == {560}
    said = verdict(table)
    assert said[0].startswith("Actives, 2 dates:")
    assert any(sentence.startswith("Value, 1 date:") for sentence in said)


def test_a_forecast_says_what_the_windows_ahead_are_worth(tmp_path: Path) -> None:
    """A bundle keeps three numbers of the amounts, and none of a member."""
    plain = made_up()
    assert plain.past is not None
    valued = replace(plain, past=replace(plain.past, amounts=Amounts(20.0, 50.0, 100)))
    write_bundle(valued, tmp_path / "fit", "<html></html>")
    fit = read_bundle(tmp_path / "fit")
    assert fit.past is not None and fit.past.amounts == Amounts(20.0, 50.0, 100)
    ahead = forecast(fit, days=14, runs=10, workers=1)
    assert series_in(ahead.table) == ("joins", "actives", "actions", "value")
    assert ahead.table.attrs["units"]["value_high"] == "the log's currency"
    busy = ahead.paths[ahead.paths["actions"] > 0]
    assert (busy["value"] / busy["actions"]).mean() == pytest.approx(20.0, rel=0.15)
