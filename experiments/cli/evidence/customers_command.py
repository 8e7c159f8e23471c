"""`kith customers`: who buys again and what they are worth, judged on the later part of a log of purchases."""

from typing import Annotated, Any

import typer

from kith.experiments.cli.log_options import LogOptions, with_log_options
from kith.experiments.cli.options import Json, option
from kith.experiments.cli.requests import print_json
from kith.experiments.escaping import say

Log = Annotated[
    str,
    typer.Argument(
        metavar="LOG",
        help="A log with values: a file, a folder, or the name of a log that ships.",
        show_default=False,
    ),
]
Holdout = Annotated[
    float, option("--holdout", "Part of the log on which forecasts are judged; default: 0.5.", "SHARE")
]


@with_log_options
def customers(log: Log, holdout: Holdout = 0.5, json: Json = False, *, reading: LogOptions) -> None:
    """Forecast purchases and lifetime value of a log's customers by closed forms, beside simple guesses and the truth."""
    from kith.experiments.calibration.customers.judged import judged
    from kith.experiments.evidence.observation import of_table
    from kith.experiments.statistics.tables import nulled
    from kith.experiments.words.terminal import aligned, printer
    from kith.scenarios.logs.founding import read_log_table

    table = read_log_table(log, **reading.given())
    for line in table.report.lines():
        say(line, err=True)
    result = judged(of_table(table), holdout)
    if json:
        plain: dict[str, Any] = {"customers": result.customers, "days": result.days, "ahead": result.ahead}
        plain |= {"bg_nbd": vars(result.purchases), "gamma_gamma": vars(result.values)}
        plain |= {"true_purchases": result.true_purchases, "true_value": result.true_value}
        print_json(plain | {"forecasters": [nulled(row) for row in result.table.to_dict("records")]})
        return
    from rich.text import Text

    head = ("", "purchases", "value", "error, purchases", "error, value", "rank correlation")
    lines: list[Text | list[Text]] = [[Text(words, style="dim") for words in head]]
    lines.append(
        [
            Text(cell)
            for cell in (
                "what happened",
                f"{result.true_purchases:,}",
                f"{result.true_value:,.0f}",
                "",
                "",
                "",
            )
        ]
    )
    for row in result.table.to_dict("records"):
        cells = (
            row["forecaster"],
            f"{row['purchases']:,.0f}",
            f"{row['value']:,.0f}",
            *(f"{row[name]:.3g}" for name in ("error_purchases", "error_value", "rank")),
        )
        lines.append([Text(cell) for cell in cells])
    out = printer()
    out.print(aligned(lines, right=range(1, len(head))))
    p, v = result.purchases, result.values
    out.print(
        Text(
            f"{result.customers:,} customers, {result.days} days seen, {result.ahead} ahead; errors are means per customer.\n"
            f"BG/NBD in days: r {p.r:.3g}, alpha {p.alpha:.3g}, a {p.a:.3g}, b {p.b:.3g}; "
            f"Gamma-Gamma: p {v.p:.3g}, q {v.q:.3g}, gamma {v.gamma:.3g}",
            style="dim",
        )
    )
