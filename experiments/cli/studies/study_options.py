"""The options that the commands on studies share, with their help texts; each command lists those that it takes."""

from pathlib import Path
from typing import Annotated

import typer

from kith.experiments.cli.manners import names
from kith.experiments.cli.options import number_option, option

Name = Annotated[
    str,
    typer.Argument(
        metavar="STUDY",
        help="A name from `kith study list`, or the path to a TOML file.",
        show_default=False,
        autocompletion=names.study,
    ),
]
Folder = Annotated[
    Path | None, option("--store", "Folder for the results; default: out/studies/NAME.", "DIR")
]
Where = Annotated[
    str,
    option(
        "--scheduler",
        "processes (the default), threads (for large runs), local (a temporary Dask cluster), "
        "or the address of a Dask scheduler.",
        "WHERE",
    ),
]
Runs = Annotated[
    int | None, number_option("--runs", "Runs of each point, instead of the number in the study.")
]
Days = Annotated[
    int | None, number_option("--days", "Length of each run in days, instead of the number in the study.")
]
Quick = Annotated[
    bool, typer.Option("--quick", help="A reduced study of the same shape that takes seconds, to try it out.")
]

RunCode = Annotated[
    bool,
    typer.Option(
        "--run-code", help="Allow a study file to run Python of the modules that it names in its table `own`."
    ),
]
