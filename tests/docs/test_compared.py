"""The comparison with other tools: what most of them have and kith lacks is said in so many words."""

from pathlib import Path

UNMET = {
    "published on an index, with a community of users",
    "used in peer-reviewed work by others than its authors",
    "an article about it, in a journal or proceedings",
    "documentation at a public address, and a place to ask",
    "run and tested on Windows and macOS",
}
"what no code can change, and the page admits"


def rows(root: Path) -> dict[str, list[str]]:
    """The marks of each feature: kith's, then the others'."""
    lines = (root / "docs" / "explanation" / "compared.md").read_text("utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return {first: marks for first, *marks in cells if first and marks[0][0] in "●◐○"}


def test_every_row_has_a_mark_for_every_tool(root: Path) -> None:
    table = rows(root)
    assert len(table) > 30
    assert {name for name, marks in table.items() if len(marks) != 7} == set()
    assert {name for name, marks in table.items() if any(mark[0] not in "●◐○–" for mark in marks)} == set()


def test_what_three_others_have_and_kith_lacks_is_named(root: Path) -> None:
    lacking = {
        name
        for name, (kith, *others) in rows(root).items()
        if kith[0] != "●" and sum(mark[0] == "●" for mark in others) >= 3
    }
    assert lacking == UNMET
    assert "These five rows are the only ones" in (root / "docs/explanation/compared.md").read_text("utf-8")
