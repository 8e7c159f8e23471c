"""Small exports of every kind, made up for the tests: three members, a bot, and what a system writes."""

import csv
import io
import json
import zipfile
from typing import Any


def as_csv(header: str, *rows: str, delimiter: str = ",") -> bytes:
    """A table whose cells are separated by `|` here."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(line.split("|") for line in (header, *rows))
    return out.getvalue().encode()


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def _discord(number: int, kind: str, author: str, minute: int, **more: Any) -> dict[str, Any]:
    who = {"id": author, "name": f"name of {author}", "isBot": author == "900"}
    return {
        "id": str(number),
        "type": kind,
        "timestamp": f"2024-03-01T12:{minute:02d}:30.123+02:00",
        "content": "secret words",
        "author": who,
        "mentions": [],
        "reactions": [],
    } | more


def discord_channel(messages: list[dict[str, Any]]) -> bytes:
    """The export of a channel."""
    about = {"guild": {"id": "1", "name": "place"}, "channel": {"id": "2", "name": "room"}, "dateRange": {}}
    return json.dumps(about | {"messages": messages, "messageCount": len(messages)}, indent=1).encode()


DISCORD = [
    _discord(1, "GuildMemberJoin", "101", 1),
    _discord(2, "Default", "101", 2, reactions=[{"emoji": {"name": "x"}, "count": 3}]),
    _discord(3, "Reply", "102", 3, reference={"messageId": "2", "channelId": "2"}),
    _discord(4, "Default", "103", 4, mentions=[{"id": "900", "isBot": True}, {"id": "101", "isBot": False}]),
    _discord(5, "Default", "900", 5),
    _discord(6, "ChannelPinnedMessage", "101", 6),
    _discord(7, "Reply", "101", 7, reference={"messageId": "77"}),
]

DISCORD_CSV = b"\xef\xbb\xbf" + as_csv(
    "AuthorID|Author|Date|Content|Attachments|Reactions",
    "101|ann#0001|01-Mar-24 10:02 AM|hello, all||",
    '102|bob#0002|01-Mar-24 10:03 PM|a "quote"\nand a line||',
    "101|ann#0001|02-Mar-24 09:00 AM|||",
)


def slack_files() -> dict[str, bytes]:
    """A workspace with two channels."""
    users = [
        {"id": "U1", "team_id": "T", "name": "ann", "profile": {}},
        {"id": "U2", "team_id": "T", "name": "bob", "profile": {}},
        {"id": "U9", "team_id": "T", "name": "robot", "is_bot": True, "profile": {}},
    ]

    def message(user: str, ts: str, **more: Any) -> dict[str, Any]:
        return {"type": "message", "user": user, "ts": ts, "text": "secret words"} | more

    first = [
        message("U1", "1709280000.000100", subtype="channel_join", inviter="U2"),
        message("U1", "1709283600.000200", reactions=[{"name": "x", "users": ["U2"], "count": 1}]),
        message("U2", "1709283700.000300", thread_ts="1709283600.000200", parent_user_id="U1"),
        message("U9", "1709283800.000400"),
        {
            "type": "message",
            "subtype": "bot_message",
            "bot_id": "B1",
            "ts": "1709283801.0001",
            "text": "beep",
        },
        message("U1", "1709283900.000500", subtype="channel_topic"),
        message("USLACKBOT", "1709283950.000500"),
    ]
    second = [
        message("U3", "1709290000.000100", text="look, <@U3> and <@U2>"),
        message("U2", "1709290100.000100", thread_ts="1709290000.000100"),
    ]
    return {
        "users.json": json.dumps(users).encode(),
        "channels.json": json.dumps([{"id": "C1", "name": "general", "members": []}]).encode(),
        "integration_logs.json": b"[]",
        "general/2024-03-01.json": json.dumps(first).encode(),
        "random/2024-03-01.json": json.dumps(second, indent=1).encode(),
        "random/canvas_in_the_conversation.json": b"{}",
    }


DISCOURSE_USERS = as_csv(
    "id|name|username|email|created_at|last_seen_at|last_posted_at|posts_read_count|post_count|invited_by_id",
    "-1|system|system||2023-01-01 00:00:00 UTC|||0|0|",
    "1|Ann|ann|a@example.org|2023-05-01 08:00:00 UTC|2024-03-09 08:00:00 UTC||10|2|",
    "2|Bob|bob|b@example.org|2023-06-01 08:00:00 UTC|2024-03-02 08:00:00 UTC||5|1|1",
    "3|Cat|cat|c@example.org|2023-07-01 08:00:00 UTC|||0|0|1",
)
DISCOURSE_POSTS = as_csv(
    "id|user_id|created_at|topic_id|post_number|reply_to_post_number|deleted_at",
    "10|1|2024-03-01 10:00:00 UTC|7|1||",
    "11|2|2024-03-01 11:00:00 UTC|7|2|1|",
    "12|1|2024-03-02 11:00:00 UTC|7|3|2|",
    "13|-1|2024-03-02 11:30:00 UTC|7|4||",
    "14|2|2024-03-02 11:40:00 UTC|7|5||2024-03-03 00:00:00 UTC",
)
