"""Pages without a browser: rendered in this process, with a pool that runs where it is asked."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import solara

from kith.dashboard.live import shared_workers as pools
from kith.dashboard.live.shared_workers import SharedWorkers, run_job


class Here(SharedWorkers):
    """A pool without processes: what is asked for is done at once, by whoever asks."""

    def __init__(self) -> None:
        super().__init__(workers=1)
        self.asked: list[Any] = []

    def submit(self, owner: str, jobs: Any) -> Any:
        """Do it now."""
        from collections import deque

        from kith.dashboard.live.shared_workers import Request

        request = Request(owner, deque(), left=len(jobs))
        self.asked.append(list(jobs))
        for job in jobs:
            request.results.put(run_job(job, lambda: True))
        request.results.put(None)
        return request

    def cancel(self, request: Any) -> None:
        """Nothing runs any more."""


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Here:
    """The pool of the pages, without processes."""
    pool = Here()
    pools.shared_pool.cache_clear()
    for module in (
        "kith.dashboard.live.live_comparison",
        "kith.dashboard.pages.lessons",
        "kith.dashboard.pages.watch",
    ):
        __import__(module)
    import sys

    for name, module in list(sys.modules.items()):
        if name.startswith("kith.dashboard") and hasattr(module, "shared_pool"):
            monkeypatch.setattr(module, "shared_pool", lambda: pool)
    return pool


@pytest.fixture
def shown() -> Iterator[Callable[..., Any]]:
    """Render a page at an address; gives what can be asked for its widgets."""
    open_: list[Any] = []

    def show(page: Any, path: str = "/") -> Any:
        from solara.routing import Router, router_context

        paths: list[str] = []
        go: list[Any] = []

        @solara.component
        def At() -> Any:
            here, set_here = solara.use_state(path)

            def push(where: str) -> None:
                paths.append(where)
                set_here(where)

            go[:] = [set_here]
            router_context.provide(Router(here, [], push))
            return page()

        _, rc = solara.render(At(), handle_error=False)
        open_.append(rc)
        rc.paths = paths
        rc.go = lambda where: go[0](where)  # as the browser does on Back
        return rc

    yield show
    for rc in open_:
        rc.close()
