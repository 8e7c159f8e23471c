"""Founders who are drawn: with the tenure of a running community, or as newcomers."""

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.luck import STATE_CONTRIBUTED, STATE_SILENCE, STATE_TENURE
from kith.sim.processes.founding.history import contributions_per_day, fill_content, set_history
from kith.sim.processes.founding.persons import luck
from kith.sim.processes.founding.settled import settle_state
from kith.sim.processes.founding.ties import lay_strongest_first, lay_ties, room_for
from kith.sim.schema.graphs import Graph
from kith.sim.state.admission import admit, newcomers
from kith.sim.state.categories import Channel
from kith.sim.state.community import Community
from kith.sim.state.giving.founders import Past, begin_talk, needs_past
from kith.sim.state.population import NEVER

MEAN_TENURE = 400.0
LEAST_TENURE, MOST_TENURE = 60.0, 1500.0

type Rows = npt.NDArray[np.int64]


def found_by_draw(c: Community, seat: Rows, network: Graph | None) -> None:
    """Founders with drawn tenure and contributions, and drawn ties or those of a graph."""
    persons = np.sort(seat)
    capacity = None if network is None else room_for(c, seat, network)
    rows = admit(c, newcomers(persons, Channel.FOUNDER), capacity)
    members = c.population.members
    tenure = np.minimum(
        LEAST_TENURE - MEAN_TENURE * np.log(luck(c, persons, STATE_TENURE)), MOST_TENURE
    ).astype(np.int64)
    members["joined"][rows] = members["seasoned"][rows] = -tenure
    if network is None:
        lay_ties(c, rows, persons)
    else:
        place = np.argsort(np.argsort(seat))
        lay_strongest_first(c, rows, place[network.first], place[network.second], network.strength)
    visits = settle_state(c, rows)
    per_day = contributions_per_day(c, rows, visits) * c.parameters.contribution.doors_open
    ever = luck(c, persons, STATE_CONTRIBUTED) < 1.0 - np.exp(
        -c.parameters.contribution.first_barrier * per_day * tenure
    )
    count = np.where(ever, np.maximum(1, np.round(per_day * tenure)), 0).astype(np.int64)
    silence = 1 + np.floor(-np.log(luck(c, persons, STATE_SILENCE)) / np.maximum(per_day, 1e-9)).clip(
        max=1e6
    ).astype(np.int64)
    ever &= silence < tenure
    members["points"][rows] = np.where(ever, count, 0)
    past = Past(visits, np.where(ever, per_day, 0.0))
    if len(c.tiers) or needs_past(c.parameters):
        fill_content(c, float(per_day[ever].sum()))
        visits = settle_state(c, rows, past)
    begin_talk(c, rows, past)
    set_history(c, rows, np.where(ever, count, 0), np.where(ever, -silence, NEVER), visits)
    fill_content(c, float(per_day[ever].sum()))


def found_as_newcomers(c: Community, seat: Rows, network: Graph | None) -> None:
    """Founders who join on day 0, without a past; tied only as in a graph."""
    capacity = None if network is None else room_for(c, seat, network)
    rows = admit(c, newcomers(np.sort(seat), Channel.FOUNDER), capacity)
    if network is not None:
        place = np.argsort(np.argsort(seat))
        lay_strongest_first(c, rows, place[network.first], place[network.second], network.strength)
        c.settle(rows)
