"""From a question to a comparison: what runs are wanted, what is known so far, what is under way."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import solara

from kith.dashboard.access.connections import CONNECTIONS, own_session
from kith.dashboard.live.compute_once import Once
from kith.dashboard.live.shared_workers import Request, shared_pool
from kith.experiments.comparison.comparison import Comparison, PartialComparison, labelled
from kith.experiments.runs.runner import Job
from kith.experiments.statistics.tables import OUTCOMES
from kith.sim.schema.plan import Plan

STAGES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
"""Complete pairs after which a new picture is drawn."""

EXTRA = ("member_surplus", "member_surplus_share")


_COMPARISONS: Once[Comparison] = Once(60)


@dataclass(frozen=True)
class Answer:
    """What is known of a question."""

    question: object = None
    comparison: Comparison | None = None
    "over the first `pairs` seeds"
    pairs: int = 0
    wanted: int = 0
    seconds: float = 0.0
    "from the question to this picture"
    error: str = ""

    def running(self, question: object) -> bool:
        """Whether more is to come for that question."""
        return not self.error and (self.question != question or self.pairs < self.wanted)


def _shared(partial: PartialComparison, pairs: int) -> Comparison:
    """The comparison over the first seeds; the same object for every session that asks for the same."""
    names = tuple(sorted((o.key, o.seed, o.run_id) for o in partial.results(pairs)))
    return _COMPARISONS.get(
        (tuple(partial.plans), names, partial.outcomes), lambda: partial.comparison(pairs)
    )


def jobs_for(plans: Mapping[str, Plan], days: int, runs: int) -> list[Job]:
    """Every arm with seed 0, then with seed 1, and so on: the first picture needs one of each."""
    return [Job(plan, seed, days, key=label) for seed in range(runs) for label, plan in plans.items()]


def plans_of(plans: Sequence[Plan]) -> dict[str, Plan]:
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


def in_a_line(error: Exception) -> str:
    """What went wrong, without the traceback that it may carry."""
    first, *rest = str(error).strip().splitlines() or [type(error).__name__]
    return f"{first.partition('Traceback')[0]}{rest[-1]}" if rest else first


class _Asking:
    """One question of a page to the pool, put again whenever its browser comes back after it was away."""

    def __init__(self, owner: str, jobs: list[Job]) -> None:
        self._owner, self._jobs = owner, jobs
        self._session = own_session()
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._request: Request | None = None
        self._unwatch = CONNECTIONS.when_away(self._session, self._pause)

    def begin(self) -> Request | None:
        """Ask as soon as somebody may be looking; nothing if the question is over. What was run is not run again."""
        while CONNECTIONS.wait(self._session, self._over):
            with self._lock:
                if not self._over.is_set() and CONNECTIONS.here(self._session):
                    self._request = shared_pool().ask(self._owner, self._jobs)
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
                shared_pool().withdraw(self._request)


def use_answer(
    question: object, plans: Mapping[str, Plan], days: int, runs: int, also: tuple[str, ...] = ()
) -> Answer:
    """Ask the pool and give what is known so far; a new question cancels the old one.

    Parameters
    ----------
    question : what decides the numbers; asking again is a matter of `==`.
    plans : label -> plan; nothing is asked while there are none.
    days, runs : length of a run, runs of each plan.
    also : indicators to compare beside the usual ones.
    """
    owner = solara.use_memo(lambda: uuid4().hex, [])
    answer, set_answer = solara.use_state(Answer())

    def ask() -> Any:
        if not plans:
            return None
        asking = _Asking(owner, jobs_for(plans, days, runs))

        def listen() -> None:
            begun, shown = time.perf_counter(), 0
            while (request := asking.begin()) is not None:
                partial = PartialComparison(
                    dict(plans), days, tuple(dict.fromkeys((*OUTCOMES, *EXTRA, *also)))
                )
                try:
                    for outcome in request:
                        if outcome.failed:
                            raise ValueError(
                                outcome.refused or f"a run of {outcome.key} failed: {outcome.error}"
                            )
                        partial.done.append(outcome)
                        pairs = partial.complete()
                        due = pairs > shown and (pairs in STAGES or pairs == runs)
                        if due and (not shown or pairs == runs or request.results.empty()):
                            shown = pairs
                            found = _shared(partial, pairs)
                            if not request.cancelled:
                                set_answer(
                                    Answer(question, found, pairs, runs, seconds=time.perf_counter() - begun)
                                )
                except Exception as error:
                    if not request.cancelled:
                        set_answer(Answer(question, error=in_a_line(error)))
                        shared_pool().withdraw(request)
                        return
                if not request.cancelled:
                    return

        threading.Thread(target=listen, daemon=True).start()
        return asking.end

    solara.use_effect(ask, [question])
    return answer
