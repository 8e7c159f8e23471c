"""`kith graph`: the network at the end of a run, for other tools."""

from pathlib import Path
from typing import Annotated

from kith.experiments.cli.options import Days, Json, OverwriteFile, Scenario, Seed, Settings, Shocks, option
from kith.experiments.cli.requests import announce_compilation, checked, checked_file, overrides, print_json
from kith.experiments.errors import RequestError
from kith.experiments.escaping import say

OutGraph = Annotated[
    Path | None, option("--out", "The file: .graphml, .gexf, or .csv for the ties alone.", "FILE")
]


def graph(
    scenario: Scenario,
    out: OutGraph = None,
    overwrite: OverwriteFile = False,
    days: Days = None,
    seed: Seed = 0,
    set: Settings = None,
    shock: Shocks = None,
    json: Json = False,
) -> None:
    """Write the members awake at the end of a run and their ties as a graph for other tools."""
    from kith.experiments.reports.graph import check_ending, write_graph
    from kith.scenarios.load import load
    from kith.scenarios.settings import parse_shock
    from kith.sim.engine import run

    checked(None, days=days, seed=seed)
    if out is None:
        raise RequestError("--out is missing; name a file, such as web.graphml")
    check_ending(out)
    target = checked_file(out, overwrite)
    assert target is not None
    plan = load(scenario, overrides=overrides(set), shocks=[parse_shock(s) for s in shock or ()], days=days)
    announce_compilation()
    record = run(plan, seed=seed, events=False)
    made = write_graph(record, target)
    if json:
        print_json({"members": len(made), "ties": made.number_of_edges(), "day": record.days})
        return
    say(f"{out}: {len(made):,} members and {made.number_of_edges():,} ties on day {record.days}")
