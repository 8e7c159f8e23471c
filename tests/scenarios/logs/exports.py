"""Small exports of every kind, made up for the tests: three members, a bot, and what a system writes."""

import csv
import gzip
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


def json_lines(rows: list[dict[str, Any]]) -> bytes:
    """One object per line."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


OBJECTS: list[dict[str, Any]] = [
    {"user": {"id": 7, "name": "ann"}, "ts": 1709283600, "event": "post", "text": "secret words", "to": None},
    {"user": {"id": 8, "name": "bob"}, "ts": 1709283700.5, "event": "post", "to": 7},
    {"user": {"id": 7, "name": "ann"}, "ts": 1709290000, "event": "like", "to": 8},
]


def _github(number: int, kind: str, login: str, minute: int, **payload: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "type": kind,
        "actor": {"id": number, "login": login},
        "repo": {"id": 1, "name": "a/b"},
        "payload": payload,
        "public": True,
        "created_at": f"2024-03-01T12:{minute:02d}:00Z",
    }


GITHUB = [
    _github(1, "IssuesEvent", "ann", 1, action="opened", issue={"user": {"login": "ann"}}),
    _github(
        2, "IssueCommentEvent", "bob", 2, issue={"user": {"login": "ann"}}, comment={"body": "secret words"}
    ),
    _github(3, "PushEvent", "ann", 3, commits=[]),
    _github(4, "PushEvent", "renovate[bot]", 4),
    _github(5, "WatchEvent", "cat", 5, action="started"),
    _github(2, "IssueCommentEvent", "bob", 2, issue={"user": {"login": "ann"}}),
]

GIT = b"""2024-03-02T10:00:00+01:00,ann@example.org,ann@example.org
2024-03-01T10:00:00-05:00,Bob@Example.org,ann@example.org
2024-03-01T09:00:00+00:00,cat@example.org,noreply@github.com
2024-03-01T08:00:00+00:00,1+helper[bot]@users.noreply.github.com,noreply@github.com
"""

MBOX = b"""From ann at example.org  Fri Mar  1 10:00:00 2024
From: ann at example.org (Ann)
Date: Fri, 1 Mar 2024 10:00:00 +0100
Subject: secret words
Message-ID: <1@example.org>

hello
From here it is a text, and not a mail

>From me

From bob@example.org Fri Mar 01 11:00:00 2024
From: =?utf-8?q?B=C3=B6b?= <Bob@example.org>
Date: Fri, 01 Mar 2024 06:00:00 EST
In-Reply-To: <1@example.org>
References: <0@example.org>
 <1@example.org>
Message-Id: <2@example.org>

b\xf6b

From x Fri Mar 01 12:00:00 2024
From: Ann <ann@example.org>
Date: 1 Mar 2024 12:00:00 -0000
References: <1@example.org> <2@example.org>
Message-ID: <3@example.org>

hi

From MAILER-DAEMON Fri Mar 01 12:00:00 2024
From: MAILER-DAEMON@example.org
Date: 1 Mar 2024 12:30:00 GMT
Message-ID: <4@example.org>

gone
"""

STACK_EXCHANGE = {
    "Posts.xml": b"""\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>
<posts>
  <row Id="1" PostTypeId="1" CreationDate="2024-03-01T10:00:00.123" OwnerUserId="5" Body="secret &lt;words&gt;" />
  <row Id="2" PostTypeId="2" ParentId="1" CreationDate="2024-03-01T11:00:00.123" OwnerUserId="6" />
  <row Id="3" PostTypeId="2" ParentId="1" CreationDate="2024-03-01T12:00:00.123" />
  <row Id="4" PostTypeId="5" CreationDate="2024-03-01T12:00:00.123" OwnerUserId="5" />
  <row Id="5" PostTypeId="1" CreationDate="2024-03-01T12:00:00.123" OwnerUserId="-1" />
</posts>
""",
    "Comments.xml": b"""<?xml version="1.0" encoding="utf-8"?>
