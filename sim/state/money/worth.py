"""Worth: what satisfaction does to what members pay, spend and trade.

A month is worth W to a member who is as satisfied as `worth_satisfaction`, a fixed reference: measured
against the mean of the community, a better product would cancel out. With a gain of 0 satisfaction does not matter.
"""

import math

from kith.sim.kernels.compilation import kernel

MARKETPLACE = 4.0
"`monetisation.model` marketplace, as parameters are packed"
TYPICAL_GAP = 30.0 / 8.0
"days between visits at the eight visits a month in which spending is stated"


@kernel
def _relative(gain, satisfaction, q):
    """1 for a member who is as satisfied as the reference; `gain` more for one who is twice as satisfied."""
    return max(0.0, 1.0 + gain * (satisfaction / q["monetisation_worth_satisfaction"] - 1.0))


@kernel
def worth(satisfaction, q):
    """The factor on the willingness to pay."""
    return _relative(q["monetisation_worth_gain"], satisfaction, q)


@kernel
def at_the_door(q):
    """The factor for people who have yet to join, and expect what newcomers expect."""
    return worth(q["visiting_first_satisfaction"], q)


@kernel
def is_willing(m, proof, price, q):
    """Whether a member would pay a price today."""
    return m["wtp"] * proof * worth(m["satisfaction"], q) >= price


@kernel
def loyalty(satisfaction, belonging, q):
    """The factor on the hazard of subscribing, and the inverse of that on lapsing."""
    satisfied = satisfaction - q["monetisation_worth_satisfaction"]
    bound = belonging - q["churn_neutral_belonging"]
    return math.exp(
        q["monetisation_satisfaction_gain"] * satisfied + q["monetisation_belonging_gain"] * bound
    )


@kernel
def dealing(satisfaction, q):
    """The factor on a member's deals."""
    return _relative(q["monetisation_deal_gain"], satisfaction, q)


@kernel
def left_of_match(q):
    """The share of a match's value that the marketplace leaves to the members."""
    if q["monetisation_model"] != MARKETPLACE:
        return 1.0
    return max(0.0, 1.0 - q["monetisation_take_burden"] * q["monetisation_take_rate"])


@kernel
def appeals(q):
    """What `appeal` needs of the parameters: its base, its slope in fit, and the loss of fit per unit of misfit."""
    gain = q["monetisation_product_gain"]
    loss = 1.0 / q["value_fit_weight"] if q["value_fit_weight"] > 0.0 else 0.0
    return 1.0 - gain, gain * q["organisation_quality"] / q["monetisation_product_reference"], loss


@kernel
def appeal(misfit, base, slope, loss):
    """The factor on spending on the product of today's quality, by whom the purpose fits more or less."""
    return max(0.0, base + slope * max(0.0, 1.0 - misfit * loss))


@kernel
def wish_to_buy(gap, q):
    """Spending at a visit `gap` days after the last, relative to that at eight visits a month."""
    days = q["monetisation_product_days"]
    if days == 0.0:
        return 1.0
    return (1.0 - math.exp(-gap / days)) / (1.0 - math.exp(-TYPICAL_GAP / days))
