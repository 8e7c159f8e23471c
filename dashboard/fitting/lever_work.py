"""A change of one lever from the log's end on: what is asked, how it is worked out, and where the answer is kept."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from kith.dashboard.comparing.controls import slider_levers
from kith.dashboard.fitting.stored_fits import BUNDLE, FIT, StoredFit, fits_folder
from kith.experiments.calibration.bundle import read_bundle
from kith.experiments.calibration.calibrate import Calibration
from kith.experiments.calibration.forecast.changed import FITTED
from kith.experiments.calibration.forecast.difference import Difference, difference_ahead
from kith.experiments.calibration.priors import values_at
from kith.experiments.comparison.arms import Arm
from kith.experiments.errors import RequestError
from kith.experiments.files import whole_folder
from kith.extras import demand
from kith.scenarios.load import load

CHANGES, ABOUT, TABLE, NEXT = "changes", "about.json", "table.parquet", "next.parquet"
DRAWS, SEEDS = 16, 2


@dataclass(frozen=True)
class LeverRequest:
    """A lever and its value from the log's end on."""

    fit_key: str
    lever: str
    value: float | int
    days: int
    draws: int = DRAWS

    @property
    def name(self) -> str:
        """The name of its folder."""
        return hashlib.sha256(f"{self.lever}={self.value!r} {self.days}".encode()).hexdigest()[:12]

    @property
    def key(self) -> str:
        """Its name among all that is worked on."""
        return f"{self.fit_key}/{self.name}"

    @property
    def runs(self) -> int:
        """How many runs it costs."""
        return 2 * self.draws * SEEDS


def levers_of(fit: Calibration) -> dict[str, tuple[float, float, Any]]:
    """The important levers that are not fitted: lowest, highest and present value."""
    plan = load(fit.scenario, overrides=fit.overrides)
    fitted = set(values_at(fit.priors, fit.draws[0]))

    def now(name: str) -> Any:
        section, _, field = name.partition(".")
        return getattr(getattr(plan.parameters, section), field)

    return {
        name: (low, high, now(name))
        for name, (low, high) in slider_levers(plan, plan).items()
        if name not in fitted
    }


def lever_request(stored: StoredFit, lever: str, text: str) -> LeverRequest:
    """The change that was chosen; `RequestError` if it is none that can be made."""
    levers = levers_of(stored.fit)
    if lever not in levers:
        raise RequestError(f"{lever[:60]}: choose one of the levers of the menu")
    low, high, now = levers[lever]
    if not text.strip():
        raise RequestError(f"no new value yet: enter one from {low:g} to {high:g}")
    try:
        value = type(now)(float(text)) if isinstance(now, int) else float(text)
    except ValueError:
        raise RequestError(f"{text[:20]!r}: is not a number") from None
    if not low <= value <= high:
        raise RequestError(f"{value:g}: must be from {low:g} to {high:g}")
    if value == now:
        raise RequestError(f"{value:g}: is the value as it is; choose another one")
    return LeverRequest(stored.key, lever, value, stored.ahead.days)


def carry_out_lever(request: LeverRequest, folder: Path, progress: Callable[[int, int], None]) -> None:
    """Run both sides and keep the answer in the folder of the fit."""
    demand("evidence")
    arm = Arm("", FITTED, {request.lever: request.value})
    found = difference_ahead(
        read_bundle(folder / BUNDLE / FIT), arm, request.days, request.draws, SEEDS, progress=progress
    )
    with whole_folder(folder / CHANGES / request.name) as made:
        found.table.to_parquet(made / TABLE, index=False)
        found.next.to_parquet(made / NEXT, index=False)
        about = [found.change, found.days, found.draws, found.seeds, request.lever, request.value]
        (made / ABOUT).write_text(json.dumps(about), encoding="utf-8")


@dataclass(frozen=True)
class Answer:
    """What a change makes, and of which lever it is."""

    lever: str
    value: float | int
    found: Difference


def answers_of(key: str) -> list[Answer]:
    """All changes that were worked out for a fit, the newest first."""
    folders = sorted(
        (fits_folder() / key / CHANGES).glob(f"*/{ABOUT}"), key=lambda path: -path.stat().st_mtime_ns
    )
    answers = []
    for path in folders:
        try:
            change, days, draws, seeds, lever, value = json.loads(path.read_text("utf-8"))
            table, ranked = (pd.read_parquet(path.parent / name) for name in (TABLE, NEXT))
        except (OSError, ValueError):
            continue  # safe: what is being written, or was deleted meanwhile, is no answer yet, and can be asked again
        answers.append(Answer(lever, value, Difference(change, days, draws, seeds, table, ranked)))
    return answers
