"""Sections: every parameter of the model, declared once with type, default, range, unit, help and source.

One frozen section per process, in the order of a day. Sources name rows of `docs/explanation/science.md` (ids such
as RET-cont) with their publication; `assumed: …` says why a number without evidence was chosen.

Long, because it is one table: every parameter is declared here and nowhere else.
"""

from typing import Annotated, Literal

from pydantic import Field

from kith.sim.schema.fields import Section, choice, half_life, per_day, quantity, share


# fmt: off
class Market(Section):
    """Everyone who could ever join, and their acquaintances outside; read by `kith.sim.state.market`."""

    size: Annotated[int, Field(ge=10, le=50_000_000)] = quantity(
        20_000, "people who could ever join", unit="people", low=10, high=50_000_000,
        source="assumed: a niche of a mid-sized town or product")
    founders: Annotated[int, Field(ge=0)] = quantity(
        1_000, "settled members on day 0", unit="people", high=50_000_000,
        source="assumed: 5 % of the market, past the critical size (NE-crit)")
    founders_are: Literal["settled", "newcomers"] = choice(
        "settled", "founders are long settled, with tenure, habit, bonds and ties, or join on day 0 as newcomers do")
    acquaintances: Literal["ring", "everyone", "graph"] = choice(
        "ring", "acquaintances outside the community: neighbours on a ring (most near, some far), everyone, or a graph")
    near: Annotated[int, Field(ge=2, le=400)] = quantity(
        130, "acquaintances nearby on the ring", unit="people", low=2, high=400,
        source="TIE-dun: about 150 acquaintances (Dunbar 2020, doi:10.1098/rspa.2020.0446); split assumed")
    far: Annotated[int, Field(ge=0, le=100)] = quantity(
        20, "acquaintances anywhere in the market: weak ties", unit="people", high=100,
        source="assumed: a seventh of the acquaintances are bridges")
    interest_similarity: float = share(
        0.6, "correlation of interest between ring neighbours",
        source="assumed: homophily among acquaintances (TIE-hom: McPherson et al. 2001, sign only)")
    fit_width: float = quantity(
        0.35, "width of the purpose's appeal in interest space (standard deviation)", unit="interest",
        low=0.01, high=100.0, source="assumed: two thirds of people fit a central purpose at half strength or more")
    eagerness: float = quantity(
        0.0, "how much sooner those come who have more time and more to contribute: log hazard of joining per standard "
        "deviation of either", unit="-", high=5.0,
        source="assumed: off; .9 in two logs of which everybody came in the end (LIFE-early), but rates and hours of "
               "the library are those of people who have come")


class Affiliation(Section):
    """How strongly the design supports ties to the activity, to a hub and among members."""

    activity: float = share(0.6, "tie to the activity: identity (pool)", unit="strength",
                            source="assumed: a choice of design")
    hub: float = share(0.0, "tie to a central figure (hub)", unit="strength",
                       source="assumed: a choice of design")
    hubs: Annotated[int, Field(ge=1, le=1000)] = quantity(
        1, "central figures, each with its own followers; no effect while affiliation.hub is 0", unit="hubs", low=1,
        high=1000, source="assumed: a choice of design")
    hub_posts: float = quantity(
        0.0, "useful items that each present hub posts", unit="items/day", high=1000.0,
        source="assumed: none; what a creator posts is a choice of design")
    hub_attention: float = quantity(
        3000.0, "active followers of a hub at which a visit binds to it half as fast; 0 = attention without limit",
        unit="members", high=1e8, source="assumed: a figure answers some thousands of followers at best; half as much of it for each from there on")
    peers: float = share(0.5, "ties to each other (web)", unit="strength",
                         source="assumed: a choice of design")
    form: Literal["open", "groups", "matching"] = choice(
        "open", "how strangers meet: in the open, in curated small groups, or matched one to one")
    group_size: Annotated[int, Field(ge=2, le=1000)] = quantity(
        15, "active members per curated group", unit="members", low=2, high=1000,
        source="TIE-dun: the layer of fifteen")
    lasting: Literal["lasting", "monthly"] = choice(
        "lasting", "whether groups and matches persist or are redrawn each month")
    mate_share: float = share(0.7, "share of new encounters with a group mate or a match, if the design has them", source="assumed: a choice of design")
    identity: float = share(0.5, "identity of members: 0 anonymous, 1 real name", unit="strength",
                            source="assumed: a handle that lasts")
    identity_gain: float = share(0.3, "difference in tie growth between a handle and a real name", unit="ratio",
                                 source="assumed: names carry trust; sign only")


class Platform(Section):
    """What a visit shows; read by `kith.sim.processes.visit`."""

    feed_share: float = share(0.3, "share of new items shown at a visit",
                              source="assumed: a feed with moderate curation")
    feed_days: Annotated[int, Field(ge=0, le=3650)] = quantity(
        30, "days that a feed reaches back: older items neither please nor tire who returns; 0 = to the last visit",
        unit="days", high=3650, source="assumed: a month; who has been away longer does not read further back")
    overload_from: float = quantity(100.0, "items per visit above which overload begins", unit="items",
                                    low=1.0, high=1e6, source="NE-over: Lc 30-200 items per visit",
                                    prior=(100.0, 30.0, 200.0))
    overload_weight: float = quantity(0.1, "value lost per unit of ln(items / overload_from)", unit="value",
                                      high=10.0, source="NE-over: sign only (Jones, Ravid & Rafaeli 2004); size assumed")


class Value(Section):
    """Where the value of a visit comes from; weights are not renormalised."""

    product: float = share(0.4, "weight of the product itself", unit="value",
                           source="assumed: sketch value")
    content: float = share(0.25, "weight of the content stock", unit="value",
                           source="assumed: sketch value")
    match: float = share(0.0, "weight of liquidity on the other side (marketplace)", unit="value",
                         source="assumed: a choice of design")
    peers: float = share(0.35, "weight of tied peers who have visited recently", unit="value",
                         source="assumed: sketch value")
    hub: float = share(0.55, "weight of the hub, for members bonded to it", unit="value",
                       source="assumed: sketch value")
    content_half_life: float = half_life(180.0, "half-life of useful content",
                                         source="CON-dec: 30 d chat, 720 d Q&A; between",
                                         prior=(180.0, 7.0, 1800.0))
    content_scale: float = quantity(0.0, "useful items per active member at which content gives half its value; with stock_scale above 0 the scales add up",
                                    unit="items", high=1e4, source="assumed: sketch value")
    stock_scale: float = quantity(200.0, "useful items, whatever the size, at which the stock of content gives half its value; 0 = by the head alone",
                                  unit="items", high=1e8, source="assumed: some hundreds of answers cover half of what is asked; the place of a critical mass depends on it, its shape does not")
    fresh_share: float = share(0.5, "share of the content's weight that lies in what is new since the last visit, the rest in the stock",
                               source="assumed: half of what content is worth is what is new, half what can be looked up")
    fresh_scale: float = quantity(3.0, "new fitting items shown at a visit that give half the value of what is new", unit="items",
                                  low=0.01, high=1e4, source="assumed: a visit of a quarter of an hour is half filled by three")
    replies: float = share(0.15, "weight of having been answered and thanked lately (reciprocity)", unit="value",
                           source="assumed: a good half of what content is worth; sign: ACT-reply")
    useful_share: float = share(0.6, "share of posts and answers that others can use later",
                                source="assumed: r of CON-dec")
    tie_scale: float = quantity(1.5, "T0: total tie strength at which ties reach 63 % of their effect on value, belonging and norms", unit="strength",
                                low=0.01, high=100.0, source="assumed: about five medium ties")
    match_gain: float = share(0.3, "a in liquidity 1 - (1 + n)^-a, with n active members on the other side",
                              unit="-", source="NE-cross: 0.1-0.8 (Rochet & Tirole 2003), form assumed")
    fit_weight: float = share(0.1, "value lost by a member whom the purpose does not fit at all", unit="value",
                              source="assumed: smaller than any source of value")
    price_weight: float = share(0.1, "value lost when the price equals the willingness to pay", unit="value",
                                source="assumed: an adequate price costs a tenth of the scale")


