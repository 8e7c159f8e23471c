"""`kith calibrate`: a scenario fitted to a community's own past, or to a handful of numbers."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kith.experiments.cli.log_options import LogOptions, with_log_options
from kith.experiments.cli.options import (
    Json,
    Out,
    Overwrite,
    Scenario,
    Settings,
    Workers,
    number_option,
    option,
)
from kith.experiments.cli.requests import announce_compilation, checked, overrides, print_json, say_where
from kith.experiments.errors import RequestError
from kith.experiments.escaping import say

if TYPE_CHECKING:
    from kith.experiments.calibration.calibrate import Calibration
    from kith.experiments.calibration.past import Past

Logs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[LOG]",
        help="The community's log: a file, folder or zip, - for standard input, or the name of a log that ships with kith.",
        show_default=False,
    ),
]
Targets = Annotated[
    list[str] | None,
    option(
        "--targets",
        "Numbers to meet instead of a log, such as 'active=2000 churn_month=.05'; further ones may follow as words.",
        "'NAME=VALUE …'",
    ),
]
Holdout = Annotated[
    float,
    option("--holdout", "Part of the log on which forecasts are judged; 0 for none. Default: 0.3.", "SHARE"),
]
Days = Annotated[int | None, number_option("--days", "With --targets: length of a run in days.")]
Points = Annotated[
    int | None,
    number_option(
        "--points", "Runs of the first design; default: 64, and 128 of the shared one of --recover."
    ),
]
Rounds = Annotated[
    int, number_option("--rounds", "Rounds of 32 further runs where the fit is good; default: 8.")
]
Ensemble = Annotated[int, number_option("--ensemble", "Runs of the fitted community; default: 60.")]
StoreFolder = Annotated[
    Path | None,
    option(
        "--store", "Keep all runs in this folder, so that an interrupted fit goes on where it was.", "DIR"
    ),
]
From = Annotated[
    Path | None,
    option(
        "--from",
        "A bundle fitted to an earlier part of the log: half of the design lies around it.",
        "BUNDLE",
    ),
]
Recover = Annotated[
    int | None,
    number_option(
        "--recover",
        "Instead of a fit: simulate N logs with known parameters and say whether the intervals hold them; 36 or more.",
    ),
]
Whole = Annotated[
    bool,
    typer.Option(
        "--whole",
        help="With --recover: fit each simulated log as a log is fitted, by runs of its own; some minutes for each.",
    ),
]


@with_log_options
def calibrate(
    scenario: Scenario,
    logs: Logs = None,
    targets: Targets = None,
    holdout: Holdout = 0.3,
    days: Days = None,
    set: Settings = None,
    points: Points = None,
    rounds: Rounds = 8,
    ensemble: Ensemble = 60,
    earlier: From = None,
    recover: Recover = None,
    whole: Whole = False,
    store: StoreFolder = None,
    out: Out = None,
    overwrite: Overwrite = False,
    workers: Workers = None,
    json: Json = False,
    *,
    reading: LogOptions,
) -> None:
    """Fit a scenario to a community's log, say what the log tells and what not, and judge its forecasts beside simple ones."""
    target = checked(out, overwrite, workers=workers, points=points, ensemble=ensemble, days=days)
    if rounds < 0:
        raise RequestError(f"--rounds {rounds}: must be 0 or more")
    from kith.experiments.calibration.bundle import as_object, read_bundle, write_bundle
    from kith.experiments.calibration.calibrate import calibrate as fit_to_log
    from kith.experiments.calibration.calibrate import check_request
    from kith.experiments.calibration.fitting import Budget
    from kith.experiments.calibration.priors import check_settable
    from kith.experiments.calibration.recovery.shared import POINTS
    from kith.experiments.calibration.targets import calibrate_to_targets, parsed
    from kith.experiments.cli.evidence.printed_calibration import show_calibration
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.reports.fits.calibration import calibration_page
    from kith.scenarios.load import load

    usual = Budget().points if recover is None or whole else POINTS
    budget = Budget(points=usual if points is None else points, rounds=rounds, ensemble=ensemble)
    settings = overrides(set)
    check_settable(settings)
    check_request(holdout, budget)
    shared: dict[str, Any] = {"overrides": settings, "budget": budget, "workers": workers, "store": store}
    fit: Calibration
    if recover is not None:
        if targets is not None or earlier is not None or days is not None or target is not None:
            raise RequestError(
                "--recover is about inference: it takes a LOG, and no --targets, --from, --days or --out"
            )
        from kith.experiments.calibration.recovery.judged import check_logs

        check_logs(recover)
        load(scenario, overrides=settings)
        past = _past(logs or [], 0.0, reading)
        _recover(scenario, past, recover, whole, json, shared)
        return
    if whole:
        raise RequestError("--whole: needs --recover N, the number of simulated logs; 12 are usual")
    if targets is not None:
        numbers = parsed([word for text in [*targets, *(logs or ())] for word in text.split()])
        if reading.words() or earlier is not None:
            raise RequestError(
                f"{[*reading.words(), '--from'][0]}: is about a log, and --targets stand instead of one"
            )
        load(scenario, overrides=settings, days=days)
        announce_compilation()
        with Waiting("calibrating", "runs") as waiting:
            fit = calibrate_to_targets(scenario, numbers, days=days, progress=waiting, **shared)
    else:
        if days is not None:
            raise RequestError(f"--days {days}: needs --targets; a fit to a log is as long as the log")
        before = None if earlier is None else read_bundle(earlier)
        load(scenario, overrides=settings)
        past = _past(logs or [], holdout, reading)
        announce_compilation()
        with Waiting("calibrating", "runs") as waiting:
            fit = fit_to_log(scenario, past, holdout=holdout, earlier=before, progress=waiting, **shared)
    if target is not None:
        command = _command(scenario, logs, targets, holdout, days, set, budget, reading)
        write_bundle(fit, target, calibration_page(fit, command))
    if json:
        print_json(as_object(fit))
        return
    show_calibration(fit)
    say_where(out)


