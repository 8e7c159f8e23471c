"""GitHub: events as its interface and the GH Archive give them, one object per line or in a list.

A comment or review is addressed to whoever opened the issue or pull request.
"""

from collections.abc import Iterator, Sequence
from typing import IO, Any

from kith.scenarios.logs.builder import TableBuilder
from kith.scenarios.logs.formats.head import Head
from kith.scenarios.logs.formats.json_lines import lines_of
from kith.scenarios.logs.formats.json_stream import elements_of
from kith.scenarios.logs.rows import RowBuffer

NAME, TITLE = "github_events", "GitHub events"
KEYS = {"type", "actor", "repo", "created_at"}
ACTIONS = {
    "PushEvent": "push",
    "IssuesEvent": "issue",
    "PullRequestEvent": "pull_request",
    "IssueCommentEvent": "comment",
    "CommitCommentEvent": "comment",
    "PullRequestReviewEvent": "review",
    "PullRequestReviewCommentEvent": "comment",
    "WatchEvent": "star",
    "ForkEvent": "fork",
    "CreateEvent": "create",
    "ReleaseEvent": "release",
    "DiscussionEvent": "discussion",
    "DiscussionCommentEvent": "comment",
    "GollumEvent": "wiki",
}


def claims(head: Head) -> bool:
    """Whether the first object is such an event."""
    return head.first_object is not None and set(head.first_object) >= KEYS


def read(heads: Sequence[Head], builder: TableBuilder) -> None:
    """The events of all files."""
    builder.columns |= {"member": "actor.login", "time": "created_at", "action": "type", "target": "payload"}
    rows = RowBuffer(builder.add, keys=True)
    for head in heads:
        prefix = f"{head.name} " if len(heads) > 1 else ""
        listed = head.text.lstrip().startswith("[")
        with head.file.text(lines=not listed) as text:
            for event, place in _events(text, head, listed, builder, prefix):
                if isinstance(event, dict):
                    _take(event, rows, place)
                else:
                    builder.bad(place, "is no object")
    rows.flush()


def _events(
    text: IO[str], head: Head, listed: bool, builder: TableBuilder, prefix: str
) -> Iterator[tuple[Any, str]]:
    if listed:
        for number, event in enumerate(elements_of(text, head.file.label), 1):
            yield event, f"{prefix}record {number}"
        return
    for objects, places in lines_of(text, builder, prefix):
        yield from zip(objects, places, strict=True)


def _take(event: dict[str, Any], rows: RowBuffer, place: str) -> None:
    kind = str(event.get("type") or "")
    rows.add(
        _login(event.get("actor")),
        str(event.get("created_at") or ""),
        ACTIONS.get(kind, kind.removesuffix("Event").lower()),
        target=_addressed(event.get("payload"), _login(event.get("actor"))),
        key=str(event.get("id") or ""),
        place=place,
    )


def _login(actor: Any) -> str:
    if isinstance(actor, dict):
        return str(actor.get("login") or actor.get("id") or "")
    return str(actor or "")


def _addressed(payload: Any, author: str) -> str:
    if not isinstance(payload, dict):
        return ""
    for name in ("pull_request", "issue", "discussion"):
        thing = payload.get(name)
        if isinstance(thing, dict):
            opener = _login(thing.get("user"))
            return "" if opener == author else opener
    return ""
