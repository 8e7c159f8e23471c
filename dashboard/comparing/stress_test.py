"""The stress test of a comparison on the page: a button, the runs under way, and the table."""

from collections.abc import Sequence
from functools import partial

import solara

from kith.dashboard.live.live_batch import Batch, use_live_batch
from kith.dashboard.widgets.parts import Button, ErrorMessage, Html, Text, table
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.comparison.stress import gathered_stress, stress_jobs
from kith.experiments.comparison.stress_result import Stress, in_words
from kith.experiments.escaping import for_html
from kith.experiments.words import wording


@solara.component
def StressTest(comparison: Comparison, complete: bool) -> None:
    """The button that runs every scenario again under the standard shocks, and what that shows."""
    asked, set_asked = solara.use_state("")
    inputs = ",".join(comparison.values["run_id"])
    batch = Batch(partial(stress_jobs, comparison), partial(gathered_stress, comparison))
    test = use_live_batch(inputs, batch if complete and asked == inputs else None)
    if test.error:
        ErrorMessage(test.error)
    if not complete:
        Text("The shocks can strike when all runs are done.", kind="kith-note")
    elif asked != inputs:
        Text(
            "What would be left if the hub or the best connected left, if a third left at once, or under a "
            "competitor, another topic, a wave of spam or a fee? Every scenario runs again under each of the "
            "six, on the same seeds: six times the runs so far.",
            kind="kith-note",
        )
        with solara.Div(classes=["kith-row"]):
            Button("Run the shocks", lambda: set_asked(inputs), name="stress")
    elif test.result is None and not test.error:
        Text(f"{test.done} of {wording.plural(test.total, 'run')} done.", kind="kith-note")
    elif test.result is not None:
        Html(stress_table(test.result, comparison.labels))


def stress_table(result: Stress, labels: Sequence[str]) -> str:
    """What the standard shocks take from each scenario, as markup."""
    words = in_words(result, labels)
    head = ["active members lost to", *labels]
    rows = [
        [title, *[f"{lost} · {back}" if back else lost for lost, back in cells]]
        for title, cells in words.rows
    ]
    rows.append([words.mean_title, *words.means])
    return table(head, rows, range(1, len(head))) + f'<p class="kith-note">{for_html(words.note)}</p>'
