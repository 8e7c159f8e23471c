"""A posterior is read by ArviZ: chains, the prior, and the statistics that were met."""

from dataclasses import replace

import numpy as np
import pytest

from kith.experiments.calibration.bundle import posterior
from kith.experiments.calibration.inference.posterior import WALKERS
from tests.experiments.calibration.bundles import made_up


def test_arviz_summarises_a_posterior() -> None:
    arviz = pytest.importorskip("arviz", reason="ArviZ is in the extra `arrays`")
    from kith.experiments.calibration.arrays import posterior_tree

    steps, few = 30, list(made_up().priors)[:2]
    walks = np.random.default_rng(3).normal(size=(steps, WALKERS, len(few)))
    fit = replace(
        made_up(), priors={name: made_up().priors[name] for name in few}, draws=walks.reshape(-1, len(few))
    )
    tree = posterior_tree(fit)
    assert dict(tree["posterior"].sizes) == {"chain": WALKERS, "draw": steps}
    frame = posterior(fit)
    for k, name in enumerate(few):
        np.testing.assert_allclose(tree["posterior"][name].values.T.ravel(), frame[name])
        assert float(tree["posterior"][name].sel(chain=5, draw=7)) == pytest.approx(
            fit.priors[name].value(walks[7, 5, k])
        )
        prior = tree["prior"][name].to_numpy()
        share = ((fit.priors[name].low < prior) & (prior < fit.priors[name].high)).mean()
        assert share == pytest.approx(0.91, abs=0.04)  # a prior's 90 % interval; what lies far out is cut off
    assert tree["observed_data"]["statistics"].sel(statistic="gini") == 0.5
    table = arviz.summary(tree["posterior"], kind="diagnostics", round_to="none")
    assert table.index.tolist() == few
    assert (table["r_hat"] < 1.1).all()


def test_draws_that_are_no_ensemble_are_one_chain() -> None:
    pytest.importorskip("arviz", reason="ArviZ is in the extra `arrays`")
    from kith.experiments.calibration.arrays import posterior_tree

    assert dict(posterior_tree(made_up())["posterior"].sizes) == {"chain": 1, "draw": 20}
