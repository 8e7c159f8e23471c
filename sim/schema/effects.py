"""Effects: which parameters do nothing in a plan, and why.

Many parameters matter only where something else is on: a price where somebody pays, a hub's attention where
there is a hub. `SWITCHES` says so once, beside the parameters: each switch names what does nothing while it
is off. A parameter is without effect if it is so in every phase, for the treated of every experiment, too.

The rules are read off the processes, and a test runs them: with a parameter named here at either end of its
range, a run is the same to the last bit.

Long, because it is one table: every switch is declared here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from kith.sim.schema.parameter_set import Parameters, field_of
from kith.sim.schema.plan import Plan

QUARTER = 90
"days between decisions of a council"
PRICED = ("subscription", "fee")


@dataclass(frozen=True)
class Switch:
    """While `off`, the parameters `names` (of one section, in words) do nothing, because of `why`."""

    names: str
    off: Callable[[Parameters, Plan], bool]
    why: str
    "a clause that can follow `it has no effect here:`; `{model}` stands for the business model"


def why_inert(plan: Plan, name: str) -> str | None:
    """Why a parameter has no effect in a plan, as a clause; None if it has, as far as the rules know.

    Raises `ParameterError` for an unknown name.
    """
    field_of(name)
    return _reason(plan, name, _everywhere(plan))


def inert(plan: Plan) -> dict[str, str]:
    """Every parameter without effect in a plan, with the reason."""
    everywhere = _everywhere(plan)
    reasons = {name: _reason(plan, name, everywhere) for name in _by_name()}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def _reason(plan: Plan, name: str, everywhere: list[Parameters]) -> str | None:
    """The reason in the first phase, if there is one in each."""
    reasons = []
    for parameters in everywhere:
        switch = next((switch for switch in _by_name().get(name, ()) if switch.off(parameters, plan)), None)
        if switch is None:
            return None
        reasons.append(switch.why.format(model=parameters.monetisation.model))
    return reasons[0]


def _everywhere(plan: Plan) -> list[Parameters]:
    """The parameters of each phase, and of whom experiments treat in it."""
    phases = [parameters for _, parameters in plan.phases]
    return [*phases, *(e.applied(parameters) for parameters in phases for e in plan.experiments)]


@cache
def _by_name() -> dict[str, list[Switch]]:
    """The switches of each parameter, in the order of the table."""
    out: dict[str, list[Switch]] = {}
    for switch in SWITCHES:
        for name in switch.names.split():
            out.setdefault(name, []).append(switch)
    return out


# -- conditions -------------------------------------------------------------------------------


def _shocks(plan: Plan, kind: str) -> bool:
    return any(shock.kind == kind for shock in plan.shocks)


def _unpaid(p: Parameters) -> bool:
    """No contribution is paid for, so that nothing moves norms toward the market."""
    return p.incentives.cash_per_contribution == 0.0 and p.incentives.revenue_share == 0.0


def _no_rewards(p: Parameters) -> bool:
    unrewarded = p.referral.reward_giver == 0.0 and p.referral.reward_receiver == 0.0
    return _unpaid(p) and p.incentives.equity_points == 0 and (unrewarded or _nobody_invites(p))


def _nobody_invites(p: Parameters) -> bool:
    return p.referral.invites_per_month == 0.0


def _unthanked(p: Parameters) -> bool:
    thanked = p.incentives.recognition > 0.0 or p.referral.thanks > 0.0
    return not thanked and p.incentives.badges == 0.0 and p.referral.badges == 0.0


def _no_upkeep(p: Parameters) -> bool:
    badges = p.incentives.badges + p.referral.badges + p.incentives.leaderboard
    heirs = p.governance.succession if p.affiliation.hub > 0.0 else 0.0
    return p.contribution.rules_visible + badges + heirs == 0.0


def _no_posts_of_hubs(p: Parameters) -> bool:
    return p.affiliation.hub == 0.0 or p.affiliation.hub_posts == 0.0


def _no_teamwork(p: Parameters, plan: Plan) -> bool:
    unthanked = p.incentives.recognition == 0.0 and p.referral.thanks == 0.0
    plain = p.contribution.onboarding <= 1.0 and p.affiliation.identity <= 0.5
    silent = p.governance.voice == 0.0 and _no_posts_of_hubs(p)
    apart = p.organisation.staff == 0.0 or p.organisation.staff_bond == 0.0
    return unthanked and plain and silent and apart and _no_upkeep(p) and p.affiliation.form == "open"


def _no_votes(p: Parameters) -> bool:
    return p.governance.voice == 0.0 and p.governance.council_size == 0


def _no_harassment(p: Parameters) -> bool:
    return p.governance.harassment_rate == 0.0 or p.affiliation.identity == 1.0


def _nothing_unwanted(p: Parameters, plan: Plan) -> bool:
    g = p.governance
    return g.unwanted_share == 0.0 and g.unwanted_by_size == 0.0 and not _shocks(plan, "spam_wave")


def _joins_are_given(p: Parameters, plan: Plan) -> bool:
    return plan.arrivals is not None and plan.arrivals.replaces_acquisition


def _no_ties(p: Parameters, plan: Plan) -> bool:
    """Nothing ties members to each other: neither the design, nor events, nor what founders bring along."""
    brought = plan.network is not None or plan.founding is not None
    return p.affiliation.peers == 0.0 and p.governance.events_per_month == 0.0 and not brought


def _cheap_touches(p: Parameters) -> bool:
    a = p.acquisition
    return a.paid_budget <= a.cac_reference and a.cac_floor >= 1.0


# -- the table --------------------------------------------------------------------------------

SWITCHES: tuple[Switch, ...] = (
    # money
    Switch(
        "monetisation.price value.price_weight monetisation.dormant_lapse monetisation.worth_gain",
        lambda p, _: p.monetisation.model not in PRICED,
        "nobody pays a price while monetisation.model is {model}",
    ),
    Switch("value.price_weight", lambda p, _: p.monetisation.price == 0.0, "the price is 0"),
    Switch(
        "monetisation.conversion monetisation.rung_gain monetisation.lapse_rate monetisation.satisfaction_gain "
        "monetisation.belonging_gain",
        lambda p, _: p.monetisation.model != "subscription",
        "nobody subscribes while monetisation.model is {model}",
    ),
    Switch(
        "monetisation.rung_gain monetisation.lapse_rate monetisation.satisfaction_gain monetisation.belonging_gain",
        lambda p, _: p.monetisation.conversion == 0.0,
        "nobody subscribes: monetisation.conversion is 0",
    ),
    Switch(
        "monetisation.ad_load monetisation.ad_revenue monetisation.ad_slope monetisation.ad_quick "
        "monetisation.ad_time monetisation.ad_aversion_spread monetisation.ad_wear monetisation.ad_distrust",
        lambda p, _: p.monetisation.model != "ads",
        "no ads are shown while monetisation.model is {model}",
    ),
    Switch(
        "monetisation.ad_revenue monetisation.ad_slope monetisation.ad_quick monetisation.ad_time "
        "monetisation.ad_aversion_spread monetisation.ad_wear monetisation.ad_distrust",
        lambda p, _: p.monetisation.ad_load == 0.0,
        "no ads are shown: monetisation.ad_load is 0",
    ),
    Switch(
        "monetisation.ad_quick",
        lambda p, _: p.monetisation.ad_slope == 0.0,
        "ads cost no visits at once: monetisation.ad_slope is 0",
    ),
    Switch(
        "monetisation.ad_time monetisation.ad_aversion_spread",
        lambda p, _: p.monetisation.ad_slope == p.monetisation.ad_wear == p.monetisation.ad_distrust == 0.0,
        "ads annoy nobody: monetisation.ad_slope, ad_wear and ad_distrust are 0",
    ),
    Switch(
        "monetisation.take_rate monetisation.deals_value monetisation.leak_from monetisation.leak_slope "
        "monetisation.take_burden monetisation.deal_gain",
        lambda p, _: p.monetisation.model != "marketplace",
        "there are no deals while monetisation.model is {model}",
    ),
    Switch(
        "monetisation.leak_slope",
        lambda p, _: p.monetisation.take_rate <= p.monetisation.leak_from,
        "no deals leave: monetisation.take_rate is not above monetisation.leak_from",
    ),
    Switch(
        "monetisation.take_burden",
        lambda p, _: p.monetisation.take_rate == 0.0 or p.value.match == 0.0,
        "a take lowers no value: monetisation.take_rate or value.match is 0",
    ),
    Switch(
        "monetisation.deal_gain",
        lambda p, _: p.monetisation.take_rate == 0.0 or p.monetisation.deals_value == 0.0,
        "deals earn nothing: monetisation.take_rate or monetisation.deals_value is 0",
    ),
    Switch(
        "monetisation.goods_share_digital",
        lambda p, _: p.monetisation.model == "none",
        "there is no digital revenue while monetisation.model is {model}",
    ),
    Switch(
        "monetisation.outside_buyers monetisation.product_days monetisation.product_gain monetisation.product_reference",
        lambda p, _: p.monetisation.product_spend == 0.0,
        "nobody buys the product: monetisation.product_spend is 0",
    ),
    Switch(
        "monetisation.product_reference",
        lambda p, _: p.monetisation.product_gain == 0.0,
        "spending does not go with quality and fit: monetisation.product_gain is 0",
    ),
    Switch(
        "monetisation.goods_share_product",
        lambda p, _: p.monetisation.product_spend == 0.0 and p.organisation.lead_value == 0.0,
        "nothing but the business model earns: monetisation.product_spend and organisation.lead_value are 0",
    ),
    Switch(
        "organisation.steering",
        lambda p, _: p.monetisation.model == "none",
        "no business model pulls at management while monetisation.model is {model}",
    ),
    Switch(
        "organisation.steering",
        lambda p, _: p.governance.voice == 1.0,
        "members decide: governance.voice is 1",
    ),
    Switch(
        "organisation.lead_rate",
        lambda p, _: p.organisation.lead_value == 0.0,
        "there is nothing to sell to leads: organisation.lead_value is 0",
    ),
    Switch(
        "organisation.selling_weight",
        lambda p, _: p.organisation.selling == 0.0,
        "nobody sells inside the community: organisation.selling is 0",
    ),
    Switch(
        "organisation.deflection organisation.ticket_cost",
        lambda p, _: p.organisation.tickets_per_month == 0.0,
        "nobody asks for support: organisation.tickets_per_month is 0",
    ),
    Switch(
        "organisation.deflection organisation.tickets_per_month",
        lambda p, _: p.organisation.ticket_cost == 0.0,
        "support costs nothing: organisation.ticket_cost is 0",
    ),
    # the organisation
    Switch(
        "organisation.work_wage",
        _no_teamwork,
        "the team has decided on nothing that takes its hours",
    ),
    Switch(
        "organisation.voice_hours organisation.upkeep_hours organisation.bond_hours organisation.thanks_minutes "
        "organisation.welcome_minutes organisation.group_minutes organisation.check_minutes "
        "organisation.post_minutes",
        lambda p, _: p.organisation.work_wage == 0.0,
        "an hour of the team's work costs nothing: organisation.work_wage is 0",
    ),
    Switch(
        "organisation.voice_hours",
        lambda p, _: p.governance.voice == 0.0,
        "members have no voice: governance.voice is 0",
    ),
    Switch(
        "organisation.upkeep_hours",
        lambda p, _: _no_upkeep(p),
        "there are no visible rules, badges, leaderboard or rule of succession",
    ),
    Switch(
        "organisation.bond_hours",
        lambda p, _: p.organisation.staff == 0.0 or p.organisation.staff_bond == 0.0,
        "there are no staff with a bond among them: organisation.staff or staff_bond is 0",
    ),
    Switch(
        "organisation.thanks_minutes",
        lambda p, _: p.incentives.recognition == 0.0 and p.referral.thanks == 0.0,
        "nobody is thanked: incentives.recognition and referral.thanks are 0",
    ),
    Switch(
        "organisation.welcome_minutes",
        lambda p, _: p.contribution.onboarding <= 1.0,
        "newcomers get a plain welcome: contribution.onboarding is not above 1",
    ),
    Switch(
        "organisation.group_minutes",
        lambda p, _: p.affiliation.form == "open",
        "people meet in the open: affiliation.form is open",
    ),
    Switch(
        "organisation.check_minutes",
        lambda p, _: p.affiliation.identity <= 0.5,
        "nobody checks names: affiliation.identity is not above that of a handle",
    ),
    Switch(
        "organisation.post_minutes",
        lambda p, _: _no_posts_of_hubs(p),
        "no hub posts: affiliation.hub or affiliation.hub_posts is 0",
    ),
    Switch(
        "organisation.staff_cost organisation.staff_replies organisation.staff_bond organisation.staff_useful "
        "organisation.staff_welcome organisation.staff_introduce organisation.staff_curate "
        "organisation.staff_listen organisation.welcome_step organisation.curation_gain "
        "organisation.listening_gain",
        lambda p, _: p.organisation.staff == 0.0,
        "there is no staff: organisation.staff is 0",
    ),
    Switch(
        "organisation.welcome_step",
        lambda p, _: p.organisation.staff_welcome == 0.0,
        "staff welcome nobody: organisation.staff_welcome is 0",
    ),
    Switch(
        "organisation.curation_gain",
        lambda p, _: p.organisation.staff_curate == 0.0,
        "staff tend nothing: organisation.staff_curate is 0",
    ),
    Switch(
        "organisation.listening_gain",
        lambda p, _: p.organisation.staff_listen == 0.0,
        "staff carry no ideas: organisation.staff_listen is 0",
    ),
    Switch(
        "organisation.measurement_cost organisation.budget_floor organisation.investment_share",
        lambda p, _: p.organisation.investment_response == 0.0,
        "the budget does not follow returns: organisation.investment_response is 0",
    ),
    Switch(
        "organisation.measurement_cost",
        lambda p, _: p.organisation.measurement == 0.0,
        "nothing is measured: organisation.measurement is 0",
    ),
    Switch(
        "organisation.feedback_gain organisation.feedback_scale organisation.listening_gain",
        lambda p, _: p.organisation.quality == 1.0,
        "quality cannot rise: organisation.quality is 1",
    ),
    Switch(
        "organisation.proof_scale",
        lambda p, _: p.organisation.proof_gain == 0.0,
        "nobody looks at the size of the community: organisation.proof_gain is 0",
    ),
    # the hub
    Switch(
        "affiliation.hubs affiliation.hub_posts affiliation.hub_attention value.hub bonding.hub_step "
        "bonding.hub_half_life bonding.hub_weight visiting.hub_gain acquisition.hub_reach "
        "organisation.hub_cost governance.succession governance.succession_chance",
        lambda p, _: p.affiliation.hub == 0.0,
        "there is no hub: affiliation.hub is 0",
    ),
    Switch(
        "governance.succession_chance",
        lambda _, plan: not _shocks(plan, "hub_departs"),
        "no hub leaves in this scenario",
    ),
    Switch(
        "governance.succession_chance",
        lambda p, _: p.governance.succession == 0.0,
        "nobody may follow a hub: governance.succession is 0",
    ),
    # activity and peers
    Switch(
        "bonding.activity_step bonding.identity_weight visiting.identity_gain governance.voice_identity "
        "bonding.activity_half_life",
        lambda p, _: p.affiliation.activity == 0.0,
        "nobody ties to the activity: affiliation.activity is 0",
    ),
    Switch(
        "contribution.exchange_rate contribution.exchange_alone contribution.exchange_scale "
        "contribution.exchange_max contribution.exchange_exponent bonding.existing_share "
        "bonding.triadic_share bonding.visible_share bonding.homophily bonding.degree_exponent "
        "bonding.strength_step bonding.first_strength affiliation.identity_gain affiliation.lasting "
        "affiliation.group_size affiliation.mate_share referral.tie_strength",
        lambda p, _: p.affiliation.peers == 0.0,
        "members do not tie to each other: affiliation.peers is 0",
    ),
    Switch(
        "value.peers value.tie_scale visiting.bond_gain bonding.tie_half_life bonding.removal_rate "
        "bonding.drop_below bonding.capacity_min bonding.capacity_shape bonding.ties_weight churn.contagion "
        "churn.contagion_half_life churn.contagion_saturation churn.contagion_weak "
        "contribution.reply_to_connected",
        _no_ties,
        "nobody has ties: affiliation.peers is 0",
    ),
    Switch(
        "contribution.exchange_scale",
        lambda p, _: p.contribution.exchange_alone == 1.0,
        "exchanges need no talk: contribution.exchange_alone is 1",
    ),
    Switch(
        "affiliation.group_size affiliation.lasting affiliation.mate_share contribution.room_gain",
        lambda p, _: p.affiliation.form == "open",
        "people meet in the open: affiliation.form is open",
    ),
    Switch(
        "affiliation.group_size",
        lambda p, _: p.affiliation.form == "matching",
        "people are matched one to one: affiliation.form is matching",
    ),
    Switch(
        "affiliation.group_size affiliation.lasting",
        lambda p, _: p.affiliation.mate_share == 0.0,
        "nobody meets in the group: affiliation.mate_share is 0",
    ),
    Switch(
        "affiliation.identity_gain",
        lambda p, _: p.affiliation.identity == 0.5,
        "a handle is the reference: affiliation.identity is 0.5",
    ),
    # what a visit is worth
    Switch(
        "value.match_gain",
        lambda p, _: p.value.match == 0.0 and p.monetisation.model != "marketplace",
        "nobody looks for another side: value.match is 0",
    ),
    Switch(
        "value.fresh_scale",
        lambda p, _: p.value.fresh_share == 0.0 or p.value.content == 0.0,
        "what is new is worth nothing: value.fresh_share or value.content is 0",
    ),
    Switch(
        "platform.overload_from",
        lambda p, _: p.platform.overload_weight == 0.0,
        "nothing tires: platform.overload_weight is 0",
    ),
    # incentives
    Switch(
        "incentives.crowding incentives.crowding_from incentives.cue_step incentives.norm_recovery "
        "incentives.cash_gain incentives.cash_scale governance.unwanted_by_money incentives.recognition_norm",
        lambda p, _: _unpaid(p),
        "no contribution is paid: incentives.cash_per_contribution and revenue_share are 0",
    ),
    Switch(
        "incentives.unfairness_tolerance incentives.unfairness_weight churn.unfairness",
        lambda p, _: _no_rewards(p),
        "nobody is rewarded, so that nothing is unfair",
    ),
    Switch(
        "incentives.recognition_step contribution.recognition_gain referral.recognition_gain "
        "bonding.recognition_weight",
        lambda p, _: _unthanked(p),
        "nobody is thanked in public, and there are no badges",
    ),
    Switch(
        "incentives.recognition_norm",
        lambda p, _: p.incentives.recognition == 0.0 and p.referral.thanks == 0.0,
        "nobody is thanked in public",
    ),
    Switch(
        "incentives.progressive",
        lambda p, _: p.incentives.recognition == 0.0 and p.incentives.revenue_share == 0.0,
        "there is nothing to share out: incentives.recognition and revenue_share are 0",
    ),
    Switch(
        "incentives.badge_gain incentives.badge_responders incentives.badge_levels",
        lambda p, _: p.incentives.badges == 0.0 and p.referral.badges == 0.0,
        "there are no badges: incentives.badges and referral.badges are 0",
    ),
    Switch(
        "incentives.leaderboard_below incentives.leaderboard_above",
        lambda p, _: p.incentives.leaderboard == 0.0,
        "there is no leaderboard: incentives.leaderboard is 0",
    ),
    Switch(
        "incentives.equity_grant incentives.equity_loyalty",
        lambda p, _: p.incentives.equity_points == 0,
        "nobody becomes an owner: incentives.equity_points is 0",
    ),
    # invitations and acquisition
    Switch(
        "referral.conversion referral.delay referral.dispersion referral.softness referral.fit_weight "
        "referral.follow referral.recognition_gain referral.thanks referral.fatigue "
        "referral.binding referral.reward_giver referral.reward_receiver referral.reward_kind "
        "referral.reward_scale referral.reward_odds_weak referral.reward_odds_strong referral.in_kind_odds "
        "referral.seen_discount referral.tie_strength acquisition.reinforcement_2 "
        "acquisition.reinforcement_3 acquisition.reinforcement_4",
        lambda p, _: _nobody_invites(p),
        "nobody invites: referral.invites_per_month is 0",
    ),
    Switch(
        "referral.reward_kind referral.reward_scale referral.reward_odds_weak referral.reward_odds_strong "
        "referral.in_kind_odds",
        lambda p, _: p.referral.reward_giver == 0.0 and p.referral.reward_receiver == 0.0,
        "invitations are not rewarded: referral.reward_giver and reward_receiver are 0",
    ),
    Switch(
        "referral.in_kind_odds",
        lambda p, _: p.referral.reward_kind == "cash",
        "rewards are paid in cash: referral.reward_kind is cash",
    ),
    Switch(
        "referral.seen_discount",
        lambda p, _: p.referral.reward_receiver >= p.referral.reward_giver,
        "an inviter receives no more than the invited",
    ),
    Switch(
        "acquisition.external_rate acquisition.imitation_rate acquisition.imitation_basis acquisition.hub_reach "
        "acquisition.search_rate acquisition.stories_gain acquisition.join_on_touch "
        "acquisition.follower_conversion acquisition.return_rate acquisition.cac acquisition.cac_exponent "
        "acquisition.cac_reference acquisition.cac_floor organisation.advocacy_gain "
        "organisation.advocacy_reach referral.conversion",
        _joins_are_given,
        "joins are given, and replace acquisition",
    ),
    Switch(
        "acquisition.cac acquisition.cac_exponent acquisition.cac_reference acquisition.cac_floor "
        "organisation.advocacy_gain",
        lambda p, _: p.acquisition.paid_budget == 0.0,
        "nothing is spent on paid acquisition: acquisition.paid_budget is 0",
    ),
    Switch(
        "acquisition.cac_exponent",
        lambda p, _: _cheap_touches(p),
        "a touch costs acquisition.cac up to acquisition.cac_reference of spending",
    ),
    Switch(
        "organisation.advocacy_reach",
        lambda p, _: p.acquisition.external_rate == 0.0,
        "nobody hears from outside: acquisition.external_rate is 0",
    ),
    Switch(
        "acquisition.imitation_basis",
        lambda p, _: p.acquisition.imitation_rate == 0.0,
        "nobody imitates: acquisition.imitation_rate is 0",
    ),
    Switch(
        "acquisition.bad_news_half_life",
        lambda p, _: p.acquisition.bad_news_weight == 0.0,
        "bad news moves nobody: acquisition.bad_news_weight is 0",
    ),
    # contributions
    Switch(
        "contribution.rules_gain governance.chosen_rules",
        lambda p, _: p.contribution.rules_visible == 0.0,
        "there are no visible rules: contribution.rules_visible is 0",
    ),
    Switch(
        "contribution.burst_half_life",
        lambda p, _: p.contribution.burst_gain == 0.0 and p.visiting.burst_gain == 0.0,
        "nothing comes in bursts: contribution.burst_gain and visiting.burst_gain are 0",
    ),
    Switch(
        "contribution.first_week_exponent",
        lambda p, _: p.contribution.first_week_gain == 0.0,
        "the first week brings no contribution: contribution.first_week_gain is 0",
    ),
    Switch(
        "contribution.reply_crowd contribution.reply_size_elasticity contribution.reply_to_connected "
        "contribution.reply_generosity",
        lambda p, _: p.contribution.reply_ceiling == 0.0,
        "members answer nobody: contribution.reply_ceiling is 0",
    ),
    # moderation, voice, events
    Switch(
        "governance.moderation_wage governance.items_per_hour",
        lambda p, _: p.governance.moderation_hours == 0.0,
        "nobody moderates: governance.moderation_hours is 0",
    ),
    Switch(
        "governance.items_per_hour governance.unwanted_half_life governance.unwanted_weight "
        "governance.unwanted_by_money",
        _nothing_unwanted,
        "nothing unwanted arrives",
    ),
    Switch(
        "governance.unwanted_by_money",
        lambda p, _: p.governance.unwanted_share == 0.0,
        "no item draws unwanted ones: governance.unwanted_share is 0",
    ),
    Switch(
        "governance.false_positive_rate",
        lambda p, _: p.governance.filter_strength == 0.0,
        "there is no filter: governance.filter_strength is 0",
    ),
    Switch(
        "governance.rejection_loss",
        lambda p, _: p.governance.filter_strength == 0.0 or p.governance.false_positive_rate == 0.0,
        "no post is rejected wrongly",
    ),
    Switch(
        "governance.harassment_half_life governance.harassment_weight",
        lambda p, _: _no_harassment(p),
        "nobody is harassed: governance.harassment_rate is 0, or affiliation.identity is 1",
    ),
    Switch(
        "governance.harassment_rate",
        lambda p, _: p.affiliation.identity == 1.0,
        "nobody harasses under a real name: affiliation.identity is 1",
    ),
    Switch(
        "governance.voice_hazard governance.voice_identity governance.council_step governance.chosen_rules",
        lambda p, _: p.governance.voice == 0.0,
        "members have no voice: governance.voice is 0",
    ),
    Switch(
        "governance.transparency governance.ignored_hazard",
        lambda p, _: _no_votes(p),
        "there are no votes: governance.voice and council_size are 0",
    ),
    Switch(
        "governance.ignored_hazard",
        lambda p, _: p.governance.voice == 1.0,
        "no vote is ignored: governance.voice is 1",
    ),
    Switch(
        "governance.drift",
        lambda p, _: p.governance.voice == 1.0,
        "members decide: governance.voice is 1",
    ),
    Switch(
        "governance.council_size governance.council_step governance.transparency governance.ignored_hazard "
        "governance.drift",
        lambda _, plan: plan.days < QUARTER,
        "a run this short ends before the first vote, on day 90",
    ),
    Switch(
        "governance.settlement governance.dispute_weight governance.chosen_rules",
        lambda p, _: p.governance.dispute_rate == 0.0,
        "there are no disputes: governance.dispute_rate is 0",
    ),
    Switch(
        "governance.event_attendance governance.event_cost governance.event_tie governance.event_fade",
        lambda p, _: p.governance.events_per_month == 0.0,
        "there are no offline events: governance.events_per_month is 0",
    ),
    # leaving and falling silent
    Switch(
        "churn.competitor_shield",
        lambda _, plan: not _shocks(plan, "competitor"),
        "no competitor appears in this scenario",
    ),
    Switch(
        "churn.contagion_half_life churn.contagion_saturation churn.contagion_weak",
        lambda p, _: p.churn.contagion == 0.0,
        "nobody follows leavers: churn.contagion is 0",
    ),
    Switch(
        "dormancy.winback_calls dormancy.winback_cost dormancy.winback_unsubscribe",
        lambda p, _: p.dormancy.winback_per_month == 0.0,
        "no messages are sent to dormant members: dormancy.winback_per_month is 0",
    ),
    Switch(
        "dormancy.waking_rate dormancy.waking_scale dormancy.waking_exponent dormancy.call_gain "
        "dormancy.cleanup_rate dormancy.tenure_half_life dormancy.winback_per_month dormancy.winback_calls "
        "dormancy.winback_cost dormancy.winback_unsubscribe monetisation.dormant_lapse",
        lambda p, _: p.dormancy.formal_share == 1.0,
        "nobody falls silent: dormancy.formal_share is 1",
    ),
    Switch(
        "dormancy.waking_scale dormancy.waking_exponent dormancy.call_gain dormancy.winback_calls "
        "dormancy.tenure_half_life",
        lambda p, _: p.dormancy.waking_rate == 0.0,
        "nobody wakes: dormancy.waking_rate is 0",
    ),
    Switch(
        "dormancy.winback_calls",
        lambda p, _: p.dormancy.call_gain == 0.0,
        "calls wake nobody: dormancy.call_gain is 0",
    ),
)

__all__ = ["SWITCHES", "Switch", "inert", "why_inert"]
