"""A forecast as plain values, and as a folder: forecast.csv, forecast.parquet, forecast.json, report.html."""

import json
from pathlib import Path
from typing import Any

from kith.experiments.calibration.forecast.ahead import Forecast
from kith.experiments.calibration.forecast.joins import WORDS
from kith.experiments.escaping import for_csv, for_json
from kith.experiments.files import whole_folder
from kith.experiments.statistics.tables import nulled


def as_object(forecast: Forecast) -> dict[str, Any]:
    """Everything as plain values for JSON."""
    return {
        "log": forecast.fit.label,
        "scenario": forecast.fit.scenario,
        "model_version": forecast.fit.model_version,
        "days": forecast.days,
        "runs": forecast.runs,
        "joins": WORDS,
        "windows": [nulled(row) for row in forecast.table.to_dict("records")],
        "record": forecast.fit.verdict,
        "notes": forecast.fit.notes,
    }


def write_forecast(forecast: Forecast, target: Path, page: str) -> None:
    """Write the folder, complete or not at all."""
    with whole_folder(target) as folder:
        forecast.table.to_parquet(folder / "forecast.parquet", index=False)
        (folder / "forecast.csv").write_text(for_csv(forecast.table), encoding="utf-8")
        text = for_json(json.dumps(as_object(forecast), indent=2, allow_nan=False))
        (folder / "forecast.json").write_text(text + "\n", encoding="utf-8")
        (folder / "report.html").write_text(page, encoding="utf-8")
