"""Threads: share the rows of a kernel among threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np


class Crew:
    """Shares a kernel's rows among threads; kernels release the GIL.

    The calling thread takes a share, too: it enters its kernel while the helpers start, so that sharing
    pays off from a millisecond of work. Helpers and a waiting caller would contend for the GIL.
    """

    def __init__(self, threads: int | None) -> None:
        self.threads = threads or 1
        self._helpers = ThreadPoolExecutor(self.threads - 1) if self.threads > 1 else None

    def share(self, n: int, work: Callable[[int, int], Any]) -> list[Any]:
        """work(lo, hi) over 0 … n in as many parts as there are threads; results in order."""
        if self._helpers is None or n < self.threads:
            return [work(0, n)]
        edges = np.linspace(0, n, self.threads + 1).astype(int).tolist()
        jobs = [self._helpers.submit(work, lo, hi) for lo, hi in pairwise(edges[1:])]
        return [work(0, edges[1]), *(job.result() for job in jobs)]

    def follow(
        self, n: int, size: int, fetch: Callable[[int, int], Any], work: Callable[[int, int], Any]
    ) -> None:
        """work(lo, hi) over 0 … n in order, `size` at a time, while a helper fetches what comes next.

        For sequential work that mostly waits for memory; the cores share a cache.
        """
        if self._helpers is None or n < 2 * size:
            work(0, n)
            return
        job = self._helpers.submit(fetch, 0, size)
        for lo in range(0, n, size):
            job.result()
            job = self._helpers.submit(fetch, min(n, lo + size), min(n, lo + 2 * size))
            work(lo, min(n, lo + size))
        job.result()

    def close(self) -> None:
        """End the threads."""
        if self._helpers is not None:
            self._helpers.shutdown()
