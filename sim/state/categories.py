"""Categories: how a membership began, why it ended, and what is counted each day."""

from enum import IntEnum

UNANSWERED, REPLIED = 1, 2
"outcome of a first post"


class Channel(IntEnum):
    """How a membership began."""

    FOUNDER = 0
    EXTERNAL = 1
    IMITATION = 2
    PAID = 3
    HUB = 4
    SEARCH = 5
    REFERRAL = 6
    RETURN = 7
    CAMPAIGN = 8
    GIVEN = 9


class Cause(IntEnum):
    """Why a membership ended."""

    BACKGROUND = 0
    NEWCOMER = 1
    VALUE = 2
    PRICE = 3
    OVERLOAD = 4
    BELONGING = 5
    HUB = 6
    CONTAGION = 7
    UNFAIRNESS = 8
    FEW_TIES = 9
    SHOCK = 10
    IGNORED_VOICE = 11
    HARASSMENT = 12
    COMPETITOR = 13
    UNWANTED = 14
    DISPUTES = 15
    SELLING = 16
    UNSUBSCRIBED = 17


class Count(IntEnum):
    """What is counted every day; all restart at 0."""

    JOINS = 0
    LEAVES = 1
    VISITS = 2
    CONTRIBUTIONS = 3
    REPLIES = 4
    EXCHANGES = 5
    INVITATIONS = 6
    INVITATIONS_WASTED = 7
    REFERRAL_JOINS = 8
    FOLLOWS = 9
    TURNED_AWAY = 10
    AUDIENCE_TO_MEMBER = 11
    MEMBER_TO_AUDIENCE = 12
    MEMBER_TO_INTERNAL = 13
    INTERNAL_TO_MEMBER = 14
    LEAVES_AUDIENCE = 15
    LEAVES_MEMBER = 16
    LEAVES_INTERNAL = 17
    REJECTIONS = 18
    STAFF_REPLIES = 19
    HARASSMENTS = 20
    ATTENDANCES = 21
    LEADS = 22
    SLEEPS = 23
    SLEEPS_AUDIENCE = 24
    SLEEPS_MEMBER = 25
    SLEEPS_INTERNAL = 26
    WAKINGS = 27
    WAKINGS_AUDIENCE = 28
    WAKINGS_MEMBER = 29
    LEAVES_DORMANT = 30
    UNFOLLOWS = 31
