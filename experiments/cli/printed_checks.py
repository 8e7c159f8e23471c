"""Checks of the model as the terminal prints them: closed forms, patterns."""

from collections.abc import Sequence

from rich.text import Text

from kith.experiments.credibility import verify
from kith.experiments.credibility.patterns import findings as patterns
from kith.experiments.credibility.patterns.judge import Finding
from kith.experiments.words.terminal import aligned, printer


def show_verification(findings: Sequence[verify.Finding]) -> None:
    """Print the table."""
    rows = [verify.row(finding) for finding in findings]
    out = printer()
    out.print(
        aligned([[Text(cell) for cell in cells] for cells in (verify.HEADINGS, *rows)], (2, 3, 4, 5, 6))
    )
    ok = sum(finding.verdict == verify.CLOSE for finding in findings)
    out.print(f"\n{ok} of {len(findings)} quantities agree with theory")


def show_patterns(findings: Sequence[Finding]) -> None:
    """Print the table."""
    lines: list[Text | list[Text]] = [[Text(cell, style="dim") for cell in ("", *patterns.HEADINGS[2:])]]
    for place, finding in enumerate(findings):
        cells = patterns.row(finding)
        if place == 0 or findings[place - 1].pattern is not finding.pattern:
            lines.append(Text(cells[0], style="bold"))
        lines.append([Text(f"  {_short(cells[1])}"), *(Text(cell) for cell in cells[2:])])
    out = printer()
    out.print(aligned(lines, (2, 3)))
    out.print(f"\n{patterns.summary(findings)}")


def _short(words: str, most: int = 42) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"