class Governance(Section):
    """Moderation, voice, events, succession; read by `kith.sim.processes.govern`."""

    moderation_hours: float = quantity(0.02, "hours of moderation per day", unit="hours/day", high=1e5,
                                       source="MOD-hrs: 0.5 h per 1,000 posts (Li, Hecht & Chancellor 2022), with reserve")
    moderation_wage: float = quantity(20.0, "cost of an hour of moderation", unit="EUR/hour", high=1e4,
                                      source="MOD-hrs: $20 an hour")
    items_per_hour: float = quantity(60.0, "unwanted items that an hour of moderation removes", unit="items/hour",
                                     low=0.01, high=1e5, source="assumed: one a minute")
    filter_strength: float = share(0.5, "share of unwanted items that a filter stops at once",
                                   source="assumed: a plain filter")
    false_positive_rate: float = share(0.02, "share of posts that a filter at full strength rejects wrongly",
                                       source="MOD-U: optimum about 2-5 %")
    unwanted_share: float = share(0.02, "unwanted items per posted item", unit="ratio", source="assumed: sketch value")
    unwanted_by_size: float = quantity(0.5, "unwanted items a day attracted by 1,000 active members", unit="1/day",
                                       high=1e4, source="assumed: visibility draws spam")
    unwanted_by_money: float = quantity(2.0, "relative increase in unwanted items while contributions are paid",
                                        unit="ratio", high=1e3, source="assumed: money on the table draws spam")
    unwanted_half_life: float = half_life(3.0, "half-life of unwanted items that nobody removes",
                                          source="assumed: they scroll away")
    unwanted_weight: float = share(0.5, "value lost when everything shown is unwanted", unit="value",
                                   source="assumed: sketch value .3, scaled to the share shown")
    rejection_loss: float = share(0.3, "belonging and reciprocity lost at a wrong rejection", unit="ratio",
                                  source="MOD-over: survival x0.7 (Halfaker et al. 2013)", prior=(0.3, 0.1, 0.5))
    harassment_rate: float = quantity(0.0005, "hazard of harassment per visit at identity 0.5 without moderation",
                                      unit="1/visit", high=1.0,
                                      source="MOD-har: 41 % ever harassed online (Pew 2017); scale assumed")
    harassment_half_life: float = half_life(30.0, "half-life of the memory of harassment", source="assumed: a month")
    harassment_weight: float = quantity(0.6, "increase in the log hazard of ceasing to come after one exposure", unit="-", high=10.0,
                                        source="MOD-exit: one in ten leaves", prior=(0.6, 0.3, 0.8))
    voice: float = share(0.0, "influence of members' wishes on direction and quality", unit="strength", source="assumed: a choice of design")
    council_size: Annotated[int, Field(ge=0, le=10)] = quantity(
        0, "members of the elected council, 5-10; 0 = none, or 7 where there is a voice", unit="members", high=10,
        source="practitioners' essays: 5-10")
    transparency: float = share(0.5, "how openly decisions are published", unit="strength", source="assumed: a choice of design")
    voice_hazard: float = quantity(0.105, "reduction in the log hazard of ceasing to come at full voice", unit="-", high=5.0,
                                   source="GOV-voice: HR .90 (Hirschman 1970; size assumed)", prior=(0.105, 0.0, 0.288))
    ignored_hazard: float = quantity(0.095, "increase in the log hazard of ceasing to come after a fully ignored vote", unit="-", high=5.0,
                                     source="GOV-ind: HR 1.1", prior=(0.095, 0.0, 0.262))
    voice_identity: float = quantity(0.2, "k: relative increase in the weight of identity at full voice", unit="ratio", high=10.0,
                                     source="GOV-just: r = .4 (Colquitt et al. 2001), halved")
    chosen_rules: float = quantity(1.4, "relative effect of rules chosen by members", unit="ratio", low=1.0, high=5.0,
                                   source="GOV-dem: Dal Bo, Foster & Putterman 2010", prior=(1.4, 1.0, 1.8))
    council_step: float = share(0.3, "share of the gap between direction and the council's wish that a vote closes, at full voice",
                                unit="-", source="assumed: a third of the way a quarter")
    drift: float = share(0.05, "share of the gap between direction and paying members' mean interest that closes per quarter, without voice", unit="-",
                         source="assumed: slow drift to what pays")
    dispute_rate: float = quantity(0.5, "disputes a month per 1,000 active members", unit="1/month", high=1e4,
                                   source="assumed: one in two months")
    settlement: float = quantity(0.5, "rate at which open disputes are settled, without voice or rules", unit="1/month",
                                 high=30.0, source="assumed: they take two months; voice and rules double it")
    dispute_weight: float = share(0.02, "value lost per open dispute among 1,000 active members", unit="value",
                                  source="assumed: small")
    succession: float = share(0.0, "openness of a hub's role to successors", unit="strength", source="assumed: a choice of design")
    succession_chance: float = share(0.41, "probability of a successor, with an open rule and enough ambassadors",
                                     unit="probability", source="HUB-tf: Avelino et al. 2019, arXiv:1906.08058",
                                     prior=(0.41, 0.2, 0.6))
    events_per_month: float = quantity(0.0, "offline events a month", unit="events/month", high=30.0, source="assumed: a choice of design")
    event_attendance: float = share(0.1, "share of active members who come to an event", source="assumed: one in ten")
    event_cost: float = quantity(40.0, "cost per attendee", unit="EUR", high=1e5, source="OFF-cost: $10-200",
                                 prior=(40.0, 10.0, 200.0))
    event_tie: float = share(0.3, "step of tie strength between attendees who meet", unit="-",
                             source="OFF-att: +0.1-0.5", prior=(0.3, 0.1, 0.5))
    event_fade: float = share(0.1, "relative loss of strength in ties between attendees and non-attendees", unit="ratio",
                              source="OFF-non: -30 to 0 %", prior=(0.1, 0.0, 0.3))


