"""The emulator: what a run's statistics would be at parameters at which nothing was run.

Statistics are standardised and reduced to principal components, each of which is a Gaussian process in the
parameters plus a linear trend (Higdon et al. 2008, *JASA* 103, 570). A process knows the luck of single runs as noise, so its
variance is that of a new run: luck and the emulator's own ignorance.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_solve, solve_triangular
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
    """A fitted Gaussian process on scaled inputs, with the factor of its covariance."""

    lengths: Floats
    amplitude: float
    noise: float
    x: Floats
    factor: Floats
    weights: Floats

    def at(self, x: Floats) -> tuple[Floats, Floats]:
        """Mean and variance of a new run at points, both (n,)."""
        k = self.amplitude * np.exp(-0.5 * cdist(x / self.lengths, self.x, "sqeuclidean"))
        v = solve_triangular(self.factor, k.T, lower=True, check_finite=False)
        return k @ self.weights, self.amplitude + self.noise - (v**2).sum(axis=0)


@dataclass(frozen=True)
class Emulator:
    """Statistics as a function of the parameters, both standardised."""

    mean: Floats
    scale: Floats
    basis: Floats
    "components by statistics, (components, statistics)"
    trend: Floats
    "coefficients of the linear trend of each component, (1 + parameters, components)"
    processes: tuple[Process, ...]
    rest: Floats
    "variance of each standardised statistic that the components leave out"

    def components(self, x: Floats) -> tuple[Floats, Floats]:
        """Mean and variance of each component at points, both (n, components)."""
        pairs = [process.at(x) for process in self.processes]
        linear = np.column_stack([np.ones(len(x)), x]) @ self.trend
        return linear + np.column_stack([m for m, _ in pairs]), np.column_stack([v for _, v in pairs])

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
    inputs = np.column_stack([np.ones(len(x)), x])
    ridge = np.eye(inputs.shape[1])
    ridge[0, 0] = 0.0
    trend = np.linalg.solve(inputs.T @ inputs + ridge, inputs.T @ scores)
    processes = tuple(_process(x, column) for column in (scores - inputs @ trend).T)
    rest = ((standard - scores @ basis) ** 2).mean(axis=0)
    return Emulator(mean, scale, basis, trend, processes, rest)


def _process(x: Floats, y: Floats) -> Process:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    unit = max(float(y.std()), 1e-9)
    start = ConstantKernel(0.5, (1e-3, 20.0)) * RBF(np.full(x.shape[1], 3.0), (0.5, 40.0))
    kernel = start + WhiteKernel(0.3, (1e-3, 2.0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = GaussianProcessRegressor(kernel, alpha=1e-8, optimizer=_optimised).fit(x, y / unit)
    signal, noise = fitted.kernel_.k1, fitted.kernel_.k2.noise_level
    lengths, amplitude = signal.k2.length_scale, signal.k1.constant_value
    factor = fitted.L_ * unit
    weights = cho_solve((fitted.L_, True), y / unit) / unit
    return Process(lengths, amplitude * unit**2, noise * unit**2, x / lengths, factor, weights)


def _optimised(objective: object, start: Floats, bounds: Floats) -> tuple[Floats, float]:
    """L-BFGS-B with few iterations: the last digits of a length scale change nothing."""
    from scipy.optimize import minimize

    found = minimize(objective, start, method="L-BFGS-B", jac=True, bounds=bounds, options={"maxiter": 25})
    return found.x, float(found.fun)
