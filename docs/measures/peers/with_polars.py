"""The micro-model in Polars: a join over ties, a mean by reader, a draw."""

import micro
import numpy as np
import polars as pl

rng = np.random.default_rng(1)
reader, read = micro.both_ways(*micro.ties())
ties = pl.DataFrame({"person": reader, "other": read})
people = pl.DataFrame({"person": np.arange(micro.AGENTS), "satisfaction": rng.random(micro.AGENTS)})


def step() -> None:
    """Everybody decides."""
    global people
    others = people.select(pl.col("person").alias("other"), "satisfaction")
    moods = ties.join(others, on="other").group_by("person").agg(pl.col("satisfaction").mean().alias("mood"))
    people = people.select("person", "satisfaction").join(moods, on="person", how="left")
    people = people.with_columns(
        leaves=pl.Series(rng.random(micro.AGENTS)) < 0.01 * (1.0 - 0.5 * pl.col("mood").fill_null(0.0))
    )


micro.report(step, lambda: people["leaves"].sum())
