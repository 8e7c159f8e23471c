"""The folders written by `--out`: tables, one JSON object and a report, written atomically."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kith.experiments.bundles.bundle import Bundle, bundle
from kith.experiments.bundles.inputs import Request
from kith.experiments.bundles.paper_tables import comparison_cells, point_cells, summary_cells
from kith.experiments.escaping import for_csv, for_json
from kith.experiments.files import whole_folder
from kith.experiments.statistics.intervals import described
from kith.experiments.statistics.parquet import write_parquet
from kith.experiments.statistics.tables import OUTCOMES, nulled
from kith.experiments.words.wording import listed, plural

if TYPE_CHECKING:
    import pandas as pd

    from kith.experiments.analyses.break_even import Crossing
    from kith.experiments.analyses.discovery import Discovery
    from kith.experiments.analyses.optimise import Optimum
    from kith.experiments.calibration.forecast.ahead import Forecast
    from kith.experiments.comparison.comparison import Comparison
    from kith.experiments.evidence.measure import Measurement
    from kith.experiments.reports.decisions.shown import Shown
    from kith.experiments.studies.execute import StudyStatus
    from kith.experiments.studies.store import Store
    from kith.experiments.studies.study import Study

REPORT = "the report: one file for a browser, and for printing"
RUNS = "a row per run: seed, id of the run, and every indicator"
MEASURED = "a row per run and indicator, with the same columns for every study"
LEVERS = "a row per point and lever, with the same columns for every study"
ARRAYS = "labelled arrays for xarray: indicators by run, and daily series by run and day"
FRAMES = {
    "series": "a row per day",
    "members": "a row per membership",
    "ties": "a row per tie at the end",
    "events": "a row per event",
}


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


def write_run(
    record: Any,
    target: Path,
    command: str = "",
    effects: "pd.DataFrame | None" = None,
    request: Request | None = None,
) -> None:
    """Write a run's bundle: four frames, the indicators, summary.json, report.html.

    Parameters
    ----------
    record : of `sim.run`, with events.
    target : a folder that `kith.experiments.files.check_folder` allows.
    command : the command line that repeats the run.
    effects : of `kith.experiments.analyses.experiment_effects.effects`, where there are experiments inside the community.
    request : of the command line.
    """
    import pandas as pd

    from kith.experiments.reports.comparison import run_page

    plan = record.plan
    with bundle(
        target,
        f"One run: {plan.title or plan.name}",
        request,
        command=command,
        plans={plan.name: plan},
        seeds=[int(record.seed)],
    ) as folder:
        for name, what in FRAMES.items():
            folder.frame(name, getattr(record, name), what, csv=False)
        runs = pd.DataFrame(
            [{"scenario": plan.name, "seed": record.seed, "run_id": record.run_id, **record.summary}]
        )
        folder.frame("runs", runs, RUNS)
        folder.latex("summary", summary_cells(record.summary, OUTCOMES), f"One run of {plan.name}")
        if effects is not None:
            folder.frame("effects", effects, "effects of the experiments inside the community")
        folder.values("summary.json", run_object(record, effects), "the run as one object")
        folder.text("report.html", run_page(record, command, effects), REPORT)


def write_comparison(
    comparison: "Comparison",
    target: Path,
    command: str = "",
    request: Request | None = None,
    continues: int | None = None,
) -> None:
    """Write a comparison's bundle: the table, a row per run, thinned series, stress.csv if asked, report.html."""
    from kith.experiments.comparison.repeat_command import comparison_command
    from kith.experiments.comparison.summary_sentence import comparison_answer
    from kith.experiments.reports.comparison import comparison_page

    caption = f"{listed(comparison.labels, 'and')}: {described(comparison.runs)}"
    with bundle(
        target,
        f"Comparison: {listed(comparison.labels, 'or')}",
        request,
        command=command or comparison_command(comparison),
        description=comparison_answer(comparison),
        plans=comparison.plans,
        seeds=comparison.seeds,
        continues=continues,
    ) as folder:
        folder.frame(
            "table", comparison.table, "a row per outcome and scenario: means, differences, intervals"
        )
        folder.latex("table", comparison_cells(comparison), caption)
        folder.frame("runs", comparison.values, RUNS)
        folder.frame(
            "series",
            comparison.series,
            "medians and 90 % bands over runs by scenario, day and column",
            csv=False,
        )
        folder.values("table.json", comparison.plain(), "the comparison as one object")
        if comparison.stress is not None:
            folder.frame(
                "stress", comparison.stress.table, "what the standard shocks take from each scenario"
            )
        folder.text("report.html", comparison_page(comparison, command), REPORT)