<comments>
  <row Id="1" PostId="2" CreationDate="2024-03-02T10:00:00.123" UserId="5" Text="secret" />
</comments>
""",
    "Users.xml": b"""<?xml version="1.0" encoding="utf-8"?>
<users>
  <row Id="-1" CreationDate="2023-01-01T00:00:00.000" DisplayName="Community" />
  <row Id="5" CreationDate="2024-01-01T00:00:00.000" LastAccessDate="2024-03-05T00:00:00.000" DisplayName="name of ann" />
  <row Id="9" CreationDate="2024-02-01T00:00:00.000" DisplayName="dan" />
</users>
""",
    "Votes.xml": b"""<?xml version="1.0" encoding="utf-8"?>
<votes>
</votes>
""",
}

SHOPIFY = as_csv(
    "Name|Email|Financial Status|Paid at|Currency|Total|Lineitem name|Created at|Cancelled at",
    "#1002|ann@example.org|paid|2024-03-02 10:00:00 +0100|EUR|30.00|tea|2024-03-02 10:00:00 +0100|",
    "#1002|ann@example.org||||||2024-03-02 10:00:00 +0100|",
    "#1001|Ann@example.org|paid|2024-03-01 10:00:00 +0100|EUR|12.50|tea|2024-03-01 10:00:00 +0100|",
    "#1003|bob@example.org|refunded|2024-03-03 10:00:00 +0100|EUR|99.00|tea|2024-03-03 10:00:00 +0100|",
    "#1004|bob@example.org|paid|2024-03-04 10:00:00 +0100|EUR|9.00|tea|2024-03-04 10:00:00 +0100|2024-03-05",
    "#1005||paid|2024-03-04 10:00:00 +0100|EUR|9.00|tea|2024-03-04 10:00:00 +0100|",
)

STRIPE = as_csv(
    "id|Created date (UTC)|Amount|Amount Refunded|Currency|Status|Customer ID|Customer Email",
    "ch_1|2024-03-01 10:00:00|12.50|0.00|eur|Paid|cus_1|ann@example.org",
    "ch_2|2024-03-02 10:00:00|1,200.00|0.00|eur|Paid|cus_2|bob@example.org",
    "ch_3|2024-03-03 10:00:00|5.00|0.00|eur|Failed|cus_1|ann@example.org",
    "ch_4|2024-03-03 11:00:00|5.00|0.00|eur|Paid||",
)


def as_parquet(rows: list[tuple[str, str, str]]) -> bytes:
    """A table of member, time and action in Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    columns = dict(zip(("user", "created_at", "event"), map(list, zip(*rows, strict=True)), strict=True))
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


EVERY_KIND: dict[str, list[tuple[str, bytes]]] = {
    "csv": [
        (
            "log.csv.gz",
            gzip.compress(
                as_csv("who|when|what", "ann|2024-03-01T10:00Z|post", "bob|2024-03-02T10:00Z|post")
            ),
        )
    ],
    "parquet": [("log.parquet", as_parquet([("ann", "2024-03-01T10:00:00Z", "post")] * 3))],
    "json_lines": [("log.jsonl", json_lines(OBJECTS))],
    "discord_json": [
        ("room.json", discord_channel(DISCORD[:4])),
        ("other room.json", discord_channel(DISCORD[2:])),
    ],
    "discord_csv": [("room.csv", DISCORD_CSV)],
    "slack": [("slack.zip", zipped(slack_files()))],
    "discourse": [("users.csv", DISCOURSE_USERS), ("posts.csv", DISCOURSE_POSTS)],
    "stack_exchange": [(name, data) for name, data in STACK_EXCHANGE.items()],
    "github_events": [("events.json", json.dumps(GITHUB).encode())],
    "git_log": [("commits.txt", GIT)],
    "mailing_list": [("list.mbox", MBOX)],
    "shopify": [("orders.csv", SHOPIFY)],
    "stripe": [("payments.csv", STRIPE)],
}
"one log of each format as somebody would drop it: files with their names"
