"""Warnings about settings that change nothing: what was set, where, and why it does nothing there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kith.sim.schema.effects import why_inert
from kith.sim.schema.parameter_set import SECTIONS
from kith.sim.schema.plan import Plan


def warnings(plans: Mapping[str, Plan], names: Iterable[str]) -> list[str]:
    """A line for each of some parameters that has no effect, in all plans or in some of them."""
    return [line for name in names if name.partition(".")[0] in SECTIONS for line in _lines(plans, name)]


def never_acts(plans: Sequence[Plan], name: str) -> str | None:
    """Why a parameter has no effect in any of some plans; None if it has in one."""
    reasons = [why_inert(plan, name) for plan in plans]
    return None if not reasons or None in reasons else reasons[0]


def _lines(plans: Mapping[str, Plan], name: str) -> Iterator[str]:
    reasons = {label: why_inert(plan, name) for label, plan in plans.items()}
    if None not in reasons.values() and len(set(reasons.values())) == 1:
        yield f"{name} has no effect here: {next(iter(reasons.values()))}"
        return
    for label, reason in reasons.items():
        if reason is not None:
            yield f"{name} has no effect in {label}: {reason}"
