"""A bundle: the folder of a fit, with a scenario to run, the posterior, what was met and learnt; of members joins per day.

fitted.toml        the scenario at the draw of the posterior that stands for it, with where each number comes from
joins.csv          joins per day of the log, and a guess of those after it
posterior.parquet  draws of the parameters, one row each
fit.csv            each statistic, real and fitted
parameters.csv     each parameter, prior and posterior
held_out.csv       forecasts of the past and their scores
calibration.json   everything else
report.html        all of it to read
"""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kith.experiments.calibration.calibrate import Calibration, PastInNumbers
from kith.experiments.calibration.forecast.joins import WORDS, joins_ahead
from kith.experiments.calibration.forecast.worth import Amounts
from kith.experiments.calibration.inference.identified import Pair
from kith.experiments.calibration.priors import MEAN_RATE, PRIORS, RATE, SIGMA, values_at
from kith.experiments.calibration.replayed import REPLAYED, SPARE
from kith.experiments.errors import RequestError
from kith.experiments.escaping import for_csv, for_json
from kith.experiments.evidence.observation import Integers
from kith.experiments.files import user_path, whole_folder
from kith.experiments.statistics.parquet import write_parquet
from kith.experiments.statistics.tables import nulled
from kith.sim.engine import MODEL_VERSION
from kith.sim.schema.plan import MAX_DAYS

if TYPE_CHECKING:
    import pandas as pd

SCENARIO, JOINS, DRAWS, ALL = "fitted.toml", "joins.csv", "posterior.parquet", "calibration.json"
AHEAD = 180
"days after the log for which joins are guessed, where a run can be as long"
PATHS = 200
KIND = "kith calibration"


def write_bundle(fit: Calibration, target: Path, page: str) -> None:
    """Write the bundle; the folder appears complete or not at all."""
    guess = np.zeros(0, np.int64) if fit.past is None else guessed_joins(fit.past)
    with whole_folder(target) as folder:
        _write_tables(fit, folder)
        (folder / SCENARIO).write_text(scenario_text(fit, target, guess), encoding="utf-8")
        if fit.past is not None:
            (folder / JOINS).write_text(joins_text(fit.past, guess), encoding="utf-8")
        (folder / ALL).write_text(
            for_json(json.dumps(as_object(fit), indent=2, allow_nan=False)) + "\n", encoding="utf-8"
        )
        (folder / "report.html").write_text(page, encoding="utf-8")


def _write_tables(fit: Calibration, folder: Path) -> None:
    frames = {"fit": fit.table, "parameters": fit.parameters}
    if fit.held is not None:
        frames["held_out"] = fit.held
    write_parquet(posterior(fit), folder / DRAWS)
    for name, frame in frames.items():
        write_parquet(frame, folder / f"{name}.parquet")
        (folder / f"{name}.csv").write_text(for_csv(frame), encoding="utf-8")


def posterior(fit: Calibration) -> "pd.DataFrame":
    """The draws in the units of the parameters."""
    import pandas as pd

    return pd.DataFrame(
        {
            name: [prior.value(float(z)) for z in column]
            for (name, prior), column in zip(fit.priors.items(), fit.draws.T, strict=True)
        }
    )


def as_object(fit: Calibration) -> dict[str, Any]:
    """The fit as plain values for JSON; what is undefined is None."""
    past = fit.past
    return {
        "kind": KIND,
        "log": fit.label,
        "scenario": fit.scenario,
        "overrides": fit.overrides,
        "days": fit.days,
        "model_version": fit.model_version,
        "converged": fit.converged,
        "met": fit.met,
        "notes": fit.notes,
        "seconds": round(fit.seconds, 1),
        "values": fit.values,
        "point": {
            name: prior.value(float(z))
            for (name, prior), z in zip(fit.priors.items(), fit.point, strict=True)
        },
        "pairs": [[p.first, p.second, round(p.correlation, 3)] for p in fit.pairs],
        "statistics": [nulled(row) for row in fit.table.to_dict("records")],
        "parameters": [nulled(row) for row in fit.parameters.to_dict("records")],
        "held_out": [] if fit.held is None else [nulled(row) for row in fit.held.to_dict("records")],
        "verdict": fit.verdict,
        "past": None
        if past is None
        else {
            "days": past.days,
            "members": past.members,
            "actions": past.actions,
            "window": past.window,
            "market": past.market,
            "first_day": past.date,
            "part": past.part,
            "shown": list(past.shown),
            "joins": past.joins.tolist(),
            "actives": past.actives.tolist(),
            "acted": past.acted.tolist(),
            "amounts": None if past.amounts is None else asdict(past.amounts),
        },
    }


def scenario_text(fit: Calibration, target: Path, guess: Integers) -> str:
    """The scenario file: the design that was given, with the parameters of the draw that stands for the fit.

    `guess` is the joins after the log, (days,), as `joins_text` writes them.
    """
    values = fit.values
    settings: dict[str, Any] = dict(fit.overrides) | values
    if fit.past is not None:
        settings = REPLAYED | {"market.size": _people(fit.past, guess)} | settings
    lines = [f"extends = {_toml(_base(fit.scenario, target))}"] if fit.scenario != "the scenario" else []
    lines += [f"title = {_toml(f'{fit.label}, fitted')}"]
    if fit.past is not None:
        room = settings["market.size"] - settings["market.founders"]
        lines.append(f"days = {_length(fit.past, guess, room)}")
    elif fit.days is not None:
        lines.append(f"days = {fit.days}")
    lines += ["sources = [", *(f"    {_toml(words)}," for words in provenance(fit)), "]", ""]
    sections: dict[str, list[str]] = {}
    for name, value in settings.items():
        section, _, field = name.partition(".")
        sections.setdefault(section, []).append(f"{field} = {_toml(value)}")
    for section, rows in sections.items():
        lines += [f"[{section}]", *rows, ""]
    if fit.past is not None:
        lines += ["[arrivals]", f"file = {_toml(JOINS)}", 'mode = "instead"', ""]
    return "\n".join(lines)


