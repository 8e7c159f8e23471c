"""Initial graphs: a founding log whose exchanges give exactly the intended ties.

A founding log is an ordinary input of the engine. Here it contains people who have been members
for a hundred days, contributed nothing and had one exchange per pair yesterday.
"""

import numpy as np
import numpy.typing as npt

from kith.sim.schema.founding import Founding

TENURE = 100
"days, beyond the grace of the tie threshold"

type Pairs = npt.NDArray[np.int64]


def founded_on(people: int, pairs: Pairs) -> Founding:
    """Founders 0 … people-1 with a tie for each pair, shape (n, 2); at most 150 ties each."""
    nothing = np.zeros(people, np.int64)
    return Founding(
        contributions=nothing,
        tenure=nothing + TENURE,
        silence=nothing + 1,
        active_days=nothing + 1,
        exchange_a=pairs[:, 0],
        exchange_b=pairs[:, 1],
        exchange_age=np.ones(len(pairs), np.int64),
        date="2001-01-01",
    )


def random_graph(people: int, ties: float, seed: int) -> Pairs:
    """The pairs of G(n, c / n): each pair is tied with probability c / n, c = ties."""
    rng = np.random.default_rng(seed)
    possible = people * (people - 1) // 2
    pairs = int(rng.binomial(possible, ties / people))
    code = np.empty(0, np.int64)
    while len(code) < pairs:
        code = _first_of_each(np.concatenate([code, rng.integers(0, possible, pairs - len(code))]))
    return _pair_of(code)


def couples(people: int) -> Pairs:
    """Everybody is tied to one other."""
    return np.arange(people - people % 2).reshape(-1, 2)


def star(people: int) -> Pairs:
    """Everybody is tied to person 0."""
    others = np.arange(1, people)
    return np.stack([np.zeros_like(others), others], axis=1)


def _first_of_each(code: Pairs) -> Pairs:
    _, first = np.unique(code, return_index=True)
    return code[np.sort(first)]


def _pair_of(code: Pairs) -> Pairs:
    """Pair number b (b - 1) / 2 + a is (a, b) with a < b."""
    b = np.floor((1.0 + np.sqrt(1.0 + 8.0 * code)) / 2.0).astype(np.int64)
    b -= b * (b - 1) // 2 > code
    b += b * (b + 1) // 2 <= code
    return np.stack([code - b * (b - 1) // 2, b], axis=1)
