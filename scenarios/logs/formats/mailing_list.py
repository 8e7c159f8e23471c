"""Mailing lists: mbox files, of which only the heads of mails are read.

A mail that answers another one is addressed to its author. Mails that were sent by programs are left
out.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from email.errors import MessageError
from email.header import decode_header, make_header
from email.utils import parseaddr
from functools import lru_cache
from typing import BinaryIO

from kith.scenarios.logs.builder import TableBuilder
from kith.scenarios.logs.formats.head import Head
from kith.scenarios.logs.rows import RowBuffer

NAME, TITLE = "mailing_list", "mailing list (mbox)"
HEADS = 200
"lines of a mail's head"
_START = re.compile(rb"From \S.*\d{4}")
_ID = re.compile(r"<[^<>\s]+>")
_ROBOT = re.compile(
    r"(mailer-daemon|postmaster|no-?reply|do-?not-?reply|notifications?|.*-(bounces?|request))@"
)
_WANTED = {b"from", b"date", b"message-id", b"in-reply-to", b"references", b"auto-submitted"}


def claims(head: Head) -> bool:
    """Whether a file begins like an mbox."""
    start = head.data.lstrip()
    lower = start[:20_000].lower()
    return _START.match(start) is not None and b"\nfrom:" in lower and b"\ndate:" in lower


def read(heads: Sequence[Head], builder: TableBuilder) -> None:
    """The mails of all files."""
    builder.columns |= {"member": "From", "time": "Date", "target": "In-Reply-To, References"}
    rows = RowBuffer(builder.add, keys=True)
    for head in heads:
        prefix = f"{head.name} " if len(heads) > 1 else ""
        with head.file.binary() as stream:
            for line, mail in _mails(stream):
                _take(mail, rows, f"{prefix}line {line}")
    rows.flush()


def _mails(stream: BinaryIO) -> Iterator[tuple[int, dict[bytes, str]]]:
    """The heads of mails with the line on which each begins."""
    blank, inside, start = True, 0, 0
    mail: dict[bytes, str] = {}
    name = b""
    for number, line in enumerate(stream, 1):
        if blank and line.startswith(b"From ") and _START.match(line):
            if start:
                yield start, mail
            mail, name, start, inside = {}, b"", number, HEADS
        elif inside:
            inside -= 1
            if not line.strip():
                inside = 0
            elif line[:1] in b" \t" and name:
                mail[name] += " " + line.decode("utf-8", "replace").strip()
            else:
                field, colon, value = line.partition(b":")
                name = field.lower() if colon and field.lower() in _WANTED else b""
                if name:
                    mail[name] = value.decode("utf-8", "replace").strip()
        blank = not line.strip()
    if start:
        yield start, mail


def _take(mail: dict[bytes, str], rows: RowBuffer, place: str) -> None:
    author = _address(mail.get(b"from", ""))
    identity = _ID.findall(mail.get(b"message-id", ""))
    answered = _ID.findall(mail.get(b"in-reply-to", ""))[:1] or _ID.findall(mail.get(b"references", ""))[-1:]
    automatic = mail.get(b"auto-submitted", "no").lower() not in ("no", "")
    rows.add(
        author,
        mail.get(b"date", ""),
        "reply" if answered else "mail",
        key=identity[0] if identity else f"{author} {mail.get(b'date', '')}",
        answers=answered[0] if answered else "",
        bot=automatic or _ROBOT.match(author) is not None,
        place=place,
    )


@lru_cache(maxsize=1 << 16)
def _address(text: str) -> str:
    """The mail address in lower case; archives write `name at place`."""
    if "=?" in text:
        with suppress(MessageError, LookupError, ValueError):
            text = str(make_header(decode_header(text)))
    _, address = parseaddr(text)
    if "@" not in address and " at " in text:
        address = text.partition("(")[0].strip().replace(" at ", "@", 1)
    return (address or text).strip().lower()
