"""Plain settings: what model 3 adds is off, so that a test of one mechanism sees that mechanism alone.

Tests of an addition switch it on themselves. The defaults of the schema are judged by baselines,
patterns, answers and the reference implementation.
"""

from collections.abc import Mapping
from typing import Any

PLAIN: Mapping[str, Mapping[str, Any]] = {
    "market": {"eagerness": 0.0},
    "affiliation": {"hub_attention": 0.0},
    "platform": {"feed_days": 0},
    "value": {
        "content_scale": 3.0,
        "stock_scale": 0.0,
        "fresh_share": 0.0,
        "fresh_scale": 5.0,
        "replies": 0.0,
    },
    "organisation": {
        "staff_useful": 0.0,
        "staff_welcome": 0.0,
        "staff_introduce": 0.0,
        "staff_curate": 0.0,
        "staff_listen": 0.0,
        "bond_hours": 0.0,
    },
    "acquisition": {"unfollow_rate": 0.0, "cac_floor": 0.0, "stories_gain": 0.0},
    "visiting": {"hub_gain": 0.0, "burst_gain": 0.0, "first_satisfaction": 0.4, "usual_satisfaction": 0.4},
    "contribution": {
        "propensity_sigma": 2.0,
        "rate": 0.012,
        "burst_gain": 0.0,
        "follow_on": 0.0,
        "audience_cap": 1.0,
        "exchange_alone": 1.0,
        "exchange_scale": 0.05,
        "react_step": 0.0,
        "first_bound": 0.0,
        "room_gain": 1.0,
        "seen_gain": 0.0,
    },
    "incentives": {"crowding_from": 0.0},
    "referral": {
        "follow": 1.0,
        "fit_weight": 0.0,
        "softness": 0.0,
        "recognition_gain": 0.0,
        "fatigue": 0.0,
        "binding": 0.0,
    },
    "monetisation": {
        "ad_wear": 0.0,
        "ad_distrust": 0.0,
        "take_burden": 0.0,
        "deal_gain": 0.0,
        "worth_gain": 0.0,
        "worth_satisfaction": 1.0,
        "satisfaction_gain": 0.0,
        "belonging_gain": 0.0,
        "product_days": 0.0,
        "product_gain": 0.0,
    },
    "churn": {
        "base_hazard": 0.0035,
        "newcomer_factor": 4.0,
        "newcomer_half_life": 21.0,
        "neutral_value": 0.4,
        "value_weight": 2.8,
        "belonging_weight": 2.8,
        "answered_weight": 0.0,
    },
    "dormancy": {
        "formal_share": 1.0,
        "waking_rate": 0.0,
        "waking_scale": 80.0,
        "waking_exponent": 1.5,
        "call_gain": 0.0,
        "cleanup_rate": 0.0,
    },
}
"""By section and name."""
