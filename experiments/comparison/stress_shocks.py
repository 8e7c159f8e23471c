"""The standard shocks of a stress test: what each does to a plan, the same for every design."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from kith.sim.schema.parameter_set import Parameters
from kith.sim.schema.plan import Plan, Shock

AFTER = 180
"days from the shocks to the end of a run"
EARLIEST = 30
"first day on which the shocks may strike, so that a month lies before them"
TOP, THIRD = 0.01, 0.333
RIVAL = 0.2
FAR_END = 0.9
SPAM_PER_FOUNDER = 5.0
FEE = 3.0
"EUR a month, below the median willingness to pay"


@dataclass(frozen=True)
class StandardShock:
    """A shock by its key, in words, and as a change of a plan on a day; no plan where it cannot strike."""

    key: str
    title: str
    strike: Callable[[Plan, int], Plan | None]


def _parameters(plan: Plan, day: int) -> Parameters:
    """The parameters of a plan on a day."""
    return next(p for start, p in reversed(plan.phases) if start <= day)


def _with(plan: Plan, shock: Shock) -> Plan:
    return replace(plan, shocks=(*plan.shocks, shock))


def _centre_leaves(plan: Plan, day: int) -> Plan:
    """All hubs go where there are any, else the most connected of the members."""
    affiliation = _parameters(plan, day).affiliation
    if affiliation.hub > 0.0:
        return _with(plan, Shock(day=day, kind="hub_departs", count=affiliation.hubs))
    return _with(plan, Shock(day=day, kind="members_leave", share=TOP, who="most_connected"))


def _third_leaves(plan: Plan, day: int) -> Plan:
    return _with(plan, Shock(day=day, kind="members_leave", share=THIRD, who="random"))


def _rival(plan: Plan, day: int) -> Plan:
    return _with(plan, Shock(day=day, kind="competitor", strength=RIVAL))


def _topic_shift(plan: Plan, day: int) -> Plan:
    return _with(plan, Shock(day=day, kind="topic_shift", to=FAR_END))


def _spam_wave(plan: Plan, day: int) -> Plan:
    """Items in proportion to the founders who are awake, so that a small community is not buried."""
    market = plan.parameters.market
    founders = float(market.founders)
    if plan.founding is not None:
        awake = plan.founding.awake
        founders = float(len(plan.founding) if awake is None else awake.sum())
    return _with(plan, Shock(day=day, kind="spam_wave", items=max(1.0, SPAM_PER_FOUNDER * founders)))


def _paywall(plan: Plan, day: int) -> Plan | None:
    """A fee for everybody from the day on; a community that has a fee already has nothing to fear from one."""
    if _parameters(plan, day).monetisation.model == "fee":
        return None
    before = tuple((start, p) for start, p in plan.phases if start < day)
    later = ((day, _parameters(plan, day)), *((start, p) for start, p in plan.phases if start > day))
    return replace(plan, phases=before + tuple((start, _with_fee(p)) for start, p in later))


def _with_fee(p: Parameters) -> Parameters:
    return p.model_copy(
        update={"monetisation": p.monetisation.model_copy(update={"model": "fee", "price": FEE})}
    )


SHOCKS = (
    StandardShock("centre", "hub, or top 1 %, leaves", _centre_leaves),
    StandardShock("third", "a third leaves at once", _third_leaves),
    StandardShock("competitor", "a competitor opens", _rival),
    StandardShock("topic", "the topic shifts", _topic_shift),
    StandardShock("spam", "a wave of spam", _spam_wave),
    StandardShock("paywall", "a fee of 3 EUR a month", _paywall),
)
