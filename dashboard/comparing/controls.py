"""Controls made from the schema: each parameter with its range, its meaning and its source."""

from collections.abc import Iterable, Mapping
from typing import Any

from kith.experiments.analyses.levers.shipped import DOZEN, most_effective
from kith.experiments.words.assumptions import Setting, settings, shown
from kith.experiments.words.levers import TITLES
from kith.scenarios.errors import ScenarioError
from kith.sim.schema.parameter_set import SECTIONS
from kith.sim.schema.plan import Plan

DESIGN = (
    "affiliation.activity",
    "affiliation.hub",
    "affiliation.peers",
    "value.product",
    "monetisation.model",
    "monetisation.price",
)
"""What is shown first everywhere."""

IMPORTANT = tuple(TITLES)[:13]
"""The parameters shown first where nothing was measured; the others follow by section, and in the search."""


def groups(plan: Plan, preset: Plan) -> list[dict[str, Any]]:
    """Every parameter as a control, the important ones first, then by section.

    Parameters
    ----------
    plan : with the changes made on the page.
    preset : the library's values, to which a reset returns.
    """
    before = {s.name: s.value for s in settings(preset)}
    by_name = {s.name: s for s in settings(plan)}
    controls = {
        name: control(setting, before[name]) for name, setting in by_name.items() if _adjustable(setting)
    }
    for name in MOST_PER_PERSON:
        if controls[name]["high"] is not None:
            controls[name]["high"] = min(controls[name]["high"], most(name, plan))
    first = [controls[name] for name in important(preset) if name in controls]
    result = [_group("important", "Most important here", first, True)]
    for section in SECTIONS:
        in_section = [c for name, c in controls.items() if name.startswith(f"{section}.")]
        in_section.sort(key=lambda c: list(by_name).index(c["name"]))
        result.append(_group(section, section.replace("_", " ").capitalize(), in_section, False))
    return [group for group in result if group["controls"]]


def important(preset: Plan) -> list[str]:
    """The dozen shown first: what makes the design and charges for it, then what a team decides by its measured effect here.

    Parameters
    ----------
    preset : the scenario before the changes of the page, so that controls stay in their place.
    """
    measured = [lever.name for lever in most_effective(preset, decisions=True, most=2 * DOZEN)]
    return list(dict.fromkeys((*DESIGN, *measured, *IMPORTANT)))[:DOZEN]


def slider_levers(plan: Plan, preset: Plan) -> dict[str, tuple[float, float]]:
    """The important parameters that have an effect here and the ends of a slider, with these ends."""
    [first] = [group for group in groups(plan, preset) if group["name"] == "important"]
    return {
        c["name"]: (float(c["from"]), float(c["to"]))
        for c in first["controls"]
        if c["kind"] == "slider" and not c["inert"] and c["to"] > c["from"]
    }


def control(setting: Setting, preset: Any) -> dict[str, Any]:
    """The data of the control of one parameter."""
    low, high = _span(setting, preset)
    slider = not setting.choices and low is not None and high is not None
    return {
        "name": setting.name,
        "key": setting.name.replace(".", "-"),
        "title": TITLES.get(setting.name) or setting.name.partition(".")[2].replace("_", " "),
        "kind": "choice" if setting.choices else "slider" if slider else "number",
        "value": setting.value,
        "preset": shown(preset),
        "changed": setting.value != preset,
        "choices": list(setting.choices),
        "unit": setting.unit if setting.unit != "-" else "",
        "low": setting.low,
        "high": setting.high,
        "from": low,
        "to": high,
        "log": low is not None and high is not None and low > 0 and high / low > 30,
        "whole": isinstance(setting.value, int) and not isinstance(setting.value, bool),
        "help": setting.help,
        "range": setting.range,
        "source": setting.source,
        "inert": setting.inert,
    }


MOST_PER_PERSON = {
    "governance.moderation_hours": (1.0, "an hour of moderation a day"),
    "organisation.staff": (1.0, "a community manager"),
    "organisation.hub_cost": (10_000.0, "10,000 EUR a month for a hub"),
    "organisation.community_budget": (10_000.0, "10,000 EUR a month of budget"),
    "organisation.budget_floor": (10_000.0, "10,000 EUR a month of budget"),
    "acquisition.paid_budget": (1_000.0, "1,000 EUR a day of paid acquisition"),
}
"""What the whole community may get at most for each person of its market, and the same in words: more is a slip of the
keyboard. The model itself takes any amount."""


def most(name: str, plan: Plan) -> float:
    """The most that a page takes for a parameter in a plan; infinite for those without such a bound."""
    per_person, _ = MOST_PER_PERSON.get(name, (float("inf"), ""))
    return per_person * plan.parameters.market.size


def check_plausible(plan: Plan) -> None:
    """Raise `ScenarioError` for an amount that no community of that size could mean."""
    for name, (_, words) in MOST_PER_PERSON.items():
        section, _, field = name.partition(".")
        value, bound = getattr(getattr(plan.parameters, section), field), most(name, plan)
        if value > bound:
            raise ScenarioError(
                f"{name} = {shown(value)}: more than {words} for each of {plan.parameters.market.size:,} people; "
                f"give {bound:,.0f} or less"
            )


def value_from(text: str, setting: Setting) -> Any:
    """The value of a text that was typed; raises `ValueError` if it is not valid."""
    if setting.choices:
        return text
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"{setting.name} = {text[:40]}: must be a number, {setting.range}") from None
    return int(number) if isinstance(setting.value, int) and number == round(number) else number


def _adjustable(setting: Setting) -> bool:
    plain = isinstance(setting.value, int | float | str)
    return plain and setting.value not in (float("inf"), float("-inf"))


def _span(setting: Setting, preset: Any) -> tuple[float | None, float | None]:
    """Where a slider begins and ends: the range if it is short, else around the preset."""
    low, high = setting.low, setting.high
    if setting.choices or low is None or high is None or isinstance(preset, str):
        return None, None
    if (high - low <= 1.0 and low >= 0) or (0 < high <= 30 and low >= 0):
        return low, high
    centre = float(preset or setting.default or 0.0)
    value = float(setting.value)
    if centre <= 0:
        return None, None
    return max(low, min(centre / 10, value)), min(high, max(centre * 10, value))


def _group(name: str, title: str, controls: Iterable[Mapping[str, Any]], open_: bool) -> dict[str, Any]:
    listed = list(controls)
    changed = sum(bool(c["changed"]) for c in listed)
    return {"name": name, "title": title, "controls": listed, "open": open_, "changed": changed}
