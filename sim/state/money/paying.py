"""Paying: the hazards with which members who are willing begin to pay and stop."""

from kith.sim.kernels.compilation import kernel
from kith.sim.state.money.worth import loyalty

NEW_SUBSCRIBER, BILLED = 1, 2
"the values of `paying` for who will be billed today for the first time, and who has been"


@kernel
def subscribing(m, q):
    """Hazard per day that a free member who is willing to pay subscribes."""
    rungs = (1 if m["contributions"] > 0 else 0) + m["internal"]
    rate = q["monetisation_conversion"] * q["monetisation_rung_gain"] ** rungs
    return rate * loyalty(m["satisfaction"], m["belonging"], q)


@kernel
def lapsing(m, belonging, q):
    """Hazard per day that a subscriber who is willing to pay, and belongs so much today, returns to free."""
    return q["monetisation_lapse_rate"] / loyalty(m["satisfaction"], belonging, q)
