"""From a scenario to a plan: follow `extends`, merge, override, validate, record origins.

Layers are merged in order: the extended scenarios from left to right, then the file, then the
overrides of the call. Section values merge name by name and phases day by day; shocks and
experiments accumulate; an empty list (`phase = []`) drops inherited ones.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kith.scenarios.arrivals import ArrivalsTable, arrivals_in, given_table, log_of, mode_of
from kith.scenarios.errors import ScenarioError
from kith.scenarios.extends import Source, layers_of, source_of, source_of_table
from kith.scenarios.layer import Layer, Settings, blamed_on, days_from, graph_settings, nested
from kith.scenarios.logs.founding import ReadLog, read_log, read_log_table
from kith.scenarios.logs.replay import Replay, arrivals_of, read_and_replay
from kith.scenarios.network import Table, given_graph, graph_of_table, table_or_path
from kith.scenarios.overrides import arrivals_of_call, graphs_of, plain, settings_of, shocks_of
from kith.sim.schema.arrivals import Arrivals
from kith.sim.schema.founding import Founding
from kith.sim.schema.graphs import GraphSource
from kith.sim.schema.parameter_set import Parameters, dotted_names, parameters_from
from kith.sim.schema.plan import MAX_DAYS, Experiment, Plan, Shock

OVERRIDE = "override"
DEFAULT = "default"
PEOPLE_PER_CONTRIBUTOR = 10
"people who could join for each who ever contributed in a log: one in ten contributes (PAR-9091)"
LEAST_MARKET = 10
LARGEST_MARKET = 50_000_000


def load(
    scenario: str | os.PathLike[str] | Mapping[str, Any],
    overrides: Mapping[str, Any] | None = None,
    shocks: Iterable[Shock | Mapping[str, Any]] | None = None,
    log: str | os.PathLike[str] | ReadLog | Founding | None = None,
    at: str | date | None = None,
    days: int | None = None,
    network: Any = None,
    acquaintances: Any = None,
    name: str = "the scenario",
    arrivals: Any = None,
    replay: str | os.PathLike[str] | Replay | None = None,
) -> Plan:
    """The plan of a scenario from the library, a file or a table.

    Parameters
    ----------
    scenario
        A name in the library, such as `web`, or the path of a TOML file. The library takes precedence;
        `./web` is always a path. Or what such a file contains, as a table:
        `{"extends": "web", "monetisation": {"price": 12}}`.
    overrides
        Values by dotted name, such as `{"monetisation.price": 12}`. An override applies from day 0
        until a phase sets that name itself.
    shocks
        Additional shocks, such as `{"day": 180, "kind": "hub_departs"}`.
    log
        An event log that provides the founders: a path in any format that `read_log` reads, the name of a
        log in the library, or the result of `read_log` or `read_and_found`. `market.size` is then 10
        people for each who had ever contributed by the date, unless the scenario or an override sets it, and
        `market.founders` must not be set.
    at
        The date of day 0, for a log given by path: a date, ISO text, `end` (the day after the last event,
        the default) or `busiest` (the end of the 90 days with the most active members).
    days
        Number of days to simulate, instead of the scenario's.
    network
        Ties among founders on day 0: a NetworkX graph, the path of a GraphML, GEXF or edge list file,
        or a table such as `{"generator": "watts_strogatz_graph", "k": 8, "p": 0.1}`. The number of
        founders is then the number of nodes, unless `market.founders` is set.
    acquaintances
        Acquaintances outside the community, in the same formats; node k is person k of the market.
    name
        What the plan and messages call a scenario that is given as a table.
    arrivals
        Joins per day as an input: whole numbers, shape (days,); the path of a CSV file with a column
        `joins`; an `Arrivals`; or a table such as `{"log": "chat.csv", "mode": "instead"}`.
    replay
        An event log to replay: the community begins empty on the log's first day, and as many people
        join on each day as then acted for the first time, instead of acquisition. Unless they are set,
        `days` is the length of the log, `market.size` 10 people for each who ever contributed, and
        `contribution.entry` the share of arrivals who contributed on the day of their arrival.

    Returns
    -------
    Plan
        Its `origin` gives for every dotted name the file that set the value, or `override`, `log`
        or `default`; names set by a phase are listed as `phase 90: monetisation.price`.

    Raises
    ------
    ScenarioError
        The scenario or an argument is misspelt, missing, out of range or contradictory.
    LogError
        The log cannot be used.
    """
    source = source_of_table(scenario, name) if isinstance(scenario, Mapping) else source_of(scenario)
    given = {"network": table_or_path(network), "acquaintances": table_or_path(acquaintances)}
    extra = Layer(
        OVERRIDE,
        graph_settings({name: graph for name, graph in given.items() if graph is not None})
        | settings_of(overrides),
        graphs=graphs_of(overrides, **given),
        arrivals=None
        if isinstance(arrivals, Arrivals)
        else arrivals_of_call(overrides, given_table(arrivals)),
        shocks=shocks_of(shocks),
        days=None if days is None else days_from(plain(days)),
    )
    draft = _merged([*layers_of(source), extra])
    founding = _founding(log, at)
    if founding is not None:
        _set_founders(draft, founding)
    came = arrivals if isinstance(arrivals, Arrivals) else None
    if replay is not None:
        if log is not None or arrivals is not None:
            raise ScenarioError(
                "replay begins with an empty community and its own arrivals; leave out the other log"
            )
        came = _replayed(draft, read_and_replay(replay), days)
    if came is None and draft.arrivals is not None and draft.arrivals.values:
        came = _arrivals(draft.arrivals, founding, source.label)
    with blamed_on(source.label):
        graphs = {name: _graph(draft, name, graph) for name, graph in given.items()}
    return _plan(draft, source, founding, graphs, came)


@dataclass
class _Draft:
    """The merged layers, before defaults."""

    settings: Settings = field(default_factory=dict)
    phases: dict[int, Settings] = field(default_factory=dict)
    shocks: list[Shock] = field(default_factory=list)
    experiments: list[Experiment] = field(default_factory=list)
    days: int = Plan.days
    title: str = ""
    graphs: dict[str, Table] = field(default_factory=dict)
    arrivals: ArrivalsTable | None = None
    origin: dict[str, str] = field(default_factory=dict)


def _merged(layers: list[Layer]) -> _Draft:
    draft = _Draft()
    for place, layer in enumerate(layers):
        _merge(draft, layer, again=any(layer is earlier for earlier in layers[:place]))
    return draft


def _merge(draft: _Draft, layer: Layer, again: bool) -> None:
    """Merge a layer over the previous ones; shocks of a layer that occurs `again` are not repeated."""
    _clear(draft, layer)
    draft.settings |= layer.settings
    draft.origin |= dict.fromkeys(layer.settings, layer.source)
    for name, table in layer.graphs.items():
        draft.graphs[name] = table.over(draft.graphs.get(name))
    if layer.arrivals is not None:
        draft.arrivals = layer.arrivals.over(draft.arrivals)
    for day, settings in layer.phases.items():
        draft.phases[day] = draft.phases.get(day, {}) | settings
        draft.origin |= {_in_phase(day, name): layer.source for name in settings}
    if not again:
        draft.shocks += layer.shocks
        draft.experiments += layer.experiments
        draft.title = layer.title if layer.source != OVERRIDE else draft.title
    draft.days = layer.days or draft.days


def _clear(draft: _Draft, layer: Layer) -> None:
    if "phase" in layer.clears:
        for day, settings in draft.phases.items():
            for name in settings:
                del draft.origin[_in_phase(day, name)]
        draft.phases.clear()
    if "shock" in layer.clears:
        draft.shocks.clear()
    if "experiment" in layer.clears:
        draft.experiments.clear()


def _in_phase(day: int, name: str) -> str:
    return f"phase {day}: {name}"


def _founding(
    log: str | os.PathLike[str] | ReadLog | Founding | None, at: str | date | None
) -> Founding | None:
    if log is None or isinstance(log, Founding):
        if at is not None:
            raise ScenarioError(f"at = {at} needs the path of a log; give one, or leave out the date")
        return log
    return read_log(log, at)


def _set_founders(draft: _Draft, founding: Founding) -> None:
    """Set the number of founders from the log and, unless it is set, the size of the market."""
    setter = draft.origin.get("market.founders")
    if setter is not None:
        raise ScenarioError(
            f"market.founders = {draft.settings['market.founders']} ({setter}) contradicts the log, "
            f"which has {len(founding)} founders; remove one of them"
        )
    size = _market_of(founding.contributors or len(founding), len(founding))
    for name, value in (("market.founders", len(founding)), ("market.size", size)):
        if name not in draft.settings:
            draft.settings[name] = value
            draft.origin[name] = "log"


def _market_of(contributors: int, members: int) -> int:
    """People who could join, from the number who have ever contributed; at least `members`."""
    return min(max(LEAST_MARKET, members, PEOPLE_PER_CONTRIBUTOR * contributors), LARGEST_MARKET)


def _arrivals(table: ArrivalsTable, founding: Founding | None, label: str) -> Arrivals:
    """The arrivals of a table; a log's are taken from the date that it names, the day of founding, or its first."""
    if "log" not in table.values:
        with blamed_on(label):
            return arrivals_in(table)
    founded = None if founding is None else founding.date[:10]
    name = table.values["log"]
    return arrivals_of(read_log_table(log_of(table)), table.values.get("from", founded), mode_of(table), name)


