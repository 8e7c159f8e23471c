"""Console output of `kith levers` without a scenario: a line per parameter, then those that act nowhere."""

from collections.abc import Mapping

from rich.text import Text

from kith.experiments.analyses.levers.library import rows
from kith.experiments.analyses.levers.screen import Screened
from kith.experiments.reports.levers.library_pages import found, nowhere, strongest
from kith.experiments.words.terminal import aligned, printer

NAME, MOST = 34, 54


def show_levers_of_library(screens: Mapping[str, Screened]) -> None:
    """Print in how many scenarios each parameter acts, and where most; and why some act in none."""
    out = printer()
    table = rows(screens)
    lines: list[Text | list[Text]] = [
        [Text(words, style="dim") for words in ("parameter", "acts in", "strongest")],
        *(
            [Text(row.name[:NAME]), Text(str(len(row.acts))), Text(_short(strongest(row)), style="dim")]
            for row in table
            if row.acts
        ),
    ]
    if len(lines) > 1:
        out.print(aligned(lines, right=(1,)))
    for row in table:
        if not row.acts:
            out.print(Text(f"{row.name} acts in no scenario: {nowhere(row)}"))
    out.print(
        Text(
            f"\n{found(table, len(screens))}\n"
            "strongest: the largest change of one pair of runs, partly chance; `kith levers SCENARIO` measures\n"
            "effects with intervals   `--json` has every scenario and reason",
            style="dim",
        )
    )


def _short(words: str) -> str:
    return words if len(words) <= MOST else words[: MOST - 1] + "…"
