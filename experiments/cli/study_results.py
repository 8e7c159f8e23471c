"""How a study is told on the screen: how far it is, and what its points have in common and apart."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from rich.text import Text

from kith.experiments.studies.execute import Status
from kith.experiments.studies.results import points_frame
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study
from kith.experiments.words import wording
from kith.experiments.words.assumptions import shown
from kith.experiments.words.terminal import aligned, heading, printer
from kith.sim.results.indicators import describe


def show_study(status: Status, study: Study, store: Store) -> None:
    """How far it is; and for each outcome, where it is lowest and where it is highest."""
    out = printer()
    heading(out, study.title or study.name, study.question)
    out.print(_state(status))
    for path in status.damaged:
        out.print(Text(f"damaged; runs that only it had are missing again: {path}", style="red"))
    if not status.planned or status.stored == status.failed:
        return
    frame = points_frame(study, store)
    for scenario, own in frame.groupby("scenario", sort=False):
        rows = [_range(study, own, outcome) for outcome in study.outcomes if outcome in own]
        head = [Text(word, style="dim") for word in (str(scenario), "lowest", "at", "highest", "at")]
        out.print(aligned([head, *rows], right=(1, 3)))
    out.print(Text("means over the runs of a point; `kith study export` writes all of them", style="dim"))


def _state(status: Status) -> Text:
    if not status.planned:
        most = f"not begun; up to {wording.plural(status.wanted, 'run')}, which `kith study run` plans"
        return Text(f"{most} · {status.store}", style="dim")
    failed = f", {status.failed:,} of them failed" if status.failed else ""
    missing = f", {status.missing:,} missing" if status.missing else ""
    return Text(
        f"{status.stored:,} of {wording.plural(status.wanted, 'run')} stored{failed}{missing} · {status.store}",
        style="dim",
    )


def _range(study: Study, own: pd.DataFrame, outcome: str) -> Sequence[Text]:
    """The lowest and the highest mean over points, and the levers there."""
    unit = describe(outcome)[0]
    defined = own[own[outcome].notna()]
    if defined.empty:
        return [Text(wording.title(outcome)), *[Text(wording.DASH)] * 4]
    cells = [Text(wording.title(outcome))]
    for place in (defined[outcome].idxmin(), defined[outcome].idxmax()):
        row = defined.loc[place]
        cells += [Text(wording.number(float(row[outcome]), unit)), Text(_where(study, row))]
    return cells


def _where(study: Study, row: "pd.Series[Any]") -> str:
    """The levers of a point, or its number where there are too many for a line."""
    names = [lever.name for lever in study.lever if lever.name in row.index]
    if not 0 < len(names) <= 2:
        return f"point {row['point']}"
    return ", ".join(f"{name.rpartition('.')[2]} {_short(row[name])}" for name in names)


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else shown(value)
