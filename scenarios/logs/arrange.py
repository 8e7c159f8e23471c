"""The rows of a whole log put in order: by time, without duplicates, members numbered by their first event."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from kith.scenarios.logs.report import moment_of
from kith.scenarios.logs.rows import NOBODY
from kith.scenarios.logs.table import Codes, Invitations, Registrations, Times

FAR = 0.01
"share of events that may make a log look longer than it is"


def in_order_of_time(columns: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    """The columns sorted by time, rows of one moment in the order in which they came."""
    time = columns["time"]
    if bool((time[1:] >= time[:-1]).all()):
        return columns
    order = np.argsort(time, kind="stable")
    return {name: column[order] for name, column in columns.items()}


def equal_to_earlier(columns: Mapping[str, npt.NDArray[Any]]) -> npt.NDArray[np.bool_]:
    """Which rows, in order of time, equal an earlier one in every column."""
    time = columns["time"]
    same = np.zeros(len(time), np.bool_)
    same[1:] = time[1:] == time[:-1]
    same[:-1] |= same[1:]
    candidates = np.flatnonzero(same)
    equal = np.zeros(len(time), np.bool_)
    if len(candidates) == 0:
        return equal
    several = [np.nan_to_num(column[candidates], nan=-1.0) for column in columns.values()]
    order = np.lexsort((candidates, *several))
    repeated = np.ones(len(order) - 1, np.bool_)
    for column in several:
        repeated &= column[order[1:]] == column[order[:-1]]
    equal[candidates[order[1:][repeated]]] = True
    return equal


def by_first_event(member: npt.NDArray[Any], members: int) -> tuple[Codes, int]:
    """The new number of each member by its first event, -1 for who never acts; and how many act."""
    rows = np.arange(len(member) - 1, -1, -1)
    first = np.full(members, len(member), np.int64)
    first[member[::-1]] = rows  # of several, the last assignment stays: the first event
    acting = np.flatnonzero(first < len(member))
    number = np.full(members, NOBODY, np.int32)
    number[acting[np.argsort(first[acting])]] = np.arange(len(acting), dtype=np.int32)
    return number, len(acting)


def number_the_rest(
    number: Codes,
    target: npt.NDArray[Any],
    registrations: Registrations | None,
    invitations: Invitations | None,
) -> int:
    """Number who is only a target, then who only registered, in place; how many members there are."""
    following = int(number.max(initial=-1)) + 1
    others = [target]
    if invitations is not None:
        others += [invitations.inviter, invitations.invited]
    if registrations is not None:
        others.append(registrations.member)
    for codes in others:
        new = np.unique(codes[codes >= 0])
        new = new[number[new] < 0]
        number[new] = np.arange(following, following + len(new))
        following += len(new)
    for codes in others[1:]:
        codes[:] = number[codes]
    return following


def names_in_order(names: Sequence[str], number: Codes, members: int) -> tuple[str, ...]:
    """The names of the members by their new numbers."""
    ordered = [""] * members
    for name, code in zip(names, number.tolist(), strict=True):
        if code >= 0:
            ordered[code] = name
    return tuple(ordered)


def far_off(time: Times) -> list[str]:
    """A remark if a handful of rows stretches the span of a log tenfold: a clock that was wrong."""
    if len(time) < 100:
        return []
    edge = max(1, int(len(time) * FAR / 2))
    inner, span = int(time[-1 - edge] - time[edge]), int(time[-1] - time[0])
    if span <= 10 * max(inner, 1) or span < 365 * 86_400_000_000:
        return []
    return [
        f"99 % of the events lie between {moment_of(int(time[edge]))} and {moment_of(int(time[-1 - edge]))}, the rest "
        "far away: check the clock that wrote them"
    ]


def place_order(problem: str) -> tuple[str, int]:
    """File and line of a problem, to sort by."""
    match = re.match(r"(.*?)(?:line|row|record|message) (\d+):", problem)
    return ("", 0) if match is None else (match[1], int(match[2]))
