"""Markdown as HTML; HTML inside the text is shown as text."""

from functools import cache

from markdown_it import MarkdownIt

from kith.experiments.words.documentation import chapter


def markup(text: str) -> str:
    """Markdown with tables as HTML; links become plain text."""
    return str(_reader().render(text))


@cache
def model_sections() -> dict[str, str]:
    """The documentation of the model: heading -> its text as markup."""
    text = chapter("model")
    if not text:
        return {}
    head, *parts = text.split("\n## ")
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
