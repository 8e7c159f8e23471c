"""What a community's statistics say of the parameters: a synthetic likelihood on the emulator, sampled.

The statistics are normal around the emulator's mean (Wood 2010, *Nature* 466, 1102), with the covariance of luck and of the
emulator's ignorance among them, and the target's own errors, discrepancy above all, as independent parts. Sampled by
the affine-invariant ensemble of Goodman & Weare (2010, *CAMCoS* 5, 65).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kith.experiments.calibration.inference.emulator import Emulator
from kith.experiments.calibration.priors import WIDEST, Floats, log_prior

WALKERS = 64
BURN, KEEP = 300, 300
STRETCH = 2.0
MIXED = 1.15
"ratio of the spread of the whole to that within the halves of the sample, above which it has not converged"


@dataclass(frozen=True)
class Posterior:
    """A sample of parameters, (draws, parameters), in the priors' standard deviations."""

    draws: Floats
    density: Floats
    "log density of each, up to a constant, (draws,)"
    ratio: float
    "the largest of the parameters' ratios of spreads; about 1 if sampled enough"

    @property
    def converged(self) -> bool:
        """Whether the two halves of the sample agree."""
        return self.ratio < MIXED

    def some(self, number: int, seed: int) -> Floats:
        """Draws at random, (number, parameters), each once as long as there are enough."""
        chosen = np.random.default_rng(seed).choice(len(self.draws), number, replace=number > len(self.draws))
        return self.draws[chosen]

    @property
    def mean(self) -> Floats:
        """The mean of each parameter, (parameters,)."""
        return self.draws.mean(axis=0)


def log_likelihood(emulator: Emulator, target: Floats, errors: Floats) -> Callable[[Floats], Floats]:
    """The log likelihood of points, (n, parameters), up to a constant."""
    wanted = (target - emulator.mean) / emulator.scale
    apart = (errors / emulator.scale) ** 2 + emulator.rest
    precise = emulator.basis / apart
    inner = precise @ emulator.basis.T

    def of(x: Floats) -> Floats:
        mean, variance = emulator.components(x)
        off = wanted - mean @ emulator.basis
        number = emulator.basis.shape[0]
        small = np.broadcast_to(inner, (len(x), number, number)).copy()
        small[:, np.arange(number), np.arange(number)] += 1.0 / variance
        along = off @ precise.T
        solved = np.linalg.solve(small, along[:, :, None])[:, :, 0]
        square = (off**2 / apart).sum(axis=1) - (along * solved).sum(axis=1)
        return np.asarray(-0.5 * (square + np.linalg.slogdet(small)[1] + np.log(variance).sum(axis=1)))

    return of


def sampled(
    likelihood: Callable[[Floats], Floats],
    dimensions: int,
    seed: int = 0,
    burn: int = BURN,
    keep: int = KEEP,
    start: Floats | None = None,
) -> Posterior:
    """A sample of the posterior."""
    luck = np.random.default_rng(seed)

    def density(x: Floats) -> Floats:
        prior = log_prior(x)
        inside = np.isfinite(prior)
        out = np.full(len(x), -np.inf)
        if inside.any():
            out[inside] = prior[inside] + likelihood(x[inside])
        return out

    many = np.clip(luck.normal(size=(1024, dimensions)), -WIDEST, WIDEST)
    if start is not None:
        many = np.concatenate([many, np.clip(start + 0.1 * luck.normal(size=(64, dimensions)), -2.4, 2.4)])
    first = density(many)
    best = np.argsort(-first)[: WALKERS * 2]
    chosen = luck.choice(best, WALKERS, replace=False)
    walkers, height = many[chosen], first[chosen]
    draws, densities = [], []
    half = WALKERS // 2
    for step in range(burn + keep):
        for mine, others in ((slice(0, half), slice(half, None)), (slice(half, None), slice(0, half))):
            z = ((STRETCH - 1.0) * luck.random(half) + 1.0) ** 2 / STRETCH
            partner = walkers[others][luck.integers(half, size=half)]
            tried = partner + z[:, None] * (walkers[mine] - partner)
            there = density(tried)
            go = np.log(luck.random(half)) < (dimensions - 1) * np.log(z) + there - height[mine]
            walkers[mine] = np.where(go[:, None], tried, walkers[mine])
            height[mine] = np.where(go, there, height[mine])
        if step >= burn and step % 5 == 0:
            draws.append(walkers.copy())
            densities.append(height.copy())
    return Posterior(np.concatenate(draws), np.concatenate(densities), _ratio(np.array(draws)))


def _ratio(draws: Floats) -> float:
    """Potential scale reduction (Gelman & Rubin 1992) of the halves of the sample over time, (steps, walkers, parameters)."""
    middle = len(draws) // 2
    parts = np.array(
        [draws[:middle].reshape(-1, draws.shape[2]), draws[middle : 2 * middle].reshape(-1, draws.shape[2])]
    )
    within = parts.var(axis=1).mean(axis=0)
    between = parts.mean(axis=1).var(axis=0, ddof=1)
    return float(np.sqrt(1.0 + between / np.maximum(within, 1e-12)).max())
