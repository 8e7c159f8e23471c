"""Put tables on the pages of the documentation, each between two comments with its name.

`<!-- logs -->` begins a table and `<!-- end of logs -->` ends it; what stands between them is replaced.
"""

from pathlib import Path

EXPLANATION = Path(__file__).parents[1] / "explanation"


def put(page: str, name: str, table: str) -> None:
    """Replace a table on a page.

    page : path below docs/explanation
    name : the name in both comments
    table : Markdown

    Exits with a message, and writes nothing, where the page has no such place, or more than one.
    """
    place = EXPLANATION / page
    text = place.read_text("utf-8")
    begin, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
    before, _, rest = text.partition(begin)
    old, _, after = rest.partition(end)
    if text.count(begin) != 1 or text.count(end) != 1 or not after:
        raise SystemExit(
            f"docs/explanation/{page} has not one place for {name}: it needs <!-- {name} --> and <!-- end of {name} --> once each"
        )
    if old != table:
        place.write_text(before + begin + table + end + after, "utf-8")
