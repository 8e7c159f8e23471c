"""Frames as Parquet whose columns have types and units."""

from pathlib import Path
from typing import TYPE_CHECKING

from kith.experiments.statistics.units import units_in

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def arrow(frame: "pd.DataFrame") -> "pa.Table":
    """The frame as an Arrow table: a unit at each column, and text where a column has no value at all."""
    import pyarrow as pa

    units = units_in(frame)
    plain = frame.copy(deep=False)
    plain.attrs = {}
    table = pa.Table.from_pandas(plain, preserve_index=False)
    fields, columns = [], []
    for given, column in zip(table.schema, table.columns, strict=True):
        kind = (
            pa.string()
            if pa.types.is_null(given.type) or pa.types.is_large_string(given.type)
            else given.type
        )
        fields.append(pa.field(given.name, kind, metadata={"unit": units[given.name]}))
        columns.append(column.cast(kind))
    return pa.table(columns, schema=pa.schema(fields))


def write_parquet(frame: "pd.DataFrame", path: Path) -> None:
    """Write a frame as Parquet, with its units."""
    import pyarrow.parquet as pq

    pq.write_table(arrow(frame), path)
