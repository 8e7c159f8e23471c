"""Founding: the members on day 0, settled, with the tenure, ties and bonds of a running community.

Founders are drawn from the market (with preference for those whom the purpose fits) or taken from
an event log. As newcomers, four in five of them would leave within a year. Their state is therefore
set to its fixed point under the parameters of day 0: habit, bonds and satisfaction. A scenario may
have its founders begin as newcomers instead.
"""

from kith.sim.processes.founding.propensity import likely_propensity
from kith.sim.processes.founding.seating import seat_founders

__all__ = ["likely_propensity", "seat_founders"]
