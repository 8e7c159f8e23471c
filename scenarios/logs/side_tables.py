"""Tables that may come with a log: who registered when, and who invited whom.

Columns are recognised by their names, as in the log itself. Bad rows count among those of the log.
"""

from collections.abc import Iterator, Mapping

from kith.scenarios.errors import LogError, shown
from kith.scenarios.logs.builder import TableBuilder
from kith.scenarios.logs.formats.delimited import batches, table_of
from kith.scenarios.logs.formats.head import Head
from kith.scenarios.logs.mapping import INVITATIONS, REGISTRATIONS, recognised
from kith.scenarios.logs.rows import listed
from kith.scenarios.logs.sources import opened


def read_registrations(path: str, builder: TableBuilder) -> None:
    """Registrations from a table with a member, a time of registration, and perhaps a last visit."""
    for place, (member, registered, seen) in _rows(path, "registrations", REGISTRATIONS, 2, builder):
        time = builder.moment(registered)
        if not member or time is None:
            builder.bad(place, f"registration of {shown(member)} at {shown(registered)} is incomplete")
        else:
            builder.register(member, time, builder.moment(seen))


def read_invitations(path: str, builder: TableBuilder) -> None:
    """Invitations from a table with who invited, who was invited, and perhaps when."""
    for place, (inviter, invited, when) in _rows(path, "invitations", INVITATIONS, 2, builder):
        if not inviter or not invited:
            builder.bad(place, "an invitation needs who invited and who was invited")
        else:
            builder.invite(inviter, invited, builder.moment(when))


def _rows(
    path: str, what: str, fields: Mapping[str, tuple[str, ...]], needed: int, builder: TableBuilder
) -> Iterator[tuple[str, list[str]]]:
    """The rows of a table with their places, a text for each field."""
    label = f"{what} {path}"
    with opened(path, label) as files:
        head = Head(files[0], files[0].head())
        table = table_of(head, {})
        header = [] if table is None else table.header
        mapping = recognised(header, fields)
        missing = [field for field in list(fields)[:needed] if field not in mapping]
        if table is None or missing:
            raise LogError(
                f"{label}: no column is known to hold the {' or the '.join(missing or fields)}; the columns are "
                f"{shown(', '.join(header))}; name them {', '.join(fields)}"
            )
        for columns, places in batches(head.file, table, builder, f"{what} "):
            several = [
                listed(columns[mapping[field]]) if field in mapping else [""] * len(columns[0])
                for field in fields
            ]
            for n, cells in enumerate(zip(*several, strict=True)):
                yield places[n], [cell.strip() for cell in cells]
