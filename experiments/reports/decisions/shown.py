"""What analyses of a study tell a decision: regret over worlds, further runs, and where a community tips.

Each is made into one `Shown`, from which the screen, the page and the JSON are written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from kith.experiments.analyses.regret import FEWEST, Regret
from kith.experiments.analyses.replicate import Replicated
from kith.experiments.analyses.search_sentences import short, titled
from kith.experiments.analyses.tipping import Tipping
from kith.experiments.charts.decisions import boundary, further, regrets
from kith.experiments.reports.search import search_page
from kith.experiments.statistics.tables import nulled
from kith.experiments.studies.study import Study
from kith.experiments.words import wording
from kith.sim.results.definitions import describe


@dataclass(frozen=True)
class Shown:
    """A result, ready to be shown."""

    study: Study
    answer: str
    facts: Sequence[tuple[Any, str]]
    heading: str
    columns: Sequence[tuple[str, str]]
    "name and kind of each column of cells; `n` is a number, `lever` the name of a lever"
    rows: Sequence[Sequence[str]]
    note: str
    frames: dict[str, tuple[pd.DataFrame, str]]
    "name -> a table of numbers, and what it is"
    charts: Callable[[], list[str]]

    def page(self, command: str) -> str:
        """One self-contained HTML page."""
        return search_page(
            self.study,
            answer=self.answer,
            facts=self.facts,
            warnings=[],
            charts=[Markup(chart) for chart in self.charts()],
            heading=self.heading,
            columns=[(name, "n" if kind else "") for name, kind in self.columns],
            rows=self.rows,
            note=self.note,
            command=command,
        )

    def plain(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "study": self.study.name,
            "answer": self.answer,
            **{
                name: [nulled(row) for row in frame.to_dict("records")]
                for name, (frame, _) in self.frames.items()
            },
        }


def regret_shown(found: Regret) -> Shown:
    """The policies, the least mean regret first."""
    unit = describe(found.outcome)[0]
    rows = [
        [
            row["policy"],
            wording.number(row["mean"], unit),
            wording.number(row["regret"], unit),
            wording.span(row["low"], row["high"], unit),
            wording.number(row["regret_90"], unit),
            wording.number(row["largest"], unit),
            wording.per_cent(row["best_in"]),
            wording.number(row["between"], unit),
        ]
        for row in found.table.to_dict("records")
    ]
    few = int(found.table["worlds"][0]) < FEWEST
    heads = ("mean", "regret", "95 % interval", "90 % of worlds", "largest", "best in", "fresh seeds")
    return Shown(
        found.study,
        found.words,
        [
            (int(found.table["worlds"][0]), "worlds"),
            (len(found.table), "policies"),
            (titled(found.outcome), "is at stake"),
        ],
        "Regret",
        [("policy", ""), *((name, "n") for name in heads)],
        rows,
        "Regret: what a policy loses in a world against the policy that is best there; mean over worlds with a bootstrap "
        "interval over worlds, the value that it stays below in 90 % of worlds, and the largest. The best of several noisy "
        "means is too good, so that regret is too large with few runs; “fresh seeds” chooses the best policy by all "
        "seeds but one and judges it by that one, which errs to the other side. Worlds count alike: they are the study's points, "
        "as likely as the ranges of its levers say."
        + (f" Fewer than {FEWEST} worlds: no interval." if few else ""),
        {
            "regret": (found.table, "a row per policy: regret over worlds"),
            "worlds": (found.worlds, "a row per world and policy: levers, outcome, regret"),
        },
        lambda: [regrets(found)],
    )


def replicated_shown(found: Replicated) -> Shown:
    """The points, those with most further runs first."""
    unit = describe(found.outcome)[0]
    levers = [lever.name for lever in found.study.lever if lever.name in found.table]
    table = found.table.sort_values("further", ascending=False, kind="stable")
    rows = [
        [
            str(row["scenario"]),
            str(row["point"]),
            *(short(row[name]) for name in levers),
            f"{row['runs']:,}",
            wording.number(row["mean"], unit, 2 * row["se"]),
            wording.number(row["sd"], unit),
            wording.number(row["se"], unit),
            wording.number(row["se_equal"], unit),
        ]
        for row in table.to_dict("records")
    ]
    heads = ("mean", "SD", "SE", "SE if equal")
    return Shown(
        found.study,
        found.words,
        [
            (found.budget, "further runs"),
            (found.study.runs, "runs of each point before"),
            (found.aim, "is the aim"),
        ],
        "Points",
        [
            ("scenario", ""),
            ("point", "n"),
            *((name, "lever") for name in levers),
            ("runs", "n"),
            *((name, "n") for name in heads),
        ],
        rows,
        "Further runs are divided in four rounds, each by what is known by then: for precision in proportion to the variance "
        "at a point, for the best and for a level in proportion to the square of the standard deviation over the distance. "
        "“SE if equal” is what the same number of runs would give if all points had as many. As it depends on what was seen "
        "who gets runs, intervals are slightly too narrow.",
        {"points": (found.table, "a row per point: runs, mean, SD, SE and the SE with equal runs")},
        lambda: [further(found)],
    )


def tipping_shown(study: Study, found: Tipping) -> Shown:
    """The points in the order in which they were tried."""
    unit = describe(found.outcome)[0]
    rows = [
        [
            *(short(row[name]) for name in found.levers),
            wording.number(row["mean"], unit, 2 * row["se"]),
            wording.number(row["se"], unit),
            "yes" if row["reached"] else "no",
            wording.per_cent(row["chance"]) if row["chance"] == row["chance"] else wording.DASH,
        ]
        for row in found.tried.to_dict("records")
    ]
    heads = ("mean", "SE", "reached", "foretold")
    return Shown(
        study,
        found.words,
        [
            (len(found.tried), "points tried"),
            (study.runs, "runs at each, on the same seeds"),
            (f"{titled(found.outcome)}: {wording.number(found.level, unit)}", "is the level"),
        ],
        "Points tried",
        [*((name, "lever") for name in found.levers), *((name, "n") for name in heads)],
        rows,
        f"The first {found.apart} points are a Latin hypercube. After them a Gaussian process chooses points near the boundary "
        "of which it knows least (straddle); “foretold” is the probability of reaching the level that it gave to a point before "
        "it was run. The region is the box of the levers' ranges, all of it counted alike. The process is smooth: where a "
        "community tips at once, the boundary is less certain than it says.",
        {
            "tried": (found.tried, "a row per point, in the order tried"),
            "along": (
                found.along,
                "a row per lever: where the level is crossed with the others in the middle",
            ),
        },
        lambda: [boundary(found)],
    )
