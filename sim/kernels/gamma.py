"""Gamma: quantiles of the gamma distribution, so that a trait needs no library of special functions.

Halley's method on the regularised incomplete gamma function P(a, x), by its series below the mean and
its continued fraction above (Press et al. 2007, Numerical Recipes, 6.2).
"""

import math

import numpy as np

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import normal

_LONGEST = 200_000
"terms after which a sum is taken as it is"


@kernel
def _below(a, x, scale):
    """P(a, x) by its series; `scale` is x^a e^-x / Gamma(a)."""
    term = total = 1.0 / a
    k = a
    for _ in range(_LONGEST):
        k += 1.0
        term *= x / k
        total += term
        if term < total * 1e-17:
            break
    return total * scale


@kernel
def _above(a, x, scale):
    """1 - P(a, x) by its continued fraction (Lentz)."""
    b = x + 1.0 - a
    c, d = 1e300, 1.0 / b
    h = d
    for k in range(1, _LONGEST):
        an = -k * (k - a)
        b += 2.0
        d = an * d + b
        if abs(d) < 1e-300:
            d = 1e-300
        c = b + an / c
        if abs(c) < 1e-300:
            c = 1e-300
        d = 1.0 / d
        step = d * c
        h *= step
        if abs(step - 1.0) < 1e-16:
            break
    return h * scale


@kernel
def gamma_quantile(a, u):
    """The x with P(a, x) = u, for u in (0, 1)."""
    of_a = math.lgamma(a)
    if a > 1.0:
        z = 1.0 / (9.0 * a)
        x = max(1e-3 * a, a * (1.0 - z + normal(u) * math.sqrt(z)) ** 3)
    else:
        t = 1.0 - a * (0.253 + a * 0.12)
        x = (u / t) ** (1.0 / a) if u < t else 1.0 - math.log(1.0 - (u - t) / (1.0 - t))
    if a <= 1.0 or x < 0.1 * a:  # far down x^a / (a Gamma(a)) is all there is
        low = math.exp((math.log(u) + math.log(a) + of_a) / a)
        if low < 1e-17 * (a + 1.0):
            return low
    for _ in range(60):
        if x <= 0.0:
            return 0.0
        scale = math.exp(a * math.log(x) - x - of_a)
        error = (1.0 - u) - _above(a, x, scale) if x > a + 1.0 else _below(a, x, scale) - u
        slope = scale / x
        if slope == 0.0:
            break
        newton = error / slope
        step = newton / (1.0 - 0.5 * min(1.0, newton * ((a - 1.0) / x - 1.0)))
        before = x
        x -= step
        if x <= 0.0:
            x = 0.5 * before
        if abs(step) < 1e-14 * before:
            break
    return x


@kernel
def gamma_quantiles(a, u):
    """`gamma_quantile` for an array of uniforms, shape (n,)."""
    out = np.empty(len(u))
    for k in range(len(u)):
        out[k] = gamma_quantile(a, u[k])
    return out
