"""Reward: payments and recognition for contributors, and their effect on norms.

Norm n in [0, 1] (1 social, 0 market). A market cue in force, whatever its amount, pulls n by
`cue_step` per visit toward 1 - crowding (1 - exp(-T / T0)): payment changes what helping a
friend means, so it hurts most where ties are many (Sun, Dong & McIntyre 2017). Without it n
recovers with a half-life (Gneezy & Rustichini 2000). Thanks raise felt recognition and the
social norm. A leaderboard lifts who was below the month's median and slackens who was above
(Chen, Harper, Konstan & Li 2010); equity makes owners of those with enough points, once.
Revenue share is paid every 30 days by points; unfairness is the reward Gini of
that payday above what is tolerated.

Reads  written, visitors, referral joins     Writes  norm, recognition, ledger, unfairness
"""

import numpy as np

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import THANKS_AUTHOR, THANKS_REPLIER, THANKS_STRIDE, Purpose, uniform
from kith.sim.state.community import Community
from kith.sim.state.layers import WINDOW
from kith.sim.state.ledger import Account, book, to_micro

_THANKS = int(Purpose.THANKS)
_CASH, _SHARE, _REFERRAL = (
    int(Account.CASH_REWARDS),
    int(Account.REVENUE_SHARE),
    int(Account.REFERRAL_REWARDS),
)
_EQUITY = int(Account.EQUITY)


def reward(c: Community) -> None:
    """Pay, thank and award badges to contributors; apply market cues to visitors."""
    incentives = c.parameters.incentives
    if len(c.written):
        give(
            c.population.members,
            c.written,
            c.p,
            c.day,
            c.key,
            c.badge_levels,
            c.ledger.today,
            c.ledger.by_tenure,
        )
    if incentives.revenue_share > 0.0 or c.anywhere("incentives_cash_per_contribution"):
        cue(c.population.members, c.visitors, c.p)
    if len(c.referred) and (c.anywhere("referral_reward_giver") or c.anywhere("referral_reward_receiver")):
        pay_referrals(c.population.members, c.referred, c.p, c.day, c.ledger.today, c.ledger.by_tenure)
    if (c.day + 1) % WINDOW == 0:
        _payday(c)


def _payday(c: Community) -> None:
    """Share the month's revenue among its contributors by points, and see how fair it was."""
    rows = c.population.rows()
    members = c.population.members
    points = members["month_points"][rows].astype(float)
    pot = int(c.month_revenue * c.parameters.incentives.revenue_share)
    c.month_revenue = 0
    weights = points ** (1.0 - c.parameters.incentives.progressive) * (points > 0)
    c.share_per_point = 0.0
    if pot > 0 and points.sum() > 0:
        amounts = np.floor(pot * weights / weights[points > 0].sum()).astype(np.int64)
        _pay(members, rows, amounts, _SHARE, c.day, c.ledger.today, c.ledger.by_tenure)
        c.share_per_point = float(amounts.sum()) / 1e6 / float(points.sum())
    c.unfairness = _unfairness(c, rows[points > 0])
    _rank(c, rows, points)
    members["month_points"][rows] = 0
    members["month_earned"][rows] = 0
    asleep = c.dormant.members[: c.dormant.count]
    asleep["month_points"] = asleep["month_earned"] = asleep["standing"] = 0


def _rank(c: Community, rows: np.ndarray, points: np.ndarray) -> None:
    """Position of each of the month's contributors relative to the median: -1 below, 1 above."""
    if c.parameters.incentives.leaderboard > 0.0:
        ranked = points > 0
        median = np.median(points[ranked]) if ranked.any() else 0.0
        c.population.members["standing"][rows] = np.where(ranked, np.sign(points - median), 0)


def _unfairness(c: Community, contributors: np.ndarray) -> float:
    """Gini of what this month's contributors have earned, above what is tolerated, scaled to 1."""
    tolerance = c.parameters.incentives.unfairness_tolerance
    earned = np.sort(c.population.members["month_earned"][contributors].astype(float))
    if not len(earned) or earned.sum() <= 0.0 or tolerance >= 1.0:
        return 0.0
    n = len(earned)
    gini = float(2.0 * (np.arange(1, n + 1) * earned).sum() / (n * earned.sum()) - (n + 1) / n)
    return max(0.0, (gini - tolerance) / (1.0 - tolerance))


