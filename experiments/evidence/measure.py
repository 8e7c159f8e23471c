"""Measure a community: its log, or a simulated run as a log would show it, with one set of definitions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kith.experiments.errors import RequestError
from kith.experiments.evidence.cohorts import cohorts
from kith.experiments.evidence.contagion import contagion
from kith.experiments.evidence.estimates import REPLICATES, Estimate, halves, intervals
from kith.experiments.evidence.growth import growth, growth_series
from kith.experiments.evidence.membership import memberships, registrations
from kith.experiments.evidence.network import network
from kith.experiments.evidence.observation import ObservationModel, Observed, of_frame, of_record, of_table
from kith.experiments.evidence.participation import participation
from kith.experiments.evidence.purchases import purchases
from kith.experiments.evidence.replies import replies
from kith.experiments.evidence.silence import return_series, silence
from kith.experiments.evidence.statistics import STATISTICS
from kith.experiments.evidence.survival import INACTIVITY, survival, survival_series
from kith.experiments.statistics.tables import nulled
from kith.experiments.statistics.units import with_units
from kith.scenarios.logs.table import EventTable
from kith.sim.results.record import Record

if TYPE_CHECKING:
    import pandas as pd

    from kith.scenarios.logs.report import ReadingReport


@dataclass(frozen=True)
class Measurement:
    """What was measured.

    `table` has a row per statistic: name, family, unit, value, low, high, reason, interval, definition; a value
    that the log cannot tell is NaN and `reason` says why. `growth` has a row per complete 30 days, `survival`
    one per cohort and week of age, `returns` one per 30 days of time away.
    """

    label: str
    table: "pd.DataFrame"
    growth: "pd.DataFrame"
    survival: "pd.DataFrame"
    returns: "pd.DataFrame"
    observed: Observed
    inactivity: int
    report: "ReadingReport | None" = None

    def __getitem__(self, name: str) -> float:
        """The value of a statistic."""
        if name not in STATISTICS:
            raise KeyError(f"unknown statistic {name}")
        return float(self.table.loc[self.table["name"] == name, "value"].iloc[0])

    @property
    def cannot_tell(self) -> dict[str, str]:
        """Statistics that the log cannot tell, each with the reason."""
        return {row["name"]: row["reason"] for row in self.table.to_dict("records") if row["reason"]}

    def without_events(self) -> "Measurement":
        """The same without the events behind it, which are most of its memory."""
        o, nothing = self.observed, np.zeros(0, np.int64)
        emptied = Observed(nothing, nothing, nothing, 0, o.start, o.end, names=o.names)
        return replace(self, observed=emptied)

    def as_object(self) -> dict[str, Any]:
        """Everything as plain values for JSON; what is undefined is None."""
        return {
            "log": self.label,
            "read": None if self.report is None else self.report.as_object(),
            "actions": list(self.observed.names),
            "inactivity": self.inactivity,
            "statistics": [nulled(row) for row in self.table.to_dict("records")],
            **{
                name: [nulled(row) for row in getattr(self, name).to_dict("records")]
                for name in ("growth", "survival", "returns")
            },
        }


def measured(observed: Observed, inactivity: int = INACTIVITY, permutations: int = 0) -> dict[str, Estimate]:
    """Every statistic by name, from arrays alone: the way that is fast enough for thousands of runs.

    `permutations` are those of the placebo of contagion, which is left out with 0.
    """
    estimates = (
        growth(observed) | survival(observed, inactivity) | silence(observed) | participation(observed)
    )
    estimates |= (
        cohorts(observed)
        | replies(observed)
        | network(observed)
        | registrations(observed)
        | memberships(observed)
    )
    estimates |= purchases(observed) | contagion(observed, permutations)
    return {name: estimates[name] for name in STATISTICS}


def measure(
    source: Any,
    *,
    actions: Sequence[str] | None = None,
    people: str = "all",
    inactivity: int = INACTIVITY,
    replicates: int = REPLICATES,
    **reading: Any,
) -> Measurement:
    """Measure a community from its log, or a run as a source would show it.

    Parameters
    ----------
    source : what `kith.scenarios.logs.reading.read_events` reads (a path, bytes), the name of a log that ships with kith, an event table, a `Record` with
        events, or a frame such as `Record.events`.
    actions : names of the actions that the source shows; by default contributions and exchanges, but no joins,
        visits, invitations or departures.
    people : `all`, or only `newcomers`, whose join is in the log.
    inactivity : days of silence up to the end of the log that count as an exit.
    replicates : samples behind each interval, and permutations of the placebo; 0 leaves both out.
    reading : how the log is read, see `docs/how-to/logs.md`: `format`, `columns`, `zone`, `day_first`, `max_bad`, `strict`,
        `identities`, `registrations`, `invitations`, `duplicates`.

    Raises
    ------
    LogError
        The log cannot be read.
    RequestError
        Nothing in it can be measured.
    """
    if inactivity < 1:
        raise RequestError(f"inactivity {inactivity}: must be 1 day or more")
    if replicates < 0:
        raise RequestError(f"replicates {replicates}: must be 0 or more")
    model = ObservationModel(None if actions is None else tuple(actions), people)
    label, report = "the log", None
    if isinstance(source, Record):
        observed, label = of_record(source, model), source.plan.name
    elif hasattr(source, "columns") and hasattr(source, "sort_values"):
        observed = of_frame(source, model)
    else:
        if not isinstance(source, EventTable):
            from kith.scenarios.logs.founding import read_log_table
            from kith.scenarios.logs.reading import read_events

            read = read_events if isinstance(source, bytes) else read_log_table
            source = read(source, **reading)
        report = source.report
        observed, label = of_table(source, model), report.source
    return _measurement(label, observed, inactivity, replicates, report)


def _measurement(
    label: str, observed: Observed, inactivity: int, replicates: int, report: "ReadingReport | None"
) -> Measurement:
    import pandas as pd

    estimates = measured(observed, inactivity, replicates)
    between = intervals(estimates, observed.members, replicates)
    if estimates["members_tied"].value >= 1:
        between |= halves(estimates, int(estimates["members_tied"].value), replicates)
    nothing = (float("nan"), float("nan"))
    rows = [
        {
            "name": name,
            "family": STATISTICS[name].family,
            "unit": STATISTICS[name].unit,
            "value": estimate.value,
            "low": between.get(name, nothing)[0],
            "high": between.get(name, nothing)[1],
            "reason": estimate.reason,
            "interval": STATISTICS[name].interval,
            "definition": STATISTICS[name].definition,
        }
        for name, estimate in estimates.items()
    ]
    return Measurement(
        label,
        with_units(pd.DataFrame(rows)),
        with_units(pd.DataFrame(growth_series(observed)), joins="1/day", active="members", actions="1/day"),
        with_units(
            pd.DataFrame(
                survival_series(observed, inactivity), columns=["cohort", "week", "survival", "at_risk"]
            ),
            week="weeks",
            survival="share",
            at_risk="members",
        ),
        with_units(
            pd.DataFrame(return_series(observed), columns=["days_away", "at_risk", "returns", "hazard"]),
            days_away="days",
            at_risk="members",
            returns="members",
            hazard="1/day",
        ),
        observed,
        inactivity,
        report,
    )
