"""JSON Schema of a scenario file, for editors and forms, from the parameters themselves."""

from typing import Any

from kith.scenarios.expected import Expected
from kith.scenarios.layer import LISTS, SENTENCES
from kith.scenarios.network import MOST_SEED
from kith.sim.schema.graphs import STRENGTH
from kith.sim.schema.parameters import SECTIONS, Parameters
from kith.sim.schema.plan import EXPERIMENTABLE, MAX_DAYS, Experiment, Plan, Shock

DRAFT = "https://json-schema.org/draft/2020-12/schema"
DEFINED = "#/$defs/{model}"

TEXTS = {
    "title": "what a chart calls the scenario",
    "question": "what it is there to answer",
    "text": "what it is and what to look at, in two to four sentences",
    "answer": "what the model gives, in words; [[expected]] says which differences they rest on",
    "tags": "words to find it by",
    "sources": "where its idea and its numbers come from",
}


GRAPHS = {
    "network": "who among the founders is tied on day 0, and how strongly",
    "acquaintances": "who knows whom outside the community: whom members can invite",
}
"""Tables that name a graph, and what it is for."""


def scenario_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of a scenario file.

    Every parameter has its description, unit, default, range, source and, where the literature
    gives one, prior: [mode, low, high], the last two a 90 % interval.
    """
    sections, defined = _sections()
    return {
        "$schema": DRAFT,
        "title": "kith scenario",
        "description": "A scenario of community growth, written as the difference from what it extends.",
        "type": "object",
        "additionalProperties": False,
        "properties": _heading()
        | sections
        | {name: _graph(what) for name, what in GRAPHS.items()}
        | {
            "phase": _phase(sections),
            "shock": _shock(),
            "experiment": _experiment(sections),
            "expected": _expected(sections),
        },
        "$defs": defined,
    }


def _heading() -> dict[str, Any]:
    texts = {key: {"type": "string", "description": TEXTS[key]} for key in SENTENCES}
    lists = {key: _strings() | {"description": TEXTS[key]} for key in LISTS}
    extends = {
        "description": "one scenario or several, by name or path; several are merged left to right",
        "anyOf": [{"type": "string", "minLength": 1}, _strings() | {"uniqueItems": True}],
    }
    days = {
        "type": "integer",
        "minimum": 1,
        "maximum": MAX_DAYS,
        "default": Plan.days,
        "unit": "days",
        "description": "how many days to simulate",
    }
    return {"extends": extends} | texts | lists | {"days": days}


def _sections() -> tuple[dict[str, Any], dict[str, Any]]:
    """A reference for every section, and the definitions that they refer to."""
    defined = Parameters.model_json_schema()["$defs"]
    for one in defined.values():
        one.pop("title", None)
        one["properties"] = {name: _without_title(field) for name, field in one["properties"].items()}
    references = {name: {"$ref": DEFINED.format(model=model.__name__)} for name, model in SECTIONS.items()}
    return references, defined


def _phase(sections: dict[str, Any]) -> dict[str, Any]:
    from_day = {
        "type": "integer",
        "minimum": 1,
        "maximum": MAX_DAYS,
        "unit": "days",
        "description": "the first day on which the phase holds",
    }
    return {
        "description": "changes from a day on, as the difference from the phase before",
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": ["from_day"],
            "properties": {"from_day": from_day} | {s: sections[s] for s in sections if s != "market"},
        },
    }


def _shock() -> dict[str, Any]:
    schema = Shock.model_json_schema()
    properties = {name: _without_title(_without_null(field)) for name, field in schema["properties"].items()}
    items = {key: schema[key] for key in ("type", "required", "additionalProperties")}
    return {
        "description": "what happens on a day, before that day's first step",
        "type": "array",
        "items": items | {"properties": properties},
    }


def _experiment(sections: dict[str, Any]) -> dict[str, Any]:
    schema = Experiment.model_json_schema()
    own = {name: _without_title(field) for name, field in schema["properties"].items() if name != "changes"}
    return {
        "description": "from a day on, a random share of people lives under different parameters; "
        f"these can differ: {', '.join(sorted(EXPERIMENTABLE))}",
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": ["name"],
            "properties": own | {s: sections[s] for s in sorted({n.split(".")[0] for n in EXPERIMENTABLE})},
        },
    }


def _graph(what: str) -> dict[str, Any]:
    """A generator with its arguments, or a file; only the keys that kith reads itself are listed."""
    own = {
        "generator": {"type": "string", "minLength": 1, "description": "a graph generator of NetworkX"},
        "file": {"type": "string", "minLength": 1, "description": "a GraphML, GEXF or edge list file"},
        "weight": {
            "type": "string",
            "default": "weight",
            "description": "the edge attribute that holds strengths, empty for none",
        },
        "strength": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 1,
            "default": STRENGTH,
            "unit": "strength",
            "description": "of an edge without a weight",
        },
        "seed": {
            "type": "integer",
            "minimum": 0,
            "maximum": MOST_SEED,
            "description": "the generator's seed; by default the luck of the run",
        },
    }
    return {
        "description": f"{what}; further keys are arguments of the generator",
        "type": "object",
        "properties": own,
        "additionalProperties": {"type": ["number", "string", "boolean", "array"]},
        "not": {"required": ["generator", "file"]},
    }


def _expected(sections: dict[str, Any]) -> dict[str, Any]:
    schema = Expected.model_json_schema()
    own = {name: _without_title(_without_null(field)) for name, field in schema["properties"].items()}
    own["but"] = {
        "type": "object",
        "additionalProperties": False,
        "properties": sections,
        "description": schema["properties"]["but"]["description"],
    }
    return {
        "description": "a difference that the answer rests on; `kith answers` checks it with paired runs",
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": schema["required"],
            "properties": own,
        },
    }


def _without_null(field: dict[str, Any]) -> dict[str, Any]:
    """A field that may be absent: TOML has no null."""
    if "anyOf" not in field:
        return field
    kind: dict[str, Any] = field["anyOf"][0]
    return kind | {key: value for key, value in field.items() if key not in ("anyOf", "default")}


def _strings() -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string"}}


def _without_title(field: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in field.items() if key != "title"}
