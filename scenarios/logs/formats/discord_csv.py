"""Discord, as DiscordChatExporter writes it in CSV: who and when, without replies.

The dates are those of the machine that exported, so their zone and the order of day and month may
have to be given.
"""

from collections.abc import Sequence

from kith.scenarios.logs.builder import TableBuilder
from kith.scenarios.logs.formats.delimited import batches, export_table
from kith.scenarios.logs.formats.head import Head
from kith.scenarios.logs.rows import Rows

NAME, TITLE = "discord_csv", "Discord export (CSV)"
COLUMNS = {"authorid", "author", "date", "content"}


def claims(head: Head) -> bool:
    """Whether a file has the columns of such an export."""
    return set(head.cells) >= COLUMNS


def read(heads: Sequence[Head], builder: TableBuilder) -> None:
    """The messages of all channels."""
    builder.columns |= {"member": "AuthorID", "time": "Date"}
    for head in heads:
        table, names = export_table(head, COLUMNS, "export it again as CSV")
        prefix = f"{head.name} " if len(heads) > 1 else ""
        for columns, places in batches(head.file, table, builder, prefix):
            builder.add(
                Rows(columns[names.index("authorid")], columns[names.index("date")], "message", places=places)
            )
