"""The measures of a log in words, beside those of the library, as tables and charts."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import solara

from kith.dashboard.content.page_words import in_page_words
from kith.dashboard.content.uploaded_logs import StoredLog, library_measures
from kith.dashboard.state import screen
from kith.dashboard.widgets.parts import Chart, DownloadButton, Html, Markup, Text, table
from kith.experiments.charts.measurement import charts_of
from kith.experiments.escaping import for_csv
from kith.experiments.escaping import for_html as escape
from kith.experiments.evidence.measure import Measurement
from kith.experiments.evidence.statistics import STATISTICS
from kith.experiments.words import wording
from kith.experiments.words.measures import interval_text, reasons, title, value_of, value_text
from kith.scenarios.logs.report import day_of
from kith.scenarios.logs.table import MICROSECONDS_PER_DAY

MONTH = 30
REFERENCES = ("pool", "hub", "web")
FAMILIES = {
    "growth": "How it grows",
    "survival": "Who stays",
    "silence": "Silence and return",
    "participation": "Contributions",
    "cohorts": "Who came early",
    "replies": "Who is answered",
    "network": "Ties",
    "contagion": "Do losses spread along ties?",
    "registrations": "Registrations",
    "membership": "Joins and departures",
    "purchases": "Purchases",
}
CHARTS = {
    "growth": "growth",
    "survival": "survival",
    "returns": "silence",
    "contributors": "participation",
    "replies": "replies",
}
"chart -> the family beside which it is shown"

type Library = Mapping[str, Mapping[str, float]]


@solara.component
def LogMeasures(key: str, measurement: Measurement) -> None:
    """Charts and tables of a measured log; the library's values follow once they are simulated."""
    library = solara.lab.use_task(
        lambda: {name: library_measures(name) for name in REFERENCES}, dependencies=[], prefer_threaded=True
    )
    values = library.value or {}
    charts = solara.use_memo(
        lambda: screen.drawn_here(lambda: charts_by_family(measurement)), [key, screen.narrow.value]
    )
    frames = {"growth": measurement.growth, "survival": measurement.survival, "silence": measurement.returns}
    with solara.Div():
        Text(at_a_glance(measurement), kind="kith-lead")
        if library.pending:
            Text("Simulating the library scenarios for comparison …", kind="kith-note")
        for family, words in FAMILIES.items():
            markup = family_table(measurement, family, values)
            if markup:
                Text(words, "h2")
                if family in charts:
                    Chart(charts[family], f"kith-log-{family}", frames.get(family))
                Html(markup, "kith-measures")
        missing = reasons(measurement.cannot_tell)
        if missing:
            Text("What the log cannot tell", "h2")
            Html(cannot_tell_list(measurement))
        with solara.Div(classes=["kith-row"]):
            DownloadButton(
                "Measures (CSV)",
                "kith-measures.csv",
                lambda: for_csv(measures_frame(measurement, values)),
                "text/csv",
            )
        Text(
            "95 % intervals cover chance in who the members are: members are drawn again, each with everything they did. "
            "Library values come from one simulated year with 5,000 people and count contributions and exchanges; "
            "numbers of members and actions depend on the size of the market, shares less so.",
            kind="kith-note",
        )


def at_a_glance(measurement: Measurement) -> str:
    """The log in one sentence."""
    words = (
        f"{wording.plural(round(measurement['members']), 'member')}, {wording.plural(round(measurement['actions']), 'action')} "
        f"in {wording.plural(round(measurement['days']), 'day')}"
    )
    for name, what in (
        ("r30", "of members still act 30 days after their first action"),
        ("top1", "of all actions are by the most active 1 % of members"),
    ):
        if name not in measurement.cannot_tell:
            words += f"; {wording.number(measurement[name], 'share')} {what}"
    return f"{words}."


def where_it_starts(log: StoredLog, day: str) -> str:
    """How active the log was before a day, beside its mean and its busiest month: the same count as in its chart."""
    start = int(log.table.time[0]) // MICROSECONDS_PER_DAY
    at = (np.datetime64(day) - np.datetime64(0, "D")).astype(int)
    days = log.table.time // MICROSECONDS_PER_DAY
    recent = log.table.member[(days >= at - MONTH) & (days < at)]
    words = f"In the {MONTH} days before {day}, {wording.plural(len(np.unique(recent)), 'member')} acted"
    months = log.measurement.growth
    if months.empty:
        return f"{words}."
    busiest = months.loc[months["active"].idxmax()]
    on = day_of((start + int(busiest["day"])) * MICROSECONDS_PER_DAY)
    return (
        f"{words}; in the log as a whole {months['active'].mean():,.0f} act in {MONTH} days on average, and "
        f"{busiest['active']:,.0f} did in its busiest, up to {on}. Awake below means: expected to act again."
    )


def charts_by_family(measurement: Measurement) -> dict[str, str]:
    """Family -> chart, for those of which the log has numbers."""
    drawn = {}
    for chart in charts_of(measurement, "log-"):
        name = next(name for name in CHARTS if f'id="log-{name}' in chart)
        drawn[CHARTS[name]] = chart
    return drawn


def family_table(measurement: Measurement, family: str, library: Library) -> str:
    """The statistics of a family that the log can tell, beside the library's; empty if there are none."""
    rows = [
        [
            title(row["name"]),
            Markup(f"<b>{escape(value_text(row))}</b>"),
            interval_text(row),
            *[
                value_of(row["name"], library[name][row["name"]], row["unit"]) if name in library else "…"
                for name in REFERENCES
            ],
            row["definition"],
        ]
        for row in measurement.table.to_dict("records")
        if row["family"] == family and not row["reason"]
    ]
    head = ["", "your log", "95 % interval", *REFERENCES, "definition"]
    return table(head, rows, (1, 2, 3, 4, 5)) if rows else ""


def cannot_tell_list(measurement: Measurement) -> str:
    """Each reason with the statistics that it holds for."""
    items = "".join(
        f"<li>{escape(wording.listed(title(name) for name in names))}: {escape(in_page_words(reason))}</li>"
        for reason, names in reasons(measurement.cannot_tell)
    )
    return f"<ul>{items}</ul>"


def measures_frame(measurement: Measurement, library: Library) -> pd.DataFrame:
    """The same as numbers, a row for each statistic; the library's values are empty until simulated."""
    rows = [
        {"statistic": row["name"], "title": title(row["name"]), "unit": row["unit"]}
        | {"your_log": row["value"], "low": row["low"], "high": row["high"]}
        | {name: library.get(name, {}).get(row["name"]) for name in REFERENCES}
        | {"cannot_tell": row["reason"], "definition": row["definition"]}
        for row in measurement.table.to_dict("records")
    ]
    assert len(rows) == len(STATISTICS)
    return pd.DataFrame(rows)
