"""Console output for a run and a comparison."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from kith.experiments.comparison.stopping import GUARANTEE
from kith.experiments.comparison.stress_result import StressWords, in_words
from kith.experiments.comparison.summary_sentence import comparison_answer, run_answer, thinly_defined
from kith.experiments.statistics.intervals import described
from kith.experiments.statistics.tables import OPEN, OUTCOMES, RESOLVED, SAME, UNJUDGED, verdict
from kith.experiments.words import wording
from kith.experiments.words.terminal import WIDTH, aligned, heading, plain_table, printer
from kith.sim.results.definitions import describe

if TYPE_CHECKING:
    import pandas as pd

    from kith.experiments.comparison.comparison import Comparison

BLOCKS = "▁▂▃▄▅▆▇█"
CAVEAT = "targets used by practitioners, without a published source"
MARKS = {RESOLVED: "●", OPEN: "○", SAME: "=", UNJUDGED: wording.DASH}

LONGEST, SHORT = 18, 12
"characters of a scenario's name in the first column, and in a head"


def show_run(record: Any, question: str, effects: "pd.DataFrame | None" = None) -> None:
    """Print a run: main indicators, active members over time, why members stopped coming, health card."""
    out = printer()
    plan = record.plan
    heading(out, plan.title or plan.name, question)
    out.print(run_answer(record))
    out.print(
        Text(
            f"{plan.name} · seed {record.seed} · {wording.plural(record.days, 'day')} · model {record.model_version} · "
            f"run {record.run_id[:12]}\n",
            style="dim",
        )
    )
    out.print(_active(record.series["active"].tolist(), out.width))
    out.print(_headlines(record.summary))
    out.print(Text("W: a window of the last 30 days", style="dim"))
    if sum(record.leaving.values()) > 0:
        out.print(_reasons(record.leaving))
    if effects is not None and len(effects):
        from kith.experiments.comparison.effects import effect_table

        out.print(effect_table(effects))
    out.print(_health(record.health))
    out.print(Text(f"  {CAVEAT}", style="dim italic"))


def show_comparison(comparison: "Comparison") -> None:
    """Print a comparison: the answer, the table of outcomes, why members stopped coming."""
    out = printer()
    out.print(Text(comparison_answer(comparison), style="bold"))
    seeds = comparison.seeds
    seeds_used = f"seeds {seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else f"seed {seeds[0]}"
    out.print(
        Text(
            f"{wording.plural(comparison.runs, 'run')} of each scenario on common random numbers ({seeds_used}) · "
            f"{wording.plural(comparison.days, 'day')} · model {comparison.model_version}",
            style="dim",
        )
    )
    called = _called(comparison.labels)
    for label, letter in called.items():
        if label != letter:
            out.print(Text(f"{letter}  {label}"))
    out.print(_outcomes(comparison, called))
    out.print(_legend(comparison, called))
    if comparison.leaving.to_numpy().sum() > 0:
        out.print(_reasons_by_scenario(comparison, called))
    if comparison.stress is not None:
        words = in_words(comparison.stress, comparison.labels)
        out.print(_stress(words, list(called.values())))
        out.print(Text(fill(words.note, WIDTH), style="dim"))


def _stress(words: StressWords, labels: Sequence[str]) -> Table:
    """Shares lost under the standard shocks, and when half was made good, by scenario."""
    table = plain_table(title="\nActive members lost to a shock, half a year later")
    table.add_column("shock", ratio=1)
    for label in labels:
        table.add_column(label, justify="right", no_wrap=True)
    for title, cells in words.rows:
        table.add_row(f"  {title}", *[Text(f"{lost}\n").append(back, style="dim") for lost, back in cells])
    table.add_row(f"  {words.mean_title}", *words.means, style="bold")
    return table


def sparkline(values: Sequence[float], width: int) -> str:
    """The values as a line of blocks from zero to their maximum, `width` characters or fewer."""
    width = min(width, len(values))
    picked = [values[round(i * (len(values) - 1) / max(1, width - 1))] for i in range(width)]
    top = max(*picked, 0.0) if len(picked) > 1 else max(picked, default=0.0)
    return "".join(BLOCKS[min(7, int(8 * max(0.0, v) / top))] if top > 0 else BLOCKS[0] for v in picked)


def _active(values: Sequence[float], width: int) -> Text:
    start, end = (f"{values[i]:,.0f}" for i in (0, -1))
    line = Text("active members  ", style="bold")
    line.append(f"{start} ")
    line.append(sparkline(values, max(10, min(60, width - 20 - len(start) - len(end)))), style="blue")
    return line.append(f" {end}\n")


def _headlines(summary: Any) -> Table:
    table = plain_table()
    table.add_column("outcome", style="bold", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("unit", style="dim", no_wrap=True)
    table.add_column("definition", style="dim", ratio=1)
    for name in OUTCOMES:
        if name in summary.index:
            unit, definition = describe(name)
            table.add_row(
                wording.title(name),
                wording.number(float(summary[name]), unit),
                wording.unit_of(unit),
                definition,
            )
    return table


def _reasons(leaving: Mapping[str, float]) -> Table:
    table = plain_table(header=False, title="\nWhy members stopped coming")
    table.add_column("cause", no_wrap=True)
    table.add_column("count", justify="right")
    table.add_column("share", justify="right", style="dim")
    table.add_column("bar", style="blue")
    total = sum(leaving.values())
    for cause, count in sorted(leaving.items(), key=lambda item: -item[1]):
        if count > 0:
            table.add_row(
                f"  {wording.CAUSES.get(cause, cause)}",
                f"{count:,.0f}",
                wording.number(count / total, "share", 0.03),
                "█" * round(40 * count / total),
            )
    return table


def _health(health: Sequence[Mapping[str, Any]]) -> Table:
    table = plain_table(
        header=False, title="\nHealth card (practitioners' targets without a published source)"
    )
    for check in health:
        mark, style = {True: ("✓", "green"), False: ("✗", "red"), None: ("–", "dim")}[check["met"]]
        unit = wording.health_unit(check)
        table.add_row(
            Text(f"  {mark}", style=style),
            check["name"],
            wording.number(check["value"], unit),
            Text(f"target {wording.target(check, unit)}", style="dim"),
        )
    return table


def _called(labels: Sequence[str]) -> dict[str, str]:
    """What tables call each label: itself, or a letter where one is too long to stand in a column whole."""
    if max(map(len, labels)) <= LONGEST:
        return {label: label for label in labels}
    return {label: chr(ord("A") + place) for place, label in enumerate(labels)}


def _outcomes(comparison: "Comparison", called: Mapping[str, str]) -> Text:
    difference = _against(comparison, called)
    head = ["", "mean", "95 % interval", difference, "95 % interval", "greater", ""]
    lines: list[Text | list[Text]] = [[Text(words, style="dim") for words in head]]
    for place, outcome in enumerate(comparison.outcomes):
        if place == 1 and comparison.judged:
            lines.append(
                Text(
                    "Exploratory outcomes (with this many, expect some false positives):", style="dim italic"
                )
            )
        unit = describe(outcome)[0]
        words = Text(wording.title(outcome), style="bold")
        if wording.unit_of(unit) and unit not in ("members", "ties"):
            words.append(f", {wording.unit_of(unit)}", style="not bold dim")
        lines.append(words)
        lines += [_cells(comparison, outcome, label, called) for label in comparison.labels]
    return aligned(lines, right=(1, 2, 3, 4, 5))


def _against(comparison: "Comparison", called: Mapping[str, str]) -> str:
    """The head of the column of differences."""
    name = called[comparison.reference]
    return f"vs {name}" if len(name) <= SHORT else "difference"


def _cells(comparison: "Comparison", outcome: str, label: str, called: Mapping[str, str]) -> list[Text]:
    row = comparison.row(outcome, label)
    half, gap = comparison.precision(outcome)
    unit = row["unit"]
    cells = [
        Text(f"  {called[label]}"),
        Text(wording.number(row["mean"], unit, half)),
        Text(wording.span(row["low"], row["high"], unit, half), style="dim"),
    ]
    if label == comparison.reference:
        return [*cells, Text("reference", style="dim"), Text(), Text(), Text()]
    style = "bold" if row["resolved"] else "dim"
    return [
        *cells,
        Text(wording.signed(row["difference"], unit, gap), style=style),
        Text(wording.span(row["difference_low"], row["difference_high"], unit, gap, sign=True), style=style),
        Text(wording.number(row["prob_greater"], "share", 0.03), style="dim"),
        Text(_verdict(row), style=style),
    ]


def _verdict(row: Any) -> str:
    mark = verdict(row)
    return MARKS[mark] + (f" {wording.runs(row['runs_needed'])} runs" if mark == OPEN else "")


def _legend(comparison: "Comparison", called: Mapping[str, str]) -> Text:
    if not comparison.judged:
        lines = [f"{described(comparison.runs)} Use --runs 16 to tell differences from chance."]
        return Text(fill(lines[0], WIDTH), style="dim")
    lines = [
        f"{MARKS[RESOLVED]} the 95 % interval of the paired difference excludes zero",
        f"{MARKS[OPEN]} the interval includes zero; the number estimates how many paired runs would resolve it",
        f"{MARKS[SAME]} no difference   {wording.DASH} undefined   pp percentage points",
        f"{_against(comparison, called)}: mean paired difference from {comparison.reference}",
        f"greater: share of paired runs in which this scenario is above {comparison.reference}",
        f"of {len(comparison.exploratory) * (len(comparison.labels) - 1)} exploratory differences about "
        f"{comparison.by_luck:.0f} would exclude zero by chance alone; {_removed(comparison)}",
        described(comparison.runs),
        *([GUARANTEE] if comparison.rule is None and comparison.table["runs_needed"].notna().any() else []),
        *thinly_defined(comparison),
    ]
    if not comparison.exploratory:
        lines[5] = _removed(comparison)
    if comparison.rule is not None:
        lines.append(_stopped(comparison))
    return Text("\n".join(fill(line, WIDTH) for line in lines), style="dim")


def _removed(comparison: "Comparison") -> str:
    """The variance that pairing removed for the main outcome."""
    shares = [
        wording.number(comparison.row(comparison.outcomes[0], label)["variance_removed"], "share", 0.03)
        for label in comparison.labels[1:]
    ]
    added = any(share.startswith("−") for share in shares)
    return (
        f"pairing removed {wording.listed(shares)} of the variance of the difference in "
        f"{wording.title(comparison.outcomes[0])}" + (" (below zero: it added to it)" if added else "")
    )


def _stopped(comparison: "Comparison") -> str:
    rule = comparison.rule
    assert rule is not None
    width = f"within {wording.number(rule.precision, 'share')} of the mean of {comparison.reference}"
    if rule.ratio(comparison) <= 1:
        return f"stopped after {wording.plural(comparison.runs, 'run')}: the main differences are known to {width}"
    return f"stopped at the maximum of {wording.plural(comparison.runs, 'run')}; the main differences are not yet known to {width}"


def _reasons_by_scenario(comparison: "Comparison", called: Mapping[str, str]) -> Table:
    table = plain_table(title="\nWhy members stopped coming (members per run)")
    table.add_column("cause", no_wrap=True, min_width=20)
    for label in comparison.labels:
        table.add_column(called[label], justify="right", no_wrap=True)
    leaving = comparison.leaving
    for cause in sorted(leaving.index, key=lambda c: -float(leaving.loc[c].max())):
        if leaving.loc[cause].max() > 0:
            cells = [f"{n:,.0f}" if n >= 10 or n == 0 else f"{n:,.1f}" for n in leaving.loc[cause]]
            table.add_row(f"  {wording.CAUSES.get(str(cause), cause)}", *cells)
    return table