def _recover(
    scenario: str, past: "Past", logs: int, whole: bool, json: bool, shared: Mapping[str, Any]
) -> None:
    """Recover known parameters through one emulator, or each log by the whole procedure, and print what came of it."""
    from kith.experiments.calibration.recovery.shared import recover
    from kith.experiments.calibration.recovery.whole import recover_whole
    from kith.experiments.cli.evidence.printed_recovery import recovery_object, show_recovery
    from kith.experiments.cli.progress import Waiting

    announce_compilation()
    with Waiting("recovering", "runs") as waiting:
        found = (recover_whole if whole else recover)(scenario, past, logs, progress=waiting, **shared)
    if json:
        print_json(recovery_object(found))
    else:
        show_recovery(found)


def _past(logs: list[str], holdout: float, reading: LogOptions) -> "Past":
    """The past of the log, after what was read has been said."""
    from kith.experiments.calibration.past import read_past

    if not logs:
        raise RequestError("give a LOG to fit to, or --targets with a few numbers")
    past = read_past(logs, holdout, **reading.given())
    for line in [] if past.report is None else past.report.lines():
        say(line, err=True)
    if past.part < 1.0:
        say(
            f"{100 * past.part:.1f} % of the members are fitted, drawn at random; all of them would take hours",
            err=True,
        )
    return past


def _command(
    scenario: str,
    logs: list[str] | None,
    targets: list[str] | None,
    holdout: float,
    days: int | None,
    settings: list[str] | None,
    budget: object,
    reading: LogOptions,
) -> str:
    """What repeats the fit."""
    from shlex import join

    from kith.experiments.calibration.fitting import Budget

    usual, words = Budget(), ["kith", "calibrate", scenario]
    words += [word for text in targets or () for word in ("--targets", text)] + list(logs or ())
    words += [word for text in settings or () for word in ("--set", text)]
    words += [] if holdout == 0.3 else ["--holdout", f"{holdout:g}"]
    words += [] if days is None else ["--days", str(days)]
    for name in ("points", "rounds", "ensemble"):
        if getattr(budget, name) != getattr(usual, name):
            words += [f"--{name}", str(getattr(budget, name))]
    return join([*words, *reading.words()])
