"""One offline HTML file for measured logs: what was read, charts, statistics, what the logs cannot tell."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from kith.experiments.charts.measurement import charts_of
from kith.experiments.evidence.measure import Measurement
from kith.experiments.reports.comparison import page_template, versions
from kith.experiments.words import wording
from kith.experiments.words.measures import interval_text, reasons, title, value_text
from kith.sim.engine import MODEL_VERSION


def measurement_page(measurements: Sequence[Measurement], command: str = "") -> str:
    """The report of measured logs as one HTML page.

    Parameters
    ----------
    found : one measurement per log.
    command : what to type to see it again.
    """
    return page_template("measurement.html.j2").render(
        title="Measured: " + wording.listed(measurement.label for measurement in measurements),
        question="Who joins, acts, stays, returns and is answered in this community?",
        answer=" ".join(_answer(measurement) for measurement in measurements),
        logs=[_log(measurement, place) for place, measurement in enumerate(measurements)],
        single=len(measurements) == 1,
        command=command,
        versions=versions(MODEL_VERSION),
    )


def _answer(measurement: Measurement) -> str:
    members, actions, days = (
        wording.plural(round(measurement[name]), name.removesuffix("s"))
        for name in ("members", "actions", "days")
    )
    words = f"{measurement.label}: {members} and {actions} in {days}"
    if "r30" not in measurement.cannot_tell:
        words += f"; {wording.number(measurement['r30'], 'share')} still act 30 days after their first action"
    return f"{words}."


def _log(measurement: Measurement, place: int) -> dict[str, Any]:
    known = [row for row in measurement.table.to_dict("records") if not row["reason"]]
    families = dict.fromkeys(row["family"] for row in known)
    return {
        "label": measurement.label,
        "read": [] if measurement.report is None else measurement.report.lines(),
        "actions": wording.listed(measurement.observed.names),
        "charts": [Markup(chart) for chart in charts_of(measurement, f"log{place}-")],
        "families": {
            family: [_cells(row) for row in known if row["family"] == family] for family in families
        },
        "cannot_tell": [
            (wording.listed(title(name) for name in names), reason)
            for reason, names in reasons(measurement.cannot_tell)
        ],
    }


def _cells(row: dict[str, Any]) -> dict[str, str]:
    return {
        "title": title(row["name"]),
        "value": value_text(row),
        "interval": interval_text(row),
        "unit": wording.unit_of(row["unit"]),
        "definition": row["definition"],
        "why": "" if row["interval"].startswith("bootstrap") else row["interval"],
    }