class Organisation(Section):
    """The organisation around the community: its qualities, gains and spending."""

    purpose: float = share(1.0, "clarity of purpose", unit="strength", source="assumed: a clear purpose")
    quality: float = share(0.7, "quality of the product", unit="quality", source="assumed: sketch value")
    direction: float = share(0.5, "direction of the purpose in interest space", unit="interest",
                             source="assumed: the middle")
    platform_cost: float = quantity(0.002, "platform cost per visit", unit="EUR", high=1e3,
                                    source="assumed: hosting at about 2 cents per active member-month")
    staff: float = quantity(0.0, "community managers employed", unit="full-time staff", high=1e4,
                            source="assumed: none; COST-span: one per 2,000 active members")
    staff_cost: float = quantity(100_000.0, "loaded cost of a community manager", unit="EUR/year", high=1e6,
                                 source="COST-cm: $100k (70-150)", prior=(100_000.0, 70_000.0, 150_000.0))
    staff_replies: float = quantity(40.0, "posts that a community manager can answer a day", unit="1/day", high=1e4,
                                    source="assumed: ten minutes each")
    staff_bond: float = share(0.5, "staff's own bond to the community: speed and quality of their answers",
                              unit="strength", source="assumed: a choice of organisation")
    staff_useful: float = share(0.6, "share of staff's answers that others can use later", source="assumed: as many as of members' posts and answers (value.useful_share)")
    staff_welcome: float = share(0.2, "share of staff's time for welcoming newcomers; what is not needed goes to answers",
                                 source="assumed: a choice of organisation")
    staff_introduce: float = share(0.2, "share of staff's time for introducing newcomers who know nobody; what is not needed goes to answers",
                                   source="assumed: a choice of organisation")
    staff_curate: float = share(0.2, "share of staff's time for tending what was posted, on top of what answering leaves",
                                source="assumed: a choice of organisation")
    staff_listen: float = share(0.1, "share of staff's time for carrying what members say into the product",
                                source="assumed: a choice of organisation")
    welcome_step: float = share(0.5, "what a welcome gives to a newcomer, relative to a reply", unit="ratio",
                                source="assumed: half; it answers nothing that was asked")
    curation_gain: float = share(0.5, "share of useless posts made useful, and of feed items taken out, where every item is tended", unit="ratio",
                                 source="assumed: half of them can be mended")
    listening_gain: float = share(0.2, "share of the quality gap that ideas can close in addition where staff carry all of them into the product", unit="ratio",
                                  source="assumed: twice what members' ideas do by themselves")
    work_wage: float = quantity(60.0, "loaded cost of an hour of the team's work on voice, rules, badges, thanks, groups, newcomers, names and a hub's posts",
                                unit="EUR/hour", high=1e4, source="COST-cm: $100k a year, by 1,700 hours of work")
    voice_hours: float = quantity(10.0, "hours of work that full voice takes: agenda, votes, minutes; with the square of voice", unit="hours/month", high=1e4,
                                  source="assumed: a quarterly vote and a day a month of listening and answering")
    upkeep_hours: float = quantity(2.0, "hours of work that visible rules, badges, a leaderboard and a deputy for the hub take each at full strength; with the square of it",
                                   unit="hours/month", high=1e4, source="assumed: they stand once made, and are looked after now and then")
    bond_hours: float = quantity(4.0, "hours of work that a full bond among staff takes of each of them; with the square of the bond",
                                 unit="hours/month", high=1e4, source="assumed: half a day a month for each other, beside the members")
    thanks_minutes: float = quantity(0.1, "work for each thanks that the design gives", unit="minutes", high=1e3,
                                     source="assumed: six seconds, to see it and press a button")
    welcome_minutes: float = quantity(2.0, "work for each newcomer at onboarding 2; in proportion to what goes beyond a plain welcome", unit="minutes", high=1e3,
                                      source="assumed: most of it is written once, and some ask back")
    group_minutes: float = quantity(5.0, "work for putting together fifteen active members, in groups or as matches", unit="minutes/month", high=1e4,
                                    source="assumed: a machine proposes, and somebody looks at it")
    check_minutes: float = quantity(1.0, "work for checking the name of each newcomer at identity 1; none for a handle", unit="minutes", high=1e3,
                                    source="assumed: most are checked by machine")
    post_minutes: float = quantity(6.0, "work for each item that a hub posts", unit="minutes", high=1e4,
                                   source="assumed: somebody edits and puts it up; making it is the hub's, paid by organisation.hub_cost")
    measurement: float = share(0.5, "capability to measure the community's return", unit="strength",
                               source="assumed: half of it is measured")
    measurement_cost: float = quantity(500.0, "cost of full measurement, if the budget depends on it",
                                       unit="EUR/month", high=1e6, source="assumed: a tool and an afternoon a week")
    community_budget: float = quantity(0.0, "community budget at the start", unit="EUR/month", high=1e8,
                                       source="assumed: a choice of organisation")
    investment_response: float = share(0.0, "share of the gap between budget and measured return that closes each month; "
                                       "0 = planned spending is always paid in full", unit="-",
                                       source="assumed: a choice of organisation")
    investment_share: float = quantity(1.0, "budget per EUR of measured return", unit="ratio", high=100.0,
                                       source="assumed: spend what comes back")
    budget_floor: float = quantity(0.0, "minimum budget, whatever the return", unit="EUR/month", high=1e8,
                                   source="assumed: none")
    feedback_gain: float = share(0.1, "share of the quality gap that members' ideas can close", unit="ratio",
                                 source="assumed: product and community are one; size unknown")
    feedback_scale: float = quantity(200.0, "useful items a month at which half of that effect is reached", unit="items/month",
                                     low=0.01, high=1e8, source="assumed: a handful a day")
    rnd_value: float = quantity(0.1, "development cost that a useful item saves", unit="EUR", high=1e5,
                                source="assumed: shown separately, never as revenue")
    deflection: float = share(0.1, "share of support tickets that a full content stock makes unnecessary",
                              source="COST-defl2: 3-30 %", prior=(0.1, 0.03, 0.3))
    advocacy_gain: float = share(0.3, "share of the cost of a paid touch saved at full advocacy", unit="ratio",
                                 source="assumed: sign only")
    advocacy_reach: float = share(0.3, "relative increase in external influence at full advocacy", unit="ratio",
                                  source="assumed: sign only")
    proof_gain: float = share(0.3, "maximum relative increase in conversion and price tolerance through social proof", unit="ratio",
                              source="assumed: sign only")
    proof_scale: float = quantity(2_000.0, "active members at which half of the social proof is reached",
                                  unit="members", low=1.0, high=1e8, source="assumed: a busy place")
    selling: float = share(0.0, "intensity of the organisation's selling inside the community", unit="strength",
                           source="assumed: a choice of organisation")
    selling_weight: float = share(0.15, "value lost at full selling intensity", unit="value",
                                  source="assumed: selling hard costs trust")
    lead_rate: float = quantity(0.01, "hazard that a promoter becomes a qualified lead who buys, doubled at full selling intensity",
                                unit="1/month", high=30.0, source="assumed: one in a hundred a month")
    lead_value: float = quantity(0.0, "revenue per sale to a qualified lead", unit="EUR", high=1e6, source="assumed: nothing to sell")
    hub_cost: float = quantity(0.0, "what the organisation pays each present hub", unit="EUR/month", high=1e8,
                               source="assumed: the hub is its own reward")
    steering: float = share(0.01, "monthly step of management toward what the business model rewards", unit="-",
                            source="assumed: a hundredth a month, less with voice")
    attention_price: float = quantity(0.5, "value of an hour of attention to a member", unit="EUR/hour",
                                      high=1e3, source="assumed: below what a member pays for two hours a month")
    tickets_per_month: float = quantity(0.02, "support tickets per active member-month at 8 visits", unit="1/month",
                                        high=30.0, source="assumed: one member in fifty asks per month")
    ticket_cost: float = quantity(8.0, "cost of a support ticket", unit="EUR", high=1e4,
                                  source="COST-tkt: $8.01 per live contact (Gartner 2019, V2)", prior=(8.0, 3.0, 40.0))


