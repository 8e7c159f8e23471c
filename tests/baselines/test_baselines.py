"""The numbers of the library's scenarios are those that were pinned."""

import json

import pytest

from kith.scenarios.catalogue import names
from kith.sim.engine import MODEL_VERSION
from tests.baselines.pin import PINNED, arithmetic, numbers

PIN = json.loads(PINNED.read_text("utf-8"))


def test_every_scenario_is_pinned_for_this_model() -> None:
    assert PIN["model_version"] == MODEL_VERSION
    assert set(PIN["scenarios"]) == set(names())


@pytest.mark.parametrize("name", names())
def test_its_numbers_are_those_that_were_pinned(name: str) -> None:
    """Exactly on a machine with the same arithmetic; elsewhere a draw may fall on the other side of a bound."""
    same = arithmetic() == PIN["arithmetic"]
    tolerance = {"rel": 1e-9, "abs": 1e-9} if same else {"rel": 0.05, "abs": 5.0}
    assert numbers(name) == pytest.approx(PIN["scenarios"][name], **tolerance)
