"""Levers as people say them: a title, and a title with its unit for an axis."""

from kith.sim.schema.parameter_set import SECTIONS, field_of

TITLES = {
    "affiliation.activity": "Tie to the activity (pool)",
    "affiliation.hub": "Tie to a central figure (hub)",
    "affiliation.peers": "Ties among members (web)",
    "value.product": "Value of the product",
    "monetisation.model": "Business model",
    "monetisation.price": "Price",
    "acquisition.paid_budget": "Paid acquisition",
    "referral.invites_per_month": "Invitations",
    "incentives.cash_per_contribution": "Cash per contribution",
    "incentives.recognition": "Recognition",
    "governance.voice": "Members' voice",
    "governance.moderation_hours": "Moderation",
    "churn.base_hazard": "Baseline churn",
    "market.founders": "Founders",
    "market.size": "People who could join",
    "organisation.quality": "Quality of the product",
    "organisation.staff": "Community managers",
    "governance.events_per_month": "Events",
    "dormancy.winback_per_month": "Messages to each dormant member",
    "value.match": "Finding partners among members",
    "market.founders_are": "Who the founders are",
    "contribution.doors_open": "Doors open to newcomers",
    "organisation.selling": "Selling to members",
    "organisation.purpose": "Purpose of the community",
    "platform.feed_share": "Share of posts in the feed",
    "monetisation.ad_load": "Ad load",
    "monetisation.take_rate": "Take rate",
}
PLAIN_UNITS = (
    "-",
    "",
    "share",
    "ratio",
    "strength",
    "value",
    "members",
    "people",
    "probability",
    "quality",
    "satisfaction",
    "belonging",
)


def is_lever(name: str) -> bool:
    """Whether a name is that of a parameter."""
    section, _, field = name.partition(".")
    return section in SECTIONS and field in SECTIONS[section].model_fields


def lever_title(name: str) -> str:
    """A lever in words; one that a study defines itself has its own name."""
    section, _, field = name.partition(".")
    if not is_lever(name):
        return name.replace("_", " ")
    words = field.replace("_", " ")
    return TITLES.get(name) or f"{words[0].upper()}{words[1:]} ({section})"


def lever_unit(name: str) -> str:
    """The unit of a lever, where it says something."""
    unit = str((field_of(name).json_schema_extra or {}).get("unit", "")) if is_lever(name) else ""
    return "" if unit in PLAIN_UNITS else unit


def lever_axis(name: str) -> str:
    """A lever in words with its unit."""
    unit = lever_unit(name)
    return f"{lever_title(name)}, {unit}" if unit else lever_title(name)
