"""A founding: the founders of a community, as its event log shows them on a date."""

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Founding:
    """The n founders of a community, reconstructed from an event log.

    Exchanges are between founders, in order of time; ages are in days before the date. What is None
    follows from the rest: all are awake, and have done what the window shows.
    """

    contributions: npt.NDArray[np.int64]
    "actions of each founder in the window, (n,)"
    tenure: npt.NDArray[np.int64]
    "days since the founder's first action in the log, (n,)"
    silence: npt.NDArray[np.int64]
    "days since the founder was last seen, (n,)"
    active_days: npt.NDArray[np.int64]
    "days in the window with an action of the founder, (n,)"
    exchange_a: npt.NDArray[np.int64]
    exchange_b: npt.NDArray[np.int64]
    exchange_age: npt.NDArray[np.int64]
    date: str
    "day 0 of the simulation, ISO"
    window: int = 90
    label: str = ""
    contributors: int = 0
    "people who had ever contributed by the date, from which the market is sized; 0 if not known"
    own: npt.NDArray[np.int64] | None = None
    "contributions in the window that were addressed to nobody, (n,); None for all"
    ever: npt.NDArray[np.int64] | None = None
    "contributions of this membership, (n,); None for those of the window"
    quiet: npt.NDArray[np.int64] | None = None
    "days since the founder's last contribution, (n,); None for since the last action"
    awake: npt.NDArray[np.float64] | None = None
    "probability that the founder is awake and not dormant, (n,); 0 or 1 where the log tells"
    asleep_for: npt.NDArray[np.int64] | None = None
    "days since the founder fell silent, if it is dormant, (n,)"
    undated: int = 0
    "founders whose tenure counts from their first action, as the log does not tell when they joined"

    def __len__(self) -> int:
        return len(self.contributions)

    def unaddressed(self) -> npt.NDArray[np.int64]:
        """Contributions in the window that were addressed to nobody, (n,)."""
        return self.contributions if self.own is None else self.own

    def in_all(self) -> npt.NDArray[np.int64]:
        """Contributions of the founder's membership, (n,)."""
        return self.contributions if self.ever is None else self.ever

    def since_contribution(self) -> npt.NDArray[np.int64]:
        """Days since the founder's last contribution, (n,)."""
        return self.silence if self.quiet is None else self.quiet

    @property
    def digest(self) -> str:
        """SHA-256 of the numbers; identifies the log in a run's id."""
        digest = hashlib.sha256(f"{self.date}|{self.window}".encode())
        for column in (
            self.contributions,
            self.tenure,
            self.silence,
            self.active_days,
            self.exchange_a,
            self.exchange_b,
            self.exchange_age,
        ):
            digest.update(np.ascontiguousarray(column, dtype=np.int64).tobytes())
        for name in ("own", "ever", "quiet", "awake", "asleep_for"):
            if getattr(self, name) is not None:
                digest.update(name.encode() + np.ascontiguousarray(getattr(self, name)).tobytes())
        return digest.hexdigest()
