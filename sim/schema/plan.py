"""A plan: the parameters of each phase, the shocks, the experiments and the founders.

A plan is resolved and validated: it refers to no file, and it can be simulated as it is.
"""

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kith.sim.schema.arrivals import Arrivals
from kith.sim.schema.fields import nearest
from kith.sim.schema.founding import Founding
from kith.sim.schema.graphs import Graph, GraphSource
from kith.sim.schema.parameter_set import ParameterError, Parameters, parameters_from

MAX_DAYS = 20_000


class Shock(BaseModel):
    """An event on one day, applied before that day's first step."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    day: Annotated[int, Field(ge=0, le=MAX_DAYS, description="day of the shock")]
    kind: Annotated[
        Literal["hub_departs", "members_leave", "topic_shift", "spam_wave", "competitor", "mass_join"],
        Field(description="kind of shock"),
    ]
    share: Annotated[
        float | None, Field(gt=0, le=1, description="members_leave: share of present members")
    ] = None
    who: Annotated[
        Literal["random", "most_connected"] | None, Field(description="members_leave: which members leave")
    ] = None
    to: Annotated[
        float | None, Field(ge=0, le=1, description="topic_shift: the new direction of the purpose")
    ] = None
    items: Annotated[
        float | None, Field(gt=0, le=1e9, description="spam_wave: unwanted items that arrive")
    ] = None
    strength: Annotated[
        float | None,
        Field(gt=0, le=1, description="competitor: value of its visits above the outside option"),
    ] = None
    invests_in_community: Annotated[
        bool | None, Field(description="competitor: whether it offers belonging, too")
    ] = None
    count: Annotated[
        int | None,
        Field(
            ge=1,
            le=50_000_000,
            description="mass_join: number of people who join at once; hub_departs: number of hubs that leave (default 1)",
        ),
    ] = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Shock":
        needed, optional = SHOCK_FIELDS[self.kind]
        for name in needed:
            if getattr(self, name) is None:
                raise ValueError(f"{self.kind} needs {name}, such as {name} = {_EXAMPLES[name]}")
        for name in _EXAMPLES:
            if getattr(self, name) is not None and name not in (*needed, *optional):
                owner = next(k for k, fields in SHOCK_FIELDS.items() if name in fields[0] + fields[1])
                raise ValueError(f"{name} belongs to {owner}, not to {self.kind}")
        return self


SHOCK_FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "hub_departs": ((), ("count",)),
    "members_leave": (("share",), ("who",)),
    "topic_shift": (("to",), ()),
    "spam_wave": (("items",), ()),
    "competitor": (("strength",), ("invests_in_community",)),
    "mass_join": (("count",), ()),
}
"""Kind of shock -> required fields, optional fields."""
_EXAMPLES = {
    "share": "0.3",
    "who": '"most_connected"',
    "to": "0.8",
    "items": "500",
    "strength": "0.1",
    "invests_in_community": "true",
    "count": "1000",
}


EXPERIMENTABLE = frozenset(
    {
        "affiliation.activity",
        "contribution.doors_open",
        "contribution.onboarding",
        "contribution.reply_ceiling",
        "contribution.rules_visible",
        "incentives.badges",
        "incentives.cash_per_contribution",
        "incentives.recognition",
        "monetisation.ad_load",
        "monetisation.price",
        "platform.feed_share",
        "referral.invites_per_month",
        "referral.reward_giver",
        "referral.reward_kind",
        "referral.reward_receiver",
    }
)
"""Parameters that can differ between members of one community."""
MEASURED = ("contributions", "invitations", "invited_joins", "revenue")
"""What experiments measure in addition to retention: counts (and micro-euros) since their first day."""


class Experiment(BaseModel):
    """Different parameters for a random share of people, from a day on."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=80, description="name of the experiment")]
    from_day: Annotated[int, Field(ge=0, le=MAX_DAYS, description="its first day")] = 0
    share: Annotated[float, Field(gt=0, lt=1, description="share of people who are treated")] = 0.5
    changes: Annotated[
        dict[str, int | float | str],
        Field(min_length=1, description="dotted parameter name -> value for the treated"),
    ]

    @model_validator(mode="after")
    def _can_differ(self) -> "Experiment":
        for name in self.changes:
            if name not in EXPERIMENTABLE:
                raise ValueError(
                    f"{name} cannot differ between members; one of {', '.join(sorted(EXPERIMENTABLE))} can"
                )
        return self

    def applied(self, parameters: Parameters) -> Parameters:
        """The parameters of the treated, given those of everyone else."""
        values = parameters.model_dump()
        for name, value in self.changes.items():
            section, _, field = name.partition(".")
            values[section][field] = value
        return parameters_from(values)


