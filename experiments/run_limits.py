"""How many runs and workers one request may ask for: whatever is larger is refused before work begins."""

import math

from kith.experiments.errors import RequestError

MOST_RUNS = 1_000_000
"""Runs of one study or one command. A study file raises it for itself with `most_runs`."""

MOST_WORKERS = 1_024
"""Processes, or threads, of one request."""


def check_workers(name: str, number: int | None) -> None:
    """Raise `RequestError` for a number of processes or threads that no machine has; `name` is the option."""
    if number is not None and not 1 <= number <= MOST_WORKERS:
        bound = "1 or more" if number < 1 else f"{MOST_WORKERS:,} or less"
        raise RequestError(f"{name} {number}: must be {bound}")


def check_runs(what: str, runs: int, way_out: str, most: int = MOST_RUNS) -> None:
    """Raise `RequestError` for more runs than allowed.

    Parameters
    ----------
    what : asks for the runs, such as `--runs 10 of 3 scenarios`.
    runs : how many runs that makes.
    way_out : what to do instead.
    most : how many are allowed.
    """
    if runs > most:
        raise RequestError(f"{what}: {counted(runs)} runs, more than {most:,}; {way_out}")


def counted(number: int) -> str:
    """A whole number of any size, in a few characters."""
    return f"{number:,}" if number < 10**15 else f"about 10^{math.log10(number):.0f}"
