"""The micro-model in Starsim: a network of edges, and a module whose step reads it."""

import micro
import numpy as np
import starsim as ss


class Known(ss.Network):
    """Who knows whom, for good."""

    def init_post(self, *args: object, **more: object) -> None:
        """Add the ties."""
        super().init_post(*args, **more)
        first, second = micro.ties()
        self.append(p1=ss.uids(first), p2=ss.uids(second), beta=np.ones(len(first), np.float32))

    def step(self) -> None:
        """Ties stay as they are."""


class Leaving(ss.Module):
    """Everybody reads and draws."""

    def __init__(self) -> None:
        super().__init__(name="leaving")
        self.define_states(
            ss.FloatArr("satisfaction", default=ss.random()), ss.FloatArr("leaves", default=0.0)
        )
        self.luck = ss.random(name="luck")

    def step(self) -> None:
        """Everybody decides."""
        net, n = self.sim.networks.known, micro.AGENTS
        felt = self.satisfaction.raw
        total = np.bincount(net.p1, felt[net.p2], n) + np.bincount(net.p2, felt[net.p1], n)
        number = np.maximum(np.bincount(net.p1, minlength=n) + np.bincount(net.p2, minlength=n), 1)
        everybody = self.sim.people.auids
        self.leaves[everybody] = self.luck.rvs(everybody) < 0.01 * (1.0 - 0.5 * (total / number)[everybody])


sim = ss.Sim(
    n_agents=micro.AGENTS,
    networks=Known(name="known"),
    modules=Leaving(),
    start=0,
    dur=1_000_000,
    verbose=0,
    rand_seed=1,
)
sim.init()
micro.report(sim.run_one_step, lambda: float(sim.custom.leaving.leaves.raw[: micro.AGENTS].sum()))
