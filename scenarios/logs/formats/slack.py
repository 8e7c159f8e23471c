"""Slack's export: a zip or folder with `users.json`, `channels.json` and a file per channel and day.

A reply in a thread is addressed to whoever began it, otherwise a message to the first member that it
mentions. Notices of joining become registrations, and invitations where they name who invited. A
message of the same member and moment in two files is one. Reactions have no time and are not used.
"""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from kith.scenarios.logs.builder import TableBuilder
from kith.scenarios.logs.formats.discord_json import JOIN_NOTICES, SYSTEM
from kith.scenarios.logs.formats.head import Head
from kith.scenarios.logs.formats.json_stream import elements_of, reactions_in
from kith.scenarios.logs.rows import RowBuffer
from kith.scenarios.logs.times import one_time

NAME, TITLE = "slack", "Slack export"
BY_MEMBERS = {"", "thread_broadcast", "file_share", "me_message", "file_comment", "reply_broadcast"}
JOINS = {"channel_join", "group_join"}
BOT_SUBTYPES = {"bot_message", "bot_add", "bot_remove"}
SLACKBOT = "USLACKBOT"
_MENTION = re.compile(r"<@([A-Z0-9]+)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.json")


def claims(head: Head) -> bool:
    """Whether a file is one of a Slack export: the members, the channels, or a day of a channel."""
    start = head.text.lstrip()
    name = PurePosixPath(head.name).name
    if not start.startswith("["):
        return False
    if _is_users(head):
        return True
    if _DAY.fullmatch(name) or ('"type"' in start and '"ts"' in start):
        first = head.first_object
        messages = first is None or ("ts" in first and "type" in first)
        return messages and '"ts"' in start
    return name in ("channels.json", "groups.json", "dms.json", "mpims.json") and '"id"' in start


def read(heads: Sequence[Head], builder: TableBuilder) -> None:
    """The messages of all channels and days."""
    builder.columns |= {"member": "user", "time": "ts", "target": "parent_user_id, mentions"}
    builder.is_bot(SLACKBOT)
    for head in heads:
        if _is_users(head):
            _read_users(head, builder)
    rows = RowBuffer(builder.add, keys=True)
    reactions = 0
    for head in heads:
        if _is_users(head) or '"ts"' not in head.text:
            continue
        channel = PurePosixPath(head.name).parent.name
        with head.file.text(lines=False) as text:
            for number, message in enumerate(elements_of(text, head.file.label), 1):
                place = f"{head.name} message {number}"
                if isinstance(message, dict):
                    reactions += reactions_in(message)
                    _take(message, channel, rows, builder, place)
                else:
                    builder.bad(place, "is no object")
    rows.flush()
    if reactions:
        builder.notes.append(f"reactions have no time and were not used ({reactions:,})")


def _is_users(head: Head) -> bool:
    first = head.first_object
    names = set() if first is None else set(first)
    return PurePosixPath(head.name).name == "users.json" or {"id", "profile", "team_id"} <= names


def _read_users(head: Head, builder: TableBuilder) -> None:
    with head.file.text(lines=False) as text:
        for user in elements_of(text, head.file.label):
            if isinstance(user, dict) and (user.get("is_bot") or user.get("is_workflow_bot")):
                builder.is_bot(str(user.get("id") or ""))


def _take(message: dict[str, Any], channel: str, rows: RowBuffer, builder: TableBuilder, place: str) -> None:
    kind = str(message.get("subtype") or "")
    member, time = str(message.get("user") or ""), str(message.get("ts") or "")
    bot = kind in BOT_SUBTYPES or bool(message.get("bot_id"))
    if kind in JOINS and member:
        builder.register(member, one_time(time))
        if message.get("inviter"):
            builder.invite(str(message["inviter"]), member, one_time(time))
        builder.drop(JOIN_NOTICES)
        return
    if message.get("type") != "message" or (kind not in BY_MEMBERS and not bot):
        builder.drop(SYSTEM)
        return
    thread = str(message.get("thread_ts") or "")
    parent = str(message.get("parent_user_id") or "")
    reply = thread not in ("", time)
    rows.add(
        member or ("bot" if bot else ""),
        time,
        "reply" if reply else "message",
        target=parent if reply else _first_mention(message.get("text"), member),
        key=f"{channel}/{time}",
        answers=f"{channel}/{thread}" if reply and not parent else "",
        bot=bot,
        place=place,
    )


def _first_mention(text: Any, author: str) -> str:
    names = _MENTION.findall(text) if isinstance(text, str) else ()
    return next((name for name in names if name != author), "")
