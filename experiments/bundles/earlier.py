"""An earlier look: whether a result goes on from one that its folder held, with fewer runs on the same seeds."""

import json
from collections.abc import Sequence
from pathlib import Path

from kith.experiments.bundles.bundle import PROVENANCE
from kith.experiments.bundles.inputs import without

COUNTS = {"--runs": 1, "--precision": 1}
"options that say how many runs, with how many words follow"


def earlier_look(folder: Path, words: Sequence[str], seeds: Sequence[int]) -> int | None:
    """How many runs the earlier result in a folder had, if it asked the same of a part of these seeds."""
    try:
        told = json.loads((folder / PROVENANCE).read_text("utf-8"))
        before, then = [str(word) for word in told["words"]], [int(seed) for seed in told["seeds"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    same = without(before, COUNTS) == without(words, COUNTS)
    return len(then) if same and then and set(then) < set(seeds) else None


def continued(runs: int) -> str:
    """What to say of it."""
    return (
        f"this continues a comparison of {runs} runs that was in the folder: if they were looked at before more were "
        "asked for, the intervals promise less than they say; --first-seed gives new seeds"
    )