class Acquisition(Section):
    """How people outside hear of the community and join; read by `kith.sim.processes.acquire`."""

    external_rate: float = quantity(
        0.03, "Bass external influence p, per person and year", unit="1/year", high=100.0,
        source="ACQ-p: Sultan, Farley & Lehmann 1990 (mean .03/yr, mode .015)", prior=(0.015, 0.001, 0.04))
    imitation_rate: float = quantity(
        0.9, "Bass imitation q, per person and year", unit="1/year", high=100.0,
        source="ACQ-qnet: online services, assumed between 0.4 and 2", prior=(0.9, 0.4, 2.0))
    imitation_basis: Literal["present", "active"] = choice(
        "present", "members who drive imitation by their share of the market: present (Bass) or active",
        source="Bass 1969 counts adopters: present")
    paid_budget: float = quantity(0.0, "spending on paid acquisition", unit="EUR/day", high=1e9,
                                  source="assumed: no paid acquisition")
    cac: float = quantity(5.0, "cost of a paid touch at the reference spend", unit="EUR", low=0.01, high=1e6,
                          source="ACQ-CAC: consumer sign-up $5", prior=(5.0, 1.0, 20.0))
    cac_exponent: float = share(0.3, "g in CAC(s) = cac · (s / reference)^g", unit="-",
                                source="ACQ-CAC': saturation of ad response", prior=(0.3, 0.0, 0.7))
    cac_reference: float = quantity(100.0, "spend at which a paid touch costs `cac`", unit="EUR/day", low=0.01,
                                    high=1e9, source="assumed: a small campaign")
    cac_floor: float = share(1.0, "minimum cost of a paid touch at little spend, relative to `cac`", unit="ratio",
                             source="assumed: none")
    stories_gain: float = quantity(
        0.3, "relative increase in external and paid touches where content is plentiful (at search_scale by half)", unit="ratio",
        high=10.0, source="assumed: plentiful stories carry a message a third further")
    hub_reach: float = quantity(0.05, "hazard of hearing from a present hub, per person and year", unit="1/year",
                                high=100.0, source="assumed: a hub is about as audible as external influence")
    search_rate: float = quantity(0.02, "hazard of finding the content by search when it is plentiful", unit="1/year",
                                  high=100.0, source="assumed: sketch value, the size of external influence")
    search_scale: float = quantity(1000.0, "useful items at which search works at half its rate", unit="items",
                                   low=1.0, high=1e9, source="assumed: a thousand pages are findable")
    join_on_touch: float = share(0.5, "probability that a touched person joins at once, otherwise follows",
                                 source="assumed: half of those who hear look in at once")
    follower_conversion: float = quantity(
        0.05, "hazard that a follower joins after one signal", unit="1/month", high=30.0,
        source="assumed: above the layer table's 1-15 % a year, whose followers heard by broadcast only")
    unfollow_rate: float = quantity(
        0.1, "hazard that a follower stops following; it may be reached again", unit="1/month", high=30.0,
        source="assumed, higher than on Twitter, where three in ten are gone after nine months (Kivran-Swaine, Govindan & Naaman 2011)")
    reinforcement_2: float = quantity(1.7, "joining at the second distinct signal, relative to the first", unit="ratio",
                                      high=100.0, source="ACQ-K1: Centola 2010, doi:10.1126/science.1185231",
                                      prior=(1.7, 1.2, 2.2))
    reinforcement_3: float = quantity(1.3, "joining at the third distinct signal, relative to the second", unit="ratio", high=100.0,
                                      source="ACQ-K1: Centola 2010", prior=(1.3, 1.0, 1.6))
    reinforcement_4: float = quantity(1.1, "joining at the fourth distinct signal, relative to the third", unit="ratio", high=100.0,
                                      source="ACQ-K1: Centola 2010", prior=(1.1, 1.0, 1.3))
    bad_news_weight: float = share(0.5, "relative loss of readiness to join when bad news has reached everyone",
                                   unit="ratio", source="assumed: disappointed leavers tell acquaintances")
    bad_news_half_life: float = half_life(60.0, "half-life of bad news", source="assumed: two months")
    return_rate: float = quantity(0.05, "hazard that a past member returns, unless disappointed", unit="1/year",
                                  high=100.0, source="assumed: one in twenty a year")
    disappointed_below: float = share(0.25, "satisfaction below which a leaver never returns", unit="satisfaction",
                                      source="assumed: below the weakest settled design")


class Visiting(Section):
    """How often members visit, and how visits change satisfaction and habit."""

    budget_hours: float = quantity(2.0, "median time budget for this community", unit="hours/month", high=700.0,
                                   source="TIE-act: assumed, median 2 h a month")
    budget_sigma: float = quantity(1.2, "spread of the log time budget", unit="-", high=5.0,
                                   source="TIE-act: assumed")
    session_hours: float = quantity(0.25, "length of a visit", unit="hours", low=0.001, high=24.0,
                                    source="assumed: a quarter of an hour, so 8 visits a month at the median")
    burst_gain: float = quantity(0.0, "relative increase in the visit rate just after a contribution", unit="ratio", high=100.0,
                                 source="LIFE-burst: fitted to gaps between active days")
    habit_floor: float = share(0.35, "visit rate without habit, relative to full habit", unit="ratio",
                               source="assumed: sketch value")
    habit_step: float = share(0.1, "step of habit at a visit", unit="-", source="assumed: sketch value")
    habit_half_life: float = half_life(20.0, "half-life of habit without visits", source="assumed: sketch value")
    satisfaction_step: float = share(0.1, "weight of the newest visit in satisfaction", unit="-",
                                     source="assumed: ten visits make an opinion")
    first_satisfaction: float = share(0.48, "satisfaction that newcomers expect, and start with", unit="satisfaction",
                                      source="assumed: they expect what staying has to be worth, churn.neutral_value")
    satisfaction_gain: float = quantity(1.0, "log visit rate per unit of satisfaction above usual_satisfaction",
                                        unit="1/satisfaction", high=20.0, source="assumed: sketch value")
    usual_satisfaction: float = share(0.48, "satisfaction at which members visit as often as their time budget says", unit="satisfaction",
                                      source="assumed: that at which staying is neutral, churn.neutral_value")
    identity_gain: float = quantity(0.45, "log visit rate per unit of activity bond", unit="-", high=5.0,
                                    source="ATT-id: x1.5 (Ren et al. 2012)", prior=(0.405, 0.095, 0.693))
    bond_gain: float = quantity(0.15, "log visit rate per unit of saturated tie strength", unit="-", high=5.0,
                                source="ATT-bond: x1.15 (Ren et al. 2012, size assumed)", prior=(0.14, 0.0, 0.405))
    hub_gain: float = quantity(1.0, "log visit rate per unit of bond to a present hub", unit="-", high=5.0,
                               source="assumed: a full bond makes visits 2.7 times as frequent; the size is left to HUB-founder (Becker & Hvide 2022)")


