"""Discourse: the list of members that admins export, and posts by a query of the Data Explorer.

The list gives registrations, who were last seen when, and who invited whom; a post that answers
another of its topic is addressed to that one's author. Accounts of the system are left out.
"""

from collections.abc import Sequence

from kith.scenarios.logs.builder import TableBuilder
from kith.scenarios.logs.formats.delimited import batches, export_table
from kith.scenarios.logs.formats.head import Head
from kith.scenarios.logs.rows import RowBuffer, listed
from kith.scenarios.logs.times import one_time

NAME, TITLE = "discourse", "Discourse export"
USERS = {"id", "username", "created_at", "last_seen_at"}
POSTS = {"user_id", "created_at", "topic_id"}
SYSTEM = "posts of the system"
DELETED = "deleted posts"
ROBOTS = {"system", "discobot"}


def claims(head: Head) -> bool:
    """Whether a file is the list of members, or posts with their topics."""
    return set(head.cells) >= USERS or set(head.cells) >= POSTS


def read(heads: Sequence[Head], builder: TableBuilder) -> None:
    """The members, then the posts."""
    builder.columns |= {"member": "user_id", "time": "created_at"}
    for head in heads:
        if set(head.cells) >= USERS:
            _read_users(head, builder)
    for head in heads:
        if not set(head.cells) >= USERS:
            _read_posts(head, builder, f"{head.name} " if len(heads) > 1 else "")


def _read_users(head: Head, builder: TableBuilder) -> None:
    table, names = export_table(head, USERS, "export the list of users again")
    for columns, _ in batches(head.file, table, builder, f"{head.name} "):
        column = {name: listed(columns[n]) for n, name in enumerate(names)}
        inviters = column.get("invited_by_id", column.get("invited_by", [""] * len(columns[0])))
        for user, name, created, seen, inviter in zip(
            column["id"],
            column["username"],
            column["created_at"],
            column["last_seen_at"],
            inviters,
            strict=True,
        ):
            if user.startswith("-") or name in ROBOTS:
                builder.is_bot(user)
                continue
            builder.register(user, one_time(created), one_time(seen) if seen else None)
            if inviter:
                builder.invite(inviter, user)


def _read_posts(head: Head, builder: TableBuilder, prefix: str) -> None:
    table, names = export_table(head, POSTS, "give posts with user_id, created_at and topic_id")
    if {"post_number", "reply_to_post_number"} <= set(names):
        builder.columns["target"] = "reply_to_post_number"
    else:
        builder.notes.append("posts have no post_number and reply_to_post_number, so replies have no target")
    rows = RowBuffer(builder.add, keys=True)
    for columns, places in batches(head.file, table, builder, prefix):
        column = {name: listed(columns[n]) for n, name in enumerate(names)}
        empty = [""] * len(columns[0])
        fields = (
            "user_id",
            "created_at",
            "topic_id",
            "post_number",
            "reply_to_post_number",
            "deleted_at",
            "post_type",
        )
        several = zip(*(column.get(name, empty) for name in fields), strict=True)
        identity = column.get("id", column.get("post_id", empty))
        for n, (user, time, topic, number, answered, deleted, kind) in enumerate(several):
            if user.startswith("-") or kind.strip() in ("2", "3", "4"):
                builder.drop(SYSTEM, place=places[n])
            elif deleted.strip():
                builder.drop(DELETED, place=places[n])
            else:
                key = f"{topic}/{number}" if number else identity[n]
                answers = f"{topic}/{answered}" if answered.strip() else ""
                action = "topic" if number.strip() == "1" else "post"
                rows.add(user, time, action, key=key, answers=answers, place=places[n])
    rows.flush()
