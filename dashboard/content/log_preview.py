"""How an uploaded log will be read: its first rows, what its columns are taken for, what is left out and why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from zoneinfo import available_timezones

import solara

from kith.dashboard.content.page_words import in_page_words
from kith.dashboard.content.uploaded_logs import ReadingChoices, UploadedLog
from kith.dashboard.widgets.parts import Button, Dropdown, ErrorMessage, Html, Markup, Text, table
from kith.experiments.escaping import for_html as escape
from kith.experiments.words.wording import listed, plural
from kith.scenarios.logs.formats.parquet import RECORD
from kith.scenarios.logs.mapping import REQUIRED, SYNONYMS, short_name
from kith.scenarios.logs.preview import Preview
from kith.scenarios.logs.recognise import FORMATS
from kith.scenarios.logs.report import ReadingReport, moment_of
from kith.scenarios.logs.table import EventTable

FIELDS = {
    "member": "who acted",
    "time": "when",
    "action": "what they did",
    "target": "toward whom",
    "value": "value or amount",
    "key": "ID of the event",
    "answers": "ID of the event it answers",
    "bot": "whether the member is a bot",
}
assert set(FIELDS) == set(SYNONYMS)
EVENTS = 5
SHOWN_COLUMNS = 10
OFFERED = tuple(form.name for form in FORMATS if form.name != RECORD)
"formats that a menu offers; a record of a run is a folder, and is read from there"
ORDERS = {"day": "5 June 2024 (day first)", "month": "6 May 2024 (month first)"}


@dataclass(frozen=True)
class Draft:
    """An uploaded log that is not measured yet."""

    name: str
    content: bytes
    choices: ReadingChoices
    uploaded: UploadedLog


@solara.component
def LogPreview(
    draft: Draft,
    change: Callable[[ReadingChoices], None],
    measure: Callable[[EventTable], None],
    discard: Callable[[], None],
    busy: bool,
) -> None:
    """The preview, the choices where something can be chosen, and the button that measures the log."""
    uploaded, preview = draft.uploaded, draft.uploaded.preview
    with solara.Div(classes=["kith-preview"]):
        Text(f"{draft.name}: {preview.title}", "h2")
        if uploaded.error:
            ErrorMessage(in_page_words(uploaded.error))
            if uploaded.problems:
                Html(_items(map(in_page_words, uploaded.problems)))
        with solara.Div(classes=["kith-menus"]):
            Dropdown(
                "Format",
                draft.choices.format or preview.format,
                formats(preview, draft.choices),
                lambda name: change(with_format(draft.choices, name)),
                "format",
            )
        if preview.rows:
            Text("The first rows", "h3")
            Html(first_rows(preview, uploaded.table))
        Choices(draft, change)
        if uploaded.table is not None:
            Text("As it will be read", "h3")
            Text(_sentence(uploaded.table.report))
            Html(first_events(uploaded.table))
            left_out = skipped(uploaded.table.report)
            if left_out:
                Text("Left out, and other notes", "h3")
                Html(_items(left_out))
        with solara.Div(classes=["kith-row"]):
            if uploaded.table is not None:
                events = uploaded.table
                Button("Measure this log", lambda: measure(events), "measure", disabled=busy)
            Button("Another file", discard, "discard", disabled=busy)


@solara.component
def Choices(draft: Draft, change: Callable[[ReadingChoices], None]) -> None:
    """Menus for what the file leaves open: which column is which, the order of day and month, the zone."""
    uploaded, choices, preview = draft.uploaded, draft.choices, draft.uploaded.preview
    report = None if uploaded.table is None else uploaded.table.report

    def choose(field: str, name: str) -> None:
        change(with_column(choices, field, name))

    ordered = bool(
        uploaded.undecided or choices.day_first is not None or (report and report.day_first is not None)
    )
    zoned = bool(choices.zone or (report and report.without_zone))
    if not (preview.choosable or ordered or zoned):
        return
    with solara.Div(classes=["kith-menus"]):
        if preview.choosable:
            for field, words in FIELDS.items():
                Dropdown(
                    f"{words[0].upper()}{words[1:]}",
                    preview.name_of(preview.mapping[field]) if field in preview.mapping else "",
                    columns_of(preview, field),
                    partial(choose, field),
                    f"column-{field}",
                )
        if ordered:
            order = report.day_first if report and choices.day_first is None else choices.day_first
            Dropdown(
                "05/06/2024 is",
                "" if order is None else "day" if order else "month",
                ({"": "choose …"} if order is None else {}) | ORDERS,
                lambda word: change(replace(choices, day_first=None if not word else word == "day")),
                "order",
            )
        if zoned:
            Dropdown(
                "Times without a zone are in",
                choices.zone or "UTC",
                zones(),
                lambda zone: change(replace(choices, zone=None if zone == "UTC" else zone)),
                "zone",
            )


def formats(preview: Preview, choices: ReadingChoices) -> dict[str, str]:
    """The formats that a menu offers: name -> text; which one was recognised is said."""
    recognised = "" if choices.format else preview.format
    none = {} if choices.format or preview.format else {"": "choose …"}
    return none | {
        f.name: f.title + (" (recognised)" if f.name == recognised else "")
        for f in FORMATS
        if f.name in (recognised, *OFFERED)
    }


def with_format(choices: ReadingChoices, name: str) -> ReadingChoices:
    """The choices with another format, whose columns are others, too."""
    return replace(choices, format=name or None, columns=())


def with_column(choices: ReadingChoices, field: str, name: str) -> ReadingChoices:
    """The choices with one more column, or another one for a field that has one; a column holds one field."""
    others = tuple((f, n) for f, n in choices.columns if f != field and (n != name or not n))
    return replace(choices, columns=(*others, (field, name)))


def columns_of(preview: Preview, field: str) -> dict[str, str]:
    """The columns that a menu offers: value -> text."""
    none = {} if field in preview.mapping and field in REQUIRED else {"": _none_of(field)}
    return none | {preview.name_of(n): _column_text(preview, n) for n in range(len(preview.header))}


def _none_of(field: str) -> str:
    return "choose …" if field in REQUIRED else "no column"


def _column_text(preview: Preview, column: int) -> str:
    name = short_name(preview.header[column])
    return name if preview.named and name else f"column {column + 1}" + (f" ({name})" if name else "")


@lru_cache(maxsize=1)
def zones() -> Sequence[tuple[str, Mapping[str, str]]]:
    """The zones that a menu offers, by continent."""
    groups: dict[str, dict[str, str]] = {"": {"UTC": "UTC"}}
    for zone in sorted(available_timezones()):
        continent, slash, place = zone.partition("/")
        if slash and continent not in ("Etc", "SystemV", "posix", "right"):
            groups.setdefault(continent, {})[zone] = place.replace("_", " ")
    return tuple(groups.items())


def first_rows(preview: Preview, events: EventTable | None) -> str:
    """The first rows of a table; the columns that are used come first, with what they are taken for."""
    uses = {place: FIELDS[field] for field, place in preview.mapping.items()} if preview.choosable else {}
    if not uses and events is not None:
        names = [name.lower() for name in preview.header]
        read = {column.lower(): FIELDS[field] for field, column in events.report.columns.items()}
        uses = {names.index(column): use for column, use in read.items() if column in names}
    places = sorted(range(len(preview.header)), key=lambda place: (place not in uses, place))
    head = [
        Markup(
            escape(_column_text(preview, place))
            + (f'<br><b class="kith-use">{escape(uses[place])}</b>' if place in uses else "")
        )
        for place in places[:SHOWN_COLUMNS]
    ]
    rows = [
        [row[place] if place < len(row) else "" for place in places[:SHOWN_COLUMNS]] for row in preview.rows
    ]
    if not preview.named:
        rows = [[preview.header[place] for place in places[:SHOWN_COLUMNS]], *rows]
    more = len(places) - SHOWN_COLUMNS
    return table(head, rows) + (
        f'<p class="kith-note">{plural(more, "further column")} not shown.</p>' if more > 0 else ""
    )


def first_events(events: EventTable) -> str:
    """The first events as they will be read: numbers in place of names."""
    rows = [
        [
            f"member {int(events.member[n]) + 1}",
            moment_of(int(events.time[n])).replace("T", " ").removesuffix("Z"),
            events.actions[int(events.action[n])],
            f"member {int(events.target[n]) + 1}" if events.target[n] >= 0 else "",
            *([] if events.value is None else [_amount(float(events.value[n]))]),
        ]
        for n in range(min(EVENTS, len(events)))
    ]
    head = ["who", "when (UTC)", "action", "toward", *([] if events.value is None else ["value"])]
    return table(head, rows, (4,))


def _amount(value: float) -> str:
    return "" if value != value else f"{value:,.2f}"


def _sentence(report: ReadingReport) -> str:
    files = f" in {report.files:,} files" if report.files > 1 else ""
    words = [
        f"{report.kept:,} of {plural(report.rows, 'row')}{files}",
        plural(report.members, "member"),
        f"{report.span} ({plural(report.days, 'day')})",
    ]
    words += [plural(report.registrations, "registration")] if report.registrations else []
    words += [plural(report.invitations, "invitation")] if report.invitations else []
    return ", ".join(words) + "."


def skipped(report: ReadingReport) -> list[str]:
    """What was left out and why, and what else to know, each in a sentence."""
    out = [
        f"{dropped.count:,} left out: {dropped.reason}"
        + (f" ({', '.join(dropped.lines)})" if dropped.lines else "")
        for dropped in report.dropped
    ]
    if report.bad:
        more = f"; and {report.bad - 3:,} more" if report.bad > 3 else ""
        out.append(f"{plural(report.bad, 'bad row')} skipped: {'; '.join(report.problems[:3])}{more}")
    if report.not_read:
        names = listed(report.not_read) if len(report.not_read) < 4 else f"{len(report.not_read):,} files"
        out.append(f"not read: {names}")
    return [in_page_words(line) for line in (*out, *report.notes)]


def _items(lines: "Sequence[str] | map[str]") -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>" if items else ""
