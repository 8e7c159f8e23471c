"""Theory and measurement: for each benchmark, the expected values of its plan and the observed values of its record.

This module covers people, money and stocks; `kith.experiments.credibility.theory_of_ties` covers ties. A
theory takes the plan and returns the expected values by name; a measure takes the record of a
run of that plan and returns the observed values under the same names. Nothing is fitted.
"""

import math

import numpy as np
import numpy.typing as npt

from kith.experiments.credibility import closed_forms as exact
from kith.sim.results.lifetimes import DISCOUNT_PER_YEAR, HORIZON_MONTHS
from kith.sim.results.record import Record
from kith.sim.results.snapshot import gini
from kith.sim.schema.packed import packed
from kith.sim.schema.parameter_set import Parameters
from kith.sim.schema.plan import Plan

type Values = dict[str, float]
type Counts = npt.NDArray[np.int64]


def per_day(parameters: Parameters, name: str) -> float:
    """A hazard per day, whatever its unit in the scenario, such as `acquisition_external_rate`."""
    return float(packed(parameters)[name][0])


def leaving(plan: Plan) -> float:
    """The probability of leaving on an evening at the base hazard."""
    return exact.within_a_step(plan.parameters.churn.base_hazard)


# Retention and lifetime value


def constant_hazard(plan: Plan) -> Values:
    """Survival over 30, 90 and 365 evenings; the value of fees at the start of 24 months."""
    hazard = plan.parameters.churn.base_hazard
    discount = (1.0 + DISCOUNT_PER_YEAR) ** (1.0 / 12.0) - 1.0
    value = exact.lifetime_value(
        plan.parameters.monetisation.price, math.exp(-30.0 * hazard), discount, HORIZON_MONTHS
    )
    retained = {f"retention_{days}d": math.exp(-hazard * days) for days in (30, 90, 365)}
    return retained | {"ltv": value / math.sqrt(1.0 + discount)}


def indicators_of_value(record: Record) -> Values:
    """The indicators of the same names."""
    names = ("retention_30d", "retention_90d", "retention_365d", "ltv")
    return {name: float(record.summary[name]) for name in names}


# Diffusion

YEARS = {"F(1)": 36, "F(2)": 73, "F(5)": 182, "F(10)": 365}
"days after which the share of the market is compared; a year of the published rates is 36.5 days"
AROUND_PEAK = 15


def _peak(plan: Plan) -> slice:
    """Days around the peak of adoption."""
    p, q = _bass_rates(plan.parameters)
    middle = round(exact.Bass(p, q).peak)
    return slice(middle - AROUND_PEAK, middle + AROUND_PEAK)


def _bass_rates(parameters: Parameters) -> tuple[float, float]:
    return per_day(parameters, "acquisition_external_rate"), per_day(parameters, "acquisition_imitation_rate")


def bass(plan: Plan) -> Values:
    """The mean field by day, and adoption per day around its peak."""
    p, q = _bass_rates(plan.parameters)
    share = exact.bass_by_step(p, q, plan.days)
    around = _peak(plan)
    peak = (share[around.stop] - share[around.start]) / (around.stop - around.start)
    return {name: float(share[day]) for name, day in YEARS.items()} | {"peak rate": float(peak)}


def diffusion(record: Record) -> Values:
    """Present members as a share of the market, and joins per day around the peak."""
    size, series = record.plan.parameters.market.size, record.series
    shares = {name: float(series["present"].iloc[day - 1]) / size for name, day in YEARS.items()}
    return shares | {"peak rate": float(series["joins"].iloc[_peak(record.plan)].mean()) / size}


def bass_with_churn(plan: Plan) -> Values:
    """The stationary share, with imitation by invitations."""
    p = plan.parameters
    q = per_day(p, "referral_invites_per_month") * p.referral.conversion
    external = per_day(p, "acquisition_external_rate")
    return {"A*": exact.bass_settled_by_step(external, q, p.churn.base_hazard)}


