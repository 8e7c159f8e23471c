"""Repeat purchases by BG/NBD (Fader, Hardie & Lee 2005, *Marketing Science* 24, 275), their value by Gamma-Gamma.

A customer buys at its own rate until, after some repeat purchase, it stops. Rates vary as Gamma(r, alpha), chances to stop
as Beta(a, b). What a customer spends on average varies around the mean of all (Fader & Hardie 2013): single values are
Gamma(p, nu), and nu varies as Gamma(q, gamma), independent of how often it buys.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

from kith.experiments.calibration.priors import Floats
from kith.experiments.errors import RequestError

FEWEST = 50
"customers who bought again, below which nothing is fitted"
WIDEST = 12.0
"bound of the parameters' logarithms"


@dataclass(frozen=True)
class Purchases:
    """BG/NBD, in days."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    def expected(self, repeats: Floats, recency: Floats, age: Floats, ahead: float) -> Floats:
        """Purchases expected within some days of customers with this past, (n,)."""
        x, r, alpha, a, b = repeats, self.r, self.alpha, self.a, self.b
        z = ahead / (alpha + age + ahead)
        shape = hyp2f1(r + x, b + x, a + b + x - 1.0, z)
        above = (
            (a + b + x - 1.0) / (a - 1.0) * (1.0 - ((alpha + age) / (alpha + age + ahead)) ** (r + x) * shape)
        )
        odds = np.where(
            x > 0, a / (b + np.maximum(x, 1.0) - 1.0) * ((alpha + age) / (alpha + recency)) ** (r + x), 0.0
        )
        return np.asarray(above / (1.0 + odds))


@dataclass(frozen=True)
class Values:
    """Gamma-Gamma."""

    p: float
    q: float
    gamma: float

    def expected(self, repeats: Floats, mean: Floats) -> Floats:
        """What a purchase is worth of customers with this number of repeat purchases and mean value, (n,)."""
        below = self.p * repeats + self.q - 1.0
        return np.asarray(self.p * (self.gamma + repeats * mean) / below)


def fit_purchases(repeats: Floats, recency: Floats, age: Floats) -> Purchases:
    """The most likely BG/NBD model; arrays (customers,), times in any unit.

    Raises
    ------
    RequestError
        Too few customers have bought again.
    """
    if (repeats > 0).sum() < FEWEST:
        raise RequestError(
            f"{int((repeats > 0).sum())} customers bought again: too few to fit; {FEWEST} are needed"
        )
    rows, many = np.unique(np.stack([repeats, recency, age]), axis=1, return_counts=True)
    x, t, whole = rows

    def unlikely(logs: Floats) -> float:
        r, alpha, a, b = np.exp(logs)
        ever = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
        here = betaln(a, b + x) - (r + x) * np.log(alpha + whole)
        last = betaln(a + 1.0, b + np.maximum(x, 1.0) - 1.0) - (r + x) * np.log(alpha + t)
        return -float(many @ (ever + np.where(x > 0, np.logaddexp(here, last), here)))

    start = np.log([0.5, float(np.median(whole)) / 8.0, 1.0, 2.0])
    found = minimize(unlikely, start, method="L-BFGS-B", bounds=[(-WIDEST, WIDEST)] * 4)
    r, alpha, a, b = np.exp(found.x).tolist()
    return Purchases(r, alpha, a, b, -float(found.fun))


def fit_values(repeats: Floats, mean: Floats) -> Values:
    """The most likely Gamma-Gamma model of customers who bought again, by their number and mean value of repeat purchases."""
    again = (repeats > 0) & (mean > 0)
    x, z = repeats[again], mean[again]

    def unlikely(logs: Floats) -> float:
        p, q, gamma = np.exp(logs)
        out = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(gamma)
        out += (p * x - 1.0) * np.log(z) + p * x * np.log(x) - (p * x + q) * np.log(gamma + x * z)
        return -float(out.sum())

    found = minimize(unlikely, np.log([2.0, 3.0, 20.0]), method="L-BFGS-B", bounds=[(-WIDEST, WIDEST)] * 3)
    return Values(*np.exp(found.x).tolist())
