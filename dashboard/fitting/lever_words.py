"""What a change makes, in sentences and cells."""

import pandas as pd

from kith.dashboard.fitting.lever_work import Answer
from kith.dashboard.widgets.parts import table
from kith.experiments.reports.fits.board import title_of
from kith.experiments.statistics.luck_and_parameters import least_share
from kith.experiments.words.wording import listed

OUTCOMES = {
    "actives_last": "active members in the last window",
    "actives_mean": "active members in a window, on average",
    "actions_mean": "actions in a window, on average",
}


def answer_in_words(answer: Answer) -> str:
    """The answer for the first outcome, with what it rests on."""
    row = answer.found.table.iloc[0]
    change = f"{title_of(answer.lever)} = {answer.value:g}"
    sure = row["low"] > 0 or row["high"] < 0
    direction = ("more" if row["difference"] > 0 else "fewer") if sure else "either way"
    average = (
        " of the average over luck" if "low_run" in row else ""
    )  # else the answer is an older one, of one run
    words = f"With {change} from the log's end on, "
    if sure:
        words += f"{abs(row['difference']):,.0f} {direction} active members in {answer.found.days} days"
    else:
        words += f"the number of active members in {answer.found.days} days could go {direction}"
    words += f" (90 % interval{average} {_signed(row['low'])} to {_signed(row['high'])}). "
    share = row["share_parameters"]
    if share == 0.0:
        words += (
            f"With {answer.found.draws} draws no ignorance of the parameters can be told from luck: they may still be "
            f"up to {100 * least_share(answer.found.draws, answer.found.seeds):.0f} % of what is uncertain. "
        )
    elif share == share:
        words += (
            f"About {100 * share:.0f} % of what is uncertain is ignorance of the parameters, which more data could reduce; the "
            "rest is luck. "
        )
    return words + rests_on_words(str(row["rests_on"]))


def rests_on_words(names: str) -> str:
    """What an answer rests on that the log does not tell."""
    if not names:
        return "No single parameter that the log leaves open decides it."
    titles = listed([title_of(name) for name in names.split(", ")])
    return f"It rests on the prior of {titles}: the log does not tell it, so the answer is as good as that assumption."


def answer_table(answer: Answer) -> str:
    """A row per outcome."""
    rows = [
        [
            OUTCOMES.get(row["outcome"], row["outcome"]),
            f"{row['first']:,.1f}",
            f"{row['second']:,.1f}",
            _signed(row["difference"]),
            f"{_signed(row['low'])} to {_signed(row['high'])}",
            f"± {row['luck']:,.1f}",
            f"± {row['parameters']:,.1f}" if row["share_parameters"] else "not told from luck",
        ]
        for row in answer.found.table.to_dict("records")
    ]
    head = ["", "as it is", "changed", "difference", "90 % interval", "luck of one run", "parameters"]
    return table(head, rows, (1, 2, 3, 4, 5, 6))


def _signed(value: float) -> str:
    """With a sign of its own, unless it rounds to nothing."""
    text = f"{value:+,.1f}".replace("-", "−")
    return "0.0" if text[1:] == "0.0" else text


def answer_frame(answer: Answer) -> pd.DataFrame:
    """The numbers, with the change."""
    frame = answer.found.table.copy()
    frame.insert(0, "value", answer.value)
    frame.insert(0, "lever", answer.lever)
    return frame
