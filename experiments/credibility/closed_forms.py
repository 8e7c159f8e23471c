"""Closed forms: theoretical results for a single mechanism.

Rates are per step, of any length: a month for the numbers in the literature, a day for
the engine. A hazard h ends something within a step with probability 1 - exp(-h).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import expm
from scipy.optimize import brentq, minimize_scalar
from scipy.special import gammaln, hyp2f1, ndtr, pdtrc
from scipy.stats import binom, poisson

type Numbers = npt.NDArray[np.float64]


def within_a_step(hazard: float) -> float:
    """The probability that a hazard ends something within one step."""
    return -math.expm1(-hazard)


# Retention and lifetime value


def lifetime_value(margin: float, retention: float, discount: float, periods: float = math.inf) -> float:
    """Discounted margin of a member who pays at the start of each of at most `periods` periods."""
    factor = retention / (1.0 + discount)
    return margin * (1.0 - factor**periods) / (1.0 - factor)


def lifetime_value_in_arrears(margin: float, retention: float, discount: float) -> float:
    """The same for a member who pays at the end of each period that it survives."""
    return margin * retention / (1.0 + discount - retention)


def sbg_survival(periods: float, a: float, b: float) -> float:
    """Share of members left if each leaves with its own Beta(a, b) probability (Fader & Hardie 2007)."""
    return math.exp(gammaln(b + periods) + gammaln(a + b) - gammaln(b) - gammaln(a + b + periods))


def sbg_retention(period: int, a: float, b: float) -> float:
    """Share of those left after period - 1 who stay for the next one: it rises with tenure."""
    return (b + period - 1.0) / (a + b + period - 1.0)


def sbg_discounted_life(a: float, b: float, discount: float) -> float:
    """Expected discounted periods of a member, the first included; diverges without a discount if a <= 1."""
    return float(hyp2f1(1.0, b, a + b, 1.0 / (1.0 + discount)))


# Diffusion


@dataclass(frozen=True)
class Bass:
    """Bass (1969) in continuous time: external influence p, imitation q."""

    p: float
    q: float

    def share(self, time: float) -> float:
        """Adopters as a share of the market."""
        decay = math.exp(-(self.p + self.q) * time)
        return (1.0 - decay) / (1.0 + self.q / self.p * decay)

    @property
    def peak(self) -> float:
        """The time at which most adopt."""
        return math.log(self.q / self.p) / (self.p + self.q)

    @property
    def peak_rate(self) -> float:
        """Adopters per unit of time at the peak, as a share of the market."""
        return (self.p + self.q) ** 2 / (4.0 * self.q)

    def settled(self, churn: float) -> float:
        """The stationary share if adopters fall back into the market at rate `churn`."""
        net = self.q - self.p - churn
        return (net + math.sqrt(net**2 + 4.0 * self.p * self.q)) / (2.0 * self.q)


def bass_by_step(p: float, q: float, steps: int) -> Numbers:
    """Mean field of the engine: share present after 0 … steps steps, hazard p + q F of the morning."""
    share = np.zeros(steps + 1)
    for t in range(steps):
        share[t + 1] = share[t] + (1.0 - share[t]) * within_a_step(p + q * share[t])
    return share


def bass_settled_by_step(p: float, q: float, churn: float) -> float:
    """Stationary share of an evening: invitations of one day are answered on the next, then some leave."""
    stay = math.exp(-churn)

    def surplus(day: float) -> float:
        return stay * day + (1.0 - stay * day) * within_a_step(p + q * day) - day

    return stay * float(brentq(surplus, 1e-9, 1.0))


# Branching


def extinct(offspring: Callable[[float], float], steps: int = 100_000) -> float:
    """Probability that one family is extinct after `steps`, offspring being its generating function."""
    s = 0.0
    for _ in range(steps):
        s, before = offspring(s), s
        if s == before:
            break
    return s


def with_survival(recruits: float, death: float) -> Callable[[float], float]:
    """A step of a member who recruits Poisson(recruits), then dies with probability `death`."""
    return lambda s: (death + (1.0 - death) * s) * math.exp(recruits * (s - 1.0))


def one_generation(mean: float, shape: float = math.inf) -> Callable[[float], float]:
    """Offspring NegBin(mean, shape) of a member present for one step; Poisson if the shape is inf."""
    if math.isinf(shape):
        return lambda s: math.exp(mean * (s - 1.0))
    return lambda s: (1.0 + mean * (1.0 - s) / shape) ** (-shape)


def total_progeny(reproduction: float) -> float:
    """Mean size of a family over all time, its founder included; infinite from 1 on."""
    return 1.0 / (1.0 - reproduction) if reproduction < 1.0 else math.inf


def progeny_by(recruits: float, death: float, steps: int) -> float:
    """Mean of all who have ever been in a family whose founder starts on step 0, before step `steps`."""
    growth = 1.0 + recruits - death
    return 1.0 + recruits * sum(growth**t for t in range(steps - 1))


# Ties


def degree(starts: float, removal: float, leaving: float = 0.0) -> float:
    """Stationary mean number of ties in the evening, after removals and departures.

    Each member starts `starts` ties a step; a tie ends with probability `removal`, a member is
    replaced with probability `leaving`. Counted after births it is degree / survival.
    """
    survival = (1.0 - removal) * (1.0 - leaving) ** 2
    return 2.0 * starts * survival / (1.0 - survival) / (1.0 - leaving)


def degree_after_births(starts: float, removal: float, leaving: float = 0.0) -> float:
    """The same, counted after births."""
    return 2.0 * starts / (1.0 - (1.0 - removal) * (1.0 - leaving) ** 2)


def degree_variance(starts: float, removal: float, leaving: float) -> float:
    """Stationary variance of the number of ties: Poisson at each age, mixed over ages."""
    survival = (1.0 - removal) * (1.0 - leaving)
    ages = np.arange(1, 1 + math.ceil(60.0 / max(leaving, 1e-3)))
    mean = 2.0 * starts * survival * (1.0 - survival**ages) / (1.0 - survival)
    weight = leaving * (1.0 - leaving) ** (ages - 1) if leaving > 0.0 else (ages == ages[-1]).astype(float)
    centre = float(weight @ mean)
    return centre + float(weight @ (mean - centre) ** 2)


def truncated_poisson(load: float, most: int) -> Numbers:
    """Erlang's distribution of 0 … most busy slots under a load, shape (most + 1,)."""
    weights = poisson.pmf(np.arange(most + 1), load)
    return np.asarray(weights / weights.sum())