def write_study(
    study: "Study",
    store: "Store",
    target: Path,
    command: str = "",
    request: Request | None = None,
    frames: "Mapping[str, pd.DataFrame] | None" = None,
    outcomes: "Sequence[str] | None" = None,
    arrays: bool = False,
) -> None:
    """Write a study's bundle: frames, tables, study.json, report.html.

    The frames are runs, points, sensitivity (where the design allows it) and series (where recorded); and measured and
    levers, which have the same columns for every study. With `arrays` also a file of labelled arrays, study.nc.

    Parameters
    ----------
    outcomes : which indicators the tables of runs hold; by default all that were measured.
    """
    from kith.experiments.reports.study import ranked, study_page
    from kith.experiments.studies.arrays import data_set
    from kith.experiments.studies.results import points_frame, runs_frame, series_frame
    from kith.experiments.studies.tidy import levers_table, measured_table

    points, ranking = points_frame(study, store, spread=True), ranked(study, store)
    with _of_study(study, target, command, request) as folder:
        folder.frame("runs", last_lines(runs_frame(study, store, outcomes)), RUNS)
        folder.table("measured", measured_table(study, store, outcomes), MEASURED)
        folder.table("levers", levers_table(study, store), LEVERS)
        if arrays:
            folder.arrays("study.nc", data_set(study, store, outcomes), ARRAYS)
        folder.frame(
            "points",
            points,
            "a row per scenario and point: levers, runs, and of each outcome mean, SD, SE, defined runs",
        )
        folder.latex(
            "points",
            point_cells(points, [name for name in study.outcomes if name in points]),
            f"{study.title or study.name}: means over {plural(study.runs, 'run')} at each point, standard errors in brackets",
        )
        if not ranking.empty:
            folder.frame("sensitivity", ranking, "the levers by importance, for each scenario and outcome")
            folder.latex("sensitivity", ranking, f"{study.title or study.name}: importance of the levers")
        for name, frame in (frames or {}).items():
            what = f"{name} of single runs, with the run that each row is of"
            folder.frame(f"each_{name}", frame, what, csv=False)
        if study.series:
            folder.frame(
                "series", series_frame(study, store), "daily series of every run, thinned", csv=False
            )
        folder.text("report.html", study_page(study, store, command), REPORT)


def write_forecast(
    forecast: "Forecast", target: Path, command: str = "", request: Request | None = None
) -> None:
    """Write a forecast's bundle: the windows ahead, what each run gave, report.html."""
    from kith.experiments.calibration.forecast.written import as_object
    from kith.experiments.reports.fits.calibration import forecast_page

    with bundle(
        target, f"Forecast: {forecast.fit.label}, {forecast.days} days ahead", request, command=command
    ) as folder:
        folder.frame(
            "forecast", forecast.table, "a row per window ahead: joins, actives and actions with 90 % bands"
        )
        folder.frame("runs", forecast.paths, "a row per run and window ahead, after anchoring")
        folder.latex("forecast", forecast.table, f"{forecast.fit.label}: medians and 90 % bands")
        folder.values("forecast.json", as_object(forecast), "the forecast as one object")
        folder.text("report.html", forecast_page(forecast, command), REPORT)


