"""Where runs come to an end that means something: the chance that a run at some parameters is neither abandoned nor silent.

Communities hold themselves up, so that a small change of a parameter decides if one lives as the log did, withers, or
has many times the actions of the log. The runs of the last two kinds tell the emulator nothing, and it would carry on
what it knows across the edge. A logistic regression on the parameters, their squares and products, drawn in
toward even chances, says where the edge is.
"""

from collections.abc import Callable

import numpy as np

from kith.experiments.calibration.priors import Floats

PULL = 1.0
"inverse weight of the penalty on the coefficients, as scikit-learn has it"
LEAST = 1e-6
"the least chance that is given"


def log_chance(good: Floats, lost: Floats) -> Callable[[Floats], Floats]:
    """The log chance of a usable run at points, (n, parameters), from where runs were usable and where not."""
    if not len(good) or not len(lost):
        return lambda x: np.zeros(len(x))
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=PULL, max_iter=2000)
    model.fit(_terms(np.concatenate([good, lost])), np.repeat([1, 0], [len(good), len(lost)]))
    weights, constant = model.coef_[0], float(model.intercept_[0])

    def of(x: Floats) -> Floats:
        odds = _terms(x) @ weights + constant
        return np.asarray(np.maximum(-np.logaddexp(0.0, -odds), np.log(LEAST)))

    return of


def _terms(x: Floats) -> Floats:
    """The parameters, and their squares and products, (n, terms)."""
    first, second = np.triu_indices(x.shape[1])
    return np.concatenate([x, x[:, first] * x[:, second]], axis=1)
