"""Text that is written as Markdown, as markup; HTML inside it is shown and not obeyed."""

from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

_DASHBOARD = Path(__file__).resolve().parents[1]
PLACES = (_DASHBOARD / "assets" / "model.md", _DASHBOARD.parent / "docs" / "model.md")
"""Where the page of the documentation lies: in an installed package, and in the source."""


def markup(text: str) -> str:
    """Markdown with tables as HTML; links that lead outside the text become plain words."""
    return str(_reader().render(text))


@cache
def model_sections() -> dict[str, str]:
    """The documentation of the model: heading -> its text as markup."""
    page = next((place for place in PLACES if place.is_file()), None)
    if page is None:
        return {}
    head, *parts = page.read_text(encoding="utf-8").split("\n## ")
    found = {"Introduction": markup(head.partition("\n")[2])}
    for part in parts:
        title, _, body = part.partition("\n")
        found[title.strip()] = markup(body)
    return found


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.add_render_rule("link_open", lambda *_: "")
    reader.add_render_rule("link_close", lambda *_: "")
    return reader
