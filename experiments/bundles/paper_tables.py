"""Results as the cells of a table for a paper: rounded to what their intervals allow, with units."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kith.experiments.words import wording
from kith.sim.results.definitions import describe

if TYPE_CHECKING:
    import pandas as pd

    from kith.experiments.comparison.comparison import Comparison


def comparison_cells(comparison: "Comparison") -> "pd.DataFrame":
    """A row per outcome and scenario: mean and difference, each with its interval, and the runs behind them."""
    import pandas as pd

    rows = []
    for outcome in comparison.outcomes:
        half, gap = comparison.precision(outcome)
        for label in comparison.labels:
            row = comparison.row(outcome, label)
            unit, first = row["unit"], label == comparison.reference
            rows.append(
                {
                    "outcome": named(outcome) if first else "",
                    "scenario": label,
                    "mean": wording.number(row["mean"], unit, half),
                    "95 % interval": wording.span(row["low"], row["high"], unit, half),
                    "difference": "" if first else wording.signed(row["difference"], unit, gap),
                    "its 95 % interval": ""
                    if first
                    else wording.span(row["difference_low"], row["difference_high"], unit, gap, sign=True),
                    "runs": int(row["n"]),
                }
            )
    return pd.DataFrame(rows)


def summary_cells(summary: Mapping[Any, float], names: Sequence[str]) -> "pd.DataFrame":
    """A row per indicator of a run."""
    import pandas as pd

    return pd.DataFrame(
        [
            {"outcome": named(name), "value": wording.number(float(summary[name]), describe(name)[0])}
            for name in names
            if name in summary
        ]
    )


def conclusion_cells(result: Mapping[str, Any]) -> "pd.DataFrame":
    """A row per conclusion of a robustness analysis."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "conclusion": c["sentence"],
                "draws": wording.per_cent(c["share"]),
                "95 % interval": f"{wording.per_cent(c['low'])} to {wording.per_cent(c['high'])}",
                "median difference": wording.signed(c["median_difference"], c["unit"]),
                "luck": wording.plus_minus(c["luck"], c["unit"]),
                "parameters": wording.plus_minus(c["parameters"], c["unit"]),
                "pairs": c["pairs"],
                "verdict": c["verdict"],
                "because of": c["because"],
            }
            for c in result["conclusions"]
        ]
    )


def point_cells(points: "pd.DataFrame", outcomes: Sequence[str]) -> "pd.DataFrame":
    """A row per point of a study: its levers, its runs, and means with their standard errors."""
    shown = points[[n for n in points if not str(n).endswith(("_sd", "_defined", "_se"))]].copy()
    for name in outcomes:
        unit = describe(name)[0]
        errors = points[f"{name}_se"] if f"{name}_se" in points else [float("nan")] * len(points)
        shown[name] = [
            wording.number(mean, unit, 1.96 * error)
            + ("" if error != error else f" ({wording.number(error, unit, error).removesuffix(' %')})")
            for mean, error in zip(points[name].astype(float), errors, strict=True)
        ]
    same = [name for name in ("scenario", "runs") if shown[name].nunique() == 1]
    return shown.drop(columns=same).rename(columns={name: named(name) for name in outcomes})


def named(outcome: str) -> str:
    """An outcome's name in words, with its unit where the name does not imply it."""
    unit = describe(outcome)[0]
    words = wording.unit_of(unit)
    return wording.title(outcome) + (
        f" ({words})" if words and unit not in ("members", "people", "ties") else ""
    )
