"""The assumptions of a plan: every parameter with its value, unit, range, source, and the file that set it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from kith.sim.schema.effects import inert
from kith.sim.schema.parameter_set import SECTIONS, Parameters
from kith.sim.schema.plan import Plan, Shock

if TYPE_CHECKING:
    from kith.scenarios.catalogue import Entry
    from kith.scenarios.expected import Expected

DEFAULT = "default"


@dataclass(frozen=True)
class Setting:
    """One resolved parameter."""

    name: str
    value: Any
    default: Any
    unit: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    help: str
    source: str
    set_by: str
    inert: str = ""
    "why it has no effect in this plan; empty if it has"

    @property
    def differs(self) -> bool:
        """Whether the value is not the default."""
        return bool(self.value != self.default)

    @property
    def range(self) -> str:
        """The allowed values, in words."""
        if self.choices:
            return " | ".join(self.choices)
        if self.low is None:
            return ""
        low = f"{self.low:,.10g}"
        return f"{low} … {self.high:,.10g}" if self.high is not None else f"≥ {low}"

    def plain(self) -> dict[str, Any]:
        """As plain values, for JSON; infinity as the text `inf`."""
        fields = asdict(self) | {"value": _plain(self.value), "default": _plain(self.default)}
        return fields | {"differs": self.differs}


def settings(plan: Plan) -> list[Setting]:
    """Every parameter of day 0: those that differ from their default first."""
    without = inert(plan)
    resolved = [
        _setting(
            f"{section}.{name}",
            field,
            getattr(getattr(plan.parameters, section), name),
            plan.origin.get(f"{section}.{name}", DEFAULT),
            without.get(f"{section}.{name}", ""),
        )
        for section, schema in SECTIONS.items()
        for name, field in schema.model_fields.items()
    ]
    return sorted(resolved, key=lambda setting: not setting.differs)


def differing(plan: Plan) -> list[Setting]:
    """The parameters of day 0 that are not at their default."""
    return [setting for setting in settings(plan) if setting.differs]


def plan_object(plan: Plan) -> dict[str, Any]:
    """A plan as plain values: what `kith show --json` prints."""
    return {
        "scenario": plan.name,
        "title": plan.title,
        "days": plan.days,
        "founding": None if plan.founding is None else plan.founding.digest,
        "arrivals": None
        if plan.arrivals is None
        else {"label": plan.arrivals.label, "mode": plan.arrivals.mode, "digest": plan.arrivals.digest},
        "graphs": {
            name: {"label": graph.label, "digest": graph.digest, "notes": list(getattr(graph, "notes", ()))}
            for name, graph in plan.graphs().items()
        },
        "parameters": [setting.plain() for setting in settings(plan)],
        "phases": [
            {"from_day": day, "changes": {name: _plain(new) for name, _, new in changed}}
            for day, changed in phases(plan)
        ],
        "shocks": [shock.model_dump(exclude_none=True) for shock in plan.shocks],
        "experiments": [experiment.model_dump() for experiment in plan.experiments],
    }


def graph_notes(plan: Plan) -> list[str]:
    """One sentence for each initial graph of a plan: its source, and what was converted."""
    uses = {"network": "Ties between founders", "acquaintances": "Acquaintances between people"}
    return [
        "; ".join([f"{uses[name]} from {graph.label}", *getattr(graph, "notes", ())])
        for name, graph in plan.graphs().items()
    ]


def entry_object(entry: "Entry", expected: "Sequence[Expected]") -> dict[str, Any]:
    """The description of a scenario, as plain values."""
    return {
        "question": entry.question,
        "text": entry.text,
        "answer": entry.answer,
        "expected": [expectation.model_dump(exclude_none=True) for expectation in expected],
        "tags": list(entry.tags),
        "sources": list(entry.sources),
    }


def entry_of(plan: Plan) -> "Entry | None":
    """The library's entry of that name; None for a scenario that is not in the library."""
    from kith.scenarios.catalogue import library

    return next((entry for entry in library() if entry.name == plan.name), None)


def question_of(plan: Plan) -> str:
    """The question of a scenario; empty if its file has none."""
    entry = entry_of(plan)
    return str(getattr(plan, "question", "")) or (entry.question if entry is not None else "")


def phases(plan: Plan) -> Iterator[tuple[int, list[tuple[str, Any, Any]]]]:
    """For each later phase its first day, and (name, before, after) of what it changes."""
    for (_, before), (day, after) in zip(plan.phases, plan.phases[1:], strict=False):
        yield day, list(changes(before, after))


def changes(before: Parameters, after: Parameters) -> Iterator[tuple[str, Any, Any]]:
    """(name, before, after) of every parameter that differs between two sets."""
    for section, schema in SECTIONS.items():
        for name in schema.model_fields:
            old, new = (getattr(getattr(p, section), name) for p in (before, after))
            if old != new:
                yield f"{section}.{name}", old, new


def shock_text(shock: Shock) -> str:
    """A shock as it is written on the command line."""
    given = shock.model_dump(exclude_none=True, exclude={"day", "kind"})
    return " ".join(
        [str(shock.day), shock.kind, *(f"{name}={shown(value)}" for name, value in given.items())]
    )


def shown(value: Any) -> str:
    """A parameter's value as it is written in a scenario file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, BaseModel | dict):
        rows = value.items() if isinstance(value, dict) else value
        return "{" + ", ".join(f"{name} = {shown(item)}" for name, item in rows) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(shown(item) for item in value) + "]"
    return str(value)


def _setting(name: str, field: FieldInfo, value: Any, set_by: str, inert: str) -> Setting:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    return Setting(
        name=name,
        value=value,
        default=field.default,
        unit=str(extra.get("unit", "")),
        low=_bound(field, "ge"),
        high=_bound(field, "le"),
        choices=_words(field),
        help=field.description or "",
        source=str(extra.get("source", "")),
        set_by=set_by,
        inert=inert,
    )


def _bound(field: FieldInfo, name: str) -> float | None:
    limits = [getattr(limit, name) for limit in field.metadata if getattr(limit, name, None) is not None]
    return float(max(limits) if name == "ge" else min(limits)) if limits else None


def _words(field: FieldInfo) -> tuple[str, ...]:
    allowed = getattr(field.annotation, "__args__", ())
    return tuple(allowed) if allowed and all(isinstance(word, str) for word in allowed) else ()


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "-inf"
    if isinstance(value, BaseModel):
        return {name: _plain(item) for name, item in value}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value
