"""What `--out` leaves behind: tables, one JSON object, and a report, all or nothing."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.files import whole_folder
from experiments.tables import nulled

if TYPE_CHECKING:
    from experiments.comparison import Comparison


def run_object(record: Any) -> dict[str, Any]:
    """A run as one plain object: what `kith run --json` prints; undefined is None."""
    return {
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
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)


def write_run(record: Any, target: Path, command: str = "") -> None:
    """Write a run's folder: four Parquet files, summary.json and report.html.

    Parameters
    ----------
    record : of `sim.run`, with events.
    target : a folder that `experiments.files.check_folder` allows.
    command : what repeats the run.
    """
    from experiments.report import run_page

    with whole_folder(target) as folder:
        for name in ("series", "members", "ties", "events"):
            getattr(record, name).to_parquet(folder / f"{name}.parquet", index=False)
        (folder / "summary.json").write_text(as_json(run_object(record)) + "\n", encoding="utf-8")
        (folder / "report.html").write_text(run_page(record, command), encoding="utf-8")


def write_comparison(comparison: "Comparison", target: Path, command: str = "") -> None:
    """Write a comparison's folder: the table as CSV, Parquet and JSON, and report.html."""
    from experiments.report import comparison_page

    with whole_folder(target) as folder:
        comparison.table.to_csv(folder / "table.csv", index=False)
        comparison.table.to_parquet(folder / "table.parquet", index=False)
        (folder / "table.json").write_text(comparison.to_json() + "\n", encoding="utf-8")
        (folder / "report.html").write_text(comparison_page(comparison, command), encoding="utf-8")
