"""A bundle: the folder of a result, complete or absent.

It holds the report, the tables (CSV, Parquet, LaTeX), a row per run, every chart of the report (`figures/`, SVG and
PDF), the resolved plans, the files that were given (`inputs/`), with what it was made (`provenance.json`), and a
manifest (`ro-crate-metadata.json`).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kith.experiments.bundles.crate import Described, manifest
from kith.experiments.bundles.inputs import Request
from kith.experiments.bundles.latex import booktabs
from kith.experiments.bundles.provenance import git_commit, hardware, versions
from kith.experiments.charts.theme import Figured, collected
from kith.experiments.escaping import for_csv, for_file_name, for_json
from kith.experiments.files import MANIFEST, whole_folder
from kith.experiments.statistics.parquet import write_parquet
from kith.experiments.words.assumptions import plan_object
from kith.sim.schema.plan import Plan

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import xarray

PROVENANCE, PLANS, FIGURES = "provenance.json", "plans.json", "figures"
KIND = "kith bundle"
FORMAT = 1
NOT_REPEATED = (PROVENANCE, MANIFEST)
"files that say when and on what a bundle was made, and so differ each time"


@dataclass
class Bundle:
    """A bundle that is being written; each method adds a file and what the manifest says of it."""

    folder: Path
    request: Request = field(default_factory=Request)
    described: dict[str, Described] = field(default_factory=dict)

    def text(self, name: str, text: str, description: str) -> None:
        """Add a text; paths of files that were given appear in it by their names in the bundle."""
        self.described[name] = Described(name, description)
        (self.folder / name).write_text(self.request.shown(text), encoding="utf-8")

    def values(self, name: str, value: Any, description: str) -> None:
        """Add plain values as JSON."""
        text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
        self.text(name, for_json(text) + "\n", description)

    def frame(self, name: str, frame: "pd.DataFrame", description: str, csv: bool = True) -> None:
        """Add a frame as Parquet with types and units and, unless it is large, as CSV."""
        self.described |= {f"{name}.{ending}": Described(name, description) for ending in ("parquet", "csv")}
        write_parquet(frame, self.folder / f"{name}.parquet")
        if csv:
            (self.folder / f"{name}.csv").write_text(for_csv(frame), encoding="utf-8")

    def table(self, name: str, table: "pa.Table", description: str) -> None:
        """Add an Arrow table as Parquet, in its own schema."""
        import pyarrow.parquet as pq

        self.described[f"{name}.parquet"] = Described(f"{name}.parquet", description)
        pq.write_table(table, self.folder / f"{name}.parquet")

    def arrays(self, name: str, arrays: "xarray.Dataset", description: str) -> None:
        """Add labelled arrays as a netCDF 3 file, which SciPy writes."""
        self.described[name] = Described(name, description)
        arrays.to_netcdf(self.folder / name, engine="scipy")

    def latex(self, name: str, frame: "pd.DataFrame", caption: str, note: str = "") -> None:
        """Add a table for a paper."""
        self.text(f"{name}.tex", booktabs(frame, caption, name, note), f"{caption} (LaTeX, booktabs)")


@contextmanager
def bundle(
    target: Path,
    title: str,
    request: Request | None = None,
    *,
    command: str = "",
    description: str = "",
    plans: Mapping[str, Plan] | None = None,
    seeds: Sequence[int] = (),
    continues: int | None = None,
) -> Iterator[Bundle]:
    """A bundle to be filled; when the block ends, figures, inputs, provenance and manifest are added.

    Parameters
    ----------
    target : a folder that `kith.experiments.files.check_folder` allows.
    title, description : what the manifest says of the whole.
    request : of the command line; in Python there is none, and `command` alone says what repeats the result.
    plans, seeds : what was run.
    continues : the runs of an earlier result that this one goes on from.
    """
    asked = request or Request()
    with whole_folder(target) as folder, collected() as figures:
        filling = Bundle(folder, asked)
        yield filling
        _write_figures(filling, figures)
        asked.copy(folder)
        if plans:
            resolved = {label: _without_folders(plan_object(plan)) for label, plan in plans.items()}
            filling.values(
                PLANS, resolved, "every parameter of every plan, with unit, source and where it was set"
            )
        made_with = versions()
        line = asked.command or command
        filling.values(
            PROVENANCE,
            {
                "kind": KIND,
                "format": FORMAT,
                "command": line,
                "words": list(asked.words),
                "files_left_out": asked.left_out,
                "seeds": list(seeds),
                "continues_a_look_at_runs": continues,
                "versions": made_with,
                "git_commit": git_commit(),
                "hardware": hardware(),
            },
            "what was asked and with what it was made: command, seeds, versions, hash of the code, hardware",
        )
        crate = manifest(folder, title, asked.shown(description), filling.described, made_with, line)
        text = json.dumps(crate, indent=1, ensure_ascii=False, allow_nan=False)
        (folder / MANIFEST).write_text(for_json(text) + "\n", encoding="utf-8")


def _write_figures(filling: Bundle, figures: Sequence[Figured]) -> None:
    if figures:
        (filling.folder / FIGURES).mkdir(exist_ok=True)
    for figure in figures:
        name = f"{FIGURES}/{for_file_name(figure.name)}"
        (filling.folder / f"{name}.svg").write_text(
            filling.request.shown(figure.svg) + "\n", encoding="utf-8"
        )
        (filling.folder / f"{name}.pdf").write_bytes(figure.pdf)
        for ending in ("svg", "pdf"):
            filling.described[f"{name}.{ending}"] = Described(figure.title, figure.words)


def _without_folders(value: Any) -> Any:
    """Plain values in which a scenario file is named without its folder."""
    if isinstance(value, str):
        return Path(value).name if value.endswith(".toml") else value
    if isinstance(value, Mapping):
        return {name: _without_folders(item) for name, item in value.items()}
    return [_without_folders(item) for item in value] if isinstance(value, list | tuple) else value
