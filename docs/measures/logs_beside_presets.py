"""The measures of the logs that ship beside those of every preset: `python docs/measures/logs_beside_presets.py`.

Rewrites the two tables in docs/explanation/evidence/1-logs-and-presets.md between their markers, and the table of
statistics in 2-statistics.md. Each preset is run for two years with 5,000 people and three seeds, and shows what the
logs beside it show: posts and answers, as the chat room, or posts alone, as the site of which the questions are seen.
The lives are those of newcomers, because the logs begin with their first member; who contributes how much, and who
answers or knows whom, is told of everybody, because a newcomer answered by a founder is answered. Takes some minutes.
"""

import numpy as np
from tables_on_pages import put

from kith.experiments.errors import RequestError
from kith.experiments.evidence.estimates import REPLICATES
from kith.experiments.evidence.measure import measured
from kith.experiments.evidence.observation import PEOPLE, ObservationModel, of_record, of_table
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
LIVES = SHOWN[: SHOWN.index("gini")]
"what is told of newcomers; all else is told of everybody"
DIFFERENCES = ("reply_effect", "contagion", "contagion_placebo")
SIZE, DAYS, SEEDS = 5_000, 730, 3
CHAT, QUESTIONS = ("post", "answer"), ("post",)
ASKING = ("ugc",)
"presets whose people contribute as on a site of questions and answers; those of all others talk"


def of_log(name: str) -> dict[str, float]:
    """The statistics of a log that ships."""
    estimates = measured(of_table(read_log_table(name)), permutations=REPLICATES)
    return {statistic: estimate.value for statistic, estimate in estimates.items()}


def of_preset(name: str) -> dict[str, float]:
    """The statistics of a preset as a log would show it, mean over seeds; all NaN if nobody acts."""
    market = load(name).parameters.market
    founders = max(1, round(market.founders * SIZE / market.size))
    plan = load(name, overrides={"market.size": SIZE, "market.founders": founders})
    kinds = QUESTIONS if name in ASKING else CHAT
    rows = []
    for seed in range(SEEDS):
        record = run(plan, seed=seed, days=DAYS)
        try:
            everybody, newcomers = (of_record(record, ObservationModel(kinds, who)) for who in PEOPLE)
        except RequestError:
            return dict.fromkeys(STATISTICS, float("nan"))
        told = measured(everybody, permutations=50)
        lives = measured(newcomers)
        told |= {statistic: lives[statistic] for statistic in LIVES}
        rows.append([told[statistic].value for statistic in STATISTICS])
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
