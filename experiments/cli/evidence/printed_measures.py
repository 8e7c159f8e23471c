"""Console output of `kith measure`."""

from collections.abc import Sequence
from textwrap import fill

from rich.text import Text

from kith.experiments.evidence.measure import Measurement
from kith.experiments.evidence.statistics import STATISTICS
from kith.experiments.words import wording
from kith.experiments.words.measures import interval_text, reasons, title, value_text
from kith.experiments.words.terminal import aligned, printer


def show_measurements(measurements: Sequence[Measurement]) -> None:
    """A table of all statistics that at least one log can tell, and what they cannot tell and why."""
    out = printer()
    rows = [
        {row["name"]: row for row in measurement.table.to_dict("records")} for measurement in measurements
    ]
    single = len(measurements) == 1
    head = [
        "",
        *(["value", "95 % interval"] if single else [measurement.label for measurement in measurements]),
        "unit",
    ]
    lines: list[Text | list[Text]] = [[Text(_short(words), style="dim") for words in head]]
    family = ""
    for name, statistic in STATISTICS.items():
        if all(by_name[name]["reason"] for by_name in rows):
            continue
        if statistic.family != family:
            family = statistic.family
            lines.append(Text(family, style="bold"))
        cells = [value_text(by_name[name]) for by_name in rows]
        if single:
            cells.append(interval_text(rows[0][name]))
        unit = wording.unit_of(statistic.unit)
        lines.append([Text(f"  {title(name)}"), *(Text(cell) for cell in cells), Text(unit, style="dim")])
    out.print(aligned(lines, right=range(1, len(head) - 1)))
    for measurement in measurements:
        if measurement.cannot_tell:
            whose = "" if single else f" {_short(measurement.label, 60)}"
            out.print(Text(f"\nWhat the log{whose} cannot tell", style="bold"))
            for reason, names in reasons(measurement.cannot_tell):
                text = f"{wording.listed(map(title, names))}: {reason}"
                out.print(Text(fill(text, out.width, initial_indent="  ", subsequent_indent="    ")))
    out.print(
        Text(
            fill(
                "95 % intervals are bootstrap intervals over members; docs/explanation/evidence.md defines every statistic.",
                out.width,
            ),
            style="dim",
        )
    )


def _short(label: str, most: int = 18) -> str:
    return label if len(label) <= most else "…" + label[1 - most :]
