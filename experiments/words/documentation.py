"""The two long chapters of the documentation, the model and its evidence, as one text each."""

import re
from functools import cache
from pathlib import Path

CHAPTERS = ("model", "science")
_ROOT = Path(__file__).resolve().parents[2]
PLACES = (_ROOT / "dashboard" / "assets", _ROOT / "docs" / "explanation")
"""Where an installed package has them, and where the source has."""


@cache
def chapter(name: str) -> str:
    """The first page of a chapter and its further pages, in their order; empty where they are not at hand.

    On pages of their own subsections such as 7.3 are headings of the second level; here they are below their section again.
    """
    place = next((place for place in PLACES if (place / f"{name}.md").is_file()), None)
    if place is None:
        return ""
    parts = [(place / f"{name}.md").read_text("utf-8").partition("```{toctree}")[0]]
    for page in sorted((place / name).glob("*.md")):
        text = page.read_text("utf-8").partition("\n")[2]
        parts.append(re.sub(r"^## (?=\d+\.\d+ )", "### ", text, flags=re.MULTILINE))
    return "\n\n".join(part.strip() for part in parts) + "\n"
