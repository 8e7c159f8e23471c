"""A study in long form: two tables whose schema is the same for every study, so that studies can be put together.

In `runs` of an export each lever and each indicator is a column, which differ between studies. In long form a row is
one number of one run, or one lever of one point.
"""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from kith.experiments.statistics.units import OF_ROW, unit_of
from kith.experiments.studies.results import levers_of, runs_frame
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study

WORD = pa.dictionary(pa.int32(), pa.string())


def _schema(**columns: tuple[pa.DataType, str]) -> pa.Schema:
    """A schema from name -> type and unit."""
    return pa.schema(
        [pa.field(name, kind, metadata={"unit": unit}) for name, (kind, unit) in columns.items()]
    )


MEASURED = _schema(
    study=(WORD, "name"),
    run_id=(pa.string(), unit_of("run_id")),
    scenario=(WORD, "name"),
    point=(pa.int64(), unit_of("point")),
    seed=(pa.int64(), unit_of("seed")),
    indicator=(WORD, "name"),
    unit=(WORD, "name"),
    value=(pa.float64(), OF_ROW),
    error=(pa.string(), unit_of("error")),
)
"a row per run and indicator; of a run that failed one row, with its error and nothing measured"
LEVERS = _schema(
    study=(WORD, "name"),
    scenario=(WORD, "name"),
    point=(pa.int64(), unit_of("point")),
    lever=(WORD, "name"),
    unit=(WORD, "name"),
    number=(pa.float64(), OF_ROW),
    word=(WORD, "name"),
)
"a row per point and lever; a value is a number, or a word (true and false are words)"


def measured_table(study: Study, store: Store, outcomes: Sequence[str] | None = None) -> pa.Table:
    """What the runs of a study measured, in the schema `MEASURED`; undefined values are null."""
    frame = runs_frame(study, store, outcomes)
    names = list(frame.columns[list(frame.columns).index("error") + 1 :])
    ids = ["run_id", "scenario", "point", "seed"]
    well = frame[frame["error"].isna()]
    long = well.melt(id_vars=ids, value_vars=names, var_name="indicator").assign(error=None)
    failed = frame.loc[frame["error"].notna(), [*ids, "error"]].assign(indicator=None, value=math.nan)
    failed["error"] = [str(text).strip().splitlines()[-1] for text in failed["error"]]
    units = {name: unit_of(name) for name in names}
    rows = [part for part in (long, failed) if len(part)]
    together = pd.concat(rows, ignore_index=True) if rows else long
    return _in_schema(together.assign(study=study.name, unit=together["indicator"].map(units)), MEASURED)


def levers_table(study: Study, store: Store) -> pa.Table:
    """The levers of every point that has a run, in the schema `LEVERS`."""
    frame = runs_frame(study, store, ())
    points = frame.drop_duplicates(["scenario", "point"])
    rows = [
        {
            "study": study.name,
            "scenario": row["scenario"],
            "point": row["point"],
            "lever": name,
            "unit": unit_of(name),
            "number": None if isinstance(row[name], str | bool) else float(row[name]),
            "word": _word(row[name]),
        }
        for row in points.to_dict("records")
        for name in levers_of(frame, study)
    ]
    return _in_schema(pd.DataFrame(rows, columns=LEVERS.names), LEVERS)


def _word(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None


def _in_schema(frame: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    columns = [_column(frame[field.name], field.type) for field in schema]
    return pa.table(columns, schema=schema)


def _column(values: pd.Series, kind: pa.DataType) -> pa.Array:
    """The values as a column of that type, also where all are missing; a number that is none is null."""
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.array(values.astype(object), plain, from_pandas=True).cast(kind)
