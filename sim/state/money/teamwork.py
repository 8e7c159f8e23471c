"""Teamwork: the hours that a team puts into what it has decided, beside those of full-time staff.

Votes are prepared and minuted, rules and badges are kept up, groups are put together, newcomers are
welcomed by a programme, somebody presses the button that thanks, names are checked. What has a strength
takes hours with its square, since the last members to be reached take the most time; what happens often
takes minutes each time. Hours are paid for, whatever the budget covers, at `organisation.work_wage`.
"""

from collections.abc import Callable

from kith.sim.state.categories import Count
from kith.sim.state.community import Community
from kith.sim.state.hubs import hubs_there
from kith.sim.state.layers import WINDOW

HOUR = 60.0
"minutes"
GROUP = 15
"active members who are put together at a time, whatever the size of a group"
HANDLE = 0.5
"`affiliation.identity` from which on somebody has to check who a member is"


def hours_today(c: Community) -> float:
    """Hours of the team's work today."""
    o, joins = c.parameters.organisation, int(c.count[Count.JOINS])
    monthly = o.voice_hours * c.parameters.governance.voice**2 + o.upkeep_hours * _upkeep(c)
    minutes = o.thanks_minutes * _thanks(c)
    minutes += (o.welcome_minutes * _programme(c) + o.check_minutes * _named(c)) * joins
    minutes += o.post_minutes * c.parameters.affiliation.hub_posts * _hubs(c)
    if c.parameters.affiliation.form != "open":
        minutes += o.group_minutes * c.active / GROUP / WINDOW
    return monthly / WINDOW + minutes / HOUR


def _upkeep(c: Community) -> float:
    """What is kept up, each at the square of its strength: rules, badges, a leaderboard, deputies of the hub."""
    p = c.parameters
    heirs = p.governance.succession if p.affiliation.hub > 0.0 else 0.0
    badges = max(p.referral.badges**2, _mean(c, "incentives_badges", _square))
    return _mean(c, "contribution_rules_visible", _square) + badges + p.incentives.leaderboard**2 + heirs**2


def _thanks(c: Community) -> float:
    """How many thanks are given today, if nobody is spared who has had many."""
    given = int(c.count[Count.CONTRIBUTIONS] - c.count[Count.REJECTIONS])
    thanked = _mean(c, "incentives_recognition", lambda value: value)
    return thanked * given + c.parameters.referral.thanks * int(c.count[Count.REFERRAL_JOINS])


def _programme(c: Community) -> float:
    """How far onboarding goes beyond a plain welcome."""
    return _mean(c, "contribution_onboarding", lambda value: max(0.0, value - 1.0))


def _named(c: Community) -> float:
    """How far a newcomer's name is checked beyond a handle."""
    return max(0.0, c.parameters.affiliation.identity - HANDLE) / (1.0 - HANDLE)


def _hubs(c: Community) -> float:
    return hubs_there(c.parameters.affiliation, c.presence)


def _square(value: float) -> float:
    return value * value


def _mean(c: Community, name: str, of: Callable[[float], float]) -> float:
    """The mean over all people of what a packed parameter takes, those treated by experiments included."""
    everybody, *treated = (of(value) for value in c.p[name].tolist())
    return everybody + sum(
        e.share * (value - everybody) for e, value in zip(c.plan.experiments, treated, strict=True)
    )
