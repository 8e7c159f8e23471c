"""The commands `kith study …`, in the order in which `--help` lists them.

Each command writes out its options, also those that others share: the signature is what `--help` shows.
"""

import typer

from kith.experiments.cli.studies.decision_commands import regret, replicate, tip
from kith.experiments.cli.studies.discover_command import discover
from kith.experiments.cli.studies.export_command import export
from kith.experiments.cli.studies.run_commands import list_, run, status
from kith.experiments.cli.studies.search_commands import break_even, optimise

app = typer.Typer(
    name="study",
    no_args_is_help=True,
    add_completion=False,
    help="Run studies of many runs: grids, samples, screenings and searches; resumable, on all cores or a cluster.",
)
app.command("list")(list_)
app.command()(run)
app.command()(status)
app.command()(export)
app.command()(optimise)
app.command()(discover)
app.command("break-even")(break_even)
app.command()(regret)
app.command()(replicate)
app.command()(tip)
