"""Console output for checks of the model: closed forms, patterns, answers, claims, robustness."""

from collections.abc import Sequence

from rich.text import Text

from kith.experiments.analyses.robust import Robustness
from kith.experiments.analyses.search_sentences import titled
from kith.experiments.credibility import verify
from kith.experiments.credibility.claims.judge import EMERGES, INPUT, Judged
from kith.experiments.credibility.expectations import SHOWN, Check
from kith.experiments.credibility.patterns import findings as patterns
from kith.experiments.credibility.patterns.judge import PatternFinding
from kith.experiments.reports import claims, expectations
from kith.experiments.statistics.conclusions import (
    EITHER,
    ENOUGH,
    LUCK,
    NOT_ROBUST,
    PARAMETERS,
    ROBUST,
    UNDECIDED,
    Conclusion,
)
from kith.experiments.statistics.luck_and_parameters import least_share
from kith.experiments.words import wording
from kith.experiments.words.parameters_apart import parameters_apart, too_few
from kith.experiments.words.terminal import aligned, printer

MANY = 99_999
"draws beyond which their number is not printed"


def show_verification(findings: Sequence[verify.BenchmarkFinding]) -> None:
    """Print the table."""
    rows = [verify.row(finding) for finding in findings]
    out = printer()
    out.print(
        aligned([[Text(cell) for cell in cells] for cells in (verify.HEADINGS, *rows)], (2, 3, 4, 5, 6))
    )
    ok = sum(finding.verdict == verify.CLOSE for finding in findings)
    out.print(f"\n{ok} of {len(findings)} quantities agree with theory")


def show_patterns(findings: Sequence[PatternFinding]) -> None:
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


def show_robustness(result: Robustness) -> None:
    """Print the conclusions, the most robust first."""
    head = [f"{result.second} compared with {result.first}", "draws", "95 % interval", "median", ""]
    lines: list[Text | list[Text]] = [[Text(words, style="dim") for words in head]]
    ordered = sorted(result.conclusions, key=lambda c: -c.share.value)
    for c in ordered:
        lines.append(
            [
                Text(f"{titled(c.outcome)}: {_direction(c)}"),
                Text(wording.per_cent(c.share.value)),
                Text(f"{100 * c.share.low:.0f} to {wording.per_cent(c.share.high)}", style="dim"),
                Text(wording.signed(c.median, c.unit)),
                Text(_mark(c), style="bold" if c.verdict == ROBUST else "dim"),
            ]
        )
    out = printer()
    out.print(aligned(lines, (1, 2, 3)))
    out.print(
        Text(
            f"\n{wording.plural(result.worlds, 'draw')} of {wording.plural(len(result.drawn), 'parameter')} (all that have a "
            f"prior and are not set by a scenario),\n{wording.plural(result.pairs, 'pair')} of runs over {wording.plural(result.days, 'day')} for each\n"
            f"{ROBUST}: the 95 % interval (Wilson) of the share of draws lies at {wording.per_cent(ENOUGH)} or above   "
            f"{NOT_ROBUST}: below\n{UNDECIDED}: it includes {wording.per_cent(ENOUGH)}; in brackets the number of draws that would decide (many: above {MANY:,})\nmedian: of the draws' mean differences, {result.second} minus {result.first}",
            style="dim",
        )
    )
    _show_spread(result, ordered)


def _show_spread(result: Robustness, ordered: Sequence[Conclusion]) -> None:
    """Print how far luck and the parameters move a difference, and which of them keeps it from being robust."""
    out = printer()
    if result.pairs == 1:
        out.print(
            Text(
                "\nWith one pair for each draw, luck and the parameters cannot be told apart; give --pairs 2.",
                style="dim",
            )
        )
        return
    head = ("difference of one pair, 90 %", "by luck", "by parameters", "share", "not robust because of")
    lines: list[Text | list[Text]] = [[Text(words, style="dim") for words in head]]
    least = least_share(result.worlds, result.pairs)
    for c in ordered:
        lines.append(
            [
                Text(titled(c.outcome)),
                Text(wording.plus_minus(c.luck, c.unit)),
                *map(Text, parameters_apart(c.luck, c.parameters, c.share_parameters, least, c.unit)),
                Text(_because(c)),
            ]
        )
    out.print(Text())
    out.print(aligned(lines, (1, 2, 3)))
    few = f"\n{too_few(result.worlds)}" * any(c.share_parameters == 0.0 for c in ordered)
    out.print(
        Text(
            f"\nshare: of the variance, which the parameters explain{few}\n{LUCK}: more pairs would make it robust, in brackets "
            f"about how many for each draw\n{PARAMETERS}: only knowledge of them would   {EITHER}: more pairs would tell",
            style="dim",
        )
    )


def _because(c: Conclusion) -> str:
    return f"{c.because} ({wording.runs(c.pairs_needed)})" if c.because == LUCK else c.because


def _direction(c: Conclusion) -> str:
    if c.holds_in == 0:
        return "no difference"
    return "higher" if c.more >= c.less else "lower"


def _mark(c: Conclusion) -> str:
    if c.verdict != UNDECIDED:
        return c.verdict
    return f"{c.verdict} ({'many' if c.worlds_needed > MANY else wording.runs(c.worlds_needed)})"


def show_expectations(checks: Sequence[Check], runs: int) -> None:
    """Print the expected and the estimated differences."""
    head = ("", "expected", "difference", "95 % interval", "")
    lines: list[Text | list[Text]] = [[Text(word, style="dim") for word in head]]
    for scenario in dict.fromkeys(check.scenario for check in checks):
        lines.append(Text(scenario, style="bold"))
        lines += [_screen_row(check) for check in checks if check.scenario == scenario]
    out = printer()
    out.print(aligned(lines, right=(2, 3)))
    out.print(f"\n{expectations.summary(checks)}, from {wording.plural(runs, 'paired run')} of each")
    out.print(Text("● the whole interval is as expected   ○ only in part   ✗ it is on the other side"))


def _screen_row(check: Check) -> list[Text]:
    unit = check.expected.unit
    role = "" if check.expected.role == "effect" else f" ({check.expected.role})"
    name = f"  {expectations.name_of(check)}{role}, vs {check.against}"
    return [
        Text(name if len(name) <= 55 else f"{name[:54]}…"),
        Text(expectations.SIGNS[check.expected.sign], style="dim"),
        Text(wording.signed(check.gap.difference, unit, expectations.half_width(check))),
        Text(
            wording.span(check.gap.low, check.gap.high, unit, expectations.half_width(check), sign=True),
            style="dim",
        ),
        Text(expectations.MARKS[check.verdict], style="" if check.verdict == SHOWN else "bold red"),
    ]


def show_claims(judged: Sequence[Judged], runs: int) -> None:
    """Print every claim with its difference and its verdict."""
    lines: list[Text | list[Text]] = [
        [Text(word, style="dim") for word in ("", "difference [95 % interval]", "verdict")]
    ]
    for idea in dict.fromkeys(one.idea for one in judged):
        lines.append(Text(idea, style="bold"))
        lines += [_claim_row(one) for one in judged if one.idea == idea]
    out = printer()
    out.print(aligned(lines, right=(1,)))
    out.print(Text(f"\n{claims.summary(judged)}\n{wording.plural(runs, 'paired run')} of each claim"))


def _claim_row(one: Judged) -> list[Text]:
    return [
        Text(f"  {_short(one.claim.says, 44)}"),
        Text(claims.difference(one, one.gap)),
        Text(one.verdict, style="" if one.verdict in (EMERGES, INPUT) else "bold red"),
    ]
