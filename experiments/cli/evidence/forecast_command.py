"""`kith forecast`: a fitted community goes on after the end of its log."""

from typing import Annotated

import typer

from kith.experiments.cli.options import Json, Out, Overwrite, Workers, number_option, option
from kith.experiments.cli.requests import announce_compilation, asked, checked, print_json, say_where

Fitted = Annotated[
    str,
    typer.Argument(
        metavar="FITTED", help="The folder that `kith calibrate --out` wrote.", show_default=False
    ),
]
Days = Annotated[int, number_option("--days", "Days ahead; default: 180.")]
Runs = Annotated[int, number_option("--runs", "Runs, each at a draw of the posterior; default: 60.")]

ArmsAhead = Annotated[
    list[str] | None,
    option(
        "--arm",
        "Forecast the fitted community with changes that begin where its log ends, such as "
        "'fitted incentives.badges=1' or 'fitted 30 hub_departs'; repeat for more.",
        "'fitted …'",
    ),
]


def forecast(
    fitted: Fitted,
    days: Days = 180,
    runs: Runs = 60,
    arm: ArmsAhead = None,
    out: Out = None,
    overwrite: Overwrite = False,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Forecast a fitted community: actives and actions with 90 % bands, and the record of such forecasts on its past."""
    target = checked(out, overwrite, workers=workers, runs=runs)
    from kith.experiments.calibration.bundle import read_bundle
    from kith.experiments.calibration.forecast.ahead import forecast as look_ahead
    from kith.experiments.calibration.forecast.written import as_object
    from kith.experiments.cli.evidence.printed_calibration import show_forecast
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.comparison.arms import arm_from
    from kith.experiments.reports.write_folders import write_forecast

    fit = read_bundle(fitted)
    announce_compilation()
    with Waiting("forecasting", "runs") as waiting:
        ahead = look_ahead(fit, days, runs, workers, progress=waiting, arms=list(map(arm_from, arm or ())))
    if target is not None:
        from shlex import join

        named = [word for line in arm or () for word in ("--arm", line)]
        command = join(["kith", "forecast", fitted, "--days", str(days), "--runs", str(runs), *named])
        write_forecast(ahead, target, command, asked())
    if json:
        print_json(as_object(ahead))
        return
    show_forecast(ahead)
    say_where(out)
