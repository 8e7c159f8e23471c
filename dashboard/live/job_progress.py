"""The progress of a job that was started in the browser and goes on without it: a study or a fit."""

import time
from dataclasses import dataclass, replace

PLANNING, STARTING, RUNNING, STOPPING = "planning", "starting", "running", "stopping"
STOPPED, DONE, FAILED = "stopped", "done", "failed"
UNDER_WAY = (PLANNING, STARTING, RUNNING, STOPPING)


@dataclass(frozen=True)
class JobProgress:
    """How far a job has come."""

    key: str
    label: str
    state: str = STARTING
    done: int = 0
    runs: int = 0
    first: int = 0
    "runs that were kept from before"
    begun: float = 0.0
    error: str = ""

    @property
    def under_way(self) -> bool:
        """Whether more is to come."""
        return self.state in UNDER_WAY

    @property
    def seconds_left(self) -> float | None:
        """The time left at the pace so far; None before the first new run."""
        new = self.done - self.first
        return (time.monotonic() - self.begun) / new * (self.runs - self.done) if new > 0 else None

    def counted(self, done: int, runs: int) -> "JobProgress":
        """After a count of the runs that are done; the first count begins the time."""
        now = replace(self, done=done, runs=runs)
        if now.state in (PLANNING, STARTING):
            now = replace(now, state=RUNNING, first=done, begun=time.monotonic())
        return now


def why(error: Exception) -> str:
    """The last line of an error's text, or its kind if it has none."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[-1]
