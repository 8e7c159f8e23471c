"""Giving: what content is worth, what is said per visit, and what reactions give; sections 7.2 and 7.3 of docs/explanation/model.md."""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kith.sim.kernels.luck import Purpose
from kith.sim.schema.parameter_set import Parameters
from tests.reference.luck import Circle

if TYPE_CHECKING:
    from tests.reference.member import Member
    from tests.reference.model import Item, ReferenceModel

DAYS_TOLD = 7
"days that talk is remembered"


def stock_share(content: float, active: int, p: Parameters) -> float:
    """How far a stock of content fills what members look for: by its size, by the head, or both."""
    scale = p.value.stock_scale + p.value.content_scale * active
    return content / (content + scale) if content > 0.0 else 0.0


def fresh_share(items: float, p: Parameters) -> float:
    """How far new items that fit fill a visit."""
    return 1.0 - 0.5 ** (items / p.value.fresh_scale)


@dataclass
class Talk:
    """What was said and answered in the last days, the older the less."""

    items: float = 0.0
    visits: float = 0.0
    posts: float = 0.0
    answered: float = 0.0
    authors: list[set[int]] = field(default_factory=list)
    "who posted or answered, by day"

    def liveliness(self, p: Parameters) -> float:
        """How many exchanges are sought, relative to where every visit finds something to talk about."""
        alone = p.contribution.exchange_alone
        if alone == 1.0:
            return 1.0
        said = self.items / self.visits if self.items > 0.0 else 0.0
        return alone + (1.0 - alone) * 2.0 * said / (said + p.contribution.exchange_scale)

    def share_answered(self) -> float:
        """Share of posts that were answered."""
        return self.answered / self.posts if self.posts > 0.0 else 0.0

    def remember(self, items: "list[Item]", visits: int) -> None:
        """Let a day pass."""
        posts = [item for item in items if item.is_post and not item.is_rejected]
        answered = [item for item in posts if item.replier is not None]
        today = {"items": len(posts) + len(answered), "visits": visits}
        today |= {"posts": len(posts), "answered": len(answered)}
        for name, number in today.items():
            setattr(self, name, getattr(self, name) * (1.0 - 1.0 / DAYS_TOLD) + number)
        who = {item.author.address for item in posts} | {
            item.replier.address for item in answered if item.replier
        }
        self.authors = [*self.authors, who][-DAYS_TOLD:]


def react(model: "ReferenceModel", items: "list[Item]") -> None:
    """Each reaction reaches one of those who wrote in the last week and are still there, but its author."""
    p = model.p.contribution
    if p.react_step == 0.0:
        return
    here = {m.address: m for m in model.agents}
    wrote = sorted(set().union(*model.talk.authors) & set(here))
    circle = Circle(model.luck, model.day, Purpose.CIRCLE_REACT, [here[a] for a in wrote])
    for item in items:
        if item.is_reaction and wrote:
            reached = circle.next(item.author.point(Purpose.REACT_TO, item.nth))
            if reached is not item.author:
                reached.catch_up()
                reached.is_answered(p.react_step)


@dataclass
class Past:
    """What each founder does per day until day 0."""

    visits: "dict[Member, float]"
    written: "dict[Member, float]"

    def posts(self, member: "Member") -> float:
        """Posts per day."""
        return self.written[member] * member.model.p.contribution.share_post

    def answered(self, member: "Member") -> float:
        """Probability that a post is answered, by founders who write and come as often as they do."""
        q = member.model.p.contribution
        room = sum(
            self.visits[m] * (1.0 + 0.2 * q.reply_generosity)
            for m, written in self.written.items()
            if written > 0.0 and m is not member
        )
        chance = q.reply_ceiling * (1.0 - math.exp(-room / q.reply_crowd))
        chance *= max(1.0, len(self.written) / 100.0) ** q.reply_size_elasticity
        return min(q.reply_ceiling, chance * (1.0 + q.reply_to_connected * member.bonds))

    def reciprocity(self, member: "Member") -> float:
        """Where being answered and forgetting it balance."""
        q = member.model.p.contribution
        lately = {m: 1.0 - math.exp(-DAYS_TOLD * self.posts(m)) for m in self.written}
        reactions = sum(self.written.values()) * q.share_react * lately[member]
        reactions /= max(1.0, sum(lately.values()))
        gain = q.reply_step * (self.posts(member) * self.answered(member) + q.react_step * reactions)
        return gain / (gain + math.log(2.0) / q.memory_half_life) if gain > 0.0 else 0.0

    def items(self) -> float:
        """Posts and answers of all founders per day."""
        return sum(self.posts(m) * (1.0 + self.answered(m)) for m in self.written)

    def begin(self, talk: Talk) -> None:
        """Let talk stand at what founders do."""
        talk.posts = DAYS_TOLD * sum(self.posts(m) for m in self.written)
        talk.answered = DAYS_TOLD * sum(self.posts(m) * self.answered(m) for m in self.written)
        talk.items, talk.visits = talk.posts + talk.answered, DAYS_TOLD * sum(self.visits.values())
