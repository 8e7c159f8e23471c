"""The verdict on forecasts of the past in sentences: who wins, rivals included."""

from typing import TYPE_CHECKING

from kith.experiments.calibration.forecast.judge import ANCHORED, RAW, TRUE, VALUE
from kith.experiments.words.wording import plural, three_digits

if TYPE_CHECKING:
    import pandas as pd

TARGETS = ("actives", "actions", VALUE)
LATE = "late cohort"


def means(judged: "pd.DataFrame") -> "pd.DataFrame":
    """Means over the dates, a row per target and forecaster; an undefined relative error is left out."""
    columns = ["mae", "relative", "crps", "coverage"]
    return judged.groupby(["target", "forecaster"], sort=False)[columns].mean().reset_index()


def verdict(judged: "pd.DataFrame") -> list[str]:
    """A sentence per target."""
    table, dates = means(judged), judged.groupby("target")["origin"].nunique()
    out = []
    for target in TARGETS:
        rows = table[table["target"] == target]
        if rows.empty:
            continue
        fair = rows[~rows["forecaster"].str.contains(TRUE)].sort_values("crps", kind="stable")
        best, ours = fair.iloc[0], fair[fair["forecaster"].isin((RAW, ANCHORED))].iloc[0]
        place = int((fair["crps"] < ours["crps"]).sum()) + 1
        wins = ours["forecaster"] == best["forecaster"]
        words = (
            f"{target.capitalize()}, {plural(int(dates[target]), 'date')}: {best['forecaster']} wins with a CRPS of {three_digits(best['crps'])}"
            f" and an error of {_times(best['relative'])} of the last value's"
        )
        if wins:
            second = fair[~fair["forecaster"].isin((RAW, ANCHORED))].iloc[0]
            words += f"; the best rival, {second['forecaster']}, has {three_digits(second['crps'])} and {_times(second['relative'])}"
        else:
            words += (
                f"; {ours['forecaster']} comes in place {place} of {len(fair)} with {three_digits(ours['crps'])} and "
                f"{_times(ours['relative'])}"
            )
        out.append(
            f"{words}; its 90 % band held {100 * ours['coverage']:.0f} % of the windows.".replace(
                "its 90 % band", "kith's 90 % band"
            )
        )
    late = table[table["target"] == LATE].sort_values("mae", kind="stable")
    if len(late):
        said = ", ".join(f"{row['forecaster']} {row['mae']:.3f}" for _, row in late.iterrows())
        out.append(f"Share of the latest cohort who act later, mean error: {said}.")
    return out


def nearer_rivals(judged: "pd.DataFrame") -> list[str]:
    """Rivals whose mean error for active members is smaller than that of the model that does best."""
    table = means(judged)
    rows = table[(table["target"] == "actives") & ~table["forecaster"].str.contains(TRUE)]
    own = rows["forecaster"].isin((RAW, ANCHORED))
    least = rows[own].sort_values("crps", kind="stable")["mae"].iloc[0]
    return rows[~own & (rows["mae"] < least)].sort_values("mae", kind="stable")["forecaster"].tolist()


def _times(value: float) -> str:
    return "an undefined multiple" if value != value else f"{value:.2f}"
