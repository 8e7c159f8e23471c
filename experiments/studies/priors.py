"""The prior distribution of a parameter.

The schema gives (mode, low, high), low to high being a 90 % interval. The distribution with that
mode and these quantiles is the two-piece normal: two half normals of different width joined
at the mode (Wallis 2014, Statistical Science 29(1), doi:10.1214/13-STS417). It is truncated at low
and high: the evidence does not determine the form of the tails, and a screening that samples the
ends of a range would sample little else.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]

TAIL = 0.05
"Mass below low, and above high, of the uncut distribution."


class TwoPiece(NamedTuple):
    """A two-piece normal: standard deviations below and above the mode."""

    mode: float
    below: float
    above: float

    @property
    def share_below(self) -> float:
        """Mass below the mode."""
        return self.below / (self.below + self.above)

    def quantile(self, p: Floats) -> Floats:
        """Values that are undercut with probability p, elementwise."""
        from scipy.special import ndtri

        share = self.share_below
        low = self.mode + self.below * ndtri(np.minimum(p / (2 * share), 0.5))
        high = self.mode - self.above * ndtri(np.minimum((1 - p) / (2 * (1 - share)), 0.5))
        return np.where(p < share, low, high)


def two_piece(mode: float, low: float, high: float) -> TwoPiece:
    """The two-piece normal with this mode and P(X < low) = P(X > high) = 5 %; low < mode < high.

    With r the mass below the mode, 2r·Φ((low − mode)/σ₁) = 5 % gives σ₁, the upper tail σ₂, and r is
    the root of σ₁/(σ₁ + σ₂) = r.
    """
    from scipy.optimize import brentq
    from scipy.special import ndtri

    assert low < mode < high, f"prior {mode}, {low}, {high}"

    def widths(r: float) -> tuple[float, float]:
        below = (low - mode) / ndtri(TAIL / (2 * r))
        above = (mode - high) / ndtri(TAIL / (2 * (1 - r)))
        return float(below), float(above)

    def excess(r: float) -> float:
        below, above = widths(r)
        return below / (below + above) - r

    edge = TAIL * (1 + 1e-9)
    return TwoPiece(mode, *widths(brentq(excess, edge, 1 - edge, xtol=1e-14)))


def quantile(prior: tuple[float, float, float], u: Floats) -> Floats:
    """Values of a parameter at u in [0, 1], from low at 0 to high at 1."""
    _, low, high = prior
    return np.clip(two_piece(*prior).quantile(TAIL + u * (1 - 2 * TAIL)), low, high)
