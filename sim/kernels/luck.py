"""Luck: counter-based random numbers, a pure function of (seed, person, day, purpose, ordinal).

There is no generator state. Adding a member, a purpose or a thread changes no other draw, so that
scenarios with the same seed have common random numbers and comparisons are paired. The arguments are
called the *address* of a draw. The hash is the SplitMix64 finaliser (Steele, Lea & Flood 2014),
applied twice to an injective packing of the address.

This module is the one register of purposes and ordinals.
"""

import math
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel


class Purpose(IntEnum):
    """The purpose of a draw. Numbers are never reused: a new purpose takes the next one.

    The numbers from 200 to 255 are for custom steps and shocks.
    """

    TOUCH_CLOCK = 1
    FOLLOW_CLOCK = 2
    RETURN_CLOCK = 3
    JOIN_ON_TOUCH = 4
    CHANNEL = 5
    FOUNDER = 6
    TENURE = 7
    INTEREST_KNOT = 8
    INTEREST_NOISE = 9
    PROPENSITY = 10
    BUDGET = 11
    INVITING = 12
    WILLINGNESS = 13
    AVERSION = 14
    RESPONDER = 15
    SIDE = 16
    CAPACITY = 17
    VISIT = 18
    CONTRIBUTE = 19
    KIND = 20
    USEFUL = 21
    REPLY = 22
    REPLIER = 23
    EXCHANGE = 24
    PARTNER = 25
    FRIEND = 26
    FRIENDS_FRIEND = 27
    STRANGER = 28
    CIRCLE_REPLY = 29
    CIRCLE_STRANGER = 30
    REMOVAL = 31
    THANKS = 32
    INVITE = 33
    INVITEE = 34
    DELAY = 35
    ACCEPT = 36
    FIRST_TIE = 37
    SUBSCRIBE = 38
    LAPSE = 39
    DEPART = 40
    CAUSE = 41
    SHOCK = 42
    FAR = 43
    FOUNDING_STATE = 44
    FOUNDING_TIE = 45
    CLOCK_OF_DAY = 46
    REPLY_TIE = 47
    BILLING = 48
    REJECTION = 49
    STAFF_REPLY = 50
    HARASSMENT = 51
    COUNCIL = 52
    ATTENDANCE = 53
    CIRCLE_EVENT = 54
    MEETING = 55
    SUCCESSION = 56
    LEAD = 57
    CIRCLE_MATE = 58
    MATE = 59
    MASS_JOIN = 60
    TREATMENT = 61
    GRAPH = 62
    FORMAL_EXIT = 63
    WAKE = 64
    UNSUBSCRIBE = 65
    DORMANT_BILL = 66
    HEED = 67
    FORGET_CLOCK = 68
    AGAIN_CLOCK = 69
    THANKS_INVITER = 70
    ARRIVAL = 71
    ENTRY = 72
    FOLLOW_ON = 73
    REACT_TO = 74
    CIRCLE_REACT = 75
    WELCOME = 76
    INTRODUCE = 77
    CIRCLE_INTRODUCE = 78


# -- ordinals --------------------------------------------------------------------------------
# The ordinal distinguishes several draws of a person on a day for the same purpose. As with purposes,
# values never change, because every past result depends on them. Where something happens several
# times a day, the ordinal of the nth time is stride * nth + offset.

ONLY = 0
"the ordinal of a purpose with one draw per person and day"

PARTNER_EXISTING, PARTNER_TRIADIC = 0, 100
"+ nth: whether the nth exchange is with an existing tie; otherwise, whether it is with a friend's friend"
GO_BETWEEN, FAR_END = 0, 50
"+ nth, of FRIENDS_FRIEND: the tie that connects, and the friend's friend"
STRANGER_STRIDE, STRANGER_KIND, STRANGER_CANDIDATE, STRANGER_CHOICE = 16, 0, 1, 8
"visible or of similar interest; + attempt: the candidate, and whether it replaces the previous one"
MATE_STRIDE, MATE_SOUGHT, MATE_PLACE = 2, 0, 1
"whether a group mate is sought, and where in the group"
REPLIER_STRIDE, REPLIER_FIRST, REPLIER_SECOND, REPLIER_CHOICE = 3, 0, 1, 2
"two candidates to reply, and the choice between them"
USEFUL_POST, USEFUL_ANSWER = 0, 1000
"+ nth"
INVITEE_STRIDE, INVITEE_DISTANCE, INVITEE_PLACE = 2, 0, 1
"near or far acquaintance, and which"
INVITEE_NEIGHBOUR_SHIFT = 40
"in a graph of acquaintances, the ordinal is (nth + 1) << shift, xor the neighbour's address"
ACCEPT_INVITER_SHIFT = 8
"the ordinal is inviter << shift, plus the number of earlier invitations by the same inviter today"
THANKS_STRIDE, THANKS_AUTHOR, THANKS_REPLIER = 2, 0, 1
"the author of the nth contribution, and its replier"
(
    STATE_TENURE,
    STATE_CONTRIBUTED,
    STATE_SILENCE,
    STATE_TIES,
    STATE_LAST_VISIT,
    STATE_AWAKE,
    STATE_PAYS,
    STATE_BILLED,
) = range(8)
"of FOUNDING_STATE: tenure, whether ever contributed, days since then, number of ties, last visit, whether awake, whether it pays, how long ago it was billed"
FOUNDING_TIE_STRIDE, FOUNDING_TIE_DISTANCE, FOUNDING_TIE_ANYWHERE, FOUNDING_TIE_STRENGTH = 3, 0, 1, 2
"distance on the ring, whether the tie leads anywhere instead, and its strength"
INTRODUCED, INTRODUCED_TO, INTRODUCED_TIES = range(3)
"of INTRODUCE: whether a newcomer is introduced, to whom, and whether it becomes an exchange"
GRAPH_NETWORK, GRAPH_ACQUAINTANCES = 0, 1
"the seeds of the two initial graphs, see `library_seed`"