def _people(past: PastInNumbers, guess: Integers) -> int:
    """The market of the fit, with room for those who are guessed to come."""
    came = int(past.joins.sum())
    return max(past.market, int(1.5 * came) + 100, came + int(guess.sum()) + SPARE)


def _length(past: PastInNumbers, guess: Integers, room: int) -> int:
    """Days of the log and of the guess, as many as a market that was set has people for."""
    return past.days + int((past.joins.sum() + np.cumsum(guess) <= room).sum())


def provenance(fit: Calibration) -> list[str]:
    """Where each fitted number comes from: the draw that stands for the posterior, and the posterior beside it."""
    at = int(np.argmin(np.abs(fit.draws - fit.point).sum(axis=1)))
    shown = [
        f"fitted numbers are those of one draw of the posterior, row {at} of {DRAWS} (the first is 0), whose runs met "
        f"{fit.label} well; medians of the posterior, which need not go together, are not used"
    ]
    for row, prior, z in zip(fit.parameters.to_dict("records"), fit.priors.values(), fit.point, strict=True):
        words = "" if row["identified"] else "; not identified, so this is about the prior"
        shown.append(
            f"{row['parameter']}: {prior.value(float(z)):.4g} in that draw, fitted to {fit.label} by kith calibrate, posterior "
            f"median {row['median']:.4g}, 90 % interval {row['low']:.4g} to {row['high']:.4g}, prior {row['prior_low']:g} to "
            f"{row['prior_high']:g}{words}"
        )
    if MEAN_RATE in fit.priors:
        shown.append(f"{RATE}: {MEAN_RATE} of that draw divided by exp({SIGMA}² / 2)")
    if fit.past is not None:
        shown.append(f"joins.csv: first actions in {fit.label}; after its end a guess, {WORDS}")
    return shown


def guessed_joins(past: PastInNumbers) -> Integers:
    """The guess of joins on each day after the log, (days,): of many paths the one with the median total."""
    days = min(AHEAD, MAX_DAYS - past.days)
    if days < 1:
        return np.zeros(0, np.int64)
    paths = joins_ahead(past.joins, past.window, days, PATHS, 0)
    total = int(np.median([path.sum() for path in paths]))
    return paths[int(np.argmin([abs(int(path.sum()) - total) for path in paths]))]


def joins_text(past: PastInNumbers, guess: Integers) -> str:
    """Joins per day, those of the log and the guess after it."""
    rows = [f"{day},{n},log" for day, n in enumerate(past.joins.tolist())]
    rows += [f"{past.days + day},{n},guess" for day, n in enumerate(guess.tolist())]
    return "\n".join(["day,joins,from", *rows]) + "\n"


def _base(scenario: str, target: Path) -> str:
    """The scenario as the bundle's folder can name it: a library name as it is, a path relative to the folder."""
    path = Path(scenario).expanduser()
    if path.suffix != ".toml":
        return scenario
    relative = os.path.relpath(path.resolve(), target.resolve())
    return relative if relative.startswith(".") else f"./{relative}"


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def read_bundle(given: str | Path) -> Calibration:
    """The fit in a bundle, given by its folder or a file in it.

    Raises
    ------
    RequestError
        It is no bundle, damaged, or of another model.
    """
    import pandas as pd

    path = user_path(given)
    folder = path if path.is_dir() else path.parent
    try:
        content = json.loads((folder / ALL).read_text("utf-8"))
        if content["kind"] != KIND:
            raise KeyError("kind")
        if content["model_version"] != MODEL_VERSION:
            raise RequestError(
                f"{given}: was fitted with model {content['model_version']!s:.40}, this is model {MODEL_VERSION}; "
                "repeat `kith calibrate`"
            )
        frame = pd.read_parquet(folder / DRAWS)
        priors = {name: PRIORS[name] for name in frame.columns}
        draws = np.column_stack([[prior.z(float(v)) for v in frame[name]] for name, prior in priors.items()])
        raw = content["past"]
        past = raw and PastInNumbers(
            raw["days"],
            raw["members"],
            raw["actions"],
            raw["window"],
            raw["market"],
            raw["first_day"],
            raw["part"],
            tuple(raw["shown"]),
            np.array(raw["joins"], np.int64),
            np.array(raw["actives"], float),
            np.array(raw["acted"], float),
            Amounts(**raw["amounts"]) if raw.get("amounts") else None,
        )
        return Calibration(
            content["log"],
            content["scenario"],
            content["overrides"],
            priors,
            draws,
            pd.DataFrame(content["statistics"]),
            pd.DataFrame(content["parameters"]),
            [Pair(*pair) for pair in content["pairs"]],
            content["converged"],
            content["notes"],
            content["seconds"],
            pd.DataFrame(content["held_out"]) if content["held_out"] else None,
            content["verdict"],
            past or None,
            np.array([prior.z(float(content["point"][name])) for name, prior in priors.items()]),
            days=content.get("days"),
        )
    except RequestError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RequestError(
            f"{given}: is no bundle that `kith calibrate --out` wrote ({type(error).__name__} reading {ALL} or {DRAWS}); "
            "give such a folder"
        ) from None


__all__ = ["MEAN_RATE", "as_object", "posterior", "read_bundle", "values_at", "write_bundle"]