class Contribution(Section):
    """Who contributes and who is answered; read by `kith.sim.processes.contribute`."""

    propensity_sigma: float = quantity(2.0, "sigma of the log propensity", unit="-", high=4.0,
                                       source="PAR-ln: Gini .84; LIFE-who: the fit to three logs hardly tells 1.2 from 2.2", prior=(2.0, 0.7, 2.5))
    rate: float = quantity(0.0034, "contributions per visit per unit of propensity and motivation", unit="1/visit",
                           high=10.0, source="LIFE-who: between those of three logs in the mean, with this spread of propensity")
    burst_gain: float = quantity(4.0, "relative increase in contributions just after a contribution: conversations and tasks come "
                                 "in bursts", unit="ratio", high=1000.0,
                                 source="LIFE-burst: fitted to gaps between active days and to days 1-7")
    follow_on: float = quantity(0.3, "probability that a contribution is followed by another in the same visit", unit="probability",
                                high=0.99, source="assumed: a choice of design: high in a chat, low where questions are asked")
    burst_half_life: float = half_life(3.0, "half-life of a burst of contributions", source="LIFE-burst: fitted together with burst_gain")
    doors_open: float = share(1.0, "opportunity to contribute in the design", unit="ratio",
                              source="assumed: a choice of design")
    onboarding: float = quantity(1.0, "first contributions with this onboarding, relative to a plain welcome", unit="ratio",
                                 high=10.0, source="assumed: a choice of design")
    rules_visible: float = share(0.0, "visible rules for newcomers", unit="strength", source="assumed: a choice of design")
    rules_gain: float = quantity(1.5, "first contributions with fully visible rules, relative to none", unit="ratio",
                                 low=1.0, high=5.0, source="ACT-rule: Matias 2019 x1.70, shrunk",
                                 prior=(1.5, 1.2, 1.8))
    entry: float = share(0.0, "share of newcomers who contribute on the day they join, whatever their propensity",
                         source="assumed: none by default; 1 for a log that shows only those who act")
    first_barrier: float = share(0.25, "readiness for a first contribution, relative to later ones", unit="ratio",
                                 source="assumed: sketch value, gives ACT-7")
    first_bound: float = quantity(3.0, "limit of what onboarding, rules, room and answers seen make of readiness for a first contribution; 0 = none",
                                  unit="ratio", high=100.0, source="assumed: help of all kinds trebles first contributions at most")
    room_gain: float = quantity(1.3, "first contributions where peers meet in groups or by matching, relative to an open floor", unit="ratio",
                                high=10.0, source="assumed: a small room makes a first word a third more likely")
    seen_gain: float = quantity(0.5, "relative increase in first contributions where all posts of the last days were answered", unit="ratio",
                                high=10.0, source="assumed size; sign: newcomers do as they see (Burke, Marlow & Lento 2009, CHI)")
    first_week_gain: float = quantity(2.2, "readiness in the first week, relative to later weeks", unit="ratio",
                                      high=100.0, source="assumed: sketch value, gives ACT-7")
    first_week_exponent: float = share(0.6, "exponent of the first week's rate of contribution; below 1 it evens out propensities", unit="-",
                                       source="assumed: sketch value; 1 = not at all")
    belonging_gain: float = quantity(0.8, "motivation per unit of belonging", unit="-", high=20.0,
                                     source="assumed: sketch value")
    recognition_gain: float = quantity(0.4, "motivation per unit of recognition received", unit="-", high=20.0,
                                       source="INC-barn: x1.6 at the top, shrunk", prior=(0.4, 0.1, 0.8))
    reciprocity_gain: float = quantity(1.4, "motivation per unit of reciprocity (replies received)", unit="-",
                                       high=20.0, source="ACT-reply: +0.35 log-odds, by sketch")
    audience_elasticity: float = share(0.25, "elasticity of contributions to the active audience", unit="-",
                                       source="NE-size: Zhang & Zhu 2011; below its mode because it is capped",
                                       prior=(0.5, 0.2, 0.9))
    audience_cap: float = quantity(2.0, "limit of the audience's effect on contributions, relative to audience_scale active members",
                                   unit="ratio", low=0.01, high=100.0, source="assumed: no more than at audience_scale")
    audience_scale: float = quantity(500.0, "active members at which the audience's effect on contributions is 1", unit="members",
                                     low=1.0, high=1e8, source="assumed: sketch value")
    share_post: float = share(0.6, "share of contributions that are posts", source="assumed: mix of kinds")
    share_react: float = share(0.3, "share of contributions that are reactions; the rest are votes",
                               source="assumed: mix of kinds")
    reply_ceiling: float = share(0.72, "maximum probability of a reply, among many generous visitors", unit="probability",
                                 source="ACT-rp: 0.61 of newcomers are answered (Joyce & Kraut 2006)",
                                 prior=(0.72, 0.35, 0.85))
    reply_crowd: float = quantity(6.0, "total generosity of the day's visitors at which 63 % of the maximum is reached", unit="members",
                                  low=0.01, high=1e6, source="assumed: sketch value")
    reply_size_elasticity: float = quantity(-0.1, "elasticity of replies to active members (per 100)", unit="-",
                                            low=-1.0, high=0.0, source="ACT-ctx: Arguello et al. 2006",
                                            prior=(-0.1, -0.3, 0.0))
    reply_to_connected: float = share(0.25, "relative increase in the probability of a reply to fully connected members", unit="ratio",
                                      source="assumed: selection, so that naive reply effects exceed causal ones")
    reply_generosity: float = quantity(1.0, "replies given per unit of reciprocity under social norms", unit="-",
                                       high=20.0, source="assumed: reciprocity becomes generosity")
    reply_step: float = share(0.35, "step of reciprocity at a reply", unit="-", source="ACT-reply, by sketch")
    reply_belonging: float = share(0.02, "step of belonging at a reply", unit="-", source="assumed: small")
    reply_newcomer: float = quantity(1.6, "effect of a reply on a newcomer (first 30 days), relative", unit="ratio",
                                     high=10.0, source="ACT-reply: most for newcomers; size assumed")
    react_step: float = share(0.2, "what a reaction gives to an author of the last week, relative to a reply", unit="ratio",
                              source="assumed: a reaction is a fifth of an answer")
    memory_half_life: float = half_life(60.0, "half-life of reciprocity and recognition",
                                        source="assumed: sketch value")
    exchange_rate: float = quantity(0.35, "peer exchanges per visit at full peer affiliation and median propensity",
                                    unit="1/visit", high=20.0, source="assumed: sketch value")
    exchange_alone: float = share(0.3, "share of exchanges that need nothing that was contributed; the rest grows with posts and answers per visit",
                                  source="assumed: a third of the exchanges needs no occasion")
    exchange_scale: float = quantity(0.1, "posts and answers per visit of the last days at which exchanges are as many as without that condition",
                                     unit="items/visit", low=1e-6, high=100.0, source="assumed: one visit in ten leaves a post or an answer")
    exchange_exponent: float = share(0.35, "exponent of exchanges in propensity", unit="-",
                                     source="assumed: lurkers have ties too")
    exchange_max: float = quantity(6.0, "maximum of expected exchanges per visit", unit="1/visit", high=20.0,
                                   source="assumed: a quarter of an hour")


class Bonding(Section):
    """Ties, bonds to activity and hub, and belonging; read by `kith.sim.processes.bond`."""

    existing_share: float = share(0.5, "share of exchanges with an existing tie", source="assumed: sketch value")
    triadic_share: float = share(0.6, "share of new partners met through a tie", source="TIE-tri: Leskovec et al. 2008",
                                 prior=(0.5, 0.3, 0.75))
    visible_share: float = share(0.5, "share of the other new partners met by visibility (degree), "
                                 "the rest by similar interest", source="assumed: half and half")
    homophily: float = quantity(0.7, "h in the odds exp(-2h·difference in interest)", unit="-", high=20.0,
                                source="TIE-hom: odds 2 for the same type", prior=(0.7, 0.26, 1.6))
    degree_exponent: float = quantity(0.8, "a in the attachment kernel (1 + ties)^a", unit="-", high=2.0,
                                      source="TIE-pa: Leskovec et al. 2008", prior=(0.8, 0.5, 1.0))
    first_strength: float = share(0.25, "strength of a new tie", unit="strength", source="assumed: sketch value")
    strength_step: float = share(0.15, "e in s + e(1 - s) at an exchange", unit="-", source="TIE-str: assumed",
                                 prior=(0.15, 0.05, 0.3))
    tie_half_life: float = half_life(90.0, "half-life of tie strength without exchange",
                                     source="TIE-dec: Viswanath et al. 2009; Burt 2002", prior=(90.0, 18.0, 360.0))
    removal_rate: float = per_day(0.0, "hazard that a tie ends at random", source="assumed: off")
    drop_below: float = share(0.03, "strength below which a tie ends", unit="strength", source="assumed: sketch value")
    capacity_min: float = quantity(5.0, "minimum number of ties that a member can keep", unit="ties", low=1.0, high=150.0,
                                   source="TIE-dun: inner layer of five")
    capacity_shape: float = quantity(1.15, "Pareto shape of tie capacity (at most 150)", unit="-", low=0.1, high=50.0,
                                     source="TIE-cap: capacity 8 (3-20) open ties; tail TIE-dun")
    activity_step: float = share(0.04, "growth of the activity bond at a visit", unit="-", source="assumed: sketch value")
    activity_half_life: float = half_life(60.0, "half-life of the activity bond without use",
                                          source="assumed: sketch value")
    hub_step: float = share(0.04, "growth of the hub bond at a visit", unit="-", source="assumed: sketch value")
    hub_half_life: float = half_life(60.0, "half-life of the hub bond without the hub",
                                     source="HUB-half: 2 months (assumed)", prior=(60.0, 15.0, 180.0))
    belonging_half_life: float = half_life(60.0, "half-life of belonging", source="SOC-dyn: 2-12 months, lower edge",
                                           prior=(120.0, 60.0, 360.0))
    identity_weight: float = quantity(0.8, "weight of identity in belonging", unit="-", high=20.0,
                                      source="assumed: sketch value")
    ties_weight: float = quantity(1.3, "weight of ties in belonging", unit="-", high=20.0, source="assumed: sketch value")
    hub_weight: float = quantity(2.8, "weight of the hub bond in belonging", unit="-", high=20.0,
                                 source="assumed: sketch value")
    recognition_weight: float = quantity(0.4, "weight of recognition in belonging", unit="-", high=20.0,
                                         source="assumed: sketch value")
    internal_belonging: float = share(0.5, "belonging above which a steady contributor is an ambassador", unit="belonging",
                                      source="assumed: twice the neutral belonging")


