"""Show: findings as a table, as plain values, and as a page with one figure per pattern."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kith.experiments.credibility.patterns.judge import MET, Finding, met
from kith.experiments.credibility.patterns.pattern import FULL, SMALL, Size

HEADINGS = ("pattern", "quantity", "band", "value", "90 % interval", "verdict")


def row(finding: Finding) -> tuple[str, ...]:
    """The cells of the table."""
    value, low, high = finding.estimate
    return (
        f"{finding.pattern.code} {finding.pattern.name}",
        finding.quantity.name,
        finding.quantity.band,
        number(value),
        f"{number(low)} to {number(high)}",
        finding.verdict,
    )


def number(value: float) -> str:
    """Three digits, or a dash."""
    if math.isnan(value):
        return "–"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def show(findings: Sequence[Finding]) -> None:
    """Print the table."""
    from rich.text import Text

    from kith.experiments.words.terminal import aligned, printer

    lines: list[Text | list[Text]] = [[Text(cell, style="dim") for cell in ("", *HEADINGS[2:])]]
    for place, finding in enumerate(findings):
        cells = row(finding)
        if place == 0 or findings[place - 1].pattern is not finding.pattern:
            lines.append(Text(cells[0], style="bold"))
        lines.append([Text(f"  {_short(cells[1])}"), *(Text(cell) for cell in cells[2:])])
    out = printer()
    out.print(aligned(lines, (2, 3)))
    out.print(f"\n{summary(findings)}")


def _short(words: str, most: int = 42) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"


def summary(findings: Sequence[Finding]) -> str:
    """How many patterns are met, and which are not."""
    found = met(findings)
    missed = [code for code, well in found.items() if not well]
    words = f"{len(found) - len(missed)} of {len(found)} patterns are met"
    return f"{words}; not {', '.join(missed)}" if missed else words


def as_object(findings: Sequence[Finding], size: Size | None) -> dict[str, Any]:
    """The findings as one plain object; undefined numbers are None."""
    from kith.sim.engine import MODEL_VERSION

    return {
        "size": "small" if size is None else size.name,
        "model_version": MODEL_VERSION,
        "met": met(findings),
        "findings": [_plain(finding) for finding in findings],
    }


def _plain(finding: Finding) -> dict[str, Any]:
    q = finding.quantity
    value, low, high = (None if math.isnan(x) else x for x in finding.estimate)
    return {
        "code": finding.pattern.code,
        "pattern": finding.pattern.name,
        "claim": finding.pattern.claim,
        "source": finding.pattern.source,
        "quantity": q.name,
        "band": [x if math.isfinite(x) else None for x in (q.low, q.high)],
        "value": value,
        "low": low,
        "high": high,
        "interval": q.over.value,
        "verdict": finding.verdict,
        "known_unmet": q.unmet,
        "seeds": len(finding.values),
        "by_seed": [None if math.isnan(x) else x for x in finding.values],
    }


def write(findings: Sequence[Finding], size: Size | None, folder: Path) -> None:
    """`patterns.md`, `patterns.json` and one SVG per pattern into a folder."""
    from kith.experiments.credibility.patterns.draw import picture
    from kith.experiments.files import whole_folder, write_text
    from kith.experiments.reports.outputs import as_json

    with whole_folder(folder) as inside:
        write_text(inside / "patterns.json", as_json(as_object(findings, size)) + "\n")
        write_text(inside / "patterns.md", page(findings, size))
        for own in by_pattern(findings):
            write_text(inside / f"{own[0].pattern.code}.svg", picture(own) + "\n")


def by_pattern(findings: Sequence[Finding]) -> list[list[Finding]]:
    """The findings of each pattern."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.pattern.code, []).append(finding)
    return list(groups.values())


def page(findings: Sequence[Finding], size: Size | None) -> str:
    """The page of the documentation: the same text for the same findings."""
    template = Path(__file__).parents[2] / "reports" / "templates" / "patterns.md"
    table = [
        "| " + " | ".join((*HEADINGS[:-1], "seeds", HEADINGS[-1])) + " |",
        "|---|---|---|--:|---|--:|---|",
    ]
    for finding in findings:
        cells = row(finding)
        table.append("| " + " | ".join((*cells[:-1], str(len(finding.values)), _verdict(finding))) + " |")
    text = template.read_text("utf-8")
    for hole, words in (
        ("summary", summary(findings)),
        ("size", people(size)),
        ("provisional", provisional(findings)),
        ("table", "\n".join(table)),
        ("patterns", "\n\n".join(_section(own) for own in by_pattern(findings))),
    ):
        text = text.replace(f"{{{{ {hole} }}}}", words)
    return text


def provisional(findings: Sequence[Finding]) -> str:
    """A sentence about patterns that were run with too few seeds, if there are any."""
    few = [own[0] for own in by_pattern(findings) if len(own[0].values) < FULL.seeds]
    if not few:
        return ""
    named = ", ".join(f"{f.pattern.code} ({len(f.values)})" for f in few)
    return f" **Provisional**, because of fewer than {FULL.seeds} seeds: {named}."


def people(size: Size | None) -> str:
    """How many people the runs had, in words."""
    chosen = size or SMALL
    if not chosen.settings:
        return "the defaults of the schema: 20,000 people, 1,000 founders"
    asked = chosen.settings
    return f"{asked['market.size']:,} people, {asked['market.founders']:,} founders"


def _verdict(finding: Finding) -> str:
    return finding.verdict if finding.verdict in (MET, "shown") else f"**{finding.verdict}**"


def _section(own: Sequence[Finding]) -> str:
    pattern = own[0].pattern
    reasons = [f"- *{f.quantity.name}* is not met: {f.quantity.unmet}" for f in own if f.quantity.unmet]
    parts = [
        f"## {pattern.code} {pattern.name}",
        f"{pattern.claim} Source: {pattern.source}.",
        f"![{pattern.code}: seeds, median, 90 % interval and band]({pattern.code}.svg)",
        "\n".join(reasons),
    ]
    return "\n\n".join(part for part in parts if part)


__all__ = ["as_object", "by_pattern", "page", "row", "show", "summary", "write"]
