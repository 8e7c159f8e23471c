"""The micro-model in mesa-frames: a set of agents in a Polars frame, their ties in another."""

import micro
import numpy as np
import polars as pl
from mesa_frames import AgentSetPolars, ModelDF

rng = np.random.default_rng(1)
reader, read = micro.both_ways(*micro.ties())


class People(AgentSetPolars):
    """Everybody, as one frame."""

    def __init__(self, model: ModelDF) -> None:
        super().__init__(model)
        self += pl.DataFrame(
            {
                "unique_id": np.arange(micro.AGENTS),
                "satisfaction": rng.random(micro.AGENTS),
                "leaves": np.zeros(micro.AGENTS, bool),
            }
        )

    def step(self) -> None:
        """Everybody decides."""
        self.do("decide")

    def decide(self) -> None:
        """Draw whether to leave."""
        others = self.agents.select(pl.col("unique_id").alias("other"), "satisfaction")
        around = self.model.ties.join(others, on="other").group_by("unique_id")
        moods = around.agg(pl.col("satisfaction").mean().alias("mood"))
        mood = self.agents.select("unique_id").join(moods, on="unique_id", how="left")["mood"].fill_null(0.0)
        self["leaves"] = pl.Series(rng.random(micro.AGENTS)) < 0.01 * (1.0 - 0.5 * mood)


class Room(ModelDF):
    """The people and who knows whom."""

    def __init__(self) -> None:
        super().__init__()
        self.ties = pl.DataFrame({"unique_id": reader, "other": read})
        self.agents += People(self)

    def step(self) -> None:
        """Everybody decides."""
        self.agents.do("step")


room = Room()
micro.report(room.step, lambda: room.agents.get("leaves").popitem()[1].sum())
