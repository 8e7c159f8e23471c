"""The measures of the logs that ship beside those of every preset: `python docs/measures/logs_beside_presets.py`.

Rewrites the two tables in docs/explanation/evidence/1-logs-and-presets.md between their markers, and the table of
statistics in 2-statistics.md. Each preset is run for two years with 5,000 people and three seeds; only newcomers are
measured, because the logs begin with their first member. Takes some minutes.
"""

import numpy as np
from tables_on_pages import put

from kith.experiments.errors import NothingToMeasure
from kith.experiments.evidence.estimates import REPLICATES
from kith.experiments.evidence.measure import measured
from kith.experiments.evidence.observation import ObservationModel, of_record, of_table
from kith.experiments.evidence.statistics import STATISTICS
from kith.experiments.words import wording
from kith.scenarios.catalogue import library, logs
from kith.scenarios.load import load
from kith.scenarios.logs.founding import read_log_table
from kith.sim.engine import run

PAGES = {
    "logs": "evidence/1-logs-and-presets.md",
    "presets": "evidence/1-logs-and-presets.md",
    "statistics": "evidence/2-statistics.md",
}
"which table is on which page"
SHOWN = (
    "again_d1_7",
    "r30",
    "r90",
    "survival_26w",
    "active_d31_90",
    "once",
    "lost_month",
    "return_30d",
    "gini",
    "top1",
    "monthly_contributors",
    "actions_per_active_month",
    "gap_median",
    "answered_1d",
    "reply_effect",
    "degree",
    "clustering",
    "reciprocity",
    "contagion",
    "contagion_placebo",
)
DIFFERENCES = ("reply_effect", "contagion", "contagion_placebo")
PEOPLE, DAYS, SEEDS = 5_000, 730, 3


def of_log(name: str) -> dict[str, float]:
    """The statistics of a log that ships."""
    estimates = measured(of_table(read_log_table(name)), permutations=REPLICATES)
    return {statistic: estimate.value for statistic, estimate in estimates.items()}


def of_preset(name: str) -> dict[str, float]:
    """The statistics of a preset's newcomers, mean over seeds; all NaN if nobody acts."""
    market = load(name).parameters.market
    founders = max(1, round(market.founders * PEOPLE / market.size))
    plan = load(name, overrides={"market.size": PEOPLE, "market.founders": founders})
    rows = []
    for seed in range(SEEDS):
        try:
            observed = of_record(run(plan, seed=seed, days=DAYS), ObservationModel(people="newcomers"))
        except NothingToMeasure:
            return dict.fromkeys(STATISTICS, float("nan"))
        estimates = measured(observed, permutations=50)
        rows.append([estimates[statistic].value for statistic in STATISTICS])
    return dict(zip(STATISTICS, np.mean(rows, axis=0).tolist(), strict=True))


def table(columns: dict[str, dict[str, float]]) -> str:
    """Statistics down, communities across, as Markdown."""
    lines = ["| | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    for statistic in SHOWN:
        unit = STATISTICS[statistic].unit
        cells = (_text(statistic, values[statistic], unit) for values in columns.values())
        lines.append(f"| `{statistic}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def _text(statistic: str, value: float, unit: str) -> str:
    if value != value:
        return wording.DASH
    if statistic in DIFFERENCES:
        return wording.signed(value, unit, 0.05)
    return f"{100 * value:.0f} %" if unit == "share" else wording.number(value, unit)


def statistics_table() -> str:
    """The definition of every statistic, as Markdown."""
    lines = ["| statistic | family | unit | definition | interval |", "|---|---|---|---|---|"]
    lines += [
        f"| `{s.name}` | {s.family} | {s.unit} | {s.definition} | {s.interval} |" for s in STATISTICS.values()
    ]
    return "\n".join(lines)


def main() -> None:
    """Write the tables."""
    presets = [entry.name for entry in library() if entry.shelf == "presets"]
    put(PAGES["statistics"], "statistics", statistics_table())
    put(PAGES["logs"], "logs", table({name: of_log(name) for name in logs()}))
    put(PAGES["presets"], "presets", table({name: of_preset(name) for name in presets}))


if __name__ == "__main__":
    main()
