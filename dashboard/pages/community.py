"""My community: a log is read, checked, measured beside the library's scenarios, fitted, and starts a what-if."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

import solara

from kith.dashboard.content.five_numbers import FiveNumbersForm
from kith.dashboard.content.log_measures import LogMeasures, where_it_starts
from kith.dashboard.content.log_preview import Draft, LogPreview
from kith.dashboard.content.page_words import in_page_words
from kith.dashboard.content.uploaded_logs import (
    ReadingChoices,
    StoredLog,
    UploadedLog,
    last_day,
    measure_uploaded_log,
    read_uploaded_log,
    store_log,
    stored,
    together,
    too_large,
)
from kith.dashboard.fitting.fit_section import FitSection
from kith.dashboard.fitting.stored_fits import DESIGN
from kith.dashboard.live.live_comparison import one_line
from kith.dashboard.live.uploads import ReadingNow, UploadError, use_reader
from kith.dashboard.state.address_parts import pairs_of
from kith.dashboard.state.compare_state import CompareState
from kith.dashboard.state.navigation import use_navigation
from kith.dashboard.widgets.parts import (
    Button,
    ErrorMessage,
    Html,
    Text,
    TextInput,
    UploadSeveral,
)
from kith.experiments.escaping import for_html as escape
from kith.experiments.words import wording
from kith.scenarios.errors import ScenarioError
from kith.scenarios.logs.founding import founders_in_words
from kith.scenarios.logs.report import day_of
from kith.scenarios.logs.table import MICROSECONDS_PER_DAY, EventTable

EXAMPLE = "chat_docker"


def address(key: str, at: str, design: str) -> str:
    """The address of a log, the day on which a what-if starts, and the scenario that is fitted."""
    parts = {"log": key} | ({"at": at} if at else {}) | ({"design": design} if design != DESIGN else {})
    return f"/community?{urlencode(parts)}"


@solara.component
def Page() -> None:
    """The page."""
    where = use_navigation()
    given = pairs_of(where.drawn)
    key, at = given.get("log", "")[:80], given.get("at", "")[:10]
    design = given.get("design", DESIGN)[:80]
    with solara.Div(classes=["kith-page", "wide"]), solara.Div(classes=["kith-main"]):
        Text("What does your community look like?", "h1")
        Text(
            "Drop what you have: a table (CSV, Parquet, JSON) of who acted when, or an export of Discord, Slack, Discourse, "
            "Stack Exchange, GitHub, git, a mailing list, Shopify or Stripe; a file, a zip, or several files. Nothing of the "
            "log is written to disk or sent anywhere; texts of messages and names of members are not kept. A fit, if you "
            "ask for one, writes numbers of the community."
        )
        Uploading(bool(key), where.go)
        if key:
            LogSection(key, at, design)
        else:
            FiveNumbersForm(given, where.go)
        Text("Limits", "h2")
        Text(
            "The comparison of designs starts with your members and their ties, but uses the parameters of the scenario you "
            "choose; only the fit and its forecast use values estimated from your log. A log does not show satisfaction, "
            "belonging, money or why somebody left.",
            kind="kith-note",
        )


@solara.component
def Uploading(measured: bool, go: Callable[[str], None]) -> None:
    """From dropped files to a preview, and from there to the address of the measured log."""
    draft, set_draft = solara.use_state(None)
    trouble, set_trouble = solara.use_state(())
    verb, set_verb = solara.use_state("Reading")
    reader = use_reader()

    def refuse(error: Exception) -> None:
        set_trouble((one_line(error), *getattr(error, "problems", ())[:20]))

    def read(name: str, content: bytes, choices: ReadingChoices) -> None:
        def take(uploaded: UploadedLog) -> None:
            set_draft(Draft(name, content, choices, uploaded))

        set_trouble(())
        set_verb("Reading")
        reader.start(name, content, partial(read_uploaded_log, choices=choices), take, refuse)

    def dropped(files: list[tuple[str, bytes]]) -> None:
        set_draft(None)
        try:
            read(*together(files), ReadingChoices())
        except ScenarioError as error:
            refuse(error)

    def measure(name: str, events: EventTable, choices: ReadingChoices) -> None:
        def take(log: StoredLog) -> None:
            set_draft(None)
            go(f"/community?{urlencode({'log': store_log(log)})}")

        set_trouble(())
        set_verb("Measuring")
        reader.start(name, events, partial(measure_uploaded_log, choices=choices), take, refuse)

    with solara.Div():
        UploadSeveral(
            "Drop a log here, or choose one or several files",
            "",
            dropped,
            lambda words: refuse(UploadError(words)),
            "log",
        )
        ReadingNow(reader, "log", verb)
        if draft is None and not measured:
            with solara.Div(classes=["kith-row"]):
                Button("Try the example log", lambda: go(f"/community?log={EXAMPLE}"), "example")
        if trouble:
            rest = "".join(f"<li>{escape(in_page_words(line))}</li>" for line in trouble[1:])
            ErrorMessage(in_page_words(trouble[0]))
            if rest:
                Html(f"<ul>{rest}</ul>")
        if draft is not None:
            LogPreview(
                draft,
                lambda choices: read(draft.name, draft.content, choices),
                lambda events: measure(draft.name, events, draft.choices),
                lambda: set_draft(None),
                reader.now is not None,
            )


@solara.component
def LogSection(key: str, at: str, design: str) -> None:
    """The measures of a log, or why there are none."""
    where = use_navigation()

    def read() -> StoredLog | str:
        try:
            return stored(key)
        except ScenarioError as error:
            return str(error)

    log = solara.use_memo(read, [key])
    if isinstance(log, str):
        ErrorMessage(log)
        return
    with solara.Div():
        Text(log.measurement.label, "h2")
        report = log.table.report
        lines = "".join(f"<li>{escape(in_page_words(line))}</li>" for line in report.lines())
        Html(f'<details class="kith-section"><summary>What was read</summary><ul>{lines}</ul></details>')
        LogMeasures(key, log.measurement)
        FitSection(key, log, design, lambda chosen: where.go(address(key, at, chosen)))
        WhatIf(key, log, at, design)


@solara.component
def WhatIf(key: str, log: StoredLog, at: str, design: str) -> None:
    """The day on which a what-if starts, and the way to it."""
    where = use_navigation()
    end = last_day(log.table)
    day = at or end

    def start(text: str) -> None:
        chosen = str(text)[:10]
        where.go(address(key, "" if chosen == end else chosen, design))

    with solara.Div():
        Text("What if", "h2")
        with solara.Div(classes=["kith-row"]):
            TextInput(
                label="Start on",
                value=day,
                kind="date",
                low=day_of(int(log.table.time[0]) + MICROSECONDS_PER_DAY),
                high=end,
                name="at",
                event_put=start,
            )
            if day != end:
                Button("The day after the log ends", lambda: start(end), "at-end")
        try:
            founding = log.founding(day)
        except ScenarioError as error:
            ErrorMessage(str(error))
            return
        too_many = too_large(founding)
        if too_many:
            Text(f"{too_many} Use kith compare pool web --from-log FILE --at {day}.")
            return
        Text(
            f"Start on {founding.date} from the {wording.plural(len(founding), 'member')} whom the log has shown by then and "
            "who have not left, with the ties shown by their exchanges, and compare how they would fare as a pool, a hub or "
            "a web. Events of that day and later are not used."
        )
        Text(where_it_starts(log, founding.date))
        for line in founders_in_words(founding):
            Text(f"{line[0].upper()}{line[1:]}.")
        state = CompareState(log=key, at=day, runs=8)
        with solara.Div(classes=["kith-row"]):
            Button("Compare designs from here", lambda: where.go(state.path()), "what-if")
