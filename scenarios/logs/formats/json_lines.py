"""Tables in JSON: one object per line, or a list of objects.

Columns are recognised as in a table in text; a nested object counts as columns such as `author.id`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import IO, Any

from kith.scenarios.errors import LogError
from kith.scenarios.logs.builder import TableBuilder
from kith.scenarios.logs.formats.delimited import rows_of
from kith.scenarios.logs.formats.head import Head
from kith.scenarios.logs.formats.json_stream import elements_of
from kith.scenarios.logs.mapping import REQUIRED, mapping_of, recognised, short_name

NAME, TITLE = "json_lines", "table (JSON)"
BATCH = 1 << 14


def claims(head: Head) -> bool:
    """Whether a file is objects of which member and time are recognised, or at least something is."""
    names = _names(head)
    return bool(recognised(names)) if names else False


def has_events(head: Head) -> bool:
    """Whether member and time are recognised."""
    return set(REQUIRED) <= set(recognised(_names(head)))


def first_objects(head: Head, number: int) -> tuple[list[str], list[dict[str, Any]]]:
    """The columns of a file, and its first objects."""
    return _names(head), list(islice(_objects(head), number))


def cell_of(record: dict[str, Any], name: str) -> str:
    """The text that an object has in a column, which may be `outer.inner`."""
    return _column([record], name)[0]


def read(heads: Sequence[Head], builder: TableBuilder) -> None:
    """The objects of all files."""
    for head in heads:
        prefix = f"{head.name} " if len(heads) > 1 else ""
        names = _names(head)
        if not names:
            raise LogError(
                f"{builder.label} holds no JSON objects; give one object per line, or a list of them"
            )
        mapping = mapping_of(names, builder.options.columns, f"{builder.label}: {prefix}record 1")
        builder.columns |= {field: short_name(names[place]) for field, place in mapping.items()}
        fields = {field: names[place] for field, place in mapping.items()}
        listed = head.text.lstrip().startswith("[")
        with head.file.text(lines=not listed) as text:
            if listed:
                batches: Iterator[tuple[list[Any], Sequence[str]]] = _of_list(text, head, prefix)
            else:
                batches = lines_of(text, builder, prefix)
            for objects, places in batches:
                _add(objects, places, fields, builder)


def _add(objects: list[Any], places: Sequence[str], fields: Mapping[str, str], builder: TableBuilder) -> None:
    sound = [n for n, record in enumerate(objects) if isinstance(record, dict)]
    if len(sound) < len(objects):
        for n in sorted(set(range(len(objects))) - set(sound)):
            builder.bad(places[n], "is no object")
        objects, places = [objects[n] for n in sound], [places[n] for n in sound]
    columns = [_column(objects, name) for name in fields.values()]
    builder.add(rows_of(columns, {field: n for n, field in enumerate(fields)}, places))


def _column(objects: list[dict[str, Any]], name: str) -> list[str]:
    outer, _, inner = name.partition(".")
    if inner and not any(name in record for record in objects[:1]):
        values = [record.get(outer) for record in objects]
        return [_text(value.get(inner)) if isinstance(value, dict) else "" for value in values]
    return [
        value if isinstance(value, str) else _text(value) for value in (each.get(name) for each in objects)
    ]


def _text(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def lines_of(text: IO[str], builder: TableBuilder, prefix: str) -> Iterator[tuple[list[Any], Sequence[str]]]:
    """The objects of a file with one per line, in batches with their places; lines that are no JSON are bad."""
    line = 1
    while lines := list(islice(text, BATCH)):
        numbers = [n for n, line in enumerate(lines) if line and not line.isspace()]
        try:
            objects = json.loads(f"[{','.join(lines[n] for n in numbers)}]")
            if len(objects) != len(numbers):
                raise ValueError
        except (ValueError, RecursionError):
            objects, numbers = _one_by_one(lines, numbers, line, builder, prefix)
        yield objects, _Lines(numbers, line, prefix)
        line += len(lines)


class _Lines(Sequence[str]):
    """Where objects are, worked out only for those that are asked for."""

    def __init__(self, numbers: Sequence[int], first: int, prefix: str) -> None:
        self._numbers, self._first, self._prefix = numbers, first, prefix

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, row: Any) -> Any:
        if isinstance(row, slice):
            return [self[place] for place in range(*row.indices(len(self)))]
        return f"{self._prefix}line {self._first + self._numbers[row]}"


def _one_by_one(
    lines: list[str], numbers: list[int], first: int, builder: TableBuilder, prefix: str
) -> tuple[list[Any], list[int]]:
    objects, sound = [], []
    for n in numbers:
        try:
            objects.append(json.loads(lines[n]))
            sound.append(n)
        except (ValueError, RecursionError) as error:
            builder.bad(f"{prefix}line {first + n}", f"is no JSON ({str(error)[:60]})")
    return objects, sound


def _of_list(text: IO[str], head: Head, prefix: str) -> Iterator[tuple[list[Any], Sequence[str]]]:
    elements = elements_of(text, head.file.label)
    start = 1
    while objects := list(islice(elements, BATCH)):
        yield objects, [f"{prefix}record {start + n}" for n in range(len(objects))]
        start += len(objects)


def _names(head: Head) -> list[str]:
    """The columns of the first objects, nested ones as `outer.inner`."""
    names: dict[str, None] = {}
    for record in islice(_objects(head), 50):
        for name, value in record.items():
            if isinstance(value, dict):
                names |= dict.fromkeys(f"{name}.{inner}" for inner in value)
            else:
                names[name] = None
    return list(names)


def _objects(head: Head) -> Iterator[dict[str, Any]]:
    text = head.text.lstrip()
    decode = json.JSONDecoder().raw_decode
    at = 1 if text.startswith("[") else 0
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        try:
            value, at = decode(text, at)
        except (ValueError, RecursionError):
            return
        if not isinstance(value, dict):
            return
        yield value
