"""Parameters that are off by default, at the values proposed for them, and a size that switches them on.

Patterns of size and of giving are not in the list of patterns that the defaults have to show: they are
expected to be met only with these settings, and are run with `look(SWITCHED_ON, patterns)`.
"""

from collections.abc import Mapping
from typing import Any

from kith.experiments.credibility.patterns.pattern import Size

PROPOSED: Mapping[str, Any] = {
    "value.content_scale": 0.0,
    "value.stock_scale": 200.0,
    "value.fresh_share": 0.5,
    "value.fresh_scale": 3.0,
    "value.replies": 0.15,
    "platform.feed_days": 30,
    "contribution.audience_cap": 2.0,
    "contribution.exchange_alone": 0.3,
    "contribution.exchange_scale": 0.1,
    "contribution.react_step": 0.2,
    "contribution.first_bound": 3.0,
    "contribution.room_gain": 1.3,
    "contribution.seen_gain": 0.5,
    "organisation.staff_useful": 0.6,
    "organisation.staff_welcome": 0.2,
    "organisation.staff_introduce": 0.2,
    "organisation.staff_curate": 0.2,
    "organisation.staff_listen": 0.1,
    "churn.answered_weight": 0.5,
    "churn.neutral_value": 0.48,
}
"""What has to be on, by dotted name."""

SWITCHED_ON = Size("switched on", 30, PROPOSED)
"""The defaults of the schema, but for `PROPOSED`."""
