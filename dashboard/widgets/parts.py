"""Parts of pages: charts, controls, uploads, buttons and tables."""

import base64
from collections.abc import Callable, Mapping, Sequence
from html import unescape
from typing import Any

import pandas as pd
import solara

from kith.experiments.escaping import for_csv, for_file_name
from kith.experiments.escaping import for_html as escape
from kith.experiments.words.wording import called

UPLOAD_LIMIT = 8_000_000
"""The most bytes of an uploaded file; the connection itself refuses more than twice that."""


@solara.component_vue("vue/chart.vue", vuetify=False)
def _Chart(
    svg: str = "",
    title: str = "",
    words: str = "",
    name: str = "chart",
    csv: str = "",
    note: str = "",
    picks: bool = False,
    event_pick: Callable[[Any], None] | None = None,
    event_request: Callable[[Any], None] | None = None,
) -> Any: ...


@solara.component_vue("vue/controls.vue", vuetify=False)
def ParameterControls(
    groups: list[dict[str, Any]],
    label: str = "",
    event_set: Callable[[Any], None] | None = None,
    event_reset: Callable[[Any], None] | None = None,
) -> Any:
    """Every parameter as a control, see `kith.dashboard.comparing.controls`."""


@solara.component_vue("vue/upload.vue", vuetify=False)
def _Upload(
    label: str = "",
    accept: str = "",
    limit: int = UPLOAD_LIMIT,
    name: str = "file",
    several: bool = False,
    event_files: Callable[[Any], None] | None = None,
    event_refused: Callable[[Any], None] | None = None,
) -> Any: ...


@solara.component
def Chart(
    svg: str,
    name: str,
    frame: pd.DataFrame | None = None,
    note: str = "",
    on_pick: Callable[[str], None] | None = None,
) -> None:
    """A chart with its description in words, its picture and its data to save.

    Parameters
    ----------
    svg : the chart, with its title and its description in it.
    name : of the files to save.
    frame : the numbers behind it; written as CSV on demand.
    note : a sentence below.
    on_pick : called with what follows `point-` in the id of a mark that is clicked.
    """
    requested, set_requested = solara.use_state(False)
    csv = solara.use_memo(lambda: for_csv(frame) if requested and frame is not None else "", [requested, svg])
    _Chart(
        svg=svg,
        title=_inside(svg, "title"),
        words=_inside(svg, "desc"),
        name=name,
        csv=csv,
        note=note,
        picks=on_pick is not None,
        event_pick=(lambda key: on_pick(str(key)[:80])) if on_pick else None,
        event_request=lambda _: set_requested(True),
    )


@solara.component
def Upload(
    label: str,
    accept: str,
    on_file: Callable[[str, bytes], None],
    on_refused: Callable[[str], None],
    name: str,
) -> None:
    """A place to drop a file, or to choose one; errors go to `on_refused`."""
    UploadSeveral(label, accept, lambda files: on_file(*files[0]), on_refused, name, several=False)


@solara.component
def UploadSeveral(
    label: str,
    accept: str,
    on_files: Callable[[list[tuple[str, bytes]]], None],
    on_refused: Callable[[str], None],
    name: str,
    several: bool = True,
) -> None:
    """The same for several files at once, whose bytes count together: called with names and contents."""

    def received(data: Any) -> None:
        try:
            files = [
                (str(file.get("name", "file"))[:120], base64.b64decode(str(file["content"]), validate=True))
                for file in data
            ]
            if not files:
                raise ValueError
        except (AttributeError, KeyError, TypeError, ValueError):
            on_refused("the file could not be read; try again")
            return
        size = sum(len(content) for _, content in files)
        if size > UPLOAD_LIMIT:
            on_refused(too_large(size))
            return
        on_files(files if several else files[:1])

    _Upload(
        label=label,
        accept=accept,
        name=name,
        several=several,
        event_files=received,
        event_refused=lambda size: on_refused(too_large(int(size))),
    )


def too_large(size: int) -> str:
    """The message for a file that is too large."""
    return (
        f"the upload has {size / 1e6:,.1f} MB; the limit here is {UPLOAD_LIMIT / 1e6:,.0f} MB. "
        "Compress it as .gz or .zip, or use the command line: kith measure FILE"
    )


def _inside(svg: str, tag: str) -> str:
    start = svg.find(f"<{tag} ")
    if start < 0:
        return ""
    begin = svg.index(">", start) + 1
    return unescape(svg[begin : svg.index(f"</{tag}>", begin)])


@solara.component_vue("vue/navigation_bar.vue", vuetify=False)
def NavigationBar(
    pages: list[dict[str, str]],
    here: str = "/",
    event_go: Callable[[str], None] | None = None,
    event_width: Callable[[bool], None] | None = None,
    results: bool = False,
) -> Any:
    """Links to the pages, and the switch between light and dark."""


@solara.component_vue("vue/dropdown.vue", vuetify=False)
def _Dropdown(
    label: str = "",
    value: str = "",
    groups: list[dict[str, Any]] | None = None,
    name: str = "",
    event_pick: Callable[[str], None] | None = None,
) -> Any: ...


@solara.component_vue("vue/button.vue", vuetify=False)
def _Button(
    label: str = "",
    name: str = "",
    help: str = "",
    disabled: bool = False,
    pressed: bool | None = None,
    event_press: Callable[[Any], None] | None = None,
) -> Any: ...


