"""A forecast as plain values, and as a folder: forecast.csv, forecast.parquet, forecast.json, report.html."""

from typing import Any

from kith.experiments.calibration.forecast.ahead import Forecast
from kith.experiments.calibration.forecast.joins import WORDS
from kith.experiments.statistics.tables import nulled


def as_object(forecast: Forecast) -> dict[str, Any]:
    """Everything as plain values for JSON."""
    return {
        "log": forecast.fit.label,
        "scenario": forecast.fit.scenario,
        "model_version": forecast.fit.model_version,
        "days": forecast.days,
        "runs": forecast.runs,
        **({"arms": list(forecast.arms)} if forecast.arms else {}),
        "joins": WORDS,
        "windows": [nulled(row) for row in forecast.table.to_dict("records")],
        "record": forecast.fit.verdict,
        "notes": forecast.fit.notes,
    }
