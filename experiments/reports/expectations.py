"""The checks of the library's answers as pages of the documentation and as JSON; words shared with the console."""

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from kith.experiments.credibility.expectations import OPPOSITE, SHOWN, UNCLEAR, Check, share_removed
from kith.experiments.files import whole_folder, write_text
from kith.experiments.statistics.intervals import described
from kith.experiments.words import wording
from kith.scenarios.catalogue import SHELF_TITLES, TEXTBOOK, Entry, library
from kith.scenarios.description import about

MARKS = {SHOWN: "●", UNCLEAR: "○", OPPOSITE: "✗"}
SIGNS = {"+": "more", "-": "less", "0": "same"}
HALF = 0.5
"share of a symptom above which a fix counts as removing most of it"
HEAD = ("", "compared with", "after", "expected", "value", "reference", "difference", "95 % interval", "")


def summary(checks: Sequence[Check]) -> str:
    """How many expectations are shown."""
    return f"{sum(check.verdict == SHOWN for check in checks)} of {len(checks)} expectations are shown"


def holds(checks: Sequence[Check]) -> bool:
    """Whether every expectation is shown."""
    return all(check.verdict == SHOWN for check in checks)


def as_object(checks: Sequence[Check], runs: int) -> dict[str, Any]:
    """The checks as one plain object; undefined numbers are None."""
    return {"runs": runs, "holds": holds(checks), "expectations": [_plain(check) for check in checks]}


def write_pages(checks: Sequence[Check], runs: int, folder: Path) -> None:
    """Write `answers.md` and a page for each shelf of the library to a folder; the same checks give the same text."""
    from kith.sim.engine import MODEL_VERSION

    template = (Path(__file__).parent / "templates" / "answers.md").read_text("utf-8")
    parts = {
        "summary": summary(checks),
        "runs": str(runs),
        "more": _more(checks, runs),
        "method": described(runs),
        "version": MODEL_VERSION,
        "shelves": "\n".join(_shelves(checks)),
        "pages": "\n".join(TEXTBOOK),
    }
    for name, text in parts.items():
        template = template.replace(f"{{{{ {name} }}}}", text)
    with whole_folder(folder) as inside:
        write_text(inside / "answers.md", template)
        for shelf in TEXTBOOK:
            write_text(inside / f"{shelf}.md", "\n".join(_answers(checks, shelf)).rstrip() + "\n")


def pairs(checks: Sequence[Check]) -> Iterator[tuple[Check, Check]]:
    """Every symptom of a pitfall with the effect of its fix on it."""
    fixes = [check for check in checks if check.expected.role == "fix"]
    for symptom in (check for check in checks if check.expected.role == "symptom"):
        for fix in fixes:
            if (fix.expected.against, fix.expected.indicator) == (
                symptom.scenario,
                symptom.expected.indicator,
            ):
                yield symptom, fix


def _more(checks: Sequence[Check], runs: int) -> str:
    """A remark if some rows use more runs."""
    return ", or more where the row says so" if any((c.expected.runs or 0) > runs for c in checks) else ""


def _fixes(checks: Sequence[Check]) -> str:
    """Whether every fix removes more than half of its symptom, in words."""
    weak = [f"`{fix.scenario}`" for symptom, fix in pairs(checks) if not share_removed(symptom, fix) > HALF]
    if not weak:
        return "Every fix removes more than half of every symptom of its pitfall."
    named = wording.listed(dict.fromkeys(weak))
    return f"Not every symptom is mostly removed by {named}; the answers below say why."


def _shelves(checks: Sequence[Check]) -> Iterator[str]:
    yield "| | scenarios | expectations | shown |"
    yield "|---|--:|--:|--:|"
    for shelf in TEXTBOOK:
        on = [check for check in checks if about(check.scenario).shelf == shelf]
        shown = sum(check.verdict == SHOWN for check in on)
        scenarios = sum(entry.shelf == shelf for entry in library())
        yield _line((f"[{SHELF_TITLES[shelf]}]({shelf}.md)", str(scenarios), str(len(on)), str(shown)))


