"""The assumptions of a study, in words: its levers, and the settings of every point."""

from collections.abc import Mapping
from typing import Any

from kith.experiments.studies.levers import Lever, flat
from kith.experiments.studies.study import Study
from kith.experiments.words import wording
from kith.experiments.words.assumptions import shock_text, shown
from kith.sim.schema.plan import shock_from


def assumed(study: Study) -> list[str]:
    """A line for each lever, constraint, formula, setting and shock, with names and values in backticks."""
    return [
        *(lever_words(lever) for lever in study.lever),
        *(f"points satisfy `{constraint}`" for constraint in study.constraints),
        *(f"`{name} = {text}`" for name, text in flat(study.derive).items()),
        *(f"at every point {setting}" for setting in _settings(study.set)),
        *(f"at every point the shock `{shock_text(shock_from(shock))}`" for shock in study.shock),
    ]


def lever_words(lever: Lever) -> str:
    """A lever with its possible values and their meaning."""
    name = f"`{lever.name}`"
    if lever.prior:
        return f"{name}: drawn from its prior in the schema (within the 90 % interval)"
    if lever.options is not None:
        return f"{name}: {wording.listed((_option(*option) for option in lever.options.items()), 'or')}"
    if lever.on is not None:
        return f"{name}: off or on ({wording.listed(_settings(lever.on))})"
    if lever.values is not None:
        return f"{name}: {wording.listed((shown(value) for value in lever.values), 'or')}"
    scale = ", on a log scale" if lever.scale == "log" else ""
    return f"{name}: {shown(lever.low)} to {shown(lever.high)}{scale}"


def _option(word: str, settings: Mapping[str, Any]) -> str:
    meant = _settings(settings)
    return f"{word} ({wording.listed(meant)})" if meant else word


def _settings(settings: Mapping[str, Any]) -> list[str]:
    return [f"`{name} = {shown(value)}`" for name, value in flat(settings).items()]
