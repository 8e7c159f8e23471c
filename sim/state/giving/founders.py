"""Founders: what the content, the answers and the talk that they hold up are worth to them on day 0.

A community that has run for long is at its fixed point: so are its content, who has been answered how
often, and what is said per visit. With m replies a day, each a step s of reciprocity that halves in H days,
reciprocity stands at

    r = s m / (s m + ln 2 / H)

on average over time, if replies come as a Poisson process. Reactions count as a share of a reply.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kith.sim.schema.parameter_set import Parameters
from kith.sim.state.community import AUTHOR_DAYS, Community
from kith.sim.state.giving.content import is_by_head

type Rows = npt.NDArray[np.int64]
type Numbers = npt.NDArray[np.float64]

USUAL_RECIPROCITY = 0.2
"reciprocity at which founders are taken to answer"


@dataclass(frozen=True)
class Past:
    """What founders have done per day until day 0; arrays of shape (n,), 0 for who never contributed."""

    visits: Numbers
    contributions: Numbers
    awake: int = 0
    "how many of them are awake; 0 for all"

    def crowd(self) -> int:
        """Founders who are there to be met."""
        return self.awake or len(self.visits)

    def posts(self, p: Parameters) -> Numbers:
        """Posts per day, shape (n,)."""
        return self.contributions * p.contribution.share_post


def needs_past(p: Parameters) -> bool:
    """Whether founders' first state depends on what they have contributed."""
    return not is_by_head(p.value) or p.value.replies > 0.0 or p.churn.answered_weight > 0.0


def chance_of_reply(c: Community, rows: Rows, past: Past) -> Numbers:
    """Probability that a founder's post is answered on its day, shape (n,)."""
    q = c.parameters.contribution
    generous = np.where(past.contributions > 0.0, past.visits, 0.0)
    generous *= 1.0 + q.reply_generosity * USUAL_RECIPROCITY
    others = np.maximum(0.0, generous.sum() - generous)
    chance = q.reply_ceiling * (1.0 - np.exp(-others / q.reply_crowd))
    chance *= max(1.0, past.crowd() / 100.0) ** q.reply_size_elasticity
    chance *= 1.0 + q.reply_to_connected * c.population.members["bonds"][rows]
    return np.minimum(chance, q.reply_ceiling)


def reciprocity(c: Community, rows: Rows, past: Past) -> Numbers:
    """Reciprocity of founders at its fixed point, shape (n,)."""
    q = c.parameters.contribution
    posts = past.posts(c.parameters)
    replies = posts * chance_of_reply(c, rows, past)
    # reactions are spread over whoever wrote within the days that they look back
    lately = 1.0 - np.exp(-AUTHOR_DAYS * posts)
    given = float(past.contributions.sum()) * q.share_react
    reactions = given * lately / max(1.0, float(lately.sum()))
    gain = q.reply_step * (replies + q.react_step * reactions)
    loss = math.log(2.0) / q.memory_half_life
    return gain / (gain + loss) if loss > 0.0 else np.where(gain > 0.0, 1.0, 0.0)


def content_value(c: Community, rows: Rows, past: Past, gap: Numbers) -> Numbers | float:
    """Value of content to founders who come every `gap` days, shape (n,); half its weight where it goes by the head."""
    v, platform = c.parameters.value, c.parameters.platform
    if is_by_head(v):
        return 0.5 * v.content
    scale = v.stock_scale + v.content_scale * past.crowd()
    stock = c.content / (c.content + scale) if c.content > 0.0 else 0.0
    posts = past.posts(c.parameters)
    items = float((posts * (1.0 + chance_of_reply(c, rows, past))).sum())
    days = np.minimum(gap, platform.feed_days) if platform.feed_days else gap
    fit = np.ones(len(rows))
    if np.float32(v.fit_weight) > 0.0:  # misfits are in single precision, where the least weights are nought
        fit = np.maximum(0.0, 1.0 - c.population.members["misfit"][rows] / v.fit_weight)
    shown = platform.feed_share * items * days * fit
    fresh = 1.0 - np.exp2(-shown / v.fresh_scale)
    return v.content * ((1.0 - v.fresh_share) * stock + v.fresh_share * fresh)


def begin_talk(c: Community, rows: Rows, past: Past) -> None:
    """Set the sums of the past at what founders do per day, and who wrote in the last days."""
    posts = past.posts(c.parameters)
    answered = float((posts * chance_of_reply(c, rows, past)).sum())
    asked = float(posts.sum())
    c.talk[:] = np.array([asked + answered, past.visits.sum(), asked, answered]) * AUTHOR_DAYS