_PHI = np.uint64(0x9E3779B97F4A7C15)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S24, _S8, _S12 = (np.uint64(s) for s in (30, 27, 31, 24, 8, 12))
_UNIT = 1.0 / 4503599627370496.0  # 2^-52
_MASK = (1 << 64) - 1


@kernel
def mix(x):
    """SplitMix64's finaliser: a bijection of 64-bit words without visible structure."""
    x = (x ^ (x >> _S30)) * _M1
    x = (x ^ (x >> _S27)) * _M2
    return x ^ (x >> _S31)


@kernel
def address_hash(key, person, day, purpose, ordinal):
    """The 64-bit hash of an address; person < 2^32, 0 <= day < 2^16, purpose < 2^8, any ordinal."""
    place = (np.uint64(person) << _S24) ^ (np.uint64(day) << _S8) ^ np.uint64(purpose)
    return mix(mix(place ^ key) + np.uint64(ordinal) * _PHI + key)


@kernel
def hash_among(word, person):
    """The hash of a person as a candidate in a choice by `address_hash`; the largest wins."""
    return mix(word ^ np.uint64(person))


@kernel
def unit(word):
    """A 64-bit word as a number in the open interval (0, 1).

    52 bits, not 53: with 53 the half that keeps 0 away would round the last number up to 1.
    """
    return (np.float64(word >> _S12) + 0.5) * _UNIT


@kernel
def uniform(key, person, day, purpose, ordinal):
    """A number in the open interval (0, 1)."""
    return unit(address_hash(key, person, day, purpose, ordinal))


@kernel
def exponential(u):
    """Exp(1) from a uniform."""
    return -math.log(u)


@kernel
def normal(u):
    """Standard normal from a uniform: Wichura's AS 241 (PPND7), relative error below 1e-7."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return (
            q
            * (((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179)
            / (((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1.0)
        )
    r = u if q < 0.0 else 1.0 - u
    r = math.sqrt(-math.log(r))
    if r <= 5.0:
        r -= 1.6
        z = (((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777) / (
            (0.12021132975 * r + 0.73700164250) * r + 1.0
        )
    else:
        r -= 5.0
        z = (((0.017337203997 * r + 0.42868294337) * r + 3.0812263860) * r + 6.6579051150) / (
            (0.012258202635 * r + 0.24197894225) * r + 1.0
        )
    return -z if q < 0.0 else z


@kernel
def poisson(u, rate):
    """Poisson(rate) from a uniform: by inversion up to a rate of 30, rounded normal above."""
    if u <= 1.0 - rate:  # below exp(-rate), without computing it
        return 0
    if rate > 30.0:
        return max(0, int(math.floor(rate + math.sqrt(rate) * normal(u) + 0.5)))
    p = math.exp(-rate)
    total = p
    n = 0
    while u > total and n < 150:
        n += 1
        p *= rate / n
        total += p
    return n


def key_of(seed: int) -> np.uint64:
    """The key of a seed, from a separate mixer so that neighbouring seeds are unrelated."""
    x = (seed * 0xD1342543DE82EF95 + 0x2545F4914F6CDD1D) & _MASK
    for shift in (32, 29, 32):
        x = ((x ^ (x >> shift)) * 0xAEF17502108EF2D9) & _MASK
    return np.uint64(x ^ (x >> 29))


def library_seed(key: np.uint64, nth: int) -> int:
    """A seed for a library's random generator, derived from the key of the run; nth of several."""
    return int(hashes(key, [nth], 0, Purpose.GRAPH)[0]) >> 32


def uniforms(
    key: np.uint64, persons: npt.ArrayLike, day: int, purpose: int, ordinal: int = ONLY
) -> npt.NDArray[np.float64]:
    """`uniform` for an array of persons, shape (n,)."""
    return _uniforms(key, np.asarray(persons, dtype=np.int64), day, int(purpose), ordinal)


def hashes(key: np.uint64, persons: npt.ArrayLike, day: int, purpose: int) -> npt.NDArray[np.uint64]:
    """`address_hash` for an array of persons, shape (n,), dtype uint64."""
    return circle_places(key, np.asarray(persons, dtype=np.int64), day, int(purpose))


@kernel
def _uniforms(key, persons, day, purpose, ordinal):
    out = np.empty(len(persons))
    for k in range(len(persons)):
        out[k] = uniform(key, persons[k], day, purpose, ordinal)
    return out


@kernel
def exponentials(key, persons, day, purpose):
    """Exp(1) for an array of persons, shape (n,); by the C library, whose logarithm is the same in every kernel."""
    out = np.empty(len(persons))
    for k in range(len(persons)):
        out[k] = -math.log(uniform(key, persons[k], day, purpose, ONLY))
    return out


@kernel
def circle_places(key, persons, day, purpose):
    """`hashes` for kernels: where persons stand on a circle."""
    out = np.empty(len(persons), np.uint64)
    for k in range(len(persons)):
        out[k] = address_hash(key, persons[k], day, purpose, ONLY)
    return out
