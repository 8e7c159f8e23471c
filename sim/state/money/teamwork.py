"""Teamwork: the hours that a team puts into what it has decided, beside those of full-time staff.

Votes are prepared and minuted, rules and badges are kept up, staff meet each other, groups are put together,
newcomers are welcomed by a programme, somebody presses the button that thanks, names are checked. What has a strength
takes hours with its square, since the last members to be reached take the most time; what happens often
takes minutes each time. Hours are paid for, whatever the budget covers, at `organisation.work_wage`.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel
from kith.sim.state.categories import Count
from kith.sim.state.community import Community
from kith.sim.state.hubs import hubs_there
from kith.sim.state.layers import WINDOW

_JOINS, _REFERRAL_JOINS = int(Count.JOINS), int(Count.REFERRAL_JOINS)
_CONTRIBUTIONS, _REJECTIONS = int(Count.CONTRIBUTIONS), int(Count.REJECTIONS)
HOUR = 60.0
"minutes"
GROUP = 15
"active members who are put together at a time, whatever the size of a group"
HANDLE = 0.5
"`affiliation.identity` from which on somebody has to check who a member is"


def hours_today(c: Community) -> float:
    """Hours of the team's work today."""
    return float(
        hours_of(work_of(c), c.count, hubs_there(c.parameters.affiliation, c.presence), float(c.active))
    )


def work_of(c: Community) -> npt.NDArray[np.float64]:
    """What work the plan in force makes, as `hours_of` takes it."""
    o, p = c.parameters.organisation, c.parameters
    return np.array(
        [
            o.voice_hours * p.governance.voice**2
            + o.upkeep_hours * _upkeep(c)
            + o.bond_hours * o.staff * o.staff_bond**2,
            o.thanks_minutes,
            _mean(c, "incentives_recognition", lambda value: value),
            p.referral.thanks,
            o.welcome_minutes * _programme(c) + o.check_minutes * _named(c),
            o.post_minutes * p.affiliation.hub_posts,
            o.group_minutes if p.affiliation.form != "open" else 0.0,
        ]
    )


@kernel
def hours_of(work, count, hubs, active):
    """Hours of a day on which so much was counted: thanks are given to all, if nobody is spared who has had many."""
    monthly, for_thanks, thanked, inviters = work[0], work[1], work[2], work[3]
    for_joins, for_hubs, for_groups = work[4], work[5], work[6]
    given = count[_CONTRIBUTIONS] - count[_REJECTIONS]
    minutes = for_thanks * (thanked * given + inviters * count[_REFERRAL_JOINS])
    minutes += for_joins * count[_JOINS]
    minutes += for_hubs * hubs
    minutes += for_groups * active / GROUP / WINDOW
    return monthly / WINDOW + minutes / HOUR


def _upkeep(c: Community) -> float:
    """What is kept up, each at the square of its strength: rules, badges, a leaderboard, deputies of the hub."""
    p = c.parameters
    heirs = p.governance.succession if p.affiliation.hub > 0.0 else 0.0
    badges = max(p.referral.badges**2, _mean(c, "incentives_badges", _square))
    return _mean(c, "contribution_rules_visible", _square) + badges + p.incentives.leaderboard**2 + heirs**2


def _programme(c: Community) -> float:
    """How far onboarding goes beyond a plain welcome."""
    return _mean(c, "contribution_onboarding", lambda value: max(0.0, value - 1.0))


def _named(c: Community) -> float:
    """How far a newcomer's name is checked beyond a handle."""
    return max(0.0, c.parameters.affiliation.identity - HANDLE) / (1.0 - HANDLE)


def _square(value: float) -> float:
    return value * value


def _mean(c: Community, name: str, of: Callable[[float], float]) -> float:
    """The mean over all people of what a packed parameter takes, those treated by experiments included."""
    everybody, *treated = (of(value) for value in c.p[name].tolist())
    return everybody + sum(
        e.share * (value - everybody) for e, value in zip(c.plan.experiments, treated, strict=True)
    )
