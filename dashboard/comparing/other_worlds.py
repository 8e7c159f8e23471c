"""Would it hold if the assumptions are wrong? Every scenario again in many plausible worlds, and what turns it around."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd
import solara

from kith.dashboard.comparing.compare_plans import ResolvedState
from kith.dashboard.live.live_batch import Batch, use_live_batch
from kith.dashboard.state.scenario_choice import plan_of
from kith.dashboard.widgets.parts import Button, ErrorMessage, Html, Text, table
from kith.experiments.analyses.prior_draws import World, drawn, open_parameters
from kith.experiments.charts.search import capital
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.escaping import for_html as escape
from kith.experiments.runs.runner import Job, RunResult
from kith.experiments.statistics.conclusions import NOT_ROBUST, ROBUST, SAME, Conclusion, conclusion
from kith.experiments.words import wording
from kith.experiments.words.levers import lever_title

WORLDS = 32
"""Draws of the uncertain parameters; of a hundred, `kith robust` says more."""

OUTCOMES = ("active", "margin", "member_surplus", "belonging", "churn_month_mean")
SURE = {
    ROBUST: "holds",
    NOT_ROBUST: "does not hold",
    SAME: "no difference",
}
"""A verdict in words; the others are undecided with so few worlds."""

LEVEL = 0.05
"""The chance that a parameter is named although none matters, over all that were drawn."""


@solara.component
def OtherWorlds(now: ResolvedState, comparison: Comparison, complete: bool) -> None:
    """The button that runs every scenario in other worlds, and what that shows."""
    asked, set_asked = solara.use_state("")
    inputs = ",".join(comparison.values["run_id"])
    worlds = drawn(tuple(open_parameters(now.plans.values())), WORLDS)
    batch = Batch(partial(world_jobs, now, worlds), partial(gathered, worlds))
    test = use_live_batch(inputs, batch if complete and asked == inputs else None)
    if test.error:
        ErrorMessage(test.error)
    if len(comparison.labels) < 2:
        Text("This compares scenarios: add a second one.", kind="kith-note")
    elif not complete:
        Text("Other worlds can be tried when all runs are done.", kind="kith-note")
    elif asked != inputs:
        number = wording.plural(len(open_parameters(now.plans.values())), "parameter")
        Text(
            f"What would the answer be if the assumptions are wrong? {number} that the literature leaves open are drawn anew, "
            f"{WORLDS} times, and every scenario runs once in each of these worlds: {WORLDS * len(comparison.labels)} runs.",
            kind="kith-note",
        )
        with solara.Div(classes=["kith-row"]):
            Button("Try other assumptions", lambda: set_asked(inputs), name="worlds")
    elif test.result is None and not test.error:
        with solara.Div(classes=["kith-row"]):
            Text(f"{test.done} of {wording.plural(test.total, 'run')} done.", kind="kith-note")
            Button("Stop", lambda: set_asked(""), name="stop-worlds")
    elif test.result is not None:
        Html(worlds_words(test.result, comparison.labels))


def world_jobs(now: ResolvedState, worlds: Sequence[World]) -> list[Job]:
    """A run of every scenario in every world, on the same seed within a world."""
    days = now.state.days or None
    return [
        Job(
            plan_of(choice, now.state.people, days, now.founding, tuple(world.items())),
            place,
            now.days,
            key=(place, label),
        )
        for place, world in enumerate(worlds)
        for choice, label in zip(now.state.choices, now.plans, strict=True)
    ]


def gathered(worlds: Sequence[World], results: Sequence[RunResult]) -> pd.DataFrame:
    """A row for each world and scenario: the drawn parameters and the outcomes."""
    return pd.DataFrame(
        [
            {"world": r.key[0], "scenario": r.key[1], **worlds[r.key[0]], **r.summary}
            for r in sorted(results, key=lambda r: r.key)
        ]
    )


def worlds_words(values: pd.DataFrame, labels: Sequence[str]) -> str:
    """In how many worlds each conclusion holds, and which assumption turns the first one around, as markup."""
    rows, sentences = [], []
    for label in labels[1:]:
        for outcome in OUTCOMES:
            found = conclusion(values, outcome, (labels[0], label))
            if found is not None:
                rows.append([found.sentence, _share(found), SURE.get(found.verdict, "undecided")])
                if outcome == OUTCOMES[0]:
                    sentences.append(turning(values, found))
    note = (
        "A conclusion holds if it is the same in 80 % of worlds or more, with 95 % confidence; each scenario "
        "runs once in a world, so a world may disagree by luck instead of by its assumptions, and this cannot tell which. With "
        f"{WORLDS} worlds much stays undecided: kith robust A B runs two pairs in each of a hundred, and tells luck from assumptions."
    )
    head = ["conclusion", "the same in", "verdict"]
    lead = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    return f"{lead}{table(head, rows)}<p class='kith-note'>{escape(note)}</p>"


def _share(found: Conclusion) -> str:
    low, high = (wording.per_cent(x) for x in (found.share.low, found.share.high))
    return f"{found.holds_in} of {wording.plural(found.worlds, 'world')} ({low} to {high})"


def turning(values: pd.DataFrame, found: Conclusion) -> str:
    """Which assumption differs between the worlds where a conclusion turns around and the others."""
    from scipy.stats import mannwhitneyu

    pairs = values.pivot(index="world", columns="scenario", values=found.outcome)
    gap = (pairs[found.second] - pairs[found.first]).dropna()
    usual = gap > 0 if found.more >= found.less else gap < 0
    if usual.all() or not usual.any():
        return f"{capital(found.sentence)}, in every world: no assumption that was drawn turns it around."
    drawn_once = values.drop_duplicates("world").set_index("world").loc[gap.index]
    names = [name for name in drawn_once if isinstance(name, str) and "." in name]
    chances: Mapping[str, float] = {
        name: float(mannwhitneyu(drawn_once.loc[usual, name], drawn_once.loc[~usual, name]).pvalue)
        for name in names
    }
    name = min(chances, key=lambda name: chances[name])
    start = f"{capital(found.sentence)}, but not in {wording.plural(int((~usual).sum()), 'world')}"
    if chances[name] * len(names) > LEVEL:
        return f"{start}; no single assumption stands out in those."
    there, here = (drawn_once.loc[which, name].median() for which in (~usual, usual))
    way = "higher" if there > here else "lower"
    return f"{start}: there “{lever_title(name)}” ({name}) is {way} (median {there:.3g} against {here:.3g})."
