"""A fit in words and cells, for the terminal and the report."""

from collections.abc import Mapping, Sequence
from typing import Any

from kith.experiments.calibration.calibrate import Calibration
from kith.experiments.calibration.forecast.judge import OURS
from kith.experiments.calibration.forecast.verdict import nearer_rivals
from kith.experiments.calibration.inference.identified import NOT_IDENTIFIED
from kith.experiments.calibration.statistics import is_share
from kith.experiments.words.wording import listed, plural, signed, three_digits
from kith.sim.results.definitions import DEFINITIONS

STATES = {
    True: "",
    False: " The fit has not converged.",
    None: " Whether the fit has converged was not checked.",
}


def summary(fit: Calibration) -> str:
    """What was fitted, and how well."""
    what = fit.label
    if fit.past is not None:
        members, days = plural(fit.past.members, "member"), plural(fit.past.days, "day")
        what += f" ({members}, {days})"
    met = int(fit.table["met"].sum())
    state = STATES[fit.converged]
    return (
        f"{fit.scenario} fitted to {what}: {met} of {len(fit.table)} statistics are within their tolerance, "
        f"{int(fit.parameters['identified'].sum())} of {len(fit.parameters)} parameters are identified; {_minutes(fit.seconds)}.{state}"
    )


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 100 else f"{seconds / 60:.1f} minutes"


def statistic_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Statistic, real, fitted, interval, tolerance, whether met; shares in per cent, their tolerance in points.

    A number that is neither compared as a logarithm nor a share has its tolerance in its own unit.
    """
    name = str(row["statistic"])
    share = is_share(name) or (name in DEFINITIONS and DEFINITIONS[name].unit == "share")
    real, fitted, low, high = (_amount(row[end], share) for end in ("real", "fitted", "low", "high"))
    return (
        name,
        real,
        fitted,
        f"{low} to {high}",
        _tolerance(row["tolerance"], share, row["relative"]),
        "yes" if row["met"] else f"no ({row['misfit']:+.1f})".replace("-", "−"),
    )


def _tolerance(value: float, share: bool, relative: bool) -> str:
    if share or relative:
        return f"{100 * value:.2g} {'pp' if share else '%'}"
    return _amount(value, share)


def _amount(value: float, share: bool) -> str:
    return f"{100 * value:.1f} %" if share else three_digits(value)


def ledger(fit: Calibration) -> list[tuple[str, ...]]:
    """Per parameter: prior, posterior, ratio of spreads, whether identified."""
    return [
        (
            str(row["parameter"]),
            f"{three_digits(row['prior_low'])} to {three_digits(row['prior_high'])}",
            three_digits(row["median"]),
            f"{three_digits(row['low'])} to {three_digits(row['high'])}",
            f"{row['sd_ratio']:.2f}",
            "" if row["identified"] else "not identified",
        )
        for row in fit.parameters.to_dict("records")
    ]


def not_known(fit: Calibration) -> str:
    """What cannot be known from the log."""
    blank = fit.parameters[~fit.parameters["identified"]]["parameter"].tolist()
    source = "this log" if fit.past is not None else "these numbers"
    words = (
        f"What cannot be known from {source}: {listed(blank)} (spread above {NOT_IDENTIFIED:g} of the prior's), "
        "so a what-if about these rests on the prior."
        if blank
        else f"Every parameter is identified by {source}."
    )
    pairs = listed(
        [f"{p.first} with {p.second} ({signed(p.correlation, half_width=0.1)})" for p in fit.pairs]
    )
    return f"{words} Pairs that trade off: {pairs}." if fit.pairs else words


def other_notes(notes: Sequence[str]) -> list[str]:
    """The notes of a fit but that it is poor, where that is said first."""
    return [note for note in notes if not note.startswith("a poor fit")]


def record_of(fit: Calibration) -> list[str]:
    """The verdict on forecasts of the log's own past, first in a word."""
    if not fit.verdict:
        return [
            "This forecast has no record: the log is too short to hold a part of it back and judge a forecast of it."
        ]
    if any(f"{ours} wins" in fit.verdict[0] for ours in OURS):
        nearer = [] if fit.held is None else nearer_rivals(fit.held)
        words = "For active members the model forecasts better than every simple rival"
        if nearer:
            verb = "was" if len(nearer) == 1 else "were"
            words += f" if the band counts as well (CRPS); the middle line of {listed(nearer)} {verb} nearer to what happened"
        return [f"{words}.", *fit.verdict]
    return [
        "For active members a simple method forecasts better than the model: trust it more for how many there will be, "
        "and the model for what a change would make.",
        *fit.verdict,
    ]
