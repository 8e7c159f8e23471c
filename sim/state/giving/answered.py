"""Answered: a newcomer who was answered or welcomed has less reason to leave again.

The effect is a log factor on the hazard of leaving, in proportion to reciprocity, and fades as the
newcomer's extra hazard does: newcomers look for a sign that they are welcome (Joyce & Kraut 2006; Burke,
Marlow & Lento 2009), settled members have other reasons to stay.
"""

from kith.sim.kernels.compilation import kernel


@kernel
def answered_newcomer(m, day, left, q):
    """Reduction of the log hazard by replies received; `left` is the share of reciprocity not yet faded."""
    fading = 2.0 ** (-float(day - m["seasoned"]) / q["churn_newcomer_half_life"])
    return q["churn_answered_weight"] * m["reciprocity"] * left * fading
