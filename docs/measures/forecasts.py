"""Fit and judge the logs that ship, and write the tables of docs/explanation/forecasts. Run from the repository:

    python docs/measures/forecasts.py                 # all logs; a quarter of an hour or more
    python docs/measures/forecasts.py git_networkx    # some
    python docs/measures/forecasts.py --only-tables   # from the bundles in out/forecasts
    python docs/measures/forecasts.py --only-tables --recover 42 --whole 8

Runs are kept in out/forecasts/runs, so that an interruption costs little. A log without a bundle is left out of the tables.
"""

import argparse
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pandas as pd
from tables_on_pages import EXPLANATION, put

from kith.experiments.calibration.bundle import read_bundle, write_bundle
from kith.experiments.calibration.calibrate import Calibration, calibrate
from kith.experiments.calibration.fitting import Budget
from kith.experiments.calibration.forecast.judge import ANCHORED
from kith.experiments.calibration.forecast.verdict import means, verdict
from kith.experiments.calibration.past import read_past
from kith.experiments.calibration.priors import PRIORS
from kith.experiments.calibration.recovery.in_words import (
    LOG_HEAD,
    PARAMETER_HEAD,
    WHOLE_HEAD,
    log_cells,
    parameter_cells,
    recovered_in_words,
    whole_cells,
    whole_in_words,
)
from kith.experiments.calibration.recovery.shared import POINTS, recover
from kith.experiments.calibration.recovery.whole import WholeRecovery, recover_whole
from kith.experiments.files import write_text
from kith.experiments.reports.fits.calibration import calibration_page
from kith.experiments.words.wording import signed, three_digits

PAGES = {
    "priors": "forecasts.md",
    "recovery": "forecasts/1-recovery.md",
    "whole recovery": "forecasts/1-recovery.md",
    "fits": "forecasts/3-verdicts.md",
    "verdicts": "forecasts/3-verdicts.md",
    "goals": "forecasts/3-verdicts.md",
    "held out": "forecasts/4-held-out.md",
    "identified": "forecasts/5-parameters.md",
    "misfit": "forecasts/6-misfit.md",
}
"which table is on which page"
OUT = Path("out/forecasts")
RECOVERED = {"recovery": OUT / "recovery.md", "whole recovery": OUT / "whole_recovery.md"}
"where the tables of recoveries are kept"
COSTS = ("points", "rounds", "ensemble")
"what of a budget can be asked for"
RECOVERS = "college_msg"
"the log whose arrivals the simulated logs have"
TIES = {"affiliation.activity": 0.6, "affiliation.peers": 1.0}
NONE = {"affiliation.activity": 1.0, "affiliation.peers": 0.0}
CASES = {
    "chat_docker": ("community_core", TIES),
    "college_msg": ("community_core", TIES),
    "git_networkx": ("ugc", {"affiliation.activity": 1.0, "affiliation.peers": 0.3}),
    "se_emacs_questions": ("ugc", NONE),
    "cdnow_purchases": ("ugc", NONE),
}
"each log with the scenario and the affiliation that stand for its community"
WANTED = {
    ("chat_docker", "actives"): (0.85, 7.0),
    ("college_msg", "actives"): (0.50, 14.0),
    ("se_emacs_questions", "actives"): (1.00, 14.0),
    ("git_networkx", "actives"): (0.60, 6.5),
    ("chat_docker", "actions"): (0.60, 68.0),
    ("college_msg", "actions"): (0.45, 100.0),
    ("se_emacs_questions", "actions"): (1.00, 23.0),
    ("git_networkx", "actions"): (0.60, 30.0),
    ("cdnow_purchases", "actives"): (0.97, 60.0),
}
"relative error and CRPS that were set as the goal before the fits were made"
WANTED_MINUTES, WANTED_RUNS = 5.0, 200
WANTED_LOGS = {"one emulator": 36, "whole procedure": 6}
BUDGETS = {"cdnow_purchases": Budget(points=48, rounds=4, ensemble=24)}
"what a fit may cost that is not the usual: the customers are ten times as many as the members of the others"
LATE = {"chat_docker": 0.025, "college_msg": 0.06, "se_emacs_questions": 0.03, "git_networkx": 0.03}


