"""Stripe: the export of payments; those that failed or were refunded in full are left out."""

from collections.abc import Sequence

from kith.scenarios.errors import LogError
from kith.scenarios.logs.builder import TableBuilder
from kith.scenarios.logs.formats.delimited import batches, export_table
from kith.scenarios.logs.formats.head import Head
from kith.scenarios.logs.rows import RowBuffer, listed

NAME, TITLE = "stripe", "Stripe payments"
TIMES = ("created (utc)", "created date (utc)", "created")
CUSTOMERS = ("customer id", "customer", "customer email", "card customer id", "email")
PAID = {"", "paid", "succeeded", "partial refund", "partially refunded", "available", "pending"}
NOT_PAID, NO_CUSTOMER = "payments that failed or were refunded", "payments without a customer"


def claims(head: Head) -> bool:
    """Whether a file has the columns of such an export."""
    cells = set(head.cells)
    return {"id", "amount"} <= cells and bool(cells & set(TIMES[:2])) and bool(cells & set(CUSTOMERS))


def read(heads: Sequence[Head], builder: TableBuilder) -> None:
    """The payments of all files."""
    rows = RowBuffer(builder.add, values=True, keys=True)
    for head in heads:
        table, names = export_table(head, {"id", "amount"}, "export the payments again")
        time = next((name for name in TIMES if name in names), None)
        customer = next((name for name in CUSTOMERS if name in names), None)
        if time is None or customer is None:
            raise LogError(f"{head.file.label} lacks Created (UTC) or Customer; export the payments again")
        builder.columns |= {"member": customer, "time": time, "value": "amount"}
        utc = " UTC" if "utc" in time else ""
        for columns, places in batches(head.file, table, builder, f"{head.name} " if len(heads) > 1 else ""):
            column = {name: listed(columns[n]) for n, name in enumerate(names)}
            status = column.get("status", [""] * len(columns[0]))
            several = zip(column["id"], column[customer], column[time], column["amount"], status, strict=True)
            for n, (identity, who, when, amount, state) in enumerate(several):
                if state.strip().lower() not in PAID:
                    builder.drop(NOT_PAID)
                elif not who.strip():
                    builder.drop(NO_CUSTOMER)
                else:
                    moment = when.strip() + utc if when.strip() else ""
                    rows.add(who, moment, "purchase", value=amount, key=identity, place=places[n])
    rows.flush()
