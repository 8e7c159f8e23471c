"""Markdown as HTML; HTML inside the text is shown as text."""

from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

_DASHBOARD = Path(__file__).resolve().parents[1]
PLACES = (_DASHBOARD / "assets" / "model.md", _DASHBOARD.parent / "docs" / "model.md")
"""The place of the documentation's page in an installed package, and in the source."""


def markup(text: str) -> str:
    """Markdown with tables as HTML; links become plain text."""
    return str(_reader().render(text))


@cache
def model_sections() -> dict[str, str]:
    """The documentation of the model: heading -> its text as markup."""
    page = next((place for place in PLACES if place.is_file()), None)
    if page is None:
        return {}
    head, *parts = page.read_text(encoding="utf-8").split("\n## ")
    sections = {"Introduction": markup(head.partition("\n")[2])}
    for part in parts:
        title, _, body = part.partition("\n")
        sections[title.strip()] = markup(body)
    return sections


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.add_render_rule("link_open", lambda *_: "")
    reader.add_render_rule("link_close", lambda *_: "")
    return reader