class Tier(Section):
    """One row of the points-to-benefits table."""

    points: Annotated[int, Field(ge=1)] = quantity(10, "contributions needed", unit="contributions", low=1, high=1e9,
                                                   source="assumed: a choice of design")
    perk: float = share(0.05, "value of the benefit at a visit", unit="value", source="assumed: a choice of design")
    cost: float = quantity(0.0, "cost of the benefit per active month at 8 visits", unit="EUR/month", high=1e6,
                           source="assumed: a choice of design")


class Incentives(Section):
    """Rewards, recognition and the norm state; read by `kith.sim.processes.reward`."""

    cash_per_contribution: float = quantity(0.0, "cash paid for each contribution", unit="EUR", high=1e5,
                                            source="assumed: a choice of design")
    revenue_share: float = share(0.0, "share of members' revenue paid to contributors each month",
                                 source="assumed: a choice of design")
    recognition: float = share(0.0, "probability that a contribution is thanked in public", unit="probability",
                               source="assumed: a choice of design")
    badges: float = share(0.0, "strength of badges", unit="strength", source="assumed: a choice of design")
    badge_levels: tuple[Annotated[int, Field(ge=1, le=1_000_000_000)], ...] = Field(
        default=(1, 10, 50, 200, 1000), description="contributions at which a badge is earned", strict=False,
        max_length=100,
        json_schema_extra={"unit": "contributions", "source": "assumed: a geometric ladder"})
    tier: tuple[Tier, ...] = Field(default=(), description="points-to-benefits table", strict=False,
                                   json_schema_extra={"unit": "", "source": "assumed: a choice of design"})
    leaderboard: float = share(0.0, "visibility of a monthly leaderboard of contributors", unit="strength",
                               source="assumed: a choice of design")
    leaderboard_below: float = quantity(
        1.5, "relative contributions after a month below the median, if everyone sees the leaderboard", unit="ratio", high=10.0,
        source="INC-lead: Chen, Harper, Konstan & Li 2010, x6.3 shrunk", prior=(1.5, 1.0, 6.3))
    leaderboard_above: float = quantity(
        0.8, "relative contributions after a month above the median, if everyone sees the leaderboard", unit="ratio", high=10.0,
        source="INC-lead: Chen, Harper, Konstan & Li 2010, x0.38 shrunk", prior=(0.8, 0.38, 1.0))
    equity_points: Annotated[int, Field(ge=0, le=1_000_000_000)] = quantity(
        0, "points at which a contributor receives equity or tokens; 0 = never", unit="points", high=1e9,
        source="assumed: a choice of design")
    equity_grant: float = quantity(20.0, "cost of a grant of equity or tokens", unit="EUR", high=1e6,
                                   source="assumed: a day's goodwill")
    equity_loyalty: float = quantity(
        0.10, "relative increase in owners' product spending; their hazard of ceasing to come falls by the same factor", unit="ratio", low=-0.9,
        high=5.0, source="INC-eq: Medina, Mittal & Pagel 2021 (+40 %) against Bernard, Cade & Hodge 2018 (nothing)",
        prior=(0.10, -0.05, 0.40))
    progressive: float = share(0.0, "how far revenue share and recognition favour members who received less before", unit="strength",
                               source="assumed: a choice of design")
    recognition_step: float = share(0.3, "step of felt recognition when thanked", unit="-", source="assumed: sketch value")
    recognition_norm: float = share(0.2, "step of the norm toward social when thanked", unit="-",
                                    source="assumed: Deci, Koestner & Ryan 1999, verbal feedback d = +0.33, sign only")
    crowding: float = share(0.45, "c1: pull of a market cue on the norm of fully tied members", unit="-",
                            source="INC-sun: Sun, Dong & McIntyre 2017, by sketch")
    crowding_from: float = quantity(0.5, "saturated tie strength up to which a market cue leaves the norm alone", unit="strength",
                                    high=0.99, source="assumed: half of what ties can give; INC-sun: only the well connected wrote less")
    cue_step: float = share(0.15, "approach of the norm to its target per visit with a market cue", unit="-",
                            source="assumed: sketch value")
    norm_recovery: float = half_life(365.0, "half-life of the return to social norms", source="INC-fine: 12 months or more",
                                     prior=(360.0, 90.0, 36000.0))
    cash_gain: float = quantity(2.0, "e: maximum motivation from pay, in units of intrinsic motivation", unit="-",
                                high=50.0, source="assumed: sketch value")
    cash_scale: float = quantity(0.8, "c: pay per contribution at which 63 % of that maximum is reached", unit="EUR", low=0.001,
                                 high=1e5, source="assumed: sketch value")
    badge_gain: float = quantity(0.3, "relative increase in contributions in the last tenth before a badge, among responders", unit="ratio",
                                 high=10.0, source="INC-badge: Anderson et al. 2013", prior=(0.3, 0.1, 1.0))
    badge_responders: float = share(0.2, "share of members who steer toward badges",
                                    source="INC-resp: Hoernle et al. 2020", prior=(0.2, 0.1, 0.4))
    unfairness_tolerance: float = share(0.85, "reward Gini up to which rewards feel fair", unit="Gini",
                                        source="INC-rev: Gini .85 is common; assumed tolerated")
    unfairness_weight: float = quantity(0.3, "motivation lost by the unrewarded at maximum unfairness", unit="ratio",
                                        high=1.0, source="INC-ineq: assumed")


