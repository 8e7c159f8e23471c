"""Escaping of untrusted text: one function for each kind of output.

Titles, names of scenarios, options of levers and paths come from files and command lines that may be
untrusted. Terminals interpret control characters, browsers tags, spreadsheets formulas; here all of
them become plain, visible text.
"""

import re
import sys
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

LONGEST_WORD, WORD_KEPT = 120, 50
"Characters of a word in a message, such as a path; of a longer one its beginning and its end are kept."
LONGEST_MESSAGE = 800
LONGEST_NAME = 100
"Characters of a file name that is made from text."

FORMULA = "=+-@\t\r\n＝＋－＠"
"What a spreadsheet takes for the beginning of a formula, or skips before one."

_ACTS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters but tab and line feed, and what turns the direction of text round."""


def visible(text: str) -> str:
    """The text with every character that acts written as its code, such as \\x1b; line feeds and tabs stay."""
    return _ACTS.sub(_code, text)


def for_terminal(text: str) -> str:
    """Text as a terminal may show it: nothing in it moves the cursor, colours or hides."""
    return visible(text)


def for_message(text: str) -> str:
    """One line for a terminal, with words and the whole shortened in their middle where they are too long."""
    words = [_shortened(word, LONGEST_WORD, WORD_KEPT) for word in visible(text).split()]
    return _shortened(" ".join(words), LONGEST_MESSAGE, LONGEST_MESSAGE // 2)


def for_json(text: str) -> str:
    """JSON text in which no character acts; its meaning stays."""
    return _ACTS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def for_html(text: object) -> str:
    """Text for a page, between tags or in a quoted attribute."""
    return escape(visible(str(text)))


def for_svg(text: object) -> str:
    """Text for a picture, which as XML must not have control characters at all."""
    return escape(visible(str(text)))


def for_csv(frame: "pd.DataFrame") -> str:
    """A frame as CSV. Text that a spreadsheet would compute begins with an apostrophe; numbers stay numbers."""
    safe = frame.copy()
    for place, kind in enumerate(frame.dtypes):
        if kind.kind not in "biufcmM":
            safe.isetitem(place, frame.iloc[:, place].astype(object).map(_cell))
    safe.columns = [_cell(name) for name in frame.columns]
    return str(safe.to_csv(index=False))


def for_file_name(text: str) -> str:
    """A name for a file on any system, made from text."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", text).lstrip(".-")
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[: LONGEST_NAME - len(ending)]}{dot}{ending}"[-LONGEST_NAME:] or "kith"


def say(text: str, err: bool = False) -> None:
    """Write a line, or several, to standard output or standard error."""
    stream = sys.stderr if err else sys.stdout
    stream.write(for_terminal(text) + "\n")
    stream.flush()


def _code(match: "re.Match[str]") -> str:
    number = ord(match[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def _shortened(text: str, most: int, ends: int) -> str:
    return text if len(text) <= most else f"{text[:ends]}…{text[-ends:]}"


def _cell(value: Any) -> Any:
    """A value of a table as a spreadsheet may read it."""
    if not isinstance(value, str):
        return value
    text = visible(value)
    return f"'{text}" if value[:1] and value[0] in FORMULA and not _is_number(value) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
