"""The verdicts on claims as a page of the documentation and as JSON; words shared with the console."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kith.experiments.credibility.claims.claim import DAYS, FOUNDERS, PEOPLE, STATEMENTS, Idea
from kith.experiments.credibility.claims.judge import (
    CONTRADICTED,
    NOT_MODELLED,
    VERDICTS,
    Judged,
    counted,
)
from kith.experiments.files import write_text
from kith.experiments.statistics.intervals import Paired, described
from kith.experiments.words import wording


def summary(judged: Sequence[Judged]) -> str:
    """How many claims have which verdict."""
    counts = (f"{claims} {verdict}" for verdict, claims in counted(judged).items() if claims)
    return f"{wording.plural(len(judged), 'claim')}: {'; '.join(counts)}"


def wrong(judged: Sequence[Judged]) -> list[str]:
    """Claims that are contradicted without a reason, or have a reason and are not."""
    return [f"{one.idea}, {_numbers(one)}: {one.wrong}" for one in judged if one.wrong]


def as_object(judged: Sequence[Judged], runs: int) -> dict[str, Any]:
    """The verdicts as one plain object; undefined numbers are None."""
    return {
        "runs": runs,
        "holds": not wrong(judged),
        "counts": counted(judged),
        "claims": [_plain(one) for one in judged],
    }


def write_page(ideas: Sequence[Idea], judged: Sequence[Judged], runs: int, target: Path) -> None:
    """Write the page of claims atomically; the same verdicts give the same text."""
    from kith.sim.engine import MODEL_VERSION

    template = (Path(__file__).parent / "templates" / "claims.md").read_text("utf-8")
    parts = {
        "counts": "\n".join(_counts(judged)),
        "statements": str(STATEMENTS),
        "runs": str(runs),
        "version": MODEL_VERSION,
        "day": str(DAYS),
        "people": f"{PEOPLE:,}",
        "founders": str(FOUNDERS),
        "method": described(runs),
        "ideas": "\n".join(line for idea in ideas for line in _section(idea, judged)).rstrip(),
    }
    for name, text in parts.items():
        template = template.replace(f"{{{{ {name} }}}}", text)
    write_text(target, template)


def difference(one: Judged, gap: Paired | None) -> str:
    """A difference with its interval; empty where there is none."""
    if gap is None:
        return ""
    unit, half = one.claim.unit, (gap.high - gap.low) / 2
    words = wording.signed(gap.difference, unit, half)
    return (
        words if math.isnan(half) else f"{words} [{wording.span(gap.low, gap.high, unit, half, sign=True)}]"
    )


def indicator(one: Judged) -> str:
    """What is compared, with its unit, the claimed direction, and the day if it is not the usual one."""
    claim = one.claim
    unit = "" if claim.unit in ("members", "ties") else wording.unit_of(claim.unit)
    name = wording.title(claim.outcome) + (f", {unit}" if unit and not claim.spread else "")
    if claim.spread:
        name = f"{name}: distance of a run from the mean"
    if claim.than:
        name = f"{name}, minus {wording.title(claim.than)}"
    day = "" if claim.day == DAYS else f", day {claim.day}"
    return f"{name}{day} ({'more' if claim.sign == '+' else 'less'})"


def _counts(judged: Sequence[Judged]) -> Iterator[str]:
    yield "| verdict | claims |"
    yield "|---|--:|"
    counts = counted(judged)
    for verdict in VERDICTS:
        words = f"{verdict}, because" if verdict in (CONTRADICTED, NOT_MODELLED) else verdict
        yield f"| *{words}* | {counts[verdict]} |"
    yield f"| all | {sum(counts.values())} |"


def _section(idea: Idea, judged: Sequence[Judged]) -> Iterator[str]:
    its = [one for one in judged if one.idea == idea.name]
    yield f"## {idea.title}\n"
    run = [one for one in its if one.verdict != NOT_MODELLED]
    if run:
        yield "| no. | claim | with | without | indicator (claimed) | difference | with the parameter made for it neutral | verdict |"
        yield "|--:|---|---|---|---|--:|---|---|"
    for one in run:
        claim = one.claim
        neutral = "" if one.neutral is None else f"`{claim.neutral}`: {difference(one, one.neutral)}"
        cells = (
            _numbers(one),
            claim.says,
            f"`{claim.with_}`",
            "the same" if claim.than else f"`{claim.without}`",
            indicator(one),
            difference(one, one.gap),
            neutral or claim.by_rule,
            f"*{one.verdict}*",
        )
        yield f"| {' | '.join(cells)} |"
    yield ""
    reasons = [one for one in its if one.claim.because]
    for one in reasons:
        yield f"- {_numbers(one)}: {one.claim.says} *{one.verdict.capitalize()}, because* {one.claim.because}"
    if reasons:
        yield ""


def _numbers(one: Judged) -> str:
    return ", ".join(str(row) for row in one.claim.rows)


def _plain(one: Judged) -> dict[str, Any]:
    claim = one.claim
    return {
        "idea": one.idea,
        "rows": list(claim.rows),
        "says": claim.says,
        "verdict": one.verdict,
        "because": claim.because or None,
        "with": claim.with_ or None,
        "without": claim.without or None,
        "indicator": claim.outcome or None,
        "than": claim.than or None,
        "spread": claim.spread,
        "sign": claim.sign if claim.modelled else None,
        "day": claim.day if claim.modelled else None,
        "unit": claim.unit if claim.modelled else None,
        "neutral": claim.neutral or None,
        "by_rule": claim.by_rule or None,
        **_numbers_of("", one.gap),
        **_numbers_of("neutral_", one.neutral),
    }


def _numbers_of(prefix: str, gap: Paired | None) -> dict[str, float | int | None]:
    if gap is None:
        return {f"{prefix}{name}": None for name in ("pairs", "difference", "low", "high")}
    numbers = {"difference": gap.difference, "low": gap.low, "high": gap.high}
    plain = {f"{prefix}{name}": v if math.isfinite(v) else None for name, v in numbers.items()}
    return {f"{prefix}pairs": gap.n, **plain}
