"""Warnings about settings that change nothing: what was set, where, and why it does nothing there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kith.experiments.words.wording import listed, plural
from kith.sim.schema.effects import why_inert
from kith.sim.schema.parameter_set import SECTIONS
from kith.sim.schema.plan import Plan


def warnings(plans: Mapping[str, Plan], names: Iterable[str]) -> list[str]:
    """A line for each of some parameters that has no effect, in all plans or in some; then what comes too late."""
    inert = [line for name in names if name.partition(".")[0] in SECTIONS for line in _lines(plans, name)]
    return inert + too_late(plans)


def changes(plan: Plan) -> Iterator[tuple[int, str]]:
    """The days on which something happens to a plan after its beginning, and what it is."""
    for shock in plan.shocks:
        yield shock.day, f"the shock {shock.kind}"
    for day, _ in plan.phases[1:]:
        yield day, "the change of parameters"


def too_late(plans: Mapping[str, Plan]) -> list[str]:
    """A line for each shock, and for each change of parameters, that comes after the last day of a run."""
    late: dict[tuple[str, int], list[str]] = {}
    for label, plan in plans.items():
        for day, what in changes(plan):
            if day >= plan.days:
                late.setdefault((f"{what} on day {day}", plan.days), []).append(label)
    return [
        f"{what} has no effect {'here' if len(labels) == len(plans) else f'in {listed(labels)}'}: {after(days)}"
        for (what, days), labels in late.items()
    ]


def after(days: int) -> str:
    """Why what happens later does nothing."""
    return f"the run ends after {plural(days, 'day')}"


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
