"""The chapters of the documentation are read as one text each, in the order of their sections."""

import re
from pathlib import Path

import pytest

from kith.experiments.words.documentation import CHAPTERS, chapter

MOST_WORDS = 4_000


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_is_all_of_its_pages_with_sections_in_order(root: Path, name: str) -> None:
    text = chapter(name)
    numbers = [
        tuple(int(part) for part in found.split("."))
        for found in re.findall(r"^###? (\d+(?:\.\d+)?)\.? ", text, re.MULTILINE)
    ]
    assert numbers == sorted(numbers)
    assert len(numbers) > 10
    assert not re.search(r"^## \d+\.\d+ ", text, re.MULTILINE), "subsections are below their section"
    for page in (root / "docs" / "explanation" / name).glob("*.md"):
        assert page.read_text("utf-8").rstrip().splitlines()[-1] in text


@pytest.mark.parametrize("name", CHAPTERS)
def test_no_page_of_a_chapter_is_longer_than_a_reader_takes_in_at_once(root: Path, name: str) -> None:
    pages = (root / "docs" / "explanation" / name).glob("*.md")
    assert {p.name: n for p in pages if (n := len(p.read_text("utf-8").split())) > MOST_WORDS} == {}