def _replayed(draft: _Draft, replay: Replay, days: int | None) -> Arrivals:
    """Begin empty; take from the log what is not set: days, market and the share who act on joining."""
    founders = draft.settings.get("market.founders", 0)
    if founders != 0:
        raise ScenarioError(
            f"market.founders = {founders} ({draft.origin['market.founders']}) contradicts the replay, which begins "
            "with an empty community; remove it"
        )
    size = _market_of(replay.contributors, replay.arrivals.total(MAX_DAYS))
    for name, value in (
        ("market.founders", 0),
        ("market.size", size),
        ("contribution.entry", replay.entry),
    ):
        if name not in draft.settings:
            draft.settings[name] = value
            draft.origin[name] = "log"
    if days is None:
        draft.days = len(replay.arrivals)
    return replay.arrivals


def _graph(draft: _Draft, name: str, given: Any) -> GraphSource | None:
    """The graph passed in a call or described by a table; a network determines the number of founders."""
    market = Parameters().market
    size, founders = (draft.settings.get(f"market.{n}", getattr(market, n)) for n in ("size", "founders"))
    table = draft.graphs.get(name)
    if name == "acquaintances" and draft.settings.get("market.acquaintances", "ring") != "graph":
        return None
    if given is not None and not isinstance(given, Mapping):
        source, nodes = given_graph(name, given, size)
    elif table is None or not table.values:
        return None
    else:
        source, nodes = graph_of_table(name, table, size, founders if name == "network" else size)
    if name == "network":
        _seat_network(draft, source, nodes)
    return source


