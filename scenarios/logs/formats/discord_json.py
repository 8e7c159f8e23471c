"""Discord, as DiscordChatExporter writes it in JSON: one file per channel or thread.

A reply is addressed to whoever wrote the message that it refers to, otherwise a message to the first
member that it mentions. Joins become registrations. Reactions have no time and are not used.
"""

from collections.abc import Sequence
from typing import Any

from kith.scenarios.logs.builder import TableBuilder
from kith.scenarios.logs.formats.head import Head
from kith.scenarios.logs.formats.json_stream import list_in, reactions_in
from kith.scenarios.logs.rows import RowBuffer
from kith.scenarios.logs.times import one_time

NAME, TITLE = "discord_json", "Discord export (JSON)"
MESSAGES = {
    "Default",
    "Reply",
    "0",
    "19",
    "20",
    "ChatInputCommand",
    "ContextMenuCommand",
    "ThreadStarterMessage",
}
JOINS = {"GuildMemberJoin", "7"}
SYSTEM = "system messages"
JOIN_NOTICES = "join notices, used as registrations"


def claims(head: Head) -> bool:
    """Whether a file is the export of a channel."""
    start = head.text.lstrip()[:4096]
    return start.startswith("{") and '"guild"' in start and '"channel"' in start and '"messages"' in head.text


def read(heads: Sequence[Head], builder: TableBuilder) -> None:
    """The messages of all channels."""
    builder.columns |= {"member": "author.id", "time": "timestamp", "target": "reference.messageId, mentions"}
    rows = RowBuffer(builder.add, keys=True)
    reactions = 0
    for head in heads:
        prefix = f"{head.name} " if len(heads) > 1 else ""
        with head.file.text(lines=False) as text:
            number = 0
            for key, message in list_in(text, head.file.label, "messages"):
                if key != "messages":
                    continue
                number += 1
                if isinstance(message, dict):
                    reactions += reactions_in(message)
                    _take(message, rows, builder, f"{prefix}message {number}")
                else:
                    builder.bad(f"{prefix}message {number}", "is no object")
    rows.flush()
    if reactions:
        builder.notes.append(f"reactions have no time and were not used ({reactions:,})")


def _take(message: dict[str, Any], rows: RowBuffer, builder: TableBuilder, place: str) -> None:
    kind, author = str(message.get("type", "Default")), message.get("author")
    author = author if isinstance(author, dict) else {}
    name, time = str(author.get("id") or ""), str(message.get("timestamp") or "")
    bot = bool(author.get("isBot"))
    if kind in JOINS and name and not bot:
        builder.register(name, one_time(time))
        builder.drop(JOIN_NOTICES)
        return
    if kind not in MESSAGES and not bot:
        builder.drop(SYSTEM)
        return
    reference = message.get("reference")
    answers = (
        str(reference.get("messageId") or "")
        if isinstance(reference, dict) and kind in ("Reply", "19")
        else ""
    )
    rows.add(
        name,
        time,
        "message",
        target="" if answers else _first_mention(message.get("mentions"), name),
        key=str(message.get("id") or ""),
        answers=answers,
        bot=bot,
        place=place,
    )


def _first_mention(mentions: Any, author: str) -> str:
    for mention in mentions if isinstance(mentions, list) else ():
        if (
            isinstance(mention, dict)
            and not mention.get("isBot")
            and mention.get("id")
            and str(mention["id"]) != author
        ):
            return str(mention["id"])
    return ""
