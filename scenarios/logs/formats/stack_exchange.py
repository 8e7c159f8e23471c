"""Stack Exchange: the dump of a site, of which Posts.xml, Comments.xml and Users.xml are read.

An answer is addressed to who asked, a comment to who wrote the post. Users are registrations. XML
that declares a document type or entities is refused unread.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any
from xml.parsers import expat

from kith.scenarios.errors import LogError
from kith.scenarios.logs.builder import TableBuilder
from kith.scenarios.logs.formats.head import Head
from kith.scenarios.logs.rows import RowBuffer
from kith.scenarios.logs.times import one_time

NAME, TITLE = "stack_exchange", "Stack Exchange dump"
_ROOT = re.compile(r"<(posts|comments|users)[\s/>]")
KINDS = {"1": "question", "2": "answer"}
OTHER_POSTS, DELETED = "other posts, such as wikis of tags", "events of deleted accounts"
COMMUNITY = "-1"


def claims(head: Head) -> bool:
    """Whether a file is one of those three."""
    return _root(head) != ""


def read(heads: Sequence[Head], builder: TableBuilder) -> None:
    """Users, then posts, then comments."""
    builder.columns |= {"member": "OwnerUserId, UserId", "time": "CreationDate", "target": "ParentId, PostId"}
    builder.is_bot(COMMUNITY)
    rows = RowBuffer(builder.add, keys=True)
    takers: dict[str, Callable[[dict[str, str], str], None]] = {
        "users": lambda row, place: _take_user(row, builder),
        "posts": lambda row, place: _take_post(row, rows, builder, place),
        "comments": lambda row, place: _take_comment(row, rows, builder, place),
    }
    if not any(_root(head) in takers for head in heads):
        raise LogError(f"{builder.label} is no dump of Stack Exchange; give the folder with Posts.xml")
    for root in ("users", "posts", "comments"):
        for head in heads:
            if _root(head) == root:
                _parse(head, takers[root], f"{head.name} " if len(heads) > 1 else "")
    rows.flush()


def _root(head: Head) -> str:
    """The name of the outermost element, if it is one of a dump's."""
    text = head.text.lstrip()[:4096]
    match = _ROOT.search(text) if text.startswith("<") else None
    return "" if match is None else match[1]


def _parse(head: Head, take: Callable[[dict[str, str], str], None], prefix: str) -> None:
    parser = expat.ParserCreate()
    label = head.file.label

    def refuse(*_: Any) -> int:
        raise LogError(
            f"{label} declares a document type or entities, which no dump does; give the dump itself"
        )

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            take(attributes, f"{prefix}line {parser.CurrentLineNumber}")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.StartElementHandler = start
    with head.file.binary() as stream:
        try:
            parser.ParseFile(stream)
        except LogError:
            raise
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise LogError(f"{label} is cut short or no XML ({error}); copy it again") from None


def _take_user(row: dict[str, str], builder: TableBuilder) -> None:
    if row.get("Id", "").startswith("-"):
        return
    seen = row.get("LastAccessDate")
    builder.register(
        row.get("Id", ""), one_time(row.get("CreationDate", "")), one_time(seen) if seen else None
    )


def _take_post(row: dict[str, str], rows: RowBuffer, builder: TableBuilder, place: str) -> None:
    kind = KINDS.get(row.get("PostTypeId", ""))
    if kind is None:
        builder.drop(OTHER_POSTS)
    elif not row.get("OwnerUserId"):
        builder.drop(DELETED)
    else:
        answered = row.get("ParentId")
        rows.add(
            row["OwnerUserId"],
            row.get("CreationDate", ""),
            kind,
            key=f"post {row.get('Id')}",
            answers=f"post {answered}" if answered else "",
            place=place,
        )


def _take_comment(row: dict[str, str], rows: RowBuffer, builder: TableBuilder, place: str) -> None:
    if not row.get("UserId"):
        builder.drop(DELETED)
        return
    rows.add(
        row["UserId"],
        row.get("CreationDate", ""),
        "comment",
        key=f"comment {row.get('Id')}",
        answers=f"post {row.get('PostId')}",
        place=place,
    )
