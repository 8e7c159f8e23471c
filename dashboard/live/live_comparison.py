"""From a question to a comparison: what runs are wanted, what is known so far, what is under way."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import solara

from kith.dashboard.access.connections import CONNECTIONS, current_session
from kith.dashboard.live.compute_once import ComputeOnce
from kith.dashboard.live.shared_workers import Request, shared_pool
from kith.experiments.comparison.comparison import Comparison, gathered, labelled
from kith.experiments.runs.runner import Job, RunResult
from kith.experiments.statistics.tables import OUTCOMES
from kith.sim.schema.plan import Plan

STAGES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
"""Complete pairs after which a new picture is drawn."""

EXTRA = ("member_surplus", "member_surplus_share")


_COMPARISONS: ComputeOnce[Comparison] = ComputeOnce(60)


@dataclass(frozen=True)
class LiveComparison:
    """What is known of a question."""

    inputs: object = None
    comparison: Comparison | None = None
    "over the first `pairs` seeds"
    pairs: int = 0
    requested: int = 0
    seconds: float = 0.0
    "from the question to this picture"
    error: str = ""

    def running(self, inputs: object) -> bool:
        """Whether more is to come for that question."""
        return not self.error and (self.inputs != inputs or self.pairs < self.requested)


@dataclass
class _PairedRuns:
    """Outcomes of the arms as they come in, looked at whenever all arms have some more seeds."""

    plans: Mapping[str, Plan]
    days: int
    outcomes: tuple[str, ...]
    done: list[RunResult] = field(default_factory=list)

    def pairs(self) -> int:
        """Seeds 0 … n-1 that every arm has."""
        by_arm = [{o.seed for o in self.done if o.key == label} for label in self.plans]
        n = 0
        while all(n in seeds for seeds in by_arm):
            n += 1
        return n

    def comparison(self, pairs: int) -> Comparison:
        """The comparison over the first seeds; the same object for everybody who asks the same."""
        kept = [o for o in self.done if o.seed < pairs]
        names = tuple(sorted((o.key, o.seed, o.run_id) for o in kept))
        return _COMPARISONS.get(
            (tuple(self.plans), names, self.outcomes),
            lambda: gathered(dict(self.plans), self.days, tuple(range(pairs)), self.outcomes, kept),
        )


def jobs_for(plans: Mapping[str, Plan], days: int, runs: int) -> list[Job]:
    """Every arm with seed 0, then with seed 1, and so on: the first picture needs one of each."""
    return [Job(plan, seed, days, key=label) for seed in range(runs) for label, plan in plans.items()]


def labelled_plans(plans: Sequence[Plan]) -> dict[str, Plan]:
    """Plans by the labels that a report would use; twice the same is told apart by number."""
    if len(plans) > 1:
        try:
            return labelled(plans)
        except ValueError:  # two arms say the same: as long as nobody has changed one, that is fine
            pass
    found: dict[str, Plan] = {}
    for plan in plans:
        twice = sum(name.split(" #")[0] == plan.name for name in found)
        found[f"{plan.name} #{twice + 1}" if twice else plan.name] = plan
    return found


def one_line(error: Exception) -> str:
    """What went wrong, without the traceback that it may carry."""
    first, *rest = str(error).strip().splitlines() or [type(error).__name__]
    return f"{first.partition('Traceback')[0]}{rest[-1]}" if rest else first


class _PoolRequest:
    """One question of a page to the pool, put again whenever its browser comes back after it was away."""

    def __init__(self, owner: str, jobs: list[Job]) -> None:
        self._owner, self._jobs = owner, jobs
        self._session = current_session()
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._request: Request | None = None
        self._unwatch = CONNECTIONS.when_away(self._session, self._pause)

    def begin(self) -> Request | None:
        """Ask as soon as somebody may be looking; nothing if the question is over. What was run is not run again."""
        while CONNECTIONS.wait(self._session, self._over):
            with self._lock:
                if not self._over.is_set() and CONNECTIONS.connected(self._session):
                    self._request = shared_pool().submit(self._owner, self._jobs)
                    return self._request
        return None

    def end(self) -> None:
        """Nobody waits for the answer any more."""
        with self._lock:
            self._over.set()
        self._unwatch()
        self._pause()

    def _pause(self) -> None:
        with self._lock:
            if self._request is not None:
                shared_pool().cancel(self._request)


def use_live_comparison(
    inputs: object, plans: Mapping[str, Plan], days: int, runs: int, also: tuple[str, ...] = ()
) -> LiveComparison:
    """Ask the pool and give what is known so far; a new question cancels the old one.

    Parameters
    ----------
    inputs : what decides the numbers; they are simulated again when it changes.
    plans : label -> plan; nothing is asked while there are none.
    days, runs : length of a run, runs of each plan.
    also : indicators to compare beside the usual ones.
    """
    owner = solara.use_memo(lambda: uuid4().hex, [])
    answer, set_answer = solara.use_state(LiveComparison())

    def start() -> Any:
        if not plans:
            return None
        asking = _PoolRequest(owner, jobs_for(plans, days, runs))

        def listen() -> None:
            begun, shown = time.perf_counter(), 0
            while (request := asking.begin()) is not None:
                gathering = _PairedRuns(plans, days, tuple(dict.fromkeys((*OUTCOMES, *EXTRA, *also))))
                try:
                    for outcome in request:
                        if outcome.failed:
                            raise ValueError(
                                outcome.refused or f"a run of {outcome.key} failed: {outcome.error}"
                            )
                        gathering.done.append(outcome)
                        pairs = gathering.pairs()
                        due = pairs > shown and (pairs in STAGES or pairs == runs)
                        if due and (not shown or pairs == runs or request.results.empty()):
                            shown = pairs
                            found = gathering.comparison(pairs)
                            if not request.cancelled:
                                set_answer(
                                    LiveComparison(
                                        inputs, found, pairs, runs, seconds=time.perf_counter() - begun
                                    )
                                )
                except Exception as error:
                    if not request.cancelled:
                        set_answer(LiveComparison(inputs, error=one_line(error)))
                        shared_pool().cancel(request)
                        return
                if not request.cancelled:
                    return

        threading.Thread(target=listen, daemon=True).start()
        return asking.end

    solara.use_effect(start, [inputs])
    return answer
