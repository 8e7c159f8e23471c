"""What came of a recovery in words and cells, for the terminal and the documentation."""

from kith.experiments.calibration.recovery.judged import Recovery
from kith.experiments.calibration.recovery.whole import WholeRecovery
from kith.experiments.words.wording import plural

PARAMETER_HEAD = (
    "parameter",
    "90 % interval holds",
    "mean rank",
    "p of flat ranks, corrected",
    "error / prior's",
)
WHOLE_HEAD = (*PARAMETER_HEAD, "holds with discrepancy")
LOG_HEAD = (
    "simulated log",
    "actions",
    "runs",
    "usable",
    "true parameters held",
    "converged",
    "emulator's error",
)


def parameter_cells(recovery: Recovery) -> list[tuple[str, ...]]:
    """Per parameter: coverage, mean rank, p of flat ranks, error of the estimates."""
    return [
        (
            str(row["parameter"]),
            f"{100 * row['coverage']:.0f} %",
            f"{row['mean_rank']:.2f}",
            f"{row['p']:.2f}",
            f"{row['error']:.2f}",
        )
        for row in recovery.table.to_dict("records")
    ]


def whole_cells(found: WholeRecovery) -> list[tuple[str, ...]]:
    """The same of whole fits, with the coverage that a real fit's discrepancy gives."""
    believed = found.believed.table["coverage"]
    return [
        (*cells, f"{100 * share:.0f} %")
        for cells, share in zip(parameter_cells(found.exact), believed, strict=True)
    ]


def log_cells(found: WholeRecovery) -> list[tuple[str, ...]]:
    """Per log: its actions, runs, how many parameters its intervals held, whether the fit has converged."""
    number = len(found.exact.table)
    return [
        (
            str(row["log"]).removeprefix("simulated log "),
            f"{row['actions']:,}",
            str(row["runs"]),
            str(row["usable"]),
            f"{row['held']} of {number}",
            "yes" if row["converged"] else "no",
            f"{row['off']:.1f}" if row["off"] == row["off"] else "–",
        )
        for row in found.logs.to_dict("records")
    ]


def recovered_in_words(recovery: Recovery) -> str:
    """What came of a recovery."""
    share = recovery.pooled
    ranks = "flat" if recovery.flat else "not flat"
    return (
        f"On {recovery.logs} simulated logs the 90 % intervals hold the truth in {100 * share.value:.0f} % of cases "
        f"(95 % interval {100 * share.low:.0f} to {100 * share.high:.0f} %); ranks are {ranks}, corrected for the number of "
        f"parameters; the error of the estimates is {recovery.ratio:.2f} of the prior mean's."
    )


def whole_in_words(found: WholeRecovery) -> str:
    """What came of the whole procedure."""
    by_log, wider = found.by_log, found.believed.pooled
    quarters = ", ".join(str(n) for n in found.exact.quarters)
    converged = int(found.logs["converged"].sum())
    return (
        f"{recovered_in_words(found.exact)} What one log holds of several parameters is not independent; over logs, the 95 % "
        f"interval of the coverage is {100 * by_log.low:.0f} to {100 * by_log.high:.0f} %. In the quarters of the posterior "
        f"lie {quarters} of the true values (p of flat ranks {found.exact.pooled_p:.2f}, as if all were independent). "
        f"{converged} of {plural(found.exact.logs, 'fit')} converged. With the discrepancy and the sampling errors that a real "
        f"fit adds, the intervals of the same runs hold the truth in {100 * wider.value:.0f} % of cases "
        f"({100 * wider.low:.0f} to {100 * wider.high:.0f} %)."
    )
