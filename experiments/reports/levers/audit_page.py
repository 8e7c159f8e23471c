"""The page of the documentation about levers, and the words of its tables."""

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kith.experiments.analyses.levers.audit import Audit
from kith.experiments.analyses.levers.effects import Effect, Trial, Tried
from kith.experiments.analyses.levers.stored import FILE, as_object, read
from kith.experiments.escaping import for_json
from kith.experiments.files import whole_folder, write_text
from kith.experiments.statistics.intervals import described
from kith.experiments.words import wording
from kith.experiments.words.assumptions import shown

SHORT = {
    "churn_month_mean": "churn",
    "first_contribution_rate": "first",
    "participation_rate": "participation",
    "referral_share": "invited",
    "reply_rate": "answered",
    "ties_per_member": "ties",
    "cost_per_active": "cost each",
    "member_surplus": "surplus",
}
NO_REASON = "no reason is known"
FEW = 12
"parameters of a scenario that the page lists by size"
QUIET = {
    "bonding.internal_belonging": "ambassadors matter for subscriptions and for who follows a hub",
    "acquisition.bad_news_half_life": "few leave disappointed in so short a run",
    "acquisition.bad_news_weight": "few leave disappointed in so short a run",
    "acquisition.return_rate": "few have left, and one in twenty of them returns in a year",
    "churn.answered_weight": "it moves a newcomer's hazard by less than a draw decides among so few",
    "contribution.audience_cap": "the community is too small for its audience to reach a limit",
    "contribution.reply_size_elasticity": "it begins at 100 active members",
    "dormancy.call_gain": "few are dormant, and fewer are called",
    "governance.harassment_half_life": "few are harassed among so few members",
    "governance.harassment_weight": "few are harassed among so few members",
    "governance.items_per_hour": "moderators have more time than such a small community needs",
    "governance.unwanted_by_size": "a small community draws hardly any spam",
    "governance.unwanted_half_life": "moderators remove what is unwanted on the same day",
    "governance.unwanted_weight": "moderators remove what is unwanted on the same day",
    "platform.overload_weight": "a small community posts too little to tire anybody",
    "acquisition.reinforcement_2": "few hear from two people in so short a run",
    "acquisition.reinforcement_3": "few hear from three people in so short a run",
    "acquisition.reinforcement_4": "hardly anybody is invited by four different people",
    "platform.overload_from": "a small community posts too little to tire anybody",
    "affiliation.identity": "few are harassed among so few members",
    "organisation.proof_scale": "it matters for who pays, and for a follower's waiting time by little",
    "referral.reward_odds_strong": "rewards for giver and receiver are equal, so that strong acquaintances count as weak ones do",
    "dormancy.cleanup_rate": "one dormant member in twenty a year ends its membership",
}
"Why a parameter that the rules call effective can change nothing in runs of this size."
UNPRICED = {
    "affiliation.activity": "it says what people share, which nobody can turn up; what is done for it is paid as events, groups and staff",
    "affiliation.form": "it costs minutes for each group, too few to see among so few members",
    "affiliation.peers": "it says how people meet here; what is done for it is paid as events, groups and staff",
    "affiliation.hub": "it says that there is a figure; its pay is organisation.hub_cost",
    "affiliation.hubs": "each is paid organisation.hub_cost, where that is set",
    "affiliation.hub_posts": "it costs minutes for each item, too few to see here",
    "affiliation.identity": "it costs a minute for each newcomer, too few to see here; that names deter some is not modelled",
    "contribution.doors_open": "it is what a community is; what members post brings spam and work with it",
    "contribution.onboarding": "it costs minutes for each newcomer, and few join in so short a run",
    "governance.filter_strength": "less of it lets spam through, and a small community draws hardly any",
    "governance.succession": "it costs hours, whether a hub leaves or not; too few to see here",
    "incentives.recognition": "each thanks costs seconds, too few to see here",
    "incentives.progressive": "it moves rewards from some to others, and those who lose complain nowhere in the model",
    "monetisation.model": "who pays is a decision with its own revenue; under a subscription management also turns to quality, a little at a time, by assumption",
    "organisation.staff_bond": "a close team takes hours of each of its people, too few to see beside what they are paid",
    "dormancy.winback_per_month": "a message costs a fifth of a cent, and those who unsubscribe had left already",
    "platform.feed_days": "its price is overload, from a hundred items a visit on, and a small community posts fewer",
    "organisation.staff_curate": "staff's time is shared between tasks, so that its price is what they do less of",
    "organisation.staff_introduce": "staff's time is shared between tasks, so that its price is what they do less of",
    "organisation.staff_listen": "staff's time is shared between tasks, so that its price is what they do less of",
    "organisation.staff_welcome": "staff's time is shared between tasks, so that its price is what they do less of",
    "platform.feed_share": "its price is overload, from a hundred items a visit on, and a small community posts fewer",
    "referral.invites_per_month": "its price is a circle that tires, later than in so short a run",
    "value.match": "it says what people come for, and makes another archetype",
}
"Why a lever that a team decides can have no price that is seen in runs of this size."


def write_levers(audits: Mapping[str, Audit], folder: Path) -> None:
    """Write `levers.md` and `levers.json` to a folder."""
    with whole_folder(folder) as inside:
        write_text(inside / FILE, _compact(as_object(dict(audits))) + "\n")
        write_text(
            inside / "levers.md", page(read(inside))
        )  # of the numbers that are kept, which are rounded


