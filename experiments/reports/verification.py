"""The page of the documentation that compares the engine with closed forms."""

from collections.abc import Sequence
from pathlib import Path

from kith.experiments.credibility.verify import CLOSE, HEADINGS, BenchmarkFinding, row
from kith.experiments.files import write_text


def write_verification(findings: Sequence[BenchmarkFinding], target: Path) -> None:
    """Write the page of the documentation; the same findings give the same text."""
    template = Path(__file__).parent / "templates" / "verification.md"
    lines = [
        "| " + " | ".join((*HEADINGS[:5], "runs", *HEADINGS[5:])) + " |",
        "|---|---|--:|--:|--:|--:|--:|--:|---|",
    ]
    for finding in findings:
        cells = row(finding)
        lines.append("| " + " | ".join((*cells[:5], str(finding.runs), *cells[5:])) + " |")
    text = template.read_text("utf-8").replace("{{ table }}", "\n".join(lines))
    ok = sum(finding.verdict == CLOSE for finding in findings)
    text = text.replace("{{ agree }}", str(ok)).replace("{{ all }}", str(len(findings)))
    write_text(target, text)
