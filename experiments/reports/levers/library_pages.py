"""The pages about the levers of the library: in which scenarios each parameter acts, and why not in the others."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from kith.experiments.analyses.levers.library import Row, rows
from kith.experiments.analyses.levers.screen import FITS_NOTHING, Screened
from kith.experiments.analyses.levers.stored_screens import FILE, as_object, read
from kith.experiments.escaping import for_json
from kith.experiments.files import whole_folder, write_text
from kith.experiments.reports.levers.audit_page import NO_REASON, QUIET
from kith.experiments.words import wording
from kith.experiments.words.assumptions import shown
from kith.sim.schema.parameter_set import SECTIONS

PAGE = "library.md"
LEAST, MOST = 3, 6
"significant digits of a change: as few as show it"


def keep_screens(screens: Mapping[str, Screened], folder: Path) -> None:
    """Write `library.json` alone, from which the same request goes on."""
    with whole_folder(folder) as inside:
        write_text(inside / FILE, _compact(screens))


def write_library(screens: Mapping[str, Screened], folder: Path) -> None:
    """Write `library.json`, and the pages, to a folder."""
    with whole_folder(folder) as inside:
        write_text(inside / FILE, _compact(screens))
        for name, text in pages(read(inside)).items():  # of the numbers that are kept, which are rounded
            write_text(inside / name, text)


def _compact(screens: Mapping[str, Screened]) -> str:
    whole = json.dumps(as_object(screens), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return for_json(whole) + "\n"


def pages(screens: Mapping[str, Screened]) -> dict[str, str]:
    """The text of each page by the name of its file; the same screens give the same text."""
    table = {
        name: list(its) for name, its in groupby(rows(screens), key=lambda row: row.name.partition(".")[0])
    }
    return {PAGE: _first(screens, table)} | {
        section_page(name): "\n".join(_section(name, its, list(screens))) for name, its in table.items()
    }


def section_page(section: str) -> str:
    """The file of a section of parameters."""
    return f"library_{section}.md"


def nowhere(row: Row) -> str:
    """Why a parameter acts in no scenario, in words; empty if it acts in one."""
    if row.acts:
        return ""
    reasons = [*row.inert, *([QUIET.get(row.name, NO_REASON)] if row.silent else [])]
    reasons += [FITS_NOTHING] if row.untried else []
    reasons += [f"a run failed in {wording.listed(row.failed)}"] if row.failed else []
    return "; ".join(reasons)


def strongest(row: Row) -> str:
    """Where a parameter moved most, to what, and what it moved: `web, to 0: active 46 to 3`."""
    if row.strongest is None:
        return ""
    scenario, change = row.strongest
    before, after = _apart(change.before, change.after)
    value = f"{change.value:.4g}" if isinstance(change.value, float) else shown(change.value)
    return f"{scenario}, to {value}: {wording.title(change.indicator)} {before} → {after}"


def _apart(before: float, after: float) -> tuple[str, str]:
    """Two numbers with as few digits as show that they differ."""
    for digits in range(LEAST, MOST + 1):
        texts = _number(before, digits), _number(after, digits)
        if texts[0] != texts[1]:
            break
    return texts


def _number(value: float, digits: int) -> str:
    if math.isnan(value):
        return wording.DASH
    text = f"{value:,.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"
    return text.replace("-", "−")


def _first(screens: Mapping[str, Screened], table: Mapping[str, Sequence[Row]]) -> str:
    template = (Path(__file__).parents[1] / "templates" / "levers_library.md").read_text("utf-8")
    every = [row for its in table.values() for row in its]
    parts = {
        "version": next(iter(screens.values())).model_version,
        "found": found(every, len(screens)),
        "sections": "\n".join(_sections(table)),
        "nowhere": "\n".join(f"- `{row.name}`: {nowhere(row)}" for row in every if not row.acts) or "None.",
        "scenarios": "\n".join(_scenarios(screens)),
        "pages": "\n".join(section_page(name).removesuffix(".md") for name in table),
    }
    for name, text in parts.items():
        template = template.replace(f"{{{{ {name} }}}}", text)
    return template


def found(every: Sequence[Row], scenarios: int) -> str:
    """How many parameters act in at least one scenario."""
    acting = sum(bool(row.acts) for row in every)
    rest = len(every) - acting
    without = "" if not rest else f"; {wording.plural(rest, 'other')} in none"
    verb = "acts" if acting == 1 else "act"
    of, where = wording.plural(len(every), "parameter"), wording.plural(scenarios, "scenario")
    return f"{acting} of {of} {verb} in at least one of {where}{without}"


def _sections(table: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    yield "| section | parameters | act somewhere | act in fewer than five | act nowhere |"
    yield "|---|--:|--:|--:|--:|"
    for name, its in table.items():
        few = sum(0 < len(row.acts) < 5 for row in its)
        cells = (len(its), sum(bool(row.acts) for row in its), few, sum(not row.acts for row in its))
        yield f"| [{name}]({section_page(name)}) | {' | '.join(map(str, cells))} |"


def _scenarios(screens: Mapping[str, Screened]) -> Iterator[str]:
    yield "| scenario | days | people | active | act | no effect here | changed nothing |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for one in screens.values():
        cells = (
            f"`{one.scenario}`",
            one.days,
            f"{one.people:,}",
            one.active,
            len(one.acts),
            len(one.inert),
            len(one.silent),
        )
        yield f"| {' | '.join(map(str, cells))} |"


def _section(name: str, its: Sequence[Row], scenarios: Sequence[str]) -> Iterator[str]:
    title = (SECTIONS[name].__doc__ or "").partition("\n")[0].partition(";")[0].rstrip(".")
    yield f"# Levers of the library: {name}\n"
    yield f"{title}. [{PAGE}]({PAGE}) says how this was found and what the columns mean.\n"
    yield "| parameter | acts in | which | strongest | no effect in the others because |"
    yield "|---|--:|---|---|---|"
    for row in its:
        cells = (
            f"`{row.name}`",
            str(len(row.acts)),
            _which(row.acts, scenarios),
            strongest(row),
            _why_not(row),
        )
        yield f"| {' | '.join(cells)} |"


def _which(acts: Sequence[str], scenarios: Sequence[str]) -> str:
    """The scenarios in which a parameter acts, or those in which it does not, whichever are fewer."""
    others = [name for name in scenarios if name not in acts]
    if not others or not acts:
        return "all" if acts else "none"
    shorter = acts if len(acts) <= len(others) else others
    names = ", ".join(f"`{name}`" for name in shorter)
    return names if shorter is acts else f"all but {names}"


def _why_not(row: Row) -> str:
    """The reasons with the number of scenarios, the commonest first."""
    counts = {reason: len(its) for reason, its in row.inert.items()}
    counts |= {
        f"it changed nothing: {QUIET[row.name]}" if row.name in QUIET else "it changed nothing": len(
            row.silent
        )
    }
    counts |= {FITS_NOTHING: len(row.untried), "a run failed": len(row.failed)}
    return "; ".join(f"{why} ({n})" for why, n in sorted(counts.items(), key=lambda each: -each[1]) if n)