def main() -> None:
    """The command line; see the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("logs", nargs="*", metavar="LOG")
    parser.add_argument("--only-tables", action="store_true")
    parser.add_argument("--workers", type=int)
    parser.add_argument(
        "--recover", type=int, metavar="N", help="also recover parameters from N simulated logs"
    )
    parser.add_argument(
        "--whole", type=int, metavar="N", help="also fit N simulated logs, each by the whole procedure"
    )
    for name in COSTS:
        parser.add_argument(f"--{name}", type=int)
    given = parser.parse_args()
    asked = {name: getattr(given, name) for name in COSTS if getattr(given, name) is not None}
    budget = Budget(**asked)
    for log in [] if given.only_tables else given.logs or list(CASES):
        fit_one(log, replace(BUDGETS.get(log, budget), **asked), given.workers)
    if given.recover:
        recover_one(budget, given.workers, given.recover)
    if given.whole:
        recover_by_fits(budget, given.workers, given.whole)
    fits = {log: read_bundle(OUT / log) for log in CASES if (OUT / log).is_dir()}
    for name, kept in RECOVERED.items():
        if kept.is_file():
            put(PAGES[name], name, kept.read_text(encoding="utf-8").strip())
    for name, lines in tables(fits).items():
        if fits or name == "priors":
            put(PAGES[name], name, "\n".join(lines))
    if not fits:
        raise SystemExit(
            f"{OUT} has no fit: only the priors were written; run without --only-tables to fit the logs"
        )


def fit_one(log: str, budget: Budget, workers: int | None) -> None:
    """Fit and judge a log, and write its bundle."""
    scenario, settings = CASES[log]
    fit = calibrate(
        scenario, log, overrides=settings, budget=budget, workers=workers, store=OUT / "runs" / log
    )
    words = " ".join(f"--set {name}={value:g}" for name, value in settings.items())
    write_bundle(fit, OUT / log, calibration_page(fit, f"kith calibrate {scenario} {log} {words}"))


def recover_one(budget: Budget, workers: int | None, logs: int) -> None:
    """Recover known parameters with the arrivals of one log, and keep the table."""
    scenario, settings = CASES[RECOVERS]
    shared = replace(budget, points=POINTS)
    found = recover(
        scenario, read_past([RECOVERS]), logs, settings, shared, workers, OUT / "runs" / "recovery"
    )
    lines = [*_table(PARAMETER_HEAD, _as_code(parameter_cells(found))), "", recovered_in_words(found), ""]
    write_text(RECOVERED["recovery"], "\n".join(lines))


def recover_by_fits(budget: Budget, workers: int | None, logs: int) -> None:
    """The same, each simulated log by a fit of its own."""
    scenario, settings = CASES[RECOVERS]
    found = recover_whole(
        scenario, read_past([RECOVERS]), logs, settings, budget, workers, OUT / "runs" / "recovery"
    )
    write_text(RECOVERED["whole recovery"], "\n".join(whole_lines(found)))


def whole_lines(found: WholeRecovery) -> list[str]:
    """The tables of parameters and of logs, with what they say."""
    left_out = [f"Left out: {'; '.join(found.left_out)}.", ""] if found.left_out else []
    return [
        *_table(WHOLE_HEAD, _as_code(whole_cells(found))),
        "",
        whole_in_words(found),
        "",
        *_table(LOG_HEAD, log_cells(found)),
        "",
        *left_out,
    ]


def _as_code(rows: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Rows with the name in front as code."""
    return [(f"`{name}`", *cells) for name, *cells in rows]


def tables(fits: dict[str, Calibration]) -> dict[str, list[str]]:
    """Every table of the fits by its name."""
    return {
        "priors": _priors(),
        "fits": _fits(fits),
        "held out": _held(fits),
        "verdicts": _verdicts(fits),
        "goals": _goals(fits),
        "identified": _identified(fits),
        "misfit": _misfit(fits),
    }


def _priors() -> list[str]:
    rows = [(f"`{p.name}`", f"{p.low:g} to {p.high:g}", p.scale, p.why) for p in PRIORS.values()]
    return _table(("parameter", "90 % interval", "scale", "why"), rows)


def _fits(fits: dict[str, Calibration]) -> list[str]:
    rows = []
    for log, fit in fits.items():
        assert fit.past is not None
        rows.append(
            (
                f"`{log}`",
                f"`{fit.scenario}`",
                f"{fit.past.members:,}",
                f"{fit.past.days:,}",
                f"{fit.met_per_cent} %",
                {True: "yes", False: "**no**", None: "not checked"}[fit.converged],
                f"{fit.seconds / 60:.1f}",
                "; ".join(fit.notes) or "–",
            )
        )
    rows += [
        (f"`{log}`", f"`{scenario}`", *(["–"] * 5), "**not fitted**")
        for log, (scenario, _) in CASES.items()
        if log not in fits
    ]
    head = (
        "log",
        "scenario",
        "members",
        "days",
        "within tolerance",
        "converged",
        "minutes",
        "notes",
    )
    return _table(head, rows)


def _held(fits: dict[str, Calibration]) -> list[str]:
    rows = []
    for log, fit in fits.items():
        if fit.held is None:
            continue
        for row in means(fit.held).to_dict("records"):
            rows.append(
                (
                    f"`{log}`",
                    row["target"],
                    row["forecaster"],
                    *map(three_digits, (row["mae"], row["relative"], row["crps"], row["coverage"])),
                )
            )
    head = ("log", "target", "forecaster", "error", "relative to last value", "CRPS", "90 % band holds")
    return _table(head, rows)


def _told(fit: Calibration) -> list[str]:
    """The verdict in the words of now, whatever they were when the fit was made."""
    return [] if fit.held is None else verdict(fit.held)


def _verdicts(fits: dict[str, Calibration]) -> list[str]:
    return [f"- `{log}`: {sentence}" for log, fit in fits.items() for sentence in _told(fit)]


