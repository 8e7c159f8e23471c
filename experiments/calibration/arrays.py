"""A posterior as the tree of labelled arrays that ArviZ reads: draws, the prior, and the statistics that were met."""

from typing import TYPE_CHECKING

import numpy as np

from kith.experiments.calibration.calibrate import Calibration
from kith.experiments.calibration.inference.posterior import WALKERS
from kith.experiments.calibration.priors import WIDEST, Floats, Prior
from kith.extras import demand

if TYPE_CHECKING:
    import xarray

PRIOR_DRAWS = 1_000
SEED = 0


def posterior_tree(fit: Calibration) -> "xarray.DataTree":
    """The groups `posterior` (chain, draw), `prior` and `observed_data` of a fit, for `arviz.summary` and its plots.

    A walker of the ensemble is a chain. Walkers move by one another, so that diagnostics which take chains to be
    independent say too little of the error; `converged` is what the fit itself found.

    Raises
    ------
    ExtraMissing
        ArviZ is not installed.
    """
    demand("arrays")
    import arviz

    steps, left = divmod(len(fit.draws), WALKERS)
    chains = (
        fit.draws[None] if left or not steps else fit.draws.reshape(steps, WALKERS, -1).transpose(1, 0, 2)
    )
    prior = np.random.default_rng(SEED).normal(size=(4 * PRIOR_DRAWS, len(fit.priors)))
    prior = prior[(np.abs(prior) <= WIDEST).all(axis=1)][:PRIOR_DRAWS]
    tree: xarray.DataTree = arviz.from_dict(
        {
            "posterior": _valued(fit, chains),
            "prior": _valued(fit, prior[None]),
            "observed_data": {"statistics": fit.table["real"].to_numpy(float)},
        },
        coords={"statistic": fit.table["statistic"].tolist()},
        dims={"statistics": ["statistic"]},
        check_conventions=False,  # there are more walkers than steps, which it would question
        attrs={
            "posterior": {
                "log": fit.label,
                "scenario": fit.scenario,
                "model_version": fit.model_version,
                "converged": "not checked" if fit.converged is None else int(fit.converged),
            }
        },
    )
    return tree


def _valued(fit: Calibration, z: Floats) -> dict[str, Floats]:
    """Parameter -> its values, (chain, draw), from the priors' standard deviations."""
    return {name: _values(prior, z[..., k]) for k, (name, prior) in enumerate(fit.priors.items())}


def _values(prior: Prior, z: Floats) -> Floats:
    return np.vectorize(prior.value, otypes=[float])(z)