@solara.component_vue("vue/download.vue", vuetify=False)
def _DownloadButton(
    label: str = "",
    name: str = "",
    file: str = "",
    kind: str = "text/plain",
    payload: dict[str, Any] | None = None,
    disabled: bool = False,
    event_request: Callable[[Any], None] | None = None,
) -> Any: ...


@solara.component_vue("vue/tabs.vue", vuetify=False)
def Tabs(
    tabs: list[dict[str, str]],
    here: str = "",
    label: str = "",
    event_pick: Callable[[str], None] | None = None,
) -> Any:
    """Sections of a page, each with its own address."""


@solara.component_vue("vue/point_table.vue", vuetify=False)
def PointTable(
    heads: list[dict[str, Any]],
    rows: list[dict[str, Any]],
    sort: str = "",
    at: str = "",
    beside: str = "",
    event_order: Callable[[str], None] | None = None,
    event_mark: Callable[[str], None] | None = None,
    event_compare: Callable[[str], None] | None = None,
) -> Any:
    """Points of a study: sorted by a column, one of them selected, another to compare with."""


@solara.component_vue("vue/text_input.vue", vuetify=False)
def TextInput(
    label: str = "",
    value: Any = "",
    kind: str = "number",
    low: float | str | None = None,
    high: float | str | None = None,
    name: str = "",
    event_put: Callable[[str], None] | None = None,
) -> Any:
    """A number, a date (`kind` "date", with days as `low` and `high`) or a word to type."""


@solara.component_vue("vue/copy_link.vue", vuetify=False)
def CopyLink(label: str = "Copy link", path: str = "", text: str = "") -> Any:
    """Copies the address of the page, or a given one, or a text; says where an address opens on this machine only."""


@solara.component_vue("vue/jump_to_side.vue", vuetify=False)
def JumpToSide(label: str = "Controls ↓") -> Any:
    """Scrolls to the controls; shown in narrow windows, where they are below the page."""


@solara.component_vue("vue/print_page.vue", vuetify=False)
def PrintPage() -> Any:
    """Prints the page."""


def Dropdown(
    label: str,
    value: str,
    options: Mapping[str, str] | Sequence[tuple[str, Mapping[str, str]]],
    on_pick: Callable[[str], None],
    name: str = "",
) -> Any:
    """A menu of value -> text, or of groups of them."""
    grouped = [("", options)] if isinstance(options, Mapping) else options
    groups = [
        {"title": title, "options": [{"value": v, "text": t} for v, t in group.items()]}
        for title, group in grouped
    ]
    return _Dropdown(label=label, value=value, groups=groups, name=name, event_pick=on_pick)


def Button(
    label: str,
    on_press: Callable[[], None],
    name: str = "",
    disabled: bool = False,
    help: str = "",
    pressed: bool | None = None,
) -> Any:
    """A button."""
    return _Button(
        label=label,
        name=name,
        help=help,
        disabled=disabled,
        pressed=pressed,
        event_press=lambda _: on_press(),
    )


@solara.component
def DownloadButton(
    label: str, file: str, make: Callable[[], str | bytes], kind: str = "text/plain", disabled: bool = False
) -> None:
    """A button that makes a file and downloads it."""
    payload, set_payload = solara.use_state(None)
    count = solara.use_ref(0)

    def give(_: Any) -> None:
        count.current += 1
        made = make()
        content = {"text": made} if isinstance(made, str) else {"packed": base64.b64encode(made).decode()}
        set_payload(content | {"count": count.current})

    _DownloadButton(
        label=label,
        name="save-" + file,
        file=for_file_name(file),
        kind=kind,
        payload=payload,
        disabled=disabled,
        event_request=give,
    )


def Text(text: str, tag: str = "p", kind: str = "") -> Any:
    """Plain text in a tag; markup in it is shown as text."""
    return solara.HTML(tag=tag, unsafe_innerHTML=escape(text), classes=[kind] if kind else [])


def Html(markup: str, kind: str = "", tag: str = "div") -> Any:
    """Trusted markup; text of others in it must be escaped already."""
    return solara.HTML(tag=tag, unsafe_innerHTML=markup, classes=[kind] if kind else [])


def ErrorMessage(text: str) -> Any:
    """An error message, also announced by screen readers."""
    return solara.HTML(unsafe_innerHTML=escape(text), classes=["kith-error"], attributes={"role": "alert"})


def table(
    head: Sequence[Any], rows: Sequence[Sequence[Any]], numbers: Sequence[int] = (), caption: str = ""
) -> str:
    """A plain HTML table with everything escaped; columns in `numbers` are aligned to the right."""

    def cell(tag: str, place: int, value: Any) -> str:
        kind = ' class="n"' if place in numbers else ""
        shown = value.markup if isinstance(value, Markup) else escape(str(value))
        return f"<{tag}{kind}>{shown}</{tag}>"

    top = "".join(cell("th" if word else "td", i, word) for i, word in enumerate(head))
    body = "".join("<tr>" + "".join(cell("td", i, v) for i, v in enumerate(row)) + "</tr>" for row in rows)
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f'<div class="kith-scroll"><table>{title}<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


class Markup:
    """A cell of trusted markup."""

    def __init__(self, markup: str) -> None:
        self.markup = markup


def dot(colour: str, label: str) -> Markup:
    """A scenario's name after its colour."""
    return Markup(f'<span class="kith-dot" style="background:{colour}"></span>{escape(called(label))}')
