"""Which column of a table is which: recognised by its name, or named by an option."""

import re
from collections.abc import Mapping, Sequence

from kith.scenarios.errors import LogError, shown

SYNONYMS: dict[str, tuple[str, ...]] = {
    "member": (
        "member_id",
        "member",
        "user_id",
        "userid",
        "uid",
        "author_id",
        "authorid",
        "actor_id",
        "sender_id",
        "from_id",
        "account_id",
        "customer_id",
        "customerid",
        "person_id",
        "participant_id",
        "contributor_id",
        "owner_user_id",
        "owneruserid",
        "player_id",
        "subscriber_id",
        "client_id",
        "contact_id",
        "user",
        "username",
        "user_name",
        "login",
        "author",
        "actor",
        "sender",
        "from",
        "from_user",
        "source",
        "account",
        "customer",
        "person",
        "participant",
        "contributor",
        "player",
        "subscriber",
        "contact",
        "nick",
        "nickname",
        "handle",
        "email",
        "e_mail",
        "author_email",
        "user_email",
        "display_name",
        "name",
        "case_concept_name",
        "case_id",
        "who",
    ),
    "time": (
        "timestamp",
        "time",
        "ts",
        "datetime",
        "date_time",
        "created_at",
        "createdat",
        "created",
        "creation_date",
        "creationdate",
        "event_time",
        "event_timestamp",
        "event_date",
        "occurred_at",
        "time_utc",
        "timestamp_utc",
        "created_utc",
        "created_on",
        "sent_at",
        "posted_at",
        "published_at",
        "time_timestamp",
        "unix_time",
        "unixtime",
        "epoch",
        "date",
        "day",
        "when",
        "order_date",
        "purchase_date",
        "invoicedate",
    ),
    "action": (
        "action",
        "event",
        "event_type",
        "eventtype",
        "event_name",
        "action_type",
        "activity",
        "activity_type",
        "type",
        "kind",
        "verb",
        "concept_name",
        "what",
    ),
    "target": (
        "target_member",
        "target_member_id",
        "target",
        "target_id",
        "target_user",
        "target_user_id",
        "recipient",
        "recipient_id",
        "receiver",
        "receiver_id",
        "to",
        "to_id",
        "to_user",
        "to_user_id",
        "reply_to_user",
        "reply_to_user_id",
        "in_reply_to_user_id",
        "parent_user_id",
        "dest",
        "destination",
        "org_resource",
        "whom",
    ),
    "value": ("value", "amount", "total", "price", "revenue", "spend", "monetary_value"),
    "key": (
        "event_id",
        "message_id",
        "messageid",
        "msg_id",
        "post_id",
        "comment_id",
        "order_id",
        "uuid",
        "guid",
        "id",
    ),
    "answers": (
        "reply_to_id",
        "reply_to",
        "in_reply_to",
        "in_reply_to_id",
        "reply_to_message_id",
        "parent_id",
    ),
    "bot": ("is_bot", "isbot", "bot"),
}
"names of columns, the likeliest first; capitals, blanks and signs between words do not matter"

REGISTRATIONS: dict[str, tuple[str, ...]] = {
    "member": (*SYNONYMS["member"], "id"),
    "registered": (
        "registered",
        "registered_at",
        "joined",
        "joined_at",
        "join_date",
        "signup_date",
        "signed_up_at",
    )
    + SYNONYMS["time"],
    "last_seen": ("last_seen", "last_seen_at", "last_visit", "last_active", "last_login", "last_access_date"),
}
INVITATIONS: dict[str, tuple[str, ...]] = {
    "inviter": ("inviter", "inviter_id", "invited_by", "invited_by_id", "referrer", "referrer_id", "from"),
    "invited": (
        "invited",
        "invited_id",
        "invitee",
        "invitee_id",
        "referred",
        "referred_id",
        "to",
        *SYNONYMS["member"],
    ),
    "time": SYNONYMS["time"],
}
"columns of the two tables that may come with a log, by the same rule"

REQUIRED = ("member", "time")


def plain_name(name: str) -> str:
    """A column's name in lower case without blanks and signs: `User ID`, `user_id` and `userId` are one."""
    return re.sub(r"[^0-9a-z]+", "", name.lower())


def short_name(name: str) -> str:
    """A column's name on one line and of a bearable length."""
    return " ".join(name.split())[:60]


def recognised(header: Sequence[str], fields: Mapping[str, tuple[str, ...]] | None = None) -> dict[str, int]:
    """The position of each field whose column has a name that is known."""
    names = [plain_name(name) for name in header]
    mapping: dict[str, int] = {}
    for field, synonyms in (SYNONYMS if fields is None else fields).items():
        known = (plain_name(name) for name in synonyms)
        place = next((names.index(name) for name in known if name in names), None)
        if place is not None and place not in mapping.values():
            mapping[field] = place
    return mapping


def mapping_of(header: list[str], columns: Mapping[str, str], where: str) -> dict[str, int]:
    """Field -> position of its column; what an option names wins over what is recognised; an empty
    name means that no column holds the field.

    Raises
    ------
    LogError
        An option names a field or column that does not exist, a column is there twice, or the member
        or the time is in no column that is known.
    """
    mapping = places_of(header, columns, where)
    missing = [field for field in REQUIRED if field not in mapping]
    if missing:
        raise LogError(
            f"{where}: no column is known to hold the {' or the '.join(missing)} (such as member_id or timestamp); "
            f"the columns are {shown(', '.join(header), 200)}; name it with --columns {missing[0]}=NAME"
        )
    for field, place in mapping.items():
        if header.count(header[place]) > 1 and columns.get(field) != str(place + 1):
            raise LogError(
                f"{where}: column {short_name(header[place])} is there twice; keep one, or choose by position with "
                f"--columns {field}={place + 1}"
            )
    return mapping


def places_of(header: Sequence[str], columns: Mapping[str, str], where: str) -> dict[str, int]:
    """The same as far as it is known; raises `LogError` for a field or column that does not exist."""
    mapping = recognised(header)
    for field, name in columns.items():
        if field not in SYNONYMS:
            raise LogError(
                f"--columns {field}={name}: there is no {shown(field)} in an event log; "
                f"it has {', '.join(SYNONYMS)}"
            )
        if not name:
            mapping.pop(field, None)
            continue
        place = _position(header, name, f"{where}: --columns {field}={name}")
        mapping = {other: at for other, at in mapping.items() if at != place or other in columns}
        mapping[field] = place
    return mapping


def _position(header: Sequence[str], name: str, where: str) -> int:
    """The position of a column by its exact name, its plain name, or its number from 1."""
    if name in header:
        return header.index(name)
    plain = [plain_name(column) for column in header]
    if plain_name(name) and plain_name(name) in plain:
        return plain.index(plain_name(name))
    if name.isascii() and name.isdigit() and 1 <= int(name) <= len(header):
        return int(name) - 1
    raise LogError(f"{where}: there is no such column; the columns are {shown(', '.join(header), 200)}")