def _goals(fits: dict[str, Calibration]) -> list[str]:
    rows = []
    for log, fit in fits.items():
        if fit.held is None:
            continue
        table = means(fit.held)
        for target in ("actives", "actions"):
            if (log, target) not in WANTED:
                continue
            relative, crps = WANTED[log, target]
            ours = _row(table, target, ANCHORED)
            judged = (
                ("relative error", f"≤ {relative:g}", "relative", ours["relative"] <= relative),
                ("CRPS", f"≤ {crps:g}", "crps", ours["crps"] <= crps),
                ("90 % band holds", ".80 to .97", "coverage", 0.8 <= ours["coverage"] <= 0.97),
            )
            for words, wanted, measure, met in judged:
                rows.append(
                    (f"`{log}`", f"{target}: {words}", wanted, three_digits(ours[measure]), _met(met))
                )
        late = table[(table["target"] == "late cohort") & (table["forecaster"] == "kith")]
        if log in LATE and len(late):
            error = float(late.iloc[0]["mae"])
            rows.append(
                (
                    f"`{log}`",
                    "latest cohort: error",
                    f"≤ {LATE[log]:g}",
                    three_digits(error),
                    _met(error <= LATE[log]),
                )
            )
        rows.append(
            (
                f"`{log}`",
                "statistics within tolerance",
                "≥ 70 %",
                f"{fit.met_per_cent} %",
                _met(fit.met >= 0.7),
            )
        )
        minutes = fit.seconds / 60
        rows.append(
            (
                f"`{log}`",
                "minutes on two cores",
                f"≤ {WANTED_MINUTES:g}",
                f"{minutes:.1f}",
                _met(minutes <= WANTED_MINUTES),
            )
        )
    each = {log: BUDGETS.get(log, Budget()).per_forecast for log in CASES}
    others = "".join(f", of `{log}` {each[log]}" for log in BUDGETS)
    reached = _met(min(each.values()) >= WANTED_RUNS)
    rows.append(
        ("all", "runs of each forecast", f"≥ {WANTED_RUNS}", f"{Budget().per_forecast}{others}", reached)
    )
    rows += _recovered((EXPLANATION / PAGES["recovery"]).read_text(encoding="utf-8"))
    return _table(("log", "what", "goal", "reached", ""), rows)


def _recovered(page: str) -> list[tuple[str, ...]]:
    """Rows of goals for each recovery that the page tells of in the words of `recovered_in_words`."""
    rows = []
    found = re.findall(
        r"On (\d+) simulated logs the 90 % intervals hold the truth in (\d+) % .*?ranks are (flat|not flat)",
        page,
    )
    for (how, wanted), (logs, holds, ranks) in zip(WANTED_LOGS.items(), found, strict=True):
        who = f"recovery, {how}"
        rows += [
            (who, "simulated logs", f"≥ {wanted}", logs, _met(int(logs) >= wanted)),
            (who, "90 % intervals hold", "85 to 95 %", f"{holds} %", _met(85 <= int(holds) <= 95)),
            (who, "ranks", "flat", ranks, _met(ranks == "flat")),
        ]
    return rows


def _identified(fits: dict[str, Calibration]) -> list[str]:
    rows = []
    for name in PRIORS:
        cells = []
        for fit in fits.values():
            row = fit.parameters[fit.parameters["parameter"] == name].iloc[0]
            low, middle, high = (three_digits(row[end]) for end in ("low", "median", "high"))
            shown = f"{middle} ({low} to {high})"
            cells.append(shown if row["identified"] else "–")
        rows.append((f"`{name}`", *cells))
    rows.append(
        (
            "trade off",
            *(
                "; ".join(
                    f"{p.first.partition('.')[2]} with {p.second.partition('.')[2]} ({signed(p.correlation, half_width=0.1)})"
                    for p in fit.pairs[:3]
                )
                or "–"
                for fit in fits.values()
            ),
        )
    )
    return _table(("parameter", *(f"`{log}`" for log in fits)), rows)


def _misfit(fits: dict[str, Calibration]) -> list[str]:
    names = list(dict.fromkeys(name for fit in fits.values() for name in fit.table["statistic"]))
    rows = []
    for name in names:
        cells = []
        for fit in fits.values():
            found = fit.table[fit.table["statistic"] == name]
            if len(found) == 0:
                cells.append("–")
                continue
            row = found.iloc[0]
            mark = "" if row["met"] else " ✗"
            cells.append(f"{three_digits(row['real'])} / {three_digits(row['fitted'])}{mark}")
        rows.append((f"`{name}`", *cells))
    return _table(("statistic: real / fitted", *(f"`{log}`" for log in fits)), rows)


def _row(table: pd.DataFrame, target: str, who: str) -> dict[str, float]:
    return table[(table["target"] == target) & (table["forecaster"] == who)].iloc[0].to_dict()


def _met(met: bool) -> str:
    return "met" if met else "**missed**"


def _table(head: Iterable[str], rows: Iterable[tuple[str, ...]]) -> list[str]:
    cells = list(head)
    return ["| " + " | ".join(row) + " |" for row in (cells, ["---"] * len(cells), *rows)]


if __name__ == "__main__":
    main()
