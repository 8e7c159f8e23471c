"""A shock of a kind that does not exist is refused with the kinds there are."""

import pytest

from kith.sim.schema.parameter_set import ParameterError
from kith.sim.schema.plan import shock_from


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"day": 10, "kind": "hub_leaves"}, "kind 'hub_leaves': one of hub_departs, members_leave"),
        ({"day": 10, "kind": "member_leave", "share": 0.1}, "did you mean members_leave?"),
        ({"day": 10}, "shock with no kind"),
    ],
)
def test_the_kinds_that_exist_are_named(given: dict[str, object], words: str) -> None:
    with pytest.raises(ParameterError) as refusal:
        shock_from(given)
    assert words in str(refusal.value)
    assert "Input should be" not in str(refusal.value)