@kernel
def _earn(m, amount, account, today, by_tenure, day):
    """Pay a member an amount in micro-euros, if it is positive."""
    if amount > 0:
        book(m, today, by_tenure, account, amount, day)
        m["earned"] += amount
        m["month_earned"] += amount
        m["last_reward"] = day
        m["last_benefit"] = day


@kernel
def give(members, written, p, day, key, levels, today, by_tenure):
    """Cash, thanks and badges for each contribution and each reply."""
    nth = 0
    for line in range(len(written)):
        nth = nth + 1 if line > 0 and written[line - 1, 0] == written[line, 0] else 0
        for column in (0, 2):
            rejected = column == 0 and written[line, 3] < 0
            if written[line, column] < 0 or rejected:
                continue
            m = members[written[line, column]]
            q = p[m["arm"]]
            cash = to_micro(q["incentives_cash_per_contribution"])
            _earn(m, cash, _CASH, today, by_tenure, day)
            if q["incentives_equity_points"] > 0.0 and m["points"] >= q["incentives_equity_points"]:
                _grant_equity(m, to_micro(q["incentives_equity_grant"]), today, by_tenure, day)
            # thanks reach author and replier by separate draws of the author; less often who had much
            felt = 0.0
            thanked = THANKS_AUTHOR if column == 0 else THANKS_REPLIER
            author = members[written[line, 0]]["person"]
            chance = q["incentives_recognition"] * (1.0 - q["incentives_progressive"] * m["recognition"])
            if chance > 0.0 and uniform(key, author, day, _THANKS, THANKS_STRIDE * nth + thanked) < chance:
                felt = q["incentives_recognition_step"]
                m["norm"] += q["incentives_recognition_norm"] * (1.0 - m["norm"])
            if q["incentives_badges"] > 0.0:
                while m["badges"] < len(levels) and m["points"] >= levels[m["badges"]]:
                    m["badges"] += 1
                    felt += q["incentives_recognition_step"] * q["incentives_badges"]
            if felt > 0.0:
                m["recognition"] += min(1.0, felt) * (1.0 - m["recognition"])
                m["last_benefit"] = day


@kernel
def _grant_equity(m, grant, today, by_tenure, day):
    """Make an owner of a contributor, once."""
    if m["owner"] > 0:
        return
    m["owner"] = 1
    _earn(m, grant, _EQUITY, today, by_tenure, day)


@kernel
def cue(members, visitors, p):
    """Market cues shift the norm of today's visitors, more strongly the better they are connected."""
    for k in range(len(visitors)):
        m = members[visitors[k]]
        q = p[m["arm"]]
        if q["incentives_cash_per_contribution"] <= 0.0 and q["incentives_revenue_share"] <= 0.0:
            continue
        spared = q["incentives_crowding_from"]
        target = 1.0 - q["incentives_crowding"] * max(0.0, m["bonds"] - spared) / (1.0 - spared)
        if m["norm"] > target:
            m["norm"] += q["incentives_cue_step"] * (target - m["norm"])


@kernel
def _pay(members, rows, amounts, account, day, today, by_tenure):
    """Pay micro-euros to members and book them."""
    for k in range(len(rows)):
        _earn(members[rows[k]], amounts[k], account, today, by_tenure, day)


@kernel
def pay_referrals(members, referred, p, day, today, by_tenure):
    """Pay the rewards for accepted invitations; the inviter's only if it is still a member."""
    for k in range(len(referred)):
        inviter, newcomer = referred[k, 0], referred[k, 1]
        q = p[members[inviter]["arm"] if inviter >= 0 else 0]
        if inviter >= 0:
            giver = to_micro(q["referral_reward_giver"])
            _earn(members[inviter], giver, _REFERRAL, today, by_tenure, day)
        receiver = to_micro(q["referral_reward_receiver"])
        _earn(members[newcomer], receiver, _REFERRAL, today, by_tenure, day)
