"""Findings about patterns in words and as plain values."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from kith.experiments.credibility.patterns.judge import PatternFinding, met
from kith.experiments.credibility.patterns.observe import Observed
from kith.experiments.credibility.patterns.pattern import FULL, SMALL, Size

HEADINGS = ("pattern", "quantity", "band", "value", "90 % interval", "verdict")


def row(finding: PatternFinding) -> tuple[str, ...]:
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


def summary(findings: Sequence[PatternFinding]) -> str:
    """How many patterns are met, and which are not."""
    verdicts = met(findings)
    missed = [code for code, well in verdicts.items() if not well]
    words = f"{len(verdicts) - len(missed)} of {len(verdicts)} patterns are met"
    return f"{words}; not {', '.join(missed)}" if missed else words


def as_object(findings: Sequence[PatternFinding], size: Size | None) -> dict[str, Any]:
    """The findings as one plain object; undefined numbers are None."""
    from kith.sim.engine import MODEL_VERSION

    return {
        "size": "small" if size is None else size.name,
        "model_version": MODEL_VERSION,
        "met": met(findings),
        "findings": [_plain(finding) for finding in findings],
    }


def _plain(finding: PatternFinding) -> dict[str, Any]:
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


def observed_in(told: Mapping[str, Any]) -> dict[str, list[Observed]]:
    """Code -> what was observed with each seed, from findings that `as_object` has made plain."""
    columns: dict[str, dict[str, list[float]]] = {}
    for finding in told["findings"]:
        values = [math.nan if value is None else value for value in finding["by_seed"]]
        columns.setdefault(finding["code"], {})[finding["quantity"]] = values
    return {
        code: [dict(zip(named, row, strict=True)) for row in zip(*named.values(), strict=True)]
        for code, named in columns.items()
    }


def by_pattern(findings: Sequence[PatternFinding]) -> list[list[PatternFinding]]:
    """The findings of each pattern."""
    groups: dict[str, list[PatternFinding]] = {}
    for finding in findings:
        groups.setdefault(finding.pattern.code, []).append(finding)
    return list(groups.values())


def provisional(findings: Sequence[PatternFinding]) -> str:
    """A sentence about patterns that were run with too few seeds, if there are any."""
    few = [group[0] for group in by_pattern(findings) if len(group[0].values) < FULL.seeds]
    if not few:
        return ""
    named = ", ".join(f"{f.pattern.code} ({len(f.values)})" for f in few)
    return f" **Provisional**, because of fewer than {FULL.seeds} seeds: {named}."


def people(size: Size | None) -> str:
    """How many people the runs had, in words."""
    chosen = size or SMALL
    if not chosen.settings:
        return "the defaults of the schema: 20,000 people, 1,000 founders"
    settings = chosen.settings
    return f"{settings['market.size']:,} people, {settings['market.founders']:,} founders"


__all__ = [
    "HEADINGS",
    "as_object",
    "by_pattern",
    "number",
    "observed_in",
    "people",
    "provisional",
    "row",
    "summary",
]
