"""The contest at the end: design your own community; the most active members within a budget win."""

import math
from dataclasses import replace
from typing import Any

import solara

from kith.dashboard.access.change_signal import ChangeSignal, use_change_signal
from kith.dashboard.access.classroom import room, seat
from kith.dashboard.comparing.controls import control, value_from
from kith.dashboard.live.live_batch import Batch, use_live_batch
from kith.dashboard.state.address_parts import pairs_of
from kith.dashboard.state.compare_state import CompareState
from kith.dashboard.state.navigation import use_navigation
from kith.dashboard.state.scenario_choice import ScenarioChoice, choice_from_text, plan_of
from kith.dashboard.widgets.parts import (
    Button,
    Dropdown,
    ErrorMessage,
    Html,
    Markup,
    ParameterControls,
    Text,
    table,
)
from kith.experiments.escaping import for_html as escape
from kith.experiments.runs.runner import Job, RunResult
from kith.experiments.words import wording
from kith.experiments.words.assumptions import settings
from kith.experiments.words.levers import lever_title
from kith.scenarios.errors import ScenarioError

NAME = "contest"
PEOPLE, DAYS, RUNS = 3_000, 365, 8
BUDGET = 9_000.0
"""EUR that a design may cost over the run, of whatever it is spent on: enough for each type as it comes, a hub's pay too."""

NAMED = 3
"""The largest costs of a try that are named."""

TYPES = {"pool": "a pool: one activity", "hub": "a hub: a central figure", "web": "a web: ties among members"}
LEVERS = {
    "acquisition.paid_budget": (0.0, 20.0),
    "organisation.staff": (0.0, 0.1),
    "governance.moderation_hours": (0.0, 1.0),
    "referral.invites_per_month": (0.0, 3.0),
    "incentives.recognition": (0.0, 1.0),
    "incentives.cash_per_contribution": (0.0, 2.0),
    "governance.voice": (0.0, 1.0),
    "governance.events_per_month": (0.0, 4.0),
    "dormancy.winback_per_month": (0.0, 8.0),
}
"""What a design may change, and how far."""

TEACHER = (
    "Give ten minutes, alone or in pairs, and let each team say before a try what it expects. What costs money here costs money in "
    "the model: advertising, staff, moderation, events and cash by their prices, and what a team decides by its hours of work. "
    "Afterwards compare the first three designs: do they resemble each other? Which gaps are smaller than chance (eight runs)? "
    "And who would have won on members' surplus?"
)

_NEVER = ChangeSignal()


def entered(text: str) -> ScenarioChoice:
    """The design of an address; `ScenarioError` where it is none of the contest."""
    choice = choice_from_text(text or "web")
    given = {name for name, _ in choice.settings}
    if (
        choice.bases[0] not in TYPES
        or len(choice.bases) > 1
        or choice.phases
        or choice.shocks
        or choice.clears
    ):
        raise ScenarioError(f"{text[:60]}: a design of the contest is a pool, a hub or a web with changes")
    if not given <= set(LEVERS):
        raise ScenarioError(f"{', '.join(sorted(given - set(LEVERS)))[:60]}: not a lever of the contest")
    for name, value in choice.settings:
        low, high = LEVERS[name]
        if not isinstance(value, int | float) or not low <= value <= high:
            raise ScenarioError(f"{name} = {str(value)[:20]}: must be {low:g} to {high:g} in the contest")
    return choice


def jobs(choice: ScenarioChoice) -> list[Job]:
    """The runs of a design: the same people for everybody."""
    plan = replace(plan_of(choice, PEOPLE, DAYS), days=DAYS)
    return [Job(plan, number, DAYS, key=number, series=False) for number in range(RUNS)]


def scored(results: list[RunResult]) -> tuple[float, float]:
    """Active members at the end, and cost over the run, means over runs."""
    done = [result.summary for result in results]
    return math.fsum(s["active"] for s in done) / len(done), math.fsum(s["cost"] for s in done) / len(done)


def spent_on(results: list[RunResult]) -> str:
    """What most of the money went to, means over runs, in words."""
    names = [name for name in results[0].summary if name.startswith("cost_")]
    means = {name: math.fsum(r.summary[name] for r in results) / len(results) for name in names}
    most = [name for name in sorted(names, key=lambda name: -means[name])[:NAMED] if means[name] >= 1.0]
    words = [f"{wording.MONEY.get(name, name[5:].replace('_', ' '))} {means[name]:,.0f} EUR" for name in most]
    return f"Largest costs: {'; '.join(words)}." if words else ""


def verdict(score: float, cost: float) -> str:
    """What a try has brought, in words."""
    spent = f"It costs {cost:,.0f} of {BUDGET:,.0f} EUR"
    members = wording.plural(round(score), "active member")
    if cost > BUDGET:
        return f"{members} after a year. {spent}: over budget, it does not count."
    return f"{members} after a year. {spent}: it counts."