class Referral(Section):
    """Who invites whom, and who accepts; read by `kith.sim.processes.refer`."""

    invites_per_month: float = quantity(0.3, "invitations per active promoter and month", unit="1/month", high=300.0,
                                        source="ACQ-i: bounded by Dropbox 2010", prior=(0.3, 0.05, 1.5))
    dispersion: float = quantity(0.2, "shape of the gamma-distributed inviting trait; inf = all alike", unit="-", low=0.02,
                                 source="ACQ-i: k .1-.3", prior=(0.2, 0.1, 0.5))
    conversion: float = share(0.10, "probability that a first invitation is accepted", unit="probability", source="ACQ-c",
                              prior=(0.10, 0.02, 0.30))
    delay: float = quantity(3.0, "mean time until an invitation is answered", unit="days", low=1.0, high=20.0,
                            source="assumed: some days")
    promoter_satisfaction: float = share(0.35, "satisfaction above which a member invites", unit="satisfaction",
                                         source="assumed: sketch value")
    promoter_belonging: float = share(0.15, "belonging above which a member invites", unit="belonging",
                                      source="assumed: sketch value")
    softness: float = share(
        0.12, "width of the logistic rise of inviting around the promoter thresholds, in units of satisfaction and belonging; "
        "0 = a cliff", unit="-", source="assumed width; de Matos & Rossi 2008: word of mouth is graded in satisfaction")
    fit_weight: float = quantity(
        1.0, "w in acceptance x (fit / mean fit)^w of an invitation", unit="-", high=10.0,
        source="assumed: in proportion; TIE-hom: friends of friends differ in taste")
    follow: float = share(0.15, "probability that an unaware person follows who hears by invitation and does not join",
                          unit="probability", source="assumed: one in seven of those who hear and do not join looks on")
    recognition_gain: float = quantity(
        0.5, "relative increase in inviting per unit of felt recognition", unit="ratio", high=20.0,
        source="assumed: as INC-barn finds for contributions")
    thanks: float = share(0.0, "probability that an inviter is thanked in public when the invited person joins",
                          unit="probability", source="assumed: a choice of design")
    badges: float = share(0.0, "strength of badges for invited people who join, at the levels of incentives.badge_levels",
                          unit="strength", source="assumed: a choice of design")
    fatigue: float = quantity(
        1.0, "log inviting lost when as many invitations are sent as there are acquaintances", unit="-", high=100.0,
        source="assumed size; Leskovec, Adamic & Huberman 2007: success falls with each further recommendation")
    binding: float = share(0.1, "step of the inviter's belonging when the invited person joins", unit="-",
                           source="assumed size; REF-self: Garnefeld et al. 2013, sign only")
    reward_giver: float = quantity(0.0, "reward for the inviter when the invitation is accepted", unit="EUR", high=1e5,
                                   source="assumed: a choice of design")
    reward_receiver: float = quantity(0.0, "reward for the newcomer", unit="EUR", high=1e5,
                                      source="assumed: a choice of design")
    reward_kind: Literal["cash", "in_kind"] = choice("cash", "kind of reward")
    reward_scale: float = quantity(5.0, "reward at which 63 % of its effect is reached", unit="EUR", low=0.01, high=1e5,
                                   source="assumed: half a monthly subscription")
    reward_odds_weak: float = quantity(1.5, "odds of inviting a weak tie with a full reward", unit="ratio", low=1.0,
                                       high=10.0, source="REF-rew: Ryu & Feick 2007", prior=(1.5, 1.1, 2.5))
    reward_odds_strong: float = quantity(1.05, "odds of inviting a strong tie with a full reward", unit="ratio", low=0.1,
                                         high=10.0, source="REF-rew: Ryu & Feick 2007", prior=(1.05, 0.9, 1.3))
    in_kind_odds: float = quantity(1.4, "effect of a reward in kind relative to cash", unit="ratio", high=10.0,
                                   source="REF-soc: Jin & Huang 2014", prior=(1.4, 1.0, 2.0))
    seen_discount: float = share(0.85, "relative acceptance of an invitation that is known to be paid for", unit="ratio",
                                 source="REF-recv: Verlegh et al. 2013", prior=(0.85, 0.6, 1.0))
    tie_strength: float = share(0.4, "initial strength of the tie between a referred newcomer and the inviter", unit="strength",
                                source="assumed: they know each other")


class Monetisation(Section):
    """Who pays for what; read by `kith.sim.processes.monetise`."""

    model: Literal["none", "ads", "subscription", "fee", "marketplace"] = choice(
        "none", "business model in addition to product sales")
    price: float = quantity(10.0, "price of a subscription or membership fee", unit="EUR/month", high=1e5,
                            source="MON-sub: $10 (3-50), assumed")
    ad_load: float = quantity(4.0, "ads shown, if the model is ads", unit="ads/hour", high=120.0,
                              source="assumed: about Pandora's load")
    ad_revenue: float = quantity(0.02, "revenue of one ad shown", unit="EUR", high=100.0,
                                 source="MON-arpu: $0.15 per active member-month at 4 ads/h and 2 h", prior=(0.02, 0.0025, 0.125))
    ad_slope: float = share(0.02, "share of visits lost in the long run per ad per hour", unit="1/(ads/hour)",
                            source="MON-adel: Goli et al. 2025, doi:10.1007/s11129-025-09294-7", prior=(0.02, 0.005, 0.04))
    ad_quick: float = share(0.2, "share of ad annoyance that is felt at once", unit="share", source="MON-adlag")
    ad_time: float = quantity(180.0, "time constant of the slow part of ad annoyance", unit="days", low=1.0, high=1e5,
                              source="MON-adlag: 4-10 months", prior=(180.0, 120.0, 300.0))
    ad_wear: float = share(0.003, "share of belonging that ads wear away in the long run per ad per hour", unit="1/(ads/hour)",
                           source="assumed: a seventh of what they cost in visits; ads erode what a community stands for")
    ad_distrust: float = share(0.001, "value of a visit lost in the long run per ad per hour, as trust wears off", unit="value/(ads/hour)",
                               source="assumed: sixteen ads an hour cost less than a tenth of a good product")
    ad_aversion_spread: float = share(0.5, "half-width of members' ad aversion around 1", unit="ratio",
                                      source="assumed: 0.5-1.5")
    take_rate: float = share(0.15, "share of a deal that the marketplace keeps",
                             source="MON-take: 5-30 %", prior=(0.15, 0.05, 0.30))
    take_burden: float = quantity(1.0, "share of the value of a match lost per unit of take rate", unit="ratio", high=100.0,
                                  source="assumed: members value what is left to them")
    deal_gain: float = quantity(1.0, "relative growth of deals per relative increase of satisfaction above worth_satisfaction", unit="ratio",
                                high=20.0, source="MON-sat: sign; in proportion assumed")
    deals_value: float = quantity(2.0, "deals per active member-month at full liquidity and 8 visits", unit="EUR/month",
                                  high=1e6, source="assumed: sketch value")
    leak_from: float = share(0.10, "take rate above which deals leave the platform", source="MON-leak: assumed")
    leak_slope: float = quantity(2.5, "share of deals lost per unit of take rate above it", unit="-", high=100.0,
                                 source="MON-leak: 0.5 per 0.20")
    conversion: float = quantity(0.004, "hazard that a free member with sufficient willingness to pay subscribes", unit="1/month",
                                 high=30.0, source="MON-free: 2-5 % cumulative; .004 by sketch")
    rung_gain: float = quantity(1.5, "factor of conversion per rung of participation (contributed; ambassador)", unit="ratio",
                                high=10.0, source="MON-wtp: Oestreicher-Singer & Zalmanson 2013", prior=(1.5, 1.2, 2.5))
    dormant_lapse: float = quantity(0.1, "hazard that a dormant subscriber or fee payer notices a bill and ends it", unit="1/month",
                                    high=30.0, source="MON-inattention: Einav, Klopack & Mahoney, NBER w31547: inattention raises "
                                    "subscription revenue by 14 to over 200 %; size assumed", prior=(0.1, 0.03, 0.5))
    lapse_rate: float = quantity(0.024, "hazard that a subscriber returns to free", unit="1/month", high=30.0,
                                 source="RET-saas: voluntary 2.41 % a month (Recurly, V2)")
    worth_gain: float = share(1.0, "how far willingness to pay goes with satisfaction: 0 = not at all, 1 = in proportion", unit="ratio",
                              source="MON-sat: sign (Homburg, Koschate & Hoyer 2005); in proportion assumed")
    worth_satisfaction: float = quantity(0.7, "satisfaction at which a month is worth the stated willingness to pay; reference of worth_gain, "
                                         "satisfaction_gain and deal_gain", unit="satisfaction", low=0.05, high=1.0,
                                         source="assumed: what a settled member of a web feels, 0.66-0.80 in most presets")
    satisfaction_gain: float = quantity(2.0, "log hazard of subscribing, and less of lapsing, per unit of satisfaction above worth_satisfaction",
                                        unit="1/satisfaction", high=20.0,
                                        source="MON-sat: sign (Bolton 1998; Gustafsson, Johnson & Roos 2005); size assumed")
    belonging_gain: float = quantity(0.5, "log hazard of subscribing, and less of lapsing, per unit of belonging above churn.neutral_belonging",
                                     unit="1/belonging", high=20.0,
                                     source="assumed: a quarter of satisfaction's; MON-sat finds no effect of affective commitment beside it, MON-wtp that payers take part")
    wtp_median: float = quantity(5.0, "median willingness to pay", unit="EUR/month", low=0.01, high=1e5,
                                 source="assumed: sketch value")
    wtp_sigma: float = quantity(1.0, "spread of the log willingness to pay", unit="-", high=5.0,
                                source="assumed: a third can pay twice the median's 1.5-fold")
    product_spend: float = quantity(1.0, "spend on the product per active member-month at 8 visits", unit="EUR/month",
                                    high=1e6, source="assumed: a small product beside the community")
    product_days: float = quantity(7.0, "days without a visit after which 63 % of the wish to buy has come back; 0 = every visit sells as much",
                                   unit="days", high=1e4, source="assumed: a week; who comes daily does not buy daily")
    product_gain: float = quantity(1.0, "relative growth of spending on the product per relative increase of quality times fit above product_reference",
                                   unit="ratio", high=20.0, source="assumed: in proportion")
    product_reference: float = quantity(0.55, "quality times fit at which a member spends product_spend", unit="quality", low=0.01, high=1.0,
                                        source="assumed: the default quality, and a fit of four fifths")
    outside_buyers: float = share(0.1, "share of followers who buy the product without joining",
                                  source="assumed: customers outside the community")
    goods_share_product: float = share(0.6, "cost of goods as a share of product revenue", source="MON-gm: physical product 30-50 % margin")
    goods_share_digital: float = share(0.25, "cost of goods as a share of revenue from ads, subscription, fee and take rate",
                                       source="MON-gm: margins 60-80 %")


