"""The emulator: what a run's statistics would be at parameters at which nothing was run.

Statistics are standardised and reduced to principal components, each of which is a Gaussian process in the
parameters, quadratic as a whole and with smooth departures (Higdon et al. 2008, *JASA* 103, 570). The variance of a
component is that of the errors with each run left out, which are luck and the emulator's ignorance, and the same
everywhere: a variance that grows away from the runs would draw the posterior of a misfit to where nothing was run.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_solve
from scipy.spatial.distance import cdist

from kith.experiments.calibration.priors import Floats

EXPLAINED = 0.985
"share of the variance of standardised statistics that the components hold"
MOST_COMPONENTS = 10
CUT = 0.01
"part of the runs at each end whose statistics are drawn in to the next, so that a dead community does not rule the scale"
MISSING = 0.3
"part of the runs that may lack a statistic; it is left out if more do"


@dataclass(frozen=True)
class Process:
    """A fitted Gaussian process: a quadratic form in the inputs, and what departs from it smoothly."""

    curve: float
    "weight of the quadratic kernel (1 + x·x')²"
    amplitude: float
    lengths: Floats
    x: Floats
    weights: Floats
    variance: float
    "mean square of the errors with each run left out: luck and ignorance"

    def at(self, x: Floats) -> Floats:
        """The mean at points, (n,)."""
        apart = cdist(x / self.lengths, self.x / self.lengths, "sqeuclidean")
        k = self.amplitude * np.exp(-0.5 * apart) + self.curve * (1.0 + x @ self.x.T) ** 2
        return k @ self.weights


@dataclass(frozen=True)
class Emulator:
    """Statistics as a function of the parameters, both standardised."""

    mean: Floats
    scale: Floats
    basis: Floats
    "components by statistics, (components, statistics)"
    processes: tuple[Process, ...]
    rest: Floats
    "variance of each standardised statistic that the components leave out"

    @property
    def dimensions(self) -> int:
        """Number of parameters."""
        return self.processes[0].x.shape[1]

    def components(self, x: Floats) -> tuple[Floats, Floats]:
        """Mean and variance of each component at points, both (n, components)."""
        mean = np.column_stack([process.at(x) for process in self.processes])
        return mean, np.broadcast_to([process.variance for process in self.processes], mean.shape)

    def predict(self, x: Floats) -> tuple[Floats, Floats]:
        """Mean and standard deviation of the statistics of a new run at points, both (n, statistics)."""
        mean, variance = self.components(x)
        spread = np.sqrt(variance @ self.basis**2 + self.rest)
        return self.mean + self.scale * (mean @ self.basis), self.scale * spread


def told(y: Floats) -> npt.NDArray[np.bool_]:
    """Which statistics enough runs can tell, and on which they differ, (statistics,)."""
    known = np.isfinite(y)
    enough = known.mean(axis=0) >= 1.0 - MISSING
    varied = np.array([len(np.unique(column[k])) > 2 for column, k in zip(y.T, known.T, strict=True)])
    return np.asarray(enough & varied)


def completed(y: Floats) -> Floats:
    """Statistics of runs, (runs, statistics), with what is missing at its median and the ends drawn in."""
    middle = np.nanmedian(y, axis=0)
    whole = np.where(np.isfinite(y), y, middle)
    low, high = np.quantile(whole, [CUT, 1.0 - CUT], axis=0)
    return np.asarray(np.clip(whole, low, high))


def emulator_of(x: Floats, y: Floats) -> Emulator:
    """The emulator of runs at points x, (runs, parameters), with statistics y, (runs, statistics), of which all are `told`."""
    whole = completed(y)
    mean, scale = whole.mean(axis=0), np.maximum(whole.std(axis=0), 1e-6)
    standard = (whole - mean) / scale
    _, sizes, basis = np.linalg.svd(standard, full_matrices=False)
    reached = np.cumsum(sizes**2) / (sizes**2).sum()
    number = min(MOST_COMPONENTS, int(np.searchsorted(reached, EXPLAINED)) + 1, len(sizes))
    basis = basis[:number]
    scores = standard @ basis.T
    processes = tuple(_process(x, column) for column in scores.T)
    rest = ((standard - scores @ basis) ** 2).mean(axis=0)
    return Emulator(mean, scale, basis, processes, rest)


def _process(x: Floats, y: Floats) -> Process:
    """A process whose lengths are bounded below: in twelve dimensions a hundred runs tell of nothing that is narrower."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel

    unit = max(float(y.std()), 1e-9)
    curve = ConstantKernel(0.01, (1e-6, 10.0)) * DotProduct(1.0, "fixed") ** 2
    smooth = ConstantKernel(0.3, (1e-4, 10.0)) * RBF(np.full(x.shape[1], 5.0), (2.0, 40.0))
    kernel = curve + smooth + WhiteKernel(0.3, (0.02, 2.0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = GaussianProcessRegressor(kernel, alpha=1e-8, optimizer=_optimised).fit(x, y / unit)
    both = fitted.kernel_.k1
    inverse = cho_solve((fitted.L_, True), np.eye(len(x)))
    weights = inverse @ (y / unit)
    left_out = weights / np.diag(inverse)  # errors with each run left out (Rasmussen & Williams 2006, 5.12)
    return Process(
        both.k1.k1.constant_value,
        both.k2.k1.constant_value,
        both.k2.k2.length_scale,
        x,
        weights * unit,
        float((left_out**2).mean()) * unit**2,
    )


def _optimised(objective: object, start: Floats, bounds: Floats) -> tuple[Floats, float]:
    """L-BFGS-B with few iterations: the last digits of a length scale change nothing."""
    from scipy.optimize import minimize

    found = minimize(objective, start, method="L-BFGS-B", jac=True, bounds=bounds, options={"maxiter": 25})
    return found.x, float(found.fun)
