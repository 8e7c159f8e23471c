"""Draws of uncertain parameters ("worlds") from the priors of the schema.

A parameter with a prior is drawn unless one of the scenarios sets it: parameters set by a design or a phase
are part of the question, not of the uncertainty. Draws are a Latin hypercube, so a hundred draws
cover every prior evenly; the same request gives the same draws.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from kith.experiments.studies.priors import quantile
from kith.sim.schema.parameter_set import dotted_names, field_of
from kith.sim.schema.plan import Plan

type World = dict[str, float]

SEED = 20_000
"of the hypercube; worlds are no runs, so this is not a run's seed"


def priors() -> Mapping[str, tuple[float, float, float]]:
    """Every parameter for which the literature gives mode, low and high."""
    priors = {}
    for name in dotted_names():
        prior = (field_of(name).json_schema_extra or {}).get("prior")
        if prior is not None:
            priors[name] = (float(prior[0]), float(prior[1]), float(prior[2]))
    return priors


def open_parameters(plans: Iterable[Plan]) -> Sequence[str]:
    """Parameters with a prior that no plan sets, at the start or in a phase."""
    chosen = {
        name.partition(": ")[2] if name.startswith("phase ") else name
        for plan in plans
        for name, source in plan.origin.items()
        if source != "default"
    }
    treated = {name for plan in plans for e in plan.experiments for name in e.changes}
    return [name for name in priors() if name not in chosen | treated]


def drawn(names: Sequence[str], count: int) -> list[World]:
    """The worlds that were asked for: in each, a value for every name."""
    from scipy.stats.qmc import LatinHypercube

    if not names:
        return [{} for _ in range(count)]
    points = LatinHypercube(len(names), rng=np.random.default_rng(SEED)).random(count)
    known = priors()
    columns = [quantile(known[name], points[:, place]) for place, name in enumerate(names)]
    return [
        {name: float(column[world]) for name, column in zip(names, columns, strict=True)}
        for world in range(count)
    ]
