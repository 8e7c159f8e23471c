"""Effects of experiments inside a community, in words: measured and true."""

from typing import Any

import pandas as pd
from rich.table import Table

from kith.experiments.words import wording
from kith.experiments.words.terminal import plain_table

OUTCOMES = {
    "contributions": ("contributions", "count"),
    "invitations": ("invitations sent", "count"),
    "invited_joins": ("joins by invitation", "count"),
    "revenue": ("revenue", "EUR"),
    "stays": ("still awake", "share"),
}
"""outcome of `kith.experiments.analyses.experiment_effects` -> title and unit, per member since the experiment began"""


def effect_rows(effects: pd.DataFrame) -> list[dict[str, str]]:
    """A row per experiment and outcome; the measured effect with its 95 % interval (normal)."""
    return [_row(effect) for effect in effects.to_dict("records")]


def _row(effect: Any) -> dict[str, str]:
    title, unit = OUTCOMES[effect["outcome"]]
    half = 1.96 * effect["se"]
    means = {name: wording.number(effect[f"mean_{name}"], unit, half) for name in ("treated", "others")}
    signed = {name: wording.signed(effect[name], unit, half) for name in ("measured", "true")}
    low, high = effect["measured"] - half, effect["measured"] + half
    return {
        "experiment": effect["experiment"],
        "title": title + (" (EUR)" if unit == "EUR" else ""),
        "interval": wording.span(low, high, unit, half, sign=True),
        **means,
        **signed,
    }


def effect_table(effects: pd.DataFrame) -> Table:
    """The same as a table for the console."""
    table = plain_table(title="\nEffects of the experiments: measured and true")
    for name in ("experiment", "per member since the start"):
        table.add_column(name, no_wrap=True)
    for name in ("treated", "others", "measured", "95 % interval", "true"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in effect_rows(effects):
        table.add_row(
            *(
                row[name]
                for name in ("experiment", "title", "treated", "others", "measured", "interval", "true")
            )
        )
    return table