def degree_under_capacity(starts: float, removal: float, most: int) -> Numbers:
    """Distribution of ties at the end of a day if a member whose slots are full drops one for each new one.

    A mean field, hence approximate: during the day ties come at 2 starts and each is dropped by
    its other end at a rate that makes up for what the full drop; then removal. For small rates
    it is a truncated Poisson with load 2 starts / (removal + dropping).
    """

    def surplus(dropping: float) -> float:
        _, noon = _day_of_slots(starts, removal, dropping, most)
        return float(2.0 * starts * noon[-1] - dropping * (noon @ np.arange(most + 1)))

    dropping = float(brentq(surplus, 0.0, 2.0 * starts))
    return _day_of_slots(starts, removal, dropping, most)[0]


def _day_of_slots(starts: float, removal: float, dropping: float, most: int) -> tuple[Numbers, Numbers]:
    """Stationary distribution of ties in the evening and at noon, shapes (most + 1,)."""
    slots = np.arange(most + 1)
    rates = np.diag(np.full(most, 2.0 * starts), 1) + np.diag(dropping * slots[1:], -1)
    rates -= np.diag(rates.sum(axis=1))
    remain = binom.pmf(slots[None, :], slots[:, None], 1.0 - removal)
    step = expm(rates) @ remain
    balance = np.vstack([step.T - np.eye(most + 1), np.ones(most + 1)])
    evening = np.linalg.lstsq(balance, np.append(np.zeros(most + 1), 1.0))[0]
    return evening, evening @ expm(rates / 2.0)