def _seat_network(draft: _Draft, source: GraphSource, nodes: int) -> None:
    """Set the number of founders from the graph, unless it is set."""
    setter = draft.origin.get("market.founders")
    if setter is None:
        draft.settings["market.founders"], draft.origin["market.founders"] = nodes, "network"
    elif setter != "log" and nodes > draft.settings["market.founders"]:
        raise ScenarioError(
            f"{source.label} has {nodes} nodes, more than market.founders = "
            f"{draft.settings['market.founders']} ({setter}); raise or remove that setting"
        )


def _plan(
    draft: _Draft,
    source: Source,
    founding: Founding | None,
    graphs: dict[str, GraphSource | None],
    arrivals: Arrivals | None,
) -> Plan:
    with blamed_on(source.label):
        return Plan(
            name=source.title,
            phases=tuple(_phases(draft)),
            shocks=tuple(sorted(draft.shocks, key=lambda shock: shock.day)),
            experiments=tuple(draft.experiments),
            founding=founding,
            network=graphs["network"],
            acquaintances=graphs["acquaintances"],
            arrivals=arrivals,
            days=draft.days,
            title=draft.title or source.title,
            origin=dict.fromkeys(dotted_names(), DEFAULT) | draft.origin,
        )


def _phases(draft: _Draft) -> list[tuple[int, Parameters]]:
    """Each phase is the difference from the phase before it."""
    phases, values = [], draft.settings
    for day in (0, *sorted(draft.phases)):
        values = values | draft.phases.get(day, {})
        phases.append((day, parameters_from(nested(values))))
    return phases
