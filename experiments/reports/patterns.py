"""The page of the documentation about known patterns, with one figure for each."""

from collections.abc import Sequence
from pathlib import Path

from kith.experiments.charts.patterns import picture
from kith.experiments.credibility.patterns.findings import (
    HEADINGS,
    as_object,
    by_pattern,
    people,
    provisional,
    row,
    summary,
)
from kith.experiments.credibility.patterns.judge import MET, PatternFinding
from kith.experiments.credibility.patterns.pattern import Size
from kith.experiments.files import whole_folder, write_text
from kith.experiments.reports.write_folders import as_json


def write_patterns(findings: Sequence[PatternFinding], size: Size | None, folder: Path) -> None:
    """Write `patterns.md`, `patterns.json` and one SVG per pattern to a folder."""
    with whole_folder(folder) as inside:
        write_text(inside / "patterns.json", as_json(as_object(findings, size)) + "\n")
        write_text(inside / "patterns.md", page(findings, size))
        for group in by_pattern(findings):
            write_text(inside / f"{group[0].pattern.code}.svg", picture(group) + "\n")


def page(findings: Sequence[PatternFinding], size: Size | None) -> str:
    """The page of the documentation; the same findings give the same text."""
    template = Path(__file__).parent / "templates" / "patterns.md"
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
        ("patterns", "\n\n".join(_section(group) for group in by_pattern(findings))),
    ):
        text = text.replace(f"{{{{ {hole} }}}}", words)
    return text


def _verdict(finding: PatternFinding) -> str:
    return finding.verdict if finding.verdict in (MET, "shown") else f"**{finding.verdict}**"


def _section(findings: Sequence[PatternFinding]) -> str:
    pattern = findings[0].pattern
    reasons = [f"- *{f.quantity.name}* is not met: {f.quantity.unmet}" for f in findings if f.quantity.unmet]
    parts = [
        f"## {pattern.code} {pattern.name}",
        f"{pattern.claim} Source: {pattern.source}.",
        f"![{pattern.code}: seeds, median, 90 % interval and band]({pattern.code}.svg)",
        "\n".join(reasons),
    ]
    return "\n\n".join(part for part in parts if part)