@solara.component
def Contest() -> None:
    """The rules, the levers, the try, and who leads."""
    where = use_navigation()
    classroom, own = room(), seat()
    use_change_signal(classroom.changes if classroom is not None else _NEVER)
    asked, set_asked = solara.use_state("")
    tries, set_tries = solara.use_state(())
    error = ""
    try:
        choice = entered(pairs_of(where.drawn).get("a", ""))
    except ScenarioError as problem:
        error, choice = str(problem), ScenarioChoice(("web",))
    text = choice.text()
    batch = Batch(lambda: jobs(choice), lambda results: (*scored(list(results)), spent_on(list(results))))
    attempt = use_live_batch(text, batch if asked == text else None)

    def go(new: ScenarioChoice) -> None:
        where.change("/lessons", lambda _: contest_path(new))

    def change(data: Any) -> None:
        name, value = str(data.get("name"))[:80], str(data.get("value"))
        setting = next((s for s in settings(plan_of(choice, PEOPLE)) if s.name == name), None)
        if setting is None or name not in LEVERS:
            return
        low, high = LEVERS[name]
        try:
            number = min(high, max(low, float(value_from(value, setting))))
        except ValueError:
            return
        go(choice.with_setting(name, number))

    def note() -> None:
        if attempt.result is None:
            return
        score, cost, _ = attempt.result
        if (text, score, cost) not in tries:
            set_tries((*tries, (text, score, cost)))
        if classroom is not None and cost <= BUDGET:
            classroom.enter_contest(own, text, score, cost)

    solara.use_effect(note, [attempt.result])
    with solara.Div(classes=["kith-row", "kith-noprint"]):
        Button("All lessons", lambda: where.go("/lessons"), "all")
    Text("Design your own community", "h1")
    Text(
        f"{PEOPLE:,} people could join; you have a year and {BUDGET:,.0f} EUR. The most active members at the end win, as a mean "
        f"over {RUNS} runs with the same people for everybody.",
        kind="kith-lead",
    )
    if error:
        ErrorMessage(error)
    with solara.Div(classes=["kith-row"]):
        Dropdown(
            "It is", choice.bases[0], TYPES, lambda name: go(ScenarioChoice((name,), choice.settings)), "type"
        )
    ParameterControls(
        groups=_groups(choice),
        label="Levers of the contest",
        event_set=change,
        event_reset=lambda name: go(choice.without(str(name))),
    )
    with solara.Div(classes=["kith-row"]):
        busy = asked == text and attempt.result is None and not attempt.error
        Button("Running …" if busy else "Try it", lambda: set_asked(text), "try", disabled=busy)
        Button("Look closer on Compare", lambda: where.go(closer(choice)), "closer")
    with solara.Div():
        if attempt.error:
            ErrorMessage(attempt.error)
        elif attempt.result is not None:
            score, cost, words = attempt.result
            Html(
                f"<p class='kith-lead' role='status'><b>{escape(verdict(score, cost))}</b></p><p>{escape(words)}</p>",
                "kith-verdict",
            )
    with solara.Div():
        if classroom is not None and classroom.leaderboard():
            Text("Who leads", "h2")
            mine = classroom.entry_of(own)
            Html(
                board(
                    [(e.name, e.design, e.score, e.cost) for e in classroom.leaderboard()],
                    mine.name if mine else "",
                )
            )
    with solara.Div():
        if tries:
            Text("Your tries", "h2")
            Html(board([(str(place), *one) for place, one in enumerate(tries, 1)]))
    Html(
        f"<details class='kith-section'><summary>For the teacher</summary><p>{escape(TEACHER)}</p></details>"
    )


def board(rows: list[tuple[str, str, float, float]], own: str = "") -> str:
    """Designs with their scores; those over budget at the end, without a place."""
    ordered = sorted(rows, key=lambda row: (row[3] > BUDGET, -row[2]))
    shown = []
    for place, (name, design, score, cost) in enumerate(ordered, 1):
        over = cost > BUDGET
        bold = Markup(f"<b>{escape(name)} (you)</b>") if name == own else name
        shown.append(["–" if over else place, bold, f"{score:,.0f}", f"{cost:,.0f}", words_of(design)])
    return table(
        ["place", "who" if own or rows[0][0].isalpha() else "try", "active members", "EUR spent", "design"],
        shown,
        (2, 3),
    )


def words_of(design: str) -> str:
    """A design in words."""
    choice = choice_from_text(design)
    changes = [f"{lever_title(name).lower()} {value:g}" for name, value in choice.settings]
    return ", ".join([choice.bases[0], *changes])


def contest_path(choice: ScenarioChoice) -> str:
    """The address of a design in the contest."""
    from urllib.parse import quote, urlencode

    return "/lessons?" + urlencode({"lesson": NAME, "a": choice.text()}, safe="~=.+,", quote_via=quote)


def closer(choice: ScenarioChoice) -> str:
    """The address of Compare with the design beside the plain one."""
    plain = ScenarioChoice(choice.bases)
    choices = (plain, choice) if choice.settings else (choice,)
    return CompareState(choices, PEOPLE, DAYS, RUNS, edited=len(choices) - 1).path()


def _groups(choice: ScenarioChoice) -> list[dict[str, Any]]:
    by_name = {s.name: s for s in settings(plan_of(choice, PEOPLE))}
    before = {s.name: s.value for s in settings(plan_of(ScenarioChoice(choice.bases), PEOPLE))}
    controls = [
        control(by_name[name], before[name]) | {"kind": "slider", "from": low, "to": high, "log": False}
        for name, (low, high) in LEVERS.items()
    ]
    changed = sum(bool(c["changed"]) for c in controls)
    return [{"name": NAME, "title": "Levers", "controls": controls, "open": True, "changed": changed}]
