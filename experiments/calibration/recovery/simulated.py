"""A simulated log: a run at known parameters, seen as the log of a real community would be, and nothing else of it."""

from dataclasses import replace

from kith.experiments.calibration.inference.design import sobol
from kith.experiments.calibration.past import Past, past_of
from kith.experiments.calibration.priors import Floats
from kith.experiments.calibration.replayed import MOST_TIMES, Replayed
from kith.experiments.errors import RequestError
from kith.experiments.evidence.observation import DAY, NOBODY, ObservationModel, Observed, of_record
from kith.experiments.runs.runner import Job

TRUE_SEEDS = 6_000_000
"seeds of the runs that become logs begin here"
OTHER = 77
"seed of the sequence from which true parameters come"


def true_parameters(logs: int, dimensions: int) -> Floats:
    """Points that cover the priors evenly, other ones than those of a fit, (logs, dimensions)."""
    return sobol(logs, dimensions, OTHER)


def simulated_past(job: Job, label: str, threads: int | None = 1) -> Past | str:
    """The past that the log of a run shows, or the reason why it is none.

    Parameters
    ----------
    job : a run as `Replay.job` makes it; its limits say when it is abandoned.
    label : what the log is called.
    threads : of the engine.
    """
    measure = job.measure
    assert isinstance(measure, Replayed)
    record = measure.record(job, threads)
    if record is None:
        return f"{label} has more than {MOST_TIMES} times the actions of the log whose arrivals it has"
    try:
        seen = as_exported(of_record(record, ObservationModel(actions=measure.actions)))
        return past_of(seen, label)
    except RequestError as error:
        return str(error)


def as_exported(seen: Observed) -> Observed:
    """What a file of its actions would show of a run: from the first to the last of them, and no joins or departures."""
    start, end = (int(t) // DAY * DAY for t in (seen.time.min(), seen.time.max() + DAY))
    return replace(
        seen, start=start, end=end, joins=(NOBODY, NOBODY), leaves=(NOBODY, NOBODY), complete=False
    )
