"""P(alive): how likely somebody whom a log shows is still there, after a silence.

A member acts at its own rate until it stops; after each act it stops with its own probability. Rates
vary among members as Gamma(r, alpha), the probabilities as Beta(a, b). This is the modified BG/NBD
model (Fader, Hardie & Lee 2005; Batislam, Denizel & Filiztekin 2007, *IJRM* 24, 201), in which also who
acted once may have stopped; by the unmodified one everybody seen once would be there for ever. An act
is a day on which somebody acted. With x the days after the first, t from the first to the last and T from
the first to now,

    P(alive) = 1 / (1 + a / (b + x) ((alpha + T) / (alpha + t))^(r + x)).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LEAST = 10
"members below which nothing is fitted"
WIDEST = 12.0
"bound of the parameters' logarithms"
PRIOR_SPREAD = 3.0
"standard deviation of the parameters' logarithms before a log is seen, which keeps small logs off the bounds"

type Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Alive:
    """The fitted model."""

    r: float
    alpha: float
    a: float
    b: float

    def probability(self, repeats: Numbers, recency: Numbers, age: Numbers) -> Numbers:
        """P(alive) from days with an act after the first, days from first to last and from first to now, (n,)."""
        fading = (self.r + repeats) * (np.log(self.alpha + age) - np.log(self.alpha + recency))
        odds = np.log(self.a) - np.log(self.b + repeats) + fading
        return np.asarray(1.0 / (1.0 + np.exp(np.minimum(odds, 700.0))))


UNFITTED = Alive(r=0.4, alpha=8.0, a=0.9, b=1.4)
"for logs too small to fit: between those of the logs that ship"


def fitted(repeats: Numbers, recency: Numbers, age: Numbers) -> Alive:
    """The model most likely after a log's own members; `UNFITTED` for fewer than ten."""
    if len(repeats) < LEAST:
        return UNFITTED
    from scipy.optimize import minimize  # takes as long to load as a small log takes to read

    start = np.log([UNFITTED.r, UNFITTED.alpha, UNFITTED.a, UNFITTED.b])
    same, many = np.unique(np.stack([repeats, recency, age]), axis=1, return_counts=True)

    def unlikely(logs: Numbers) -> float:
        model = Alive(*np.exp(logs).tolist())
        ll = float(many @ _log_likelihood(model, *same))
        return -ll + 0.5 * float(((logs - start) ** 2).sum()) / PRIOR_SPREAD**2

    optimum = minimize(unlikely, start, method="L-BFGS-B", bounds=[(-WIDEST, WIDEST)] * 4)
    return Alive(*np.exp(optimum.x).tolist())


def _log_likelihood(m: Alive, repeats: Numbers, recency: Numbers, age: Numbers) -> Numbers:
    """Log likelihood of each member: alive until now, or stopped after the last act."""
    from scipy.special import betaln, gammaln

    n = m.r + repeats
    acted = gammaln(n) - gammaln(m.r) + m.r * np.log(m.alpha) - betaln(m.a, m.b)
    there = betaln(m.a, m.b + repeats + 1.0) - n * np.log(m.alpha + age)
    stopped = betaln(m.a + 1.0, m.b + repeats) - n * np.log(m.alpha + recency)
    return np.asarray(acted + np.logaddexp(there, stopped))


__all__ = ["UNFITTED", "Alive", "fitted"]
