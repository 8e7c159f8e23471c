"""Console output of `kith levers`: a line per parameter, in eighty columns, the largest effects first."""

from collections.abc import Mapping

from rich.text import Text

from kith.experiments.analyses.levers.audit import Audit
from kith.experiments.reports.levers.audit_page import counted, end_text, main_effect, most_moved
from kith.experiments.words.terminal import aligned, printer

NAME, CHANGE, OTHER = 34, 14, 17


def show_levers(audits: Mapping[str, Audit]) -> None:
    """Print a table for each scenario, and what its parameters without effect wait for."""
    out = printer()
    for audit in audits.values():
        out.print(Text(audit.scenario, style="bold"))
        head = [Text(words, style="dim") for words in ("parameter", "to", "active", "most moved", "")]
        lines: list[Text | list[Text]] = [head]
        for parameter in audit.parameters:
            if parameter.inert or not parameter.trials or parameter.silent:
                continue
            marks = ("F" if parameter.free else "") + ("J" if parameter.jumps else "")
            lines.append(
                [
                    Text(parameter.name[:NAME]),
                    Text(_short(end_text(parameter), CHANGE)),
                    Text(main_effect(parameter)),
                    Text(_short(most_moved(parameter), OTHER), style="dim"),
                    Text(marks, style="bold"),
                ]
            )
        if len(lines) > 1:
            out.print(aligned(lines, right=(2,)))
        for parameter in audit.parameters:
            if parameter.inert:
                out.print(Text(f"{parameter.name} has no effect here: {parameter.inert}", style="dim"))
            elif parameter.silent:
                out.print(Text(f"{parameter.name} changed nothing in these runs", style="bold"))
            elif parameter.failed:
                out.print(
                    Text(
                        f"{parameter.name}: a run failed: {parameter.failed.strip().splitlines()[-1]}",
                        style="red",
                    )
                )
        out.print(Text(f"\n{counted(audit)}", style="dim"))
    out.print(
        Text(
            "active: change of active members at the end, in per cent; in brackets where the 95 %\n"
            "interval includes 0   F: a decision that improves something and worsens nothing measured\n"
            "J: most of an effect lies in a tenth of the range   `--json` has every number",
            style="dim",
        )
    )


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"
