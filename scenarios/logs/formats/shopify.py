"""Shopify: the export of orders, in which an order has a row for each thing that was bought.

The first row of an order has its total and counts; orders that were cancelled, refunded or never paid
are left out.
"""

from collections.abc import Sequence

from kith.scenarios.logs.builder import TableBuilder
from kith.scenarios.logs.formats.delimited import batches, export_table
from kith.scenarios.logs.formats.head import Head
from kith.scenarios.logs.rows import RowBuffer, listed

NAME, TITLE = "shopify", "Shopify orders"
COLUMNS = {"name", "email", "created at", "total", "financial status"}
UNPAID = {"voided", "refunded", "pending", "expired"}
FURTHER, NOT_PAID, NO_CUSTOMER = "further rows of an order", "orders not paid", "orders without a customer"
FIELDS = ("name", "email", "created at", "total", "financial status", "cancelled at", "currency")


def claims(head: Head) -> bool:
    """Whether a file has the columns of such an export."""
    return set(head.cells) >= COLUMNS


def read(heads: Sequence[Head], builder: TableBuilder) -> None:
    """The orders of all files."""
    builder.columns |= {"member": "Email", "time": "Created at", "value": "Total"}
    rows = RowBuffer(builder.add, values=True, keys=True)
    currencies: set[str] = set()
    for head in heads:
        table, names = export_table(head, COLUMNS, "export the orders again")
        previous = ""
        for columns, places in batches(head.file, table, builder, f"{head.name} " if len(heads) > 1 else ""):
            column = {name: listed(columns[n]) for n, name in enumerate(names)}
            several = zip(*(column.get(name, [""] * len(columns[0])) for name in FIELDS), strict=True)
            for n, (order, email, time, total, status, cancelled, currency) in enumerate(several):
                if not total.strip() or (order and order == previous):
                    builder.drop(FURTHER)
                elif cancelled.strip() or status.strip().lower() in UNPAID:
                    builder.drop(NOT_PAID)
                elif not email.strip():
                    builder.drop(NO_CUSTOMER)
                else:
                    currencies.add(currency)
                    rows.add(email.strip().lower(), time, "purchase", value=total, key=order, place=places[n])
                previous = order
    rows.flush()
    if len(currencies) > 1:
        builder.notes.append(
            f"values are in several currencies ({', '.join(sorted(currencies))}) and were not converted"
        )