@dataclass(frozen=True)
class Plan:
    """Everything that defines a simulation but the seed."""

    def __repr__(self) -> str:
        """Its name and length: frames and messages show plans, and all parameters would fill a page."""
        return f"<plan {self.name}, {self.days} days>"

    name: str = "baseline"
    phases: tuple[tuple[int, Parameters], ...] = ((0, Parameters()),)
    shocks: tuple[Shock, ...] = ()
    experiments: tuple[Experiment, ...] = ()
    founding: Founding | None = None
    network: GraphSource | None = None
    "ties among founders on day 0; None if they are drawn or come from the log"
    acquaintances: GraphSource | None = None
    "acquaintances outside the community, if `market.acquaintances` is graph"
    arrivals: Arrivals | None = None
    "joins per day as an input, beside acquisition or instead of it"
    days: int = 365
    title: str = ""
    origin: dict[str, str] = field(default_factory=dict, compare=False)
    "dotted name -> where its value was set"

    def __post_init__(self) -> None:
        check_plan(self)

    @property
    def parameters(self) -> Parameters:
        """The parameters of day 0."""
        return self.phases[0][1]

    def content(self) -> dict[str, Any]:
        """Everything that determines a run, as plain values; names and titles are left out."""
        return {
            "phases": [[day, p.model_dump(mode="python")] for day, p in self.phases],
            "shocks": [s.model_dump(exclude_none=True) for s in self.shocks],
            "experiments": [e.model_dump() for e in self.experiments],
            "founding": self.founding.digest if self.founding is not None else None,
            **{name: graph.digest for name, graph in self.graphs().items()},
            **({} if self.arrivals is None else {"arrivals": self.arrivals.digest}),
        }

    @cached_property
    def canonical_content(self) -> str:
        """`content` as text, cached because the ids of all runs of a plan contain it."""
        return canonical(self.content())

    def graphs(self) -> dict[str, GraphSource]:
        """The plan's initial graphs, by purpose."""
        graphs = {"network": self.network, "acquaintances": self.acquaintances}
        return {name: graph for name, graph in graphs.items() if graph is not None}


def check_plan(plan: Plan) -> None:
    """Raise `ParameterError` for combinations that cannot be simulated."""
    starts = [day for day, _ in plan.phases]
    if not starts or starts[0] != 0:
        raise ParameterError(
            f"the first phase starts on day {starts[0] if starts else 'none'}; it must start on day 0"
        )
    if starts != sorted(set(starts)):
        raise ParameterError(
            f"phases start on days {starts}; give each phase a later day than the previous one"
        )
    first = plan.phases[0][1].market
    for day, parameters in plan.phases:
        _check_phase(day, parameters)
        if parameters.market != first:
            changed = [n for n, v in parameters.market if v != getattr(first, n)]
            raise ParameterError(
                f"phase from day {day} changes market.{changed[0]}; the market is fixed for a run"
            )
    founders = len(plan.founding) if plan.founding is not None else first.founders
    if founders > first.size:
        raise ParameterError(
            f"market.founders = {founders} exceeds market.size = {first.size}; raise market.size or lower market.founders"
        )
    check_arrivals(plan, plan.days)
    if plan.founding is not None and first.founders_are == "newcomers":
        raise ParameterError(
            'market.founders_are = "newcomers", but the founders of an event log have a past; '
            'set it to "settled", or give market.founders instead of the log'
        )
    _check_graphs(plan, founders, first.size)
    _check_experiments(plan)
    for shock in plan.shocks:
        if shock.kind == "hub_departs" and not any(
            p.affiliation.hub > 0 for d, p in plan.phases if d <= shock.day
        ):
            raise ParameterError(
                f"shock hub_departs on day {shock.day}: there is no hub; set affiliation.hub above 0 or extend the scenario hub"
            )


