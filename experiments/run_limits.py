"""How many runs one request may ask for: whatever is larger is refused before work begins."""

import math

from experiments.errors import RequestError

MOST_RUNS = 1_000_000
"""Runs of one study or one command. A study file raises it for itself with `most_runs`."""


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