def shot_noise(gain: float, rate: float, decay: float) -> tuple[float, float]:
    """Mean and variance of a sum of jumps that decays; strength for small gains."""
    return gain * rate / decay, gain**2 * rate / (2.0 * decay)


def saturating_strength(gain: float, rate: float, left: float) -> tuple[float, float]:
    """Mean and variance of s after Poisson(rate) jumps s + gain (1 - s) a step, `left` of it kept between."""
    first, second = math.exp(-rate * gain), math.exp(-rate * gain * (2.0 - gain))
    mean = (1.0 - first) / (1.0 - left * first)
    gap = 1.0 - mean
    # E(1-s)^2 = two E(1 - left s)^2, and E s^2 = E(1-s)^2 - 1 + 2 mean
    square = second * (1.0 - 2.0 * left * mean + left**2 * (2.0 * mean - 1.0)) / (1.0 - second * left**2)
    return mean, square - gap**2


# Random graphs G(n, c / n)


def core_share(ties: float, least: int) -> float:
    """Share of members in the K-core, K = least (Pittel, Spencer & Wormald 1996)."""
    if ties <= core_threshold(least):
        return 0.0
    rate = ties
    for _ in range(100_000):
        rate, before = ties * float(pdtrc(least - 2, rate)), rate
        if abs(rate - before) < 1e-14 * ties:
            break
    return float(pdtrc(least - 1, rate))


def core_threshold(least: int) -> float:
    """Mean number of ties above which there is a K-core."""
    if least == 2:
        return 1.0
    minimum = minimize_scalar(
        lambda rate: rate / pdtrc(least - 2, rate), bounds=(1e-6, 10.0 * least), options={"xatol": 1e-12}
    )
    return float(minimum.fun)


def giant_share(ties: float) -> float:
    """Share of members in the giant component; 0 up to one tie each."""
    if ties <= 1.0:
        return 0.0
    return float(brentq(lambda share: -math.expm1(-ties * share) - share, 1e-9, 1.0))


# Waking


def still_asleep(rate: float, scale: float, exponent: float, time: float) -> float:
    """Share of those who fell silent at 0 that has not woken by `time`; hazard rate (1 + t / scale)^-exponent.

    For exponent 1 this is (1 + time / scale)^(-rate scale), a Lomax distribution; above 1, some never wake.
    """
    passed = math.log1p(time / scale)
    if exponent != 1.0:
        passed = math.expm1((1.0 - exponent) * passed) / (1.0 - exponent)
    return math.exp(-rate * scale * passed)


def awake_share(joining: float, waking: float, stopping: float, formal: float) -> float:
    """Stationary chance to be awake in the evening: join or wake in the morning, stop coming in the evening.

    Of those who stop, a share `formal` is then outside, and the others are dormant.
    """
    per_awake = 1.0 - stopping + stopping * (formal / joining + (1.0 - formal) / waking)
    return (1.0 - stopping) / per_awake


# Stocks and inequality


def stock(arrivals: float, leaving: float) -> float:
    """Stationary number in the evening if each of those present leaves with a probability that evening."""
    return arrivals * (1.0 - leaving) / leaving


def alternating(joining: float, leaving: float) -> float:
    """Stationary chance to be present in the evening: join in the morning, leave in the evening."""
    stay = 1.0 - leaving
    return joining * stay / (1.0 - (1.0 - joining) * stay)


def content_stock(useful: float, half_life: float) -> float:
    """Stationary stock of items, `useful` new ones a step; for long half-lives useful · half-life / ln 2."""
    return useful / -math.expm1(-math.log(2.0) / half_life)


def lognormal_gini(sigma: float) -> float:
    """Gini coefficient of a log-normal quantity."""
    return float(2.0 * ndtr(sigma / math.sqrt(2.0)) - 1.0)


def pareto_gini(shape: float) -> float:
    """Gini coefficient of a Pareto quantity."""
    return 1.0 / (2.0 * shape - 1.0)