def check_arrivals(plan: Plan, days: int) -> None:
    """Raise `ParameterError` if the market has too few people for the arrivals of that many days."""
    if plan.arrivals is None:
        return
    market = plan.parameters.market
    founders = len(plan.founding) if plan.founding is not None else market.founders
    arrivals, size = plan.arrivals.total(days), market.size
    if founders + arrivals > size:
        raise ParameterError(
            f"market.size = {size}: the {arrivals} arrivals of {days} days and {founders} founders are "
            f"{founders + arrivals} people; raise market.size to at least that, or shorten the run"
        )


def _check_graphs(plan: Plan, founders: int, size: int) -> None:
    needs_graph = plan.parameters.market.acquaintances == "graph"
    if needs_graph and plan.acquaintances is None:
        raise ParameterError(
            'market.acquaintances = "graph" needs a graph; add a table [acquaintances] with a generator or file'
        )
    if plan.acquaintances is not None and not needs_graph:
        raise ParameterError(
            f"{plan.acquaintances.label} gives a graph of acquaintances, but market.acquaintances is "
            f'"{plan.parameters.market.acquaintances}"; set it to "graph", or remove the graph'
        )
    if plan.network is not None and plan.founding is not None:
        raise ParameterError(
            f"both {plan.network.label} and an event log define the founders' ties; give one of them"
        )
    for graph, people in ((plan.network, founders), (plan.acquaintances, size)):
        if isinstance(graph, Graph) and graph.people > people:
            raise ParameterError(
                f"{graph.label} has {graph.people} nodes but there are only {people} people; give a smaller graph"
            )


def _check_experiments(plan: Plan) -> None:
    total = sum(e.share for e in plan.experiments)
    if total > 1.0:
        raise ParameterError(
            f"experiments treat a share of {total:g} of all people; their shares must sum to at most 1"
        )
    names = [e.name for e in plan.experiments]
    if len(set(names)) < len(names):
        raise ParameterError(f"experiments have the names {names}; give each a different name")
    for experiment in plan.experiments:
        for _, parameters in plan.phases:
            experiment.applied(parameters)


def _check_phase(day: int, p: Parameters) -> None:
    where = "" if day == 0 else f" (phase from day {day})"
    if 0 < p.governance.council_size < 5:
        raise ParameterError(
            f"governance.council_size = {p.governance.council_size}{where}: a council has 5 to 10 members, or 0 for none"
        )
    total = p.contribution.share_post + p.contribution.share_react
    if total > 1 + 1e-12:
        raise ParameterError(f"contribution.share_post + share_react = {total:g}{where}: must be at most 1")
    o = p.organisation
    busy = o.staff_welcome + o.staff_introduce + o.staff_curate + o.staff_listen
    if busy > 1 + 1e-12:
        raise ParameterError(
            f"organisation.staff_welcome + staff_introduce + staff_curate + staff_listen = {busy:g}{where}: "
            "must be at most 1; the rest of staff's time is for answers"
        )
    for name, levels in (
        ("badge_levels", p.incentives.badge_levels),
        ("tier", tuple(t.points for t in p.incentives.tier)),
    ):
        if list(levels) != sorted(set(levels)):
            raise ParameterError(
                f"incentives.{name} has the points {levels}{where}: must increase from row to row"
            )


def shock_from(given: Any) -> Shock:
    """A shock from plain values; raises `ParameterError` if it is invalid."""
    if isinstance(given, Shock):
        return given
    if not isinstance(given, dict):
        raise ParameterError(f'shock {given!r}: must be a table such as day = 180, kind = "hub_departs"')
    try:
        return Shock.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"]) or "shock"
        if name == "kind":
            raise ParameterError(_unknown_kind(given.get("kind"))) from None
        raise ParameterError(f"shock {given}: {name}: {first['msg']}") from None


def _unknown_kind(kind: object) -> str:
    """What is said of a shock whose kind does not exist, or is missing."""
    close = nearest(str(kind), SHOCK_FIELDS) if kind is not None else None
    hint = f"; did you mean {close}?" if close else ""
    given = "no kind" if kind is None else f"kind {kind!r}"
    return f"shock with {given}: one of {', '.join(SHOCK_FIELDS)} is needed{hint}"


def experiment_from(given: Any) -> Experiment:
    """An experiment from plain values; raises `ParameterError` if it is invalid."""
    if isinstance(given, Experiment):
        return given
    try:
        return Experiment.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise ParameterError(
            f"experiment {given!r}: {name + ': ' if name else ''}{first['msg'].removeprefix('Value error, ')}"
        ) from None


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: the same text for the same content."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
