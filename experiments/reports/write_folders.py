"""The folders written by `--out`: tables, one JSON object and a report, written atomically."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kith.experiments.escaping import for_csv, for_json
from kith.experiments.files import whole_folder
from kith.experiments.statistics.tables import nulled

if TYPE_CHECKING:
    import pandas as pd

    from kith.experiments.analyses.break_even import Crossing
    from kith.experiments.analyses.optimise import Optimum
    from kith.experiments.comparison.comparison import Comparison
    from kith.experiments.evidence.measure import Measurement
    from kith.experiments.studies.store import Store
    from kith.experiments.studies.study import Study


def run_object(record: Any, effects: "pd.DataFrame | None" = None) -> dict[str, Any]:
    """A run as one plain object: what `kith run --json` prints; undefined is None."""
    measured = {} if effects is None else {"effects": [nulled(row) for row in effects.to_dict("records")]}
    return measured | {
        "scenario": record.plan.name,
        "seed": int(record.seed),
        "days": int(record.days),
        "model_version": record.model_version,
        "run_id": record.run_id,
        "indicators": nulled(record.summary.to_dict()),
        "leaving": nulled(record.leaving),
        "health": [nulled(check) for check in record.health],
    }


def as_json(value: Any) -> str:
    """Strictly valid JSON text."""
    return for_json(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def write_run(record: Any, target: Path, command: str = "", effects: "pd.DataFrame | None" = None) -> None:
    """Write a run's folder: four Parquet files, summary.json and report.html.

    Parameters
    ----------
    record : of `sim.run`, with events.
    target : a folder that `kith.experiments.files.check_folder` allows.
    command : the command line that repeats the run.
    effects : of `kith.experiments.analyses.experiment_effects.effects`, where there are experiments inside the community.
    """
    from kith.experiments.reports.comparison import run_page

    with whole_folder(target) as folder:
        for name in ("series", "members", "ties", "events"):
            getattr(record, name).to_parquet(folder / f"{name}.parquet", index=False)
        (folder / "summary.json").write_text(as_json(run_object(record, effects)) + "\n", encoding="utf-8")
        (folder / "report.html").write_text(run_page(record, command, effects), encoding="utf-8")


def write_comparison(comparison: "Comparison", target: Path, command: str = "") -> None:
    """Write a comparison's folder: the table as CSV, Parquet and JSON, stress.csv if asked, and report.html."""
    from kith.experiments.reports.comparison import comparison_page

    with whole_folder(target) as folder:
        (folder / "table.csv").write_text(for_csv(comparison.table), encoding="utf-8")
        comparison.table.to_parquet(folder / "table.parquet", index=False)
        (folder / "table.json").write_text(comparison.to_json() + "\n", encoding="utf-8")
        if comparison.stress is not None:
            (folder / "stress.csv").write_text(for_csv(comparison.stress.table), encoding="utf-8")
        (folder / "report.html").write_text(comparison_page(comparison, command), encoding="utf-8")


def write_study(study: "Study", store: "Store", target: Path, command: str = "") -> None:
    """Write a study's folder: report.html, study.json, and frames as Parquet and CSV.

    The frames are runs, points, sensitivity (where the design allows it) and series (where recorded).
    """
    from kith.experiments.reports.study import ranked, study_page
    from kith.experiments.studies.results import points_frame, runs_frame, series_frame

    frames = {"runs": runs_frame(study, store), "points": points_frame(study, store)}
    ranking = ranked(study, store)
    if not ranking.empty:
        frames["sensitivity"] = ranking

    with whole_folder(target) as folder:
        for name, frame in frames.items():
            frame.to_parquet(folder / f"{name}.parquet", index=False)
            (folder / f"{name}.csv").write_text(for_csv(frame), encoding="utf-8")
        if study.series:
            series_frame(study, store).to_parquet(folder / "series.parquet", index=False)
        (folder / "study.json").write_text(as_json(study.model_dump(mode="json")) + "\n", encoding="utf-8")
        (folder / "report.html").write_text(study_page(study, store, command), encoding="utf-8")


def write_measurements(measurements: "Sequence[Measurement]", target: Path, command: str = "") -> None:
    """Write measured logs: measures.json, report.html, and four frames with a row's log as Parquet and CSV.

    The frames are measures (the statistics), growth, survival and returns.
    """
    import pandas as pd

    from kith.experiments.reports.measurement import measurement_page

    with whole_folder(target) as folder:
        for name, attribute in (("measures", "table"), *((n, n) for n in ("growth", "survival", "returns"))):
            parts = [
                getattr(measurement, attribute).assign(log=measurement.label) for measurement in measurements
            ]
            frame = pd.concat(parts, ignore_index=True)
            frame.insert(0, "log", frame.pop("log"))
            frame.to_parquet(folder / f"{name}.parquet", index=False)
            (folder / f"{name}.csv").write_text(for_csv(frame), encoding="utf-8")
        objects = [measurement.as_object() for measurement in measurements]
        (folder / "measures.json").write_text(as_json(objects) + "\n", encoding="utf-8")
        (folder / "report.html").write_text(measurement_page(measurements, command), encoding="utf-8")


def write_optimum(optimum: "Optimum", target: Path, command: str = "") -> None:
    """Write the result of a search: report.html, trials and finalists as Parquet and CSV, and study.json."""
    from kith.experiments.reports.search import optimum_page

    frames = {"trials": optimum.trials, "finalists": optimum.finalists}
    _write_search(optimum.study, frames, optimum_page(optimum, command), target)


def write_crossing(study: "Study", crossing: "Crossing", target: Path, command: str = "") -> None:
    """Write a break-even: report.html, the values tried as Parquet and CSV, and study.json."""
    from kith.experiments.reports.search import crossing_page

    _write_search(study, {"tried": crossing.tried}, crossing_page(study, crossing, command), target)


def _write_search(study: "Study", frames: "dict[str, pd.DataFrame]", page: str, target: Path) -> None:
    with whole_folder(target) as folder:
        for name, frame in frames.items():
            frame.to_parquet(folder / f"{name}.parquet", index=False)
            (folder / f"{name}.csv").write_text(for_csv(frame), encoding="utf-8")
        (folder / "study.json").write_text(as_json(study.model_dump(mode="json")) + "\n", encoding="utf-8")
        (folder / "report.html").write_text(page, encoding="utf-8")
