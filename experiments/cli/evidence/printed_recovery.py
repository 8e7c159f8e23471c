"""Console output of `kith calibrate --recover`."""

from typing import Any

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
from kith.experiments.calibration.recovery.judged import Recovery
from kith.experiments.calibration.recovery.whole import WholeRecovery
from kith.experiments.cli.evidence.printed_calibration import print_paragraph, print_table
from kith.experiments.statistics.tables import nulled
from kith.experiments.words.terminal import printer


def recovery_object(found: Recovery | WholeRecovery) -> dict[str, Any]:
    """What came of a recovery as plain values for JSON."""
    if isinstance(found, Recovery):
        return _of_posteriors(found)
    by_log = found.by_log
    return _of_posteriors(found.exact) | {
        "coverage_low_by_log": by_log.low,
        "coverage_high_by_log": by_log.high,
        "with_discrepancy": _of_posteriors(found.believed),
        "fits": [nulled(row) for row in found.logs.to_dict("records")],
        "left_out": list(found.left_out),
    }


def _of_posteriors(recovery: Recovery) -> dict[str, Any]:
    return {
        "logs": recovery.logs,
        "coverage": recovery.pooled.value,
        "coverage_low": recovery.pooled.low,
        "coverage_high": recovery.pooled.high,
        "flat_ranks": recovery.flat,
        "ranks_in_quarters": list(recovery.quarters),
        "p_of_flat_ranks": recovery.pooled_p,
        "error": recovery.ratio,
        "parameters": [nulled(row) for row in recovery.table.to_dict("records")],
    }


def show_recovery(found: Recovery | WholeRecovery) -> None:
    """Coverage and ranks by parameter, and pooled; of whole fits, a row for each log first."""
    out = printer()
    if isinstance(found, Recovery):
        print_table(out, PARAMETER_HEAD, parameter_cells(found))
        print_paragraph(out, recovered_in_words(found))
        return
    print_table(out, LOG_HEAD, log_cells(found))
    print_table(out, WHOLE_HEAD, whole_cells(found))
    print_paragraph(out, whole_in_words(found))
    for reason in found.left_out:
        print_paragraph(out, f"Left out: {reason}.")
