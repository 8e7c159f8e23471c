"""Joining: patterns of who brings whom, what reaching people costs, and what a hub holds together.

They are expected of the mechanisms that are off by default (smooth inviting, forgetting, a floor of the
cost of a touch, a hub that posts and draws), so they are not in the list of `patterns`, and nobody claims
that the defaults meet them. `PROPOSED` holds values that switch these mechanisms on; `SWITCHED_ON` is the
size with them, for `look(SWITCHED_ON, JOINING)`. A `Size` with other settings tests other values.
"""

from collections.abc import Mapping
from typing import Any

from kith.experiments.credibility.patterns.joining import inviting, referred, spending, without_hub
from kith.experiments.credibility.patterns.pattern import Pattern, Size

PROPOSED: Mapping[str, Any] = {
    "affiliation.hub_posts": 2.0,
    "affiliation.hub_attention": 3000.0,
    "visiting.hub_gain": 1.0,
    "organisation.hub_cost": 1000.0,
    "acquisition.unfollow_rate": 0.1,
    "acquisition.cac_floor": 1.0,
    "acquisition.stories_gain": 0.3,
    "referral.follow": 0.15,
    "referral.fit_weight": 1.0,
    "referral.softness": 0.12,
    "referral.recognition_gain": 0.5,
    "referral.fatigue": 1.0,
    "referral.binding": 0.1,
}
"""Proposed values of what is off by default."""

SWITCHED_ON = Size("switched on", 30, PROPOSED)

JOINING: tuple[Pattern, ...] = tuple(home.PATTERN for home in (inviting, referred, spending, without_hub))

__all__ = ["JOINING", "PROPOSED", "SWITCHED_ON"]
