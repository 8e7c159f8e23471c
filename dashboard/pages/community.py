"""My community: measures of an event log next to the library's, and a what-if that starts from it."""

from urllib.parse import urlencode

import pandas as pd
import solara

from kith.dashboard.content.five_numbers import LARGEST, REFERENCES, FiveNumbersForm
from kith.dashboard.content.uploaded_logs import (
    UploadedLog,
    founding_of,
    library_measures,
    measures_of,
    read_uploaded_log,
    store_log,
)
from kith.dashboard.live.live_comparison import one_line
from kith.dashboard.live.uploads import ReadUpload
from kith.dashboard.state.address_parts import pairs_of
from kith.dashboard.state.compare_state import CompareState
from kith.dashboard.state.navigation import use_navigation
from kith.dashboard.widgets.parts import Button, Chart, DownloadButton, ErrorMessage, Html, Text, table
from kith.experiments.charts import comparison as figures
from kith.experiments.escaping import for_csv
from kith.experiments.escaping import for_html as escape
from kith.experiments.evidence.log_indicators import MEASURES, MONTH
from kith.experiments.words import wording
from kith.scenarios.errors import ScenarioError
from kith.sim.schema.plan import Founding

EXAMPLE = "chat_docker"

WORDS = {
    "newcomers_month": "newcomers per month",
    "lost_month": "members lost per month",
    "contributions": "contributions per active member, per month",
    "participation_gini": "inequality of contributions (Gini)",
    "top1_share": "contributions by the top 1 %",
    "reply_rate": "newcomers who get a reply",
}


@solara.component
def Page() -> None:
    """The page."""
    where = use_navigation()
    given = pairs_of(where.drawn)
    key = given.get("log", "")[:80]
    trouble, set_trouble = solara.use_state(())

    def take(log: UploadedLog) -> None:
        set_trouble(())
        where.go(f"/community?{urlencode({'log': store_log(log)})}")

    def refuse(error: Exception) -> None:
        set_trouble((one_line(error), *getattr(error, "problems", ())[:20]))

    with solara.Div(classes=["kith-page", "wide"]), solara.Div(classes=["kith-main"]):
        Text("What does your community look like?", "h1")
        Text(
            "Upload an event log: one row per action, with the columns member_id, timestamp, action and target_member "
            "(CSV, optionally gzipped). It stays in this program's memory and goes nowhere else."
        )
        ReadUpload("Drop a log here, or choose a file", ".csv,.gz", read_uploaded_log, take, refuse, "log")
        with solara.Div(classes=["kith-row"]):
            Button("Try the example log", lambda: where.go(f"/community?log={EXAMPLE}"), "example")
        if trouble:
            rest = "".join(f"<li>{escape(line)}</li>" for line in trouble[1:])
            ErrorMessage(trouble[0])
            Html(f"<ul>{rest}</ul>" if rest else "")
        if key:
            LogSection(key)
        else:
            FiveNumbersForm(given, where.go)
        Text("Limits", "h2")
        Text(
            "This page does not fit the model to your log. A what-if starts with your members and their ties, but uses the "
            "parameters of the scenario you choose, not values estimated from your log. A log does not show satisfaction, "
            "belonging, money or why somebody left.",
            kind="kith-note",
        )


@solara.component
def LogSection(key: str) -> None:
    """The measures of a log, or why there are none."""

    def read() -> tuple[object, ...]:
        try:
            return founding_of(key), *measures_of(key)
        except ScenarioError as error:
            return (str(error),)

    result = solara.use_memo(read, [key])
    if isinstance(result[0], str):
        ErrorMessage(result[0])
    else:
        LogResults(key, *result)


@solara.component
def LogResults(
    key: str, founding: Founding, measures: dict[str, float], months: pd.DataFrame, visits: bool
) -> None:
    """The indicators of a log next to the library's, and the way to a what-if."""
    where = use_navigation()
    library = solara.lab.use_task(
        lambda: {name: library_measures(name, visits) for name in REFERENCES},
        dependencies=[key],
        prefer_threaded=True,
    )
    Text(f"{founding.label}: {wording.plural(round(measures['active']), 'active member')} at the end", "h2")
    svg = solara.use_memo(lambda: months_chart(months), [key])
    if svg:
        Chart(svg, "kith-log-months", months, "Each point covers the preceding 30 days.")
    Html(measures_table(measures, library.value or {}))
    with solara.Div(classes=["kith-row"]):
        DownloadButton(
            "Measures (CSV)",
            "kith-measures.csv",
            lambda: for_csv(measures_frame(measures, library.value or {})),
            "text/csv",
        )
    if library.pending:
        Text("Simulating the library scenarios for comparison …", kind="kith-note")
    Text(
        "Library values come from one simulated year with 5,000 people, measured from the simulated event log "
        + ("with visits." if visits else "without visits, because your log has none."),
        kind="kith-note",
    )
    Text("What if", "h2")
    if len(founding) > LARGEST:
        Text(
            f"{len(founding):,} members are too many for the browser; use kith compare pool web --from-log FILE."
        )
        return
    Text(
        f"Start from the {len(founding):,} members who were active in the 90 days before {founding.date}, with the "
        "ties shown by their exchanges, and compare how they would fare as a pool, a hub or a web."
    )
    state = CompareState(log=key, runs=8)
    with solara.Div(classes=["kith-row"]):
        Button("Compare designs from here", lambda: where.go(state.path()), "what-if")


def months_chart(months: pd.DataFrame) -> str:
    """Active members and newcomers, month by month."""
    if len(months) < 2:
        return ""
    return figures.one_line(
        months["day"],
        months["active"],
        f"Active members in {MONTH} days",
        "members",
        (),
        "months",
        "your log",
    )


def measures_table(measures: dict[str, float], library: dict[str, dict[str, float]]) -> str:
    """The log's indicators next to the library's."""
    rows = [
        [
            WORDS.get(m.name) or wording.title(m.name),
            wording.number(measures[m.name], m.unit),
            *[
                wording.number(library[name][m.name], m.unit) if name in library else "…"
                for name in REFERENCES
            ],
            m.definition,
        ]
        for m in MEASURES
    ]
    return table(["", "your log", *REFERENCES, "definition"], rows, (1, 2, 3, 4))


def measures_frame(measures: dict[str, float], library: dict[str, dict[str, float]]) -> pd.DataFrame:
    """The same as numbers: a row for each indicator, with its unit; the library's values are empty until simulated."""
    columns = {"your_log": measures} | {name: library.get(name, {}) for name in REFERENCES}
    rows = [
        {"indicator": m.name, "unit": m.unit}
        | {label: values.get(m.name) for label, values in columns.items()}
        | {"definition": m.definition}
        for m in MEASURES
    ]
    return pd.DataFrame(rows)