def _pitfalls(checks: Sequence[Check]) -> Iterator[str]:
    yield "## Symptom, fix, cost\n"
    yield (
        "A symptom is the difference between the pitfall and a community without it; a fix is compared with the "
        f"pitfall. {_fixes(checks)}\n"
    )
    yield "| pitfall | symptom | compared with | difference | fix: difference from the pitfall | share of the symptom removed |"
    yield "|---|---|---|--:|--:|--:|"
    for symptom, fix in pairs(checks):
        removed = share_removed(symptom, fix)
        cells = (
            f"`{symptom.scenario}`",
            name_of(symptom),
            f"`{symptom.against}`",
            _difference(symptom),
            _difference(fix),
            wording.DASH if math.isnan(removed) else wording.per_cent(removed),
        )
        yield _line(cells)
    yield ""
    yield "| fix | cost | difference from the pitfall |"
    yield "|---|---|--:|"
    for check in checks:
        if check.expected.role == "cost":
            yield _line((f"`{check.scenario}`", name_of(check), _difference(check)))


def _answers(checks: Sequence[Check], shelf: str) -> Iterator[str]:
    yield f"# {SHELF_TITLES[shelf]}\n"
    yield "The model's answers and what they rest on; [answers.md](answers.md) says how to read the tables.\n"
    if shelf == "pitfalls":
        yield from _pitfalls(checks)
        yield ""
    for entry in (entry for entry in library() if entry.shelf == shelf):
        yield from _answer(entry, [check for check in checks if check.scenario == entry.name])


def _answer(entry: Entry, checks: Sequence[Check]) -> Iterator[str]:
    yield f"## {entry.title}\n"
    yield f"`{entry.name}` · *{entry.question}*\n"
    yield f"{entry.answer}\n"
    if checks:
        yield from _table(_cells(check) for check in checks)
        yield ""


def _table(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(HEAD)} |"
    yield "|---|---|--:|---|--:|--:|--:|--:|---|"
    yield from (_line(cells) for cells in rows)


def _cells(check: Check) -> tuple[str, ...]:
    unit = check.expected.unit
    return (
        name_of(check),
        f"`{check.against}`",
        f"{check.day:,} d"
        + (f", {wording.plural(check.expected.runs, 'run')}" if check.expected.runs else ""),
        SIGNS[check.expected.sign],
        wording.number(check.observed.mean, unit, half_width(check)),
        wording.number(check.reference.mean, unit, half_width(check)),
        wording.signed(check.gap.difference, unit, half_width(check)),
        wording.span(check.gap.low, check.gap.high, unit, half_width(check), sign=True),
        MARKS[check.verdict],
    )


def name_of(check: Check) -> str:
    """The title of the indicator, with its unit where the title does not imply it."""
    unit = "" if check.expected.unit in ("members", "ties") else wording.unit_of(check.expected.unit)
    return wording.title(check.expected.indicator) + (f", {unit}" if unit else "")


def _difference(check: Check) -> str:
    unit, half = check.expected.unit, half_width(check)
    interval = wording.span(check.gap.low, check.gap.high, unit, half, sign=True)
    mark = "" if check.verdict == SHOWN else f" {MARKS[check.verdict]}"
    return f"{wording.signed(check.gap.difference, unit, half)} [{interval}]{mark}"


def half_width(check: Check) -> float:
    """Half the width of the interval of the difference."""
    return (check.gap.high - check.gap.low) / 2


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(check: Check) -> dict[str, Any]:
    numbers = {
        "mean": check.observed.mean,
        "mean_against": check.reference.mean,
        "difference": check.gap.difference,
        "low": check.gap.low,
        "high": check.gap.high,
    }
    return {
        "scenario": check.scenario,
        "indicator": check.expected.indicator,
        "unit": check.expected.unit,
        "against": check.against,
        "role": check.expected.role,
        "day": check.day,
        "expected": check.expected.sign,
        "pairs": check.gap.n,
        "verdict": check.verdict,
    } | {name: value if math.isfinite(value) else None for name, value in numbers.items()}