def _compact(value: Any) -> str:
    """JSON without spaces: a scenario has some five thousand effects."""
    return for_json(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")))


def page(audits: Mapping[str, Audit]) -> str:
    """The page; the same audits give the same text."""
    template = (Path(__file__).parents[1] / "templates" / "levers.md").read_text("utf-8")
    first = next(iter(audits.values()))
    parts = {
        "version": first.model_version,
        "runs": str(first.runs),
        "method": described(first.runs),
        "summary": "\n".join(_summary(audits)),
        "scenarios": "\n".join(line for audit in audits.values() for line in _scenario(audit)),
    }
    for name, text in parts.items():
        template = template.replace(f"{{{{ {name} }}}}", text)
    return template


def counted(audit: Audit) -> str:
    """Size of the runs, and how many parameters have which flag, in words."""
    flags = {
        "with an effect": [p for p in audit.parameters if any(t.changes for t in p.trials)],
        "without effect here": [p for p in audit.parameters if p.inert],
        "that changed nothing": [p for p in audit.parameters if p.silent],
        "free": [p for p in audit.parameters if p.free],
        "with a jump": [p for p in audit.parameters if p.jumps],
    }
    counts = ", ".join(f"{len(parameters)} {flag}" for flag, parameters in flags.items())
    return (
        f"{audit.runs} paired runs of {audit.days} days, {audit.people:,} people, {audit.founders} founders, "
        f"model {audit.model_version}; parameters: {counts}"
    )


def end_text(parameter: Tried) -> str:
    """The value with the largest effect on active members."""
    trial = parameter.largest
    return "" if trial is None else _value(trial.value)


def main_effect(parameter: Tried) -> str:
    """The largest effect on active members, in per cent."""
    return "" if parameter.largest is None else _percent(parameter.largest.of("active"))


def most_moved(parameter: Tried) -> str:
    """The other indicator with the largest relative effect whose interval excludes zero."""
    effect = None if parameter.largest is None else _most_moved(parameter.largest)
    return "" if effect is None else f"{SHORT.get(effect.indicator, effect.indicator)} {_percent(effect)}"


def _most_moved(trial: Trial) -> Effect | None:
    others = [e for e in trial.effects if e.indicator != "active" and e.moved and math.isfinite(e.relative)]
    return max(others, key=lambda effect: abs(effect.relative), default=None)


def _percent(effect: Effect) -> str:
    if math.isnan(effect.relative):
        return wording.DASH
    text = f"{100 * effect.relative:+.0f} %".replace("-", "−")
    return text if effect.moved else f"({text})"


def _interval(effect: Effect) -> str:
    """The interval of an effect, relative to the scenario as it is, as the effect itself."""
    if math.isnan(effect.relative) or math.isnan(effect.low):
        return wording.DASH
    ends = (f"{100 * end / abs(effect.base):+.0f}".replace("-", "−") for end in (effect.low, effect.high))
    return " to ".join(ends)


def _value(value: float | str) -> str:
    return f"{value:.4g}" if isinstance(value, float) else shown(value)


def _summary(audits: Mapping[str, Audit]) -> Iterator[str]:
    yield "| scenario | days | people | act | no effect here | changed nothing | free | jump |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for audit in audits.values():
        its = audit.parameters
        counts = (
            sum(any(t.changes for t in p.trials) for p in its),
            sum(bool(p.inert) for p in its),
            sum(p.silent for p in its),
            sum(bool(p.free) for p in its),
            sum(bool(p.jumps) for p in its),
        )
        cells = (f"`{audit.scenario}`", audit.days, f"{audit.people:,}", *counts)
        yield f"| {' | '.join(str(cell) for cell in cells)} |"


def _scenario(audit: Audit) -> Iterator[str]:
    yield f"## `{audit.scenario}`\n"
    yield "| parameter | from | to | active members | 95 % interval | elasticity | most moved |"
    yield "|---|--:|--:|--:|--:|--:|---|"
    for parameter in audit.parameters[:FEW]:
        if parameter.largest is None:
            continue
        effect = parameter.largest.of("active")
        elastic = (
            wording.DASH if math.isnan(effect.elasticity) else f"{effect.elasticity:+.2f}".replace("-", "−")
        )
        cells = (
            f"`{parameter.name}`",
            _value(parameter.value),
            end_text(parameter),
            _percent(effect),
            _interval(effect),
            elastic,
            most_moved(parameter),
        )
        yield f"| {' | '.join(cells)} |"
    yield ""
    free = {p.name: f"{p.free} – {UNPRICED.get(p.name, NO_REASON)}" for p in audit.parameters if p.free}
    yield from _flagged("Free", free)
    yield from _flagged("Jumps", {p.name: p.jumps for p in audit.parameters if p.jumps})
    quiet = {p.name: QUIET.get(p.name, NO_REASON) for p in audit.parameters if p.silent}
    yield from _flagged("Changed nothing in these runs", quiet)
    yield "No effect here:\n"
    yield "| because | parameters |"
    yield "|---|---|"
    reasons: dict[str, list[str]] = {}
    for parameter in sorted(audit.parameters, key=lambda p: p.name):
        if parameter.inert:
            reasons.setdefault(parameter.inert, []).append(f"`{parameter.name}`")
    for reason, names in reasons.items():
        yield f"| {reason} | {', '.join(names)} |"
    yield ""


def _flagged(flag: str, named: Mapping[str, str]) -> Iterator[str]:
    if not named:
        yield f"{flag}: none.\n"
        return
    yield f"{flag}:\n"
    for name, words in sorted(named.items()):
        yield f"- `{name}`: {words}"
    yield ""