def last_lines(runs: "pd.DataFrame") -> "pd.DataFrame":
    """The runs of a study with the last line of an error alone: a traceback names folders."""
    short = [
        text.strip().splitlines()[-1] if isinstance(text, str) and text.strip() else None
        for text in runs["error"]
    ]
    return runs.assign(error=short)


@contextmanager
def _of_study(study: "Study", target: Path, command: str, request: Request | None) -> "Iterator[Bundle]":
    """A bundle with the study itself and the plans of its scenarios."""
    from kith.experiments.studies.planned_runs import base_plans

    with bundle(
        target,
        f"Study: {study.title or study.name}",
        request,
        command=command,
        description=study.question,
        plans=base_plans(study),
        seeds=list(study.seeds),
    ) as folder:
        yield folder
        plain = study.model_dump(mode="json")
        plain["scenarios"] = [Path(name).name for name in study.scenarios]
        folder.values("study.json", plain, "the study, with every default")


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
            write_parquet(frame, folder / f"{name}.parquet")
            (folder / f"{name}.csv").write_text(for_csv(frame), encoding="utf-8")
        objects = [measurement.as_object() for measurement in measurements]
        (folder / "measures.json").write_text(as_json(objects) + "\n", encoding="utf-8")
        (folder / "report.html").write_text(measurement_page(measurements, command), encoding="utf-8")


def write_optimum(
    optimum: "Optimum", target: Path, command: str = "", request: Request | None = None
) -> None:
    """Write the bundle of a search: report.html, trials and finalists."""
    from kith.experiments.reports.search import optimum_page

    with _of_study(optimum.study, target, command, request) as folder:
        folder.frame("trials", optimum.trials, "the points tried, a row each")
        folder.frame("finalists", optimum.finalists, "the best points, on new seeds")
        folder.latex(
            "finalists", optimum.finalists, f"{optimum.study.title or optimum.study.name}: finalists"
        )
        folder.text("report.html", optimum_page(optimum, command), REPORT)


def write_crossing(
    study: "Study", crossing: "Crossing", target: Path, command: str = "", request: Request | None = None
) -> None:
    """Write the bundle of a break-even: report.html and the values tried."""
    from kith.experiments.reports.search import crossing_page

    with _of_study(study, target, command, request) as folder:
        folder.frame("tried", crossing.tried, "the values tried, a row each")
        folder.latex("tried", crossing.tried, f"{study.title or study.name}: the values tried")
        folder.text("report.html", crossing_page(study, crossing, command), REPORT)


def write_discovery(
    discovery: "Discovery",
    study: "Study",
    state: "StudyStatus",
    target: Path,
    command: str,
    request: Request | None = None,
) -> None:
    """Write the bundle of a discovery: report.html, the rules, and the points that they were found in."""
    from kith.experiments.reports.discovery import discovery_page

    with _of_study(study, target, command, request) as folder:
        folder.frame("rules", discovery.rules, "a row per rule, with the share of failures in the sample")
        if discovery.boxes is not None:
            folder.frame("boxes", discovery.boxes.table, "a row per box of PRIM: density and coverage")
            folder.latex("boxes", discovery.boxes.table, f"{study.title or study.name}: boxes (PRIM)")
        folder.frame("worlds", discovery.worlds, "the points, a row each, and whether it fails")
        folder.latex("rules", discovery.rules, f"{study.title or study.name}: when it fails")
        folder.text("report.html", discovery_page(discovery, study, state, command), REPORT)


def write_shown(
    shown: "Shown", what: str, target: Path, command: str, request: Request | None = None
) -> None:
    """Write the bundle of an analysis for a decision: report.html, and its tables."""
    import pandas as pd

    study = shown.study
    with _of_study(study, target, command, request) as folder:
        for name, (frame, words) in shown.frames.items():
            folder.frame(name, frame, words)
        cells = pd.DataFrame(shown.rows, columns=[name for name, _ in shown.columns])
        folder.latex(next(iter(shown.frames)), cells, f"{study.title or study.name}: {what.lower()}")
        folder.text("report.html", shown.page(command), REPORT)