class Churn(Section):
    """Departure of members; read by `kith.sim.processes.depart`."""

    base_hazard: float = per_day(0.008, "hazard of ceasing to come for a settled, indifferent member", high=1.0,
                                 source="LIFE-stop: fitted jointly to two logs and checked on a third", prior=(0.008, 0.003, 0.02))
    newcomer_factor: float = quantity(6.4, "hazard of a member who has just joined, relative to settled", unit="ratio",
                                      low=0.0, high=100.0, source="LIFE-stop: fitted jointly to two logs and checked on a third; RET-m0: 0.2-0.7 in month 1", prior=(6.4, 2.0, 12.0))
    newcomer_half_life: float = half_life(18.0, "half-life of the newcomer factor", source="LIFE-stop: fitted jointly to two logs and checked on a third", prior=(18.0, 5.0, 40.0))
    answered_weight: float = quantity(0.5, "reduction in the log hazard of a newcomer's ceasing to come per unit of reciprocity, fading with the newcomer factor",
                                      unit="-", high=20.0, source="assumed size; sign: ACT-reply")
    ageing: float = quantity(0.1, "growth of the base hazard per year of membership", unit="1/year·ratio", high=10.0,
                             source="assumed: sBG fitted to 26 weeks over-predicts week 104 in eight logs")
    neutral_value: float = share(0.48, "v0: satisfaction at which staying is neutral: what the outside option is worth", unit="satisfaction",
                                 source="assumed: sketch value")
    neutral_belonging: float = share(0.25, "b0: belonging at which staying is neutral", unit="belonging",
                                     source="assumed: sketch value")
    value_weight: float = quantity(4.3, "a_v: log hazard per unit of missing satisfaction", unit="-", high=50.0,
                                   source="LIFE-stop: fitted jointly to two logs and checked on a third, from 2.8", prior=(4.3, 2.0, 8.0))
    belonging_weight: float = quantity(1.2, "a_b: log hazard per unit of missing belonging", unit="-", high=50.0,
                                       source="SOC-ret: sign; LIFE-stop: fitted jointly to two logs and checked on a third, which hardly see it",
                                       prior=(1.2, 0.4, 3.0))
    contagion: float = quantity(0.8, "kappa: hazard x(1 + kappa) per neighbour's exit", unit="-", high=20.0,
                                source="RET-cont: Nitzan & Libai 2011, doi:10.1509/jm.10.0209",
                                prior=(0.5, 0.2, 0.8))
    contagion_half_life: float = half_life(45.0, "half-life of a neighbour's exit", source="RET-cont: one month (0.5-3)",
                                           prior=(30.0, 15.0, 90.0))
    contagion_saturation: float = quantity(6.0, "exits at which their effect is halved", unit="exits", low=0.01,
                                           high=1e6, source="assumed: 1.8^k would explode")
    contagion_weak: float = quantity(0.6, "weight of an exit over the weakest tie; over a medium tie it is 1",
                                     unit="exits", high=1.0, source="RET-cont: larger for strong ties; size assumed")
    unfairness: float = quantity(0.095, "increase in the log hazard of unrewarded contributors at maximum unfairness", unit="-", high=5.0,
                                 source="INC-ineq: HR 1.1", prior=(0.095, 0.0, 0.26))
    competitor_shield: float = share(0.5, "share of a competitor's pull that full belonging removes", unit="ratio",
                                     source="assumed: who belongs looks elsewhere less")
    tie_threshold: Annotated[int, Field(ge=0, le=150)] = quantity(
        0, "K: after 30 days, a member with fewer than K ties leaves; 0 = off", unit="ties", high=150,
        source="RET-k: Garcia, Mavrodiev & Schweitzer 2013, arXiv:1302.6109; off by default")


class Dormancy(Section):
    """How members fall silent, wake and are called back; read by `kith.sim.processes.wake`."""

    formal_share: float = share(0.05, "share of those who stop coming who end their membership formally; the others fall silent "
                                "and may wake", source="assumed: few bother to unregister; sweep it")
    waking_rate: float = quantity(0.2, "hazard that a member who has just fallen silent wakes", unit="1/month", high=30.0,
                                  source="LIFE-wake: fitted to the return of silent contributors in two logs and checked on a third")
    waking_scale: float = quantity(130.0, "days asleep after which the hazard of waking begins to fall", unit="days", low=1.0,
                                   high=1e5, source="LIFE-wake: fitted together with waking_rate")
    waking_exponent: float = quantity(1.7, "exponent with which the hazard of waking falls with the time asleep", unit="-",
                                      high=10.0, source="LIFE-wake: fitted together with waking_rate")
    call_gain: float = quantity(1.0, "relative increase in the hazard of waking on the day after a call: a tie of strength 1 "
                                "that contributes, an invitation, an event", unit="ratio", high=1000.0,
                                source="assumed: sign only, above LIFE-call, .42 and 0 in two loose communities; what reaches a member wakes it")
    cleanup_rate: float = quantity(0.05, "hazard that a dormant member ends its membership formally", unit="1/year", high=365.0,
                                   source="assumed: accounts are cleaned up now and then")
    tenure_half_life: float = half_life(34.0, "half-life of experience, by which the hazard of ceasing to come falls, while asleep",
                                        source="assumed: a member who wakes after months is between newcomer and settled")
    winback_per_month: float = quantity(0.0, "messages that the organisation sends to each dormant member", unit="1/month",
                                        high=30.0, source="assumed: a choice of design")
    winback_calls: float = quantity(2.0, "weight of such a message, in calls", unit="calls", high=100.0,
                                    source="assumed: as two close ties who contribute")
    winback_cost: float = quantity(0.002, "cost of such a message", unit="EUR", high=100.0,
                                   source="assumed: the price of sending an e-mail and of writing it for thousands")
    winback_unsubscribe: float = share(0.005, "share of recipients who unsubscribe, which ends their membership",
                                       source="assumed: some tenths of a per cent to a per cent per mailing")
# fmt: on
