"""JSON Schema of a scenario file, generated from the parameters, for editors and forms."""

from typing import Any

from kith.scenarios.expected import Expected
from kith.scenarios.layer import LISTS, SENTENCES
from kith.scenarios.network import MOST_SEED
from kith.sim.schema.arrivals import MODES, MOST_A_DAY
from kith.sim.schema.graphs import STRENGTH
from kith.sim.schema.parameter_set import SECTIONS, Parameters
from kith.sim.schema.plan import EXPERIMENTABLE, MAX_DAYS, Experiment, Plan, Shock

DRAFT = "https://json-schema.org/draft/2020-12/schema"
DEFINED = "#/$defs/{model}"

TEXTS = {
    "title": "title of the scenario in charts",
    "question": "the question that the scenario answers",
    "text": "description and outcomes to look at, in two to four sentences",
    "answer": "the model's prediction in words; [[expected]] lists the differences behind it",
    "tags": "keywords for searching",
    "sources": "sources of the idea and of the numbers",
}


GRAPHS = {
    "network": "ties among founders on day 0 and their strengths",
    "acquaintances": "acquaintances outside the community, whom members can invite",
}
"""Tables that define a graph, and its purpose."""


def scenario_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of a scenario file.

    Every parameter has a description, unit, default, range, source and, if the literature gives one,
    a prior [mode, low, high], where low to high is a 90 % interval.
    """
    sections, defined = _sections()
    return {
        "$schema": DRAFT,
        "title": "kith scenario",
        "description": "A scenario of community growth, written as the difference from the scenarios that it extends.",
        "type": "object",
        "additionalProperties": False,
        "properties": _heading()
        | sections
        | {name: _graph(what) for name, what in GRAPHS.items()}
        | {
            "arrivals": _arrivals(),
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
        "description": "one or several scenarios, by name or path; several are merged from left to right",
        "anyOf": [{"type": "string", "minLength": 1}, _strings() | {"uniqueItems": True}],
    }
    days = {
        "type": "integer",
        "minimum": 1,
        "maximum": MAX_DAYS,
        "default": Plan.days,
        "unit": "days",
        "description": "number of days to simulate",
    }
    return {"extends": extends} | texts | lists | {"days": days}


def _sections() -> tuple[dict[str, Any], dict[str, Any]]:
    """References to the sections, and their definitions."""
    defined = Parameters.model_json_schema()["$defs"]
    for definition in defined.values():
        definition.pop("title", None)
        definition["properties"] = {
            name: _without_title(field) for name, field in definition["properties"].items()
        }
    references = {name: {"$ref": DEFINED.format(model=model.__name__)} for name, model in SECTIONS.items()}
    return references, defined


def _phase(sections: dict[str, Any]) -> dict[str, Any]:
    from_day = {
        "type": "integer",
        "minimum": 1,
        "maximum": MAX_DAYS,
        "unit": "days",
        "description": "first day of the phase",
    }
    return {
        "description": "changes from a day on, as the difference from the previous phase",
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
        "description": "events on a day, before that day's first step",
        "type": "array",
        "items": items | {"properties": properties},
    }


def _experiment(sections: dict[str, Any]) -> dict[str, Any]:
    schema = Experiment.model_json_schema()
    heading = {
        name: _without_title(field) for name, field in schema["properties"].items() if name != "changes"
    }
    return {
        "description": "different parameters for a random share of people, from a day on; "
        f"these can differ: {', '.join(sorted(EXPERIMENTABLE))}",
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": ["name"],
            "properties": heading
            | {s: sections[s] for s in sorted({n.split(".")[0] for n in EXPERIMENTABLE})},
        },
    }


def _graph(what: str) -> dict[str, Any]:
    """A generator with its arguments, or a file; only keys that kith itself uses are listed."""
    keys = {
        "generator": {"type": "string", "minLength": 1, "description": "a graph generator of NetworkX"},
        "file": {"type": "string", "minLength": 1, "description": "a GraphML, GEXF or edge list file"},
        "weight": {
            "type": "string",
            "default": "weight",
            "description": "edge attribute with strengths, empty for none",
        },
        "strength": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 1,
            "default": STRENGTH,
            "unit": "strength",
            "description": "strength of an edge without a weight",
        },
        "seed": {
            "type": "integer",
            "minimum": 0,
            "maximum": MOST_SEED,
            "description": "seed of the generator; by default derived from the seed of the run",
        },
    }
    return {
        "description": f"{what}; further keys are arguments of the generator",
        "type": "object",
        "properties": keys,
        "additionalProperties": {"type": ["number", "string", "boolean", "array"]},
        "not": {"required": ["generator", "file"]},
    }


def _arrivals() -> dict[str, Any]:
    """Counts from one of three places."""
    keys: dict[str, Any] = {
        "daily": {
            "type": "array",
            "items": {"type": "integer", "minimum": 0, "maximum": MOST_A_DAY},
            "minItems": 1,
            "description": "joins on each day, from day 0 on",
        },
        "file": {"type": "string", "minLength": 1, "description": "a CSV file with a column joins"},
        "log": {"type": "string", "minLength": 1, "description": "an event log; first actions are joins"},
        "from": {
            "description": "the first day to take from the log; by default its first, or the day of founding",
            "type": "string",
            "format": "date",
        },
        "mode": {
            "type": "string",
            "enum": list(MODES),
            "default": MODES[0],
            "description": "beside acquisition, or instead of it: nobody else joins",
        },
    }
    return {
        "description": "joins per day as an input",
        "type": "object",
        "properties": keys,
        "additionalProperties": False,
    }


def _expected(sections: dict[str, Any]) -> dict[str, Any]:
    schema = Expected.model_json_schema()
    keys = {name: _without_title(_without_null(field)) for name, field in schema["properties"].items()}
    keys["but"] = {
        "type": "object",
        "additionalProperties": False,
        "properties": sections,
        "description": schema["properties"]["but"]["description"],
    }
    return {
        "description": "a difference behind the answer; `kith answers` tests it with paired runs",
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": schema["required"],
            "properties": keys,
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
