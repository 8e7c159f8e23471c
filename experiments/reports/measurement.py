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


def measurement_page(found: Sequence[Measurement], command: str = "") -> str:
    """The report of measured logs as one HTML page.

    Parameters
    ----------
    found : one measurement per log.
    command : what to type to see it again.
    """
    return page_template("measurement.html.j2").render(
        title="Measured: " + wording.listed(one.label for one in found),
        question="Who joins, acts, stays, returns and is answered in this community?",
        answer=" ".join(_answer(one) for one in found),
        logs=[_log(one, place) for place, one in enumerate(found)],
        single=len(found) == 1,
        command=command,
        versions=versions(MODEL_VERSION),
    )


def _answer(one: Measurement) -> str:
    words = f"{one.label}: {one['members']:,.0f} members and {one['actions']:,.0f} actions in {one['days']:,.0f} days"
    if "r30" not in one.cannot_tell:
        words += f"; {wording.number(one['r30'], 'share')} still act 30 days after their first action"
    return f"{words}."


def _log(one: Measurement, place: int) -> dict[str, Any]:
    known = [row for row in one.table.to_dict("records") if not row["reason"]]
    families = dict.fromkeys(row["family"] for row in known)
    return {
        "label": one.label,
        "read": [] if one.report is None else one.report.lines(),
        "actions": wording.listed(one.observed.names),
        "charts": [Markup(chart) for chart in charts_of(one, f"log{place}-")],
        "families": {
            family: [_cells(row) for row in known if row["family"] == family] for family in families
        },
        "cannot_tell": [
            (wording.listed(title(name) for name in names), reason)
            for reason, names in reasons(one.cannot_tell)
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
