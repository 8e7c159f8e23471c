"""The table of statistics: one definition of each, with its unit, its family, and its interval or why there is none.

Days of age are of 24 hours since a member's first action. The log is observed from the beginning of its first day
to the end of its last (UTC). A member is who acted; "followed for n days" means that the first action lies at least n
days before the end of the log.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kith.experiments.evidence.cohorts import BEGUN, STAYED
from kith.experiments.evidence.membership import INDICATORS, KEPT
from kith.experiments.evidence.participation import AGES
from kith.experiments.evidence.silence import AWAY, FOLLOWED_ONCE, SILENCES
from kith.experiments.evidence.survival import HORIZONS, RETENTION
from kith.experiments.words.wording import plural
from kith.sim.results.definitions import describe

MEMBERS = "bootstrap over members"
COUNT = "none: a count of the whole log, in which nothing was sampled"
HALVES = "halves of the tied members"
COUNTED = "none: a count of the whole network"
LOCAL = "none: in a half of the members most have too few partners left to have a clustering"
PLACEBO = "none: the placebo says what chance gives"
COUNTED_OUT = "none: a share of all memberships in the log, in which nothing was sampled"
SEED = "none: defined as the indicator of a run, whose interval is over seeds"


@dataclass(frozen=True)
class Statistic:
    """What is measured."""

    name: str
    family: str
    unit: str
    definition: str
    interval: str = MEMBERS


def _growth() -> Iterator[Statistic]:
    yield Statistic("members", "growth", "members", "who acted at least once", COUNT)
    yield Statistic("actions", "growth", "actions", "events that count as an action", COUNT)
    yield Statistic(
        "days", "growth", "days", "from the first day of the log to the last, both included", COUNT
    )
    yield Statistic("joins_day", "growth", "members/day", "first actions / days of the log", COUNT)
    yield Statistic("joins_week", "growth", "members/week", "first actions per complete 7 days, mean", COUNT)
    yield Statistic(
        "joins_month",
        "growth",
        "members/month",
        "first actions / calendar months (UTC) that the log touches, the first and last counted whole",
        COUNT,
    )
    yield Statistic(
        "newcomers_month",
        "growth",
        "members/month",
        "first actions after the first 30 days of the log, per 30 days",
        COUNT,
    )
    for name, length in (("day", 1), ("week", 7), ("month", 30)):
        each = "day" if length == 1 else f"complete {length} days"
        yield Statistic(f"actives_{name}", "growth", "members", f"members who act, per {each}, mean", COUNT)
        yield Statistic(f"actions_{name}", "growth", f"actions/{name}", f"actions per {each}, mean", COUNT)


def _survival() -> Iterator[Statistic]:
    yield Statistic(
        "again_d1_7",
        "survival",
        "share",
        "of members followed for 8 days: acted again at an age of 1 to below 8 days",
    )
    for name, days in HORIZONS.items():
        yield Statistic(
            name,
            "survival",
            "share",
            f"Kaplan–Meier survival at {days} days from first to last action; the last action is an exit if the "
            "log goes on for the days of inactivity (90 by default) without another, else the member is censored at "
            f"it; needs {days} days and those of inactivity",
        )
    for days in RETENTION:
        yield Statistic(
            f"r{days}",
            "survival",
            "share",
            f"of members followed for {2 * days} days (in a log of fewer than {3 * days} days: {days} days and half "
            f"of the rest): last action at least {days} days after the first",
        )


def _silence() -> Iterator[Statistic]:
    for days in SILENCES:
        yield Statistic(
            f"return_{days}d",
            "silence",
            "share",
            f"of silences that reached {days} days, at least a year before the end: ended within a year of that",
        )
    for low, high in AWAY:
        yield Statistic(
            f"return_hazard_{low}_{high}",
            "silence",
            "1/month",
            f"returns per 30 days of silence between {low} and {high} days away; silences that the end of the log "
            "cuts off count up to it",
        )
    yield Statistic(
        "lost_month",
        "silence",
        "share",
        "of members who act in complete 30 days, all months together, where the log goes on for 90 more: silent in these 90",
    )
    followed = f"of members followed for {FOLLOWED_ONCE} days"
    yield Statistic("once", "silence", "share", f"{followed}: acted once")
    yield Statistic("one_day", "silence", "share", f"{followed}: acted on one day (UTC) only")


def _participation() -> Iterator[Statistic]:
    family, share = "participation", "share"
    yield Statistic(
        "gini",
        family,
        share,
        "Gini coefficient of actions among members, × n / (n − 1), so that it is 1 where one member does all",
    )
    yield Statistic(
        "top1", family, share, "of actions: by the most active 1 % of members, rounded, at least one"
    )
    yield Statistic("top10", family, share, "of actions: by the most active 10 % of members, rounded")
    yield Statistic("next9", family, share, "of actions: by the next 9 % after the most active 1 %")
    yield Statistic("rest90", family, share, "of actions: by all others (90-9-1)")
    yield Statistic(
        "monthly_contributors", family, share, "members who act in complete 30 days, mean / members ever"
    )
    yield Statistic(
        "actions_per_active_month", family, "actions", "actions / members who act, over complete 30 days"
    )
    for low, high in AGES:
        yield Statistic(
            f"active_d{low}_{high}",
            family,
            share,
            f"of members followed for {high + 1} days: acted at an age of {low} to {high} days",
        )
    yield Statistic("active_days", family, "days", "days (UTC) with an action per member, mean; not censored")
    yield Statistic("actions_per_active_day", family, "actions", "actions / active days")
    yield Statistic("gap_median", family, "days", "days from one active day to the member's next, median")
    yield Statistic("gap_90", family, "days", "the same, not exceeded by 90 %; open gaps are left out")


def _cohorts() -> Iterator[Statistic]:
    compared = "of the first tenth of members to join, relative to those who joined after half of all"
    yield Statistic(
        "early_stay",
        "cohorts",
        "ratio",
        f"share {compared}, both followed for {STAYED[1]} days: acted at an age of {STAYED[0]} to {STAYED[1] - 1} days",
    )
    yield Statistic(
        "early_actions",
        "cohorts",
        "ratio",
        f"actions per member within {BEGUN} days of the first {compared}, both followed for {STAYED[1]} days",
    )


def _replies() -> Iterator[Statistic]:
    for days in (1, 7):
        yield Statistic(
            f"answered_{days}d",
            "replies",
            "share",
            f"of members followed for {plural(days, 'day')}: another member acted toward them within {days} × 24 hours of "
            "their first action",
        )
    yield Statistic("stay_answered", "replies", "share", "r30 of those answered within a day")
    yield Statistic("stay_unanswered", "replies", "share", "r30 of those not answered within a day")
    yield Statistic(
        "reply_effect",
        "replies",
        "share",
        "r30 of those answered within a day less that of the others: a naive difference, part of which is selection",
    )


def _network() -> Iterator[Statistic]:
    for name, unit, definition, interval in (
        (
            "members_tied",
            "members",
            "who acted toward another, or toward whom another acted, in the whole log",
            COUNTED,
        ),
        ("degree", "members", "partners per tied member, mean", HALVES),
        ("strength", "actions", "actions given and received per tied member, mean", HALVES),
        ("clustering", "share", "local clustering, mean over tied members; 0 with one partner", LOCAL),
        ("reciprocity", "share", "of directed ties: there is one in the other direction", HALVES),
    ):
        yield Statistic(name, "network", unit, definition, interval)


def _contagion() -> Iterator[Statistic]:
    yield Statistic(
        "contagion",
        "contagion",
        "share",
        "of active months (30 days) of members with a partner, by an action in the three before, who was active in the "
        "last of these: share lost (silent in the next 90 days) if such a partner was lost then, less the share lost if "
        "none was",
        PLACEBO,
    )
    yield Statistic(
        "contagion_placebo",
        "contagion",
        "share",
        "the same, mean over permutations of who is lost among members of the same month and activity (1, 2–3, 4–9, 10 or "
        "more actions)",
        PLACEBO,
    )
    yield Statistic(
        "contagion_p",
        "contagion",
        "share",
        "of permutations, the log itself included: contagion is at least as large",
        PLACEBO,
    )


def _membership() -> Iterator[Statistic]:
    yield Statistic("registered", "registrations", "members", "who registered before the end", COUNT)
    yield Statistic("lurkers", "registrations", "share", "of registered members: never acted", COUNT)
    yield Statistic(
        "dormant",
        "registrations",
        "share",
        "of members registered 90 days before the end: no action and no known visit in these 90 days",
        COUNT,
    )
    for name in INDICATORS:
        yield Statistic(name, "membership", *describe(name), SEED)
    for name, days in KEPT.items():
        yield Statistic(
            name,
            "membership",
            "share",
            f"of memberships begun at least {days} days before the end: not ended within {days} days, awake or silent",
            COUNTED_OUT,
        )


def _purchases() -> Iterator[Statistic]:
    yield Statistic(
        "value_total", "purchases", "value", "sum of the values of the actions that have one", COUNT
    )
    yield Statistic("value_per_purchase", "purchases", "value", "mean value of an action that has one")
    yield Statistic(
        "value_per_buyer", "purchases", "value", "sum of values per member with one; not censored"
    )
    yield Statistic(
        "repeat_buyers", "purchases", "share", "of buyers followed for 90 days: bought more than once"
    )
    yield Statistic(
        "value_gini", "purchases", "share", "Gini coefficient of values among buyers, × n / (n − 1)"
    )


STATISTICS: dict[str, Statistic] = {
    statistic.name: statistic
    for family in (
        _growth,
        _survival,
        _silence,
        _participation,
        _cohorts,
        _replies,
        _network,
        _contagion,
        _membership,
        _purchases,
    )
    for statistic in family()
}
"""What is measured, in the order in which it is shown."""