def settled_share(record: Record) -> Values:
    """Mean share of the market that is present over the second half of the run."""
    late = record.series["present"].iloc[record.days // 2 :]
    return {"A*": float(late.mean()) / record.plan.parameters.market.size}


# Branching

EARLY = 20
"day on which the growth of families is compared"


def _recruits(plan: Plan) -> float:
    return per_day(plan.parameters, "referral_invites_per_month") * plan.parameters.referral.conversion


def branching(plan: Plan) -> Values:
    """Extinction by the last day, members per family early on, all there ever were."""
    recruits, death, last = _recruits(plan), leaving(plan), plan.days - 1
    return {
        "extinct": exact.extinct(exact.with_survival(recruits, death), last),
        f"members on day {EARLY}": (1.0 + recruits - death) ** EARLY,
        "progeny": exact.progeny_by(recruits, death, plan.days),
    }


def galton_watson(plan: Plan) -> Values:
    """Extinction by the last generation."""
    shape = plan.parameters.referral.dispersion
    return {"extinct": exact.extinct(exact.one_generation(_recruits(plan), shape), plan.days - 1)}


def families(record: Record) -> Values:
    """Extinct families, members per family on an early day, memberships per family."""
    m = record.members
    founder = family_of(m["person"].to_numpy(), m["joined_day"].to_numpy(), m["referrer"].to_numpy())
    roots = np.unique(founder)
    left = m["left_day"].fillna(record.days).to_numpy()
    staying = left >= record.days - 1
    early = (m["joined_day"].to_numpy() <= EARLY) & (left >= EARLY)
    return {
        "extinct": 1.0 - len(np.unique(founder[staying])) / len(roots),
        f"members on day {EARLY}": float(early.sum()) / len(roots),
        "progeny": len(m) / len(roots),
    }


def family_of(person: Counts, joined: Counts, referrer: npt.NDArray[np.float64]) -> Counts:
    """The membership from which each membership descends, shape (n,); roots are their own.

    A referrer is represented by its latest membership before the invited one.
    """
    place: dict[int, int] = {}
    parent = np.arange(len(person))
    for k in np.argsort(joined, kind="stable").tolist():
        if not np.isnan(referrer[k]):
            parent[k] = place[int(referrer[k])]
        place[int(person[k])] = k
    while not np.array_equal(parent, parent[parent]):
        parent = parent[parent]
    return parent


# Stocks and inequality

APART = 2
"days between two looks at a stock that are nearly independent of each other"
SETTLED = 50
"days after which a stock has forgotten how it began, and the longest stay in it has ended"


def stock_balance(plan: Plan) -> Values:
    """Present members, their variance per mean, and Little's law as a ratio."""
    p, death = plan.parameters, leaving(plan)
    joining = exact.within_a_step(per_day(p, "acquisition_external_rate"))
    share = exact.alternating(joining, death)
    present = exact.stock(p.market.size * (1.0 - share) * joining, death)
    return {"present": present, "variance / mean": 1.0 - share, "N / (A W)": 1.0}


def balance(record: Record) -> Values:
    """The same, observed on evenings that are some days apart."""
    series = record.series.iloc[SETTLED:-SETTLED]
    some = series["present"].iloc[::APART]
    came = record.members[record.members["joined_day"].between(series.index[0], series.index[-1])]
    stay = float((came["left_day"] - came["joined_day"]).mean())
    return {
        "present": float(series["present"].mean()),
        "variance / mean": float(some.var() / some.mean()),
        "N / (A W)": float(series["present"].mean() / (series["joins"].mean() * stay)),
    }


ASLEEP = (30, 90, 365)
"days asleep after which those who have not woken are compared"


def silence(plan: Plan) -> Values:
    """Share still asleep some days after the first evening.

    Waking is drawn on each morning with the hazard of that whole day asleep, so days run from half to half.
    """
    d, rate = plan.parameters.dormancy, per_day(plan.parameters, "dormancy_waking_rate")

    def share(time: float) -> float:
        return exact.still_asleep(rate, d.waking_scale, d.waking_exponent, time)

    return {f"asleep after {day} days": share(day + 0.5) / share(0.5) for day in ASLEEP}


def silent(record: Record) -> Values:
    """The same, observed; all fell silent on day 0."""
    dormant = record.series["dormant"]
    return {f"asleep after {day} days": float(dormant[day] / dormant[0]) for day in ASLEEP}


def awake_balance(plan: Plan) -> Values:
    """Members who are awake, and Little's law: their number per join or waking and evening of the mean stay."""
    p, stopping = plan.parameters, leaving(plan)
    joining, waking = (
        exact.within_a_step(per_day(p, name))
        for name in ("acquisition_external_rate", "dormancy_waking_rate")
    )
    share = exact.awake_share(joining, waking, stopping, p.dormancy.formal_share)
    return {"awake": p.market.size * share, "N / (A W)": 1.0}


def balance_of_the_awake(record: Record) -> Values:
    """The same, observed in the second half: those outside and the dormant forget the beginning slowly."""
    series, stopping = record.series.iloc[record.days // 2 :], leaving(record.plan)
    awake, begun = float(series["awake"].mean()), float((series["joins"] + series["wakings"]).mean())
    return {"awake": awake, "N / (A W)": awake / (begun * (1.0 - stopping) / stopping)}


def content(plan: Plan) -> Values:
    """The stock that useful posts of everybody hold up."""
    p = plan.parameters
    useful = p.market.founders * p.contribution.rate * p.contribution.share_post * p.value.useful_share
    return {"content": exact.content_stock(useful, p.value.content_half_life)}


def stock_of_content(record: Record) -> Values:
    """Mean stock in the evening, once the beginning is forgotten."""
    return {"content": float(record.series["content"].iloc[SETTLED:].mean())}


def inequality(plan: Plan) -> Values:
    """Gini coefficient of what is proportional to propensity."""
    gini_of = exact.lognormal_gini(plan.parameters.contribution.propensity_sigma)
    return {"contribution Gini": gini_of, "propensity Gini": gini_of}


def inequalities(record: Record) -> Values:
    """Gini coefficients of contributions in 90 days and of propensity."""
    return {
        "contribution Gini": float(record.summary["participation_gini"]),
        "propensity Gini": gini(record.members["propensity"].to_numpy()),
    }
