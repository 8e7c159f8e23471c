"""Compare: up to four scenarios side by side, on the same people and the same random draws."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import solara

from kith.dashboard.content import comparison as views
from kith.dashboard.content.controls import groups, value_from
from kith.dashboard.content.run_status import status_line
from kith.dashboard.content.scenario_menu import scenario_menu
from kith.dashboard.content.uploaded_logs import founding_of
from kith.dashboard.live.live_comparison import Answer, in_a_line, plans_of, use_answer
from kith.dashboard.live.uploads import ReadUpload
from kith.dashboard.state.compare_state import (
    DAYS,
    FIRST,
    LONGEST,
    MOST_ARMS,
    PEOPLE,
    RUNS,
    VIEWS,
    CompareState,
    read_compare_state,
)
from kith.dashboard.state.navigation import use_navigation
from kith.dashboard.state.scenario_choice import (
    Dropped,
    ScenarioChoice,
    arm_from_text,
    command_of,
    dropped_file,
    plan_of,
)
from kith.dashboard.widgets.parts import (
    Choice,
    Controls,
    CopyLink,
    Html,
    JumpToSide,
    Press,
    Save,
    Tabs,
    Trouble,
    Words,
)
from kith.experiments.charts import theme
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.comparison.summary_sentence import comparison_answer
from kith.experiments.escaping import for_csv
from kith.experiments.words import wording
from kith.experiments.words.assumptions import settings
from kith.scenarios.catalogue import logs
from kith.scenarios.errors import ScenarioError
from kith.sim.schema.plan import Founding, Plan

VIEW_TITLES = {
    "overview": "Overview",
    "leaving": "Staying and leaving",
    "joining": "Joining",
    "money": "Money",
    "network": "Belonging and ties",
    "table": "Differences",
    "health": "Health",
    "assumptions": "Assumptions",
}


type Change = Callable[[CompareState], CompareState]
"""From what was asked for last to what is asked for now."""


@dataclass(frozen=True)
class Resolved:
    """A look with the plans behind it, and what is wrong with the address."""

    look: CompareState
    plans: dict[str, Plan]
    presets: tuple[Plan, ...] = ()
    founding: Founding | None = None
    error: str = ""


def resolved(query: str | None) -> Resolved:
    """The look of an address and its plans; whatever is wrong with it is said and left out, the rest counts."""
    look, wrong = read_compare_state(query)
    founding = wrong.kept(lambda: founding_of(look.log), None)
    look = replace(look, log=look.log if founding is not None else "")
    tried = [(arm, wrong.kept(partial(_plan_and_preset, arm, look, founding), None)) for arm in look.arms]
    able = [(arm, *found) for arm, found in tried if found is not None]
    if not able:
        return Resolved(replace(look, arms=look.arms or FIRST), {}, founding=founding, error=str(wrong))
    arms, plans, presets = zip(*able, strict=True)
    look = replace(look, arms=arms, edited=min(look.edited, len(arms) - 1))
    return Resolved(look, plans_of(plans), presets, founding, str(wrong))


def _plan_and_preset(arm: ScenarioChoice, look: CompareState, founding: Founding | None) -> tuple[Plan, Plan]:
    """An arm's plan, and that of its scenarios as the library has them."""
    own, preset = (plan_of(one, look.people, look.days, founding) for one in (arm, ScenarioChoice(arm.bases)))
    return own, preset


def look_or_first(query: str | None) -> CompareState:
    """The look that an address tells, without what of it cannot be used."""
    look, _ = read_compare_state(query)
    return look if look.arms else replace(look, arms=FIRST)


def to(**changed: Any) -> Change:
    """The change that puts these in the place of what was."""
    return lambda look: replace(look, **changed)


@solara.component
def Page() -> None:
    """The page: scenarios and controls on the left, what becomes of them on the right."""
    where = use_navigation()
    query = where.drawn
    now = solara.use_memo(lambda: resolved(query), [query])
    trouble, set_trouble = solara.use_state("")
    loaded, set_loaded = solara.use_state(("", ""))  # of a scenario file, and at which address
    solara.use_effect(lambda: set_trouble(""), [query])  # what was wrong before is no matter on this address
    answer = use_answer(now.look.question(), now.plans, now.look.days, now.look.runs)

    def go(change: Change) -> None:
        set_trouble("")
        where.change("/", lambda newest: change(look_or_first(newest)).path())

    with solara.Div(classes=["kith-page"]):
        with solara.Div(classes=["kith-side"]):
            Side(now, go, set_trouble, lambda said: set_loaded((said, where.newest)))
        done = answer.pairs if answer.question == now.look.question() else 0
        with solara.Div(classes=["kith-main"], attributes={"data-runs": str(done)}):
            if trouble or now.error or answer.error:
                Trouble(trouble or now.error or answer.error)
            if loaded[0] and loaded[1] == where.path:
                Words(loaded[0], kind="kith-note")
            if now.plans:
                Result(now, answer, go)


@solara.component
def Side(
    now: Resolved, go: Callable[[Change], None], say: Callable[[str], None], note: Callable[[str], None]
) -> None:
    """What is compared, and what can be changed."""
    look = now.look
    colours = theme.SCENARIOS
    for place, arm in enumerate(look.arms):
        ArmCard(now, place, arm, colours[place], go)
    with solara.Div(classes=["kith-row"]):
        if len(look.arms) < MOST_ARMS:
            Press("Add a scenario", lambda: go(_added), name="add")
        Press("Start over", lambda: go(lambda _: CompareState()), name="again")
    with solara.Div(classes=["kith-fields"]):
        if now.founding is None:
            Choice(
                "People",
                str(look.people),
                _numbers(PEOPLE, look.people),
                lambda v: go(to(people=int(v))),
                "people",
            )
        else:
            Words(
                f"Starting from {now.founding.label}: {len(now.founding):,} members on {now.founding.date}.",
                kind="kith-note",
            )
        Choice(
            "Days",
            str(look.days),
            _numbers(DAYS, look.days),
            lambda v: go(to(days=int(v))),
            "days",
        )
        Choice(
            "Runs",
            str(look.runs),
            _numbers(RUNS, look.runs),
            lambda v: go(to(runs=int(v))),
            "runs",
        )
    arm = look.arms[look.edited]
    if now.plans:
        label = list(now.plans)[look.edited]
        Words(f"Change {label}", "h2")
        Controls(
            groups=groups(list(now.plans.values())[look.edited], now.presets[look.edited]),
            label=f"Parameters of {label}",
            event_set=lambda data: _change(look.edited, data, go, say),
            event_reset=lambda name: go(_with(look.edited, lambda arm: arm.without(str(name)))),
        )
    Words("Save or load", "h2")
    with solara.Div(classes=["kith-row"]):
        name = f"{'-'.join(arm.bases)}.toml"
        Save("Save as scenario (TOML)", name, lambda: arm.toml(look.days), "application/toml")

    def keep(name: str, dropped: Dropped) -> None:
        days = min(dropped.days or LONGEST, LONGEST)
        go(
            lambda look: _with(look.edited, lambda _: dropped.arm)(
                look if dropped.days is None else replace(look, days=days)
            )
        )
        note(loaded_words(name, dropped))

    ReadUpload(
        "Drop a scenario file (TOML) here, or choose one",
        ".toml",
        named_dropped_file,
        lambda read: keep(*read),
        lambda error: say(in_a_line(error)),
        "scenario",
    )


@solara.component
def ArmCard(
    now: Resolved, place: int, arm: ScenarioChoice, colour: str, go: Callable[[Change], None]
) -> None:
    """One scenario: which, in which colour, and whether the controls change it."""
    look = now.look
    here = place == look.edited
    with solara.Div(classes=["kith-arm", *(["here"] if here else [])], style={"--arm": colour}):
        Choice(
            "",
            arm.name,
            scenario_menu(arm.name),
            lambda name: go(lambda look: _chosen(look, place, name)),
            f"arm-{place}",
        )
        with solara.Div(classes=["kith-row"]):
            changed = arm.changes
            Words(wording.plural(changed, "change") if changed else "as in the library", "span", "kith-note")
            Press(
                "Edit" if not here else "Editing",
                lambda: go(to(edited=place)),
                f"edit-{place}",
                here,
            )
            if changed:
                Press(
                    "Reset", lambda: go(_with(place, lambda arm: ScenarioChoice(arm.bases))), f"reset-{place}"
                )
            if len(look.arms) > 1:
                Press("Remove", lambda: go(lambda look: _removed(look, place, arm)), f"remove-{place}")


@solara.component
def Result(now: Resolved, answer: Answer, go: Callable[[Change], None]) -> None:
    """The answer in a sentence, how far it is, and the pictures."""
    look, comparison = now.look, answer.comparison
    question = look.question()
    running = answer.running(question)
    Words(_question(now), "h1")
    Html(status_line(answer, running, question, look.runs), "kith-status")
    if comparison is None:
        if running:
            Words("The first results take about a second.", kind="kith-note")
        return
    old = answer.question != question
    with solara.Div(classes=["kith-old"] if old else []):
        Words(_said(comparison), kind="kith-lead")
    with solara.Div(classes=["kith-row"]):
        JumpToSide()
        CopyLink()
        Save("Report (HTML)", "kith-report.html", lambda: report_of(answer), "text/html")
        Save("Table (CSV)", "kith-table.csv", lambda: for_csv(comparison.table), "text/csv")
    Tabs(
        tabs=[{"name": v, "title": VIEW_TITLES[v], "href": replace(look, view=v).path()} for v in VIEWS],
        here=look.view,
        label="Sections",
        event_pick=lambda view: go(to(view=view)),
    )
    with solara.Div(classes=["kith-old"] if old else []):
        views.View(look.view, comparison)


def report_of(answer: Answer) -> str:
    """The report of what is shown, which may be what was asked before the last change."""
    assert answer.comparison is not None
    return views.report(answer.comparison, command_for(answer.question, answer.comparison))


def command_for(question: Any, comparison: Comparison) -> str:
    """The command line that repeats the comparison that answers `Look.question`."""
    texts, people, days, _, log = question
    arms = dict(zip(comparison.labels, map(arm_from_text, texts), strict=True))
    founding = founding_of(log)
    if founding is None or log in logs():
        return command_of(arms, people, days, comparison.runs, log)
    file = re.sub(r"[^\w .()+-]", "_", founding.label) or "log.csv"
    command = command_of(arms, people, days, comparison.runs, f"./{file}")
    return f"# with the log uploaded on the page, saved under its name in this folder\n{command}"


def _numbers(offered: tuple[int, ...], current: int) -> dict[str, str]:
    return {str(n): f"{n:,}" for n in sorted({*offered, current})}


def _with(place: int, change: Callable[[ScenarioChoice], ScenarioChoice]) -> Change:
    """The change of one arm, if it is still there."""
    return lambda look: look.with_arm(place, change(look.arms[place])) if place < len(look.arms) else look


def _chosen(look: CompareState, place: int, name: str) -> CompareState:
    return replace(_with(place, lambda _: ScenarioChoice(tuple(name.split(" + "))))(look), edited=place)


def _added(look: CompareState) -> CompareState:
    if len(look.arms) >= MOST_ARMS:
        return look
    names = {arm.name for arm in look.arms}
    new = next((n for n in ("web", "hub", "pool", "no_community") if n not in names), "baseline")
    return replace(look, arms=(*look.arms, ScenarioChoice((new,))), edited=len(look.arms))


def _removed(look: CompareState, place: int, arm: ScenarioChoice) -> CompareState:
    """Without that arm; who clicks twice does not remove its neighbour."""
    if place >= len(look.arms) or look.arms[place] != arm or len(look.arms) == 1:
        return look
    arms = tuple(arm for i, arm in enumerate(look.arms) if i != place)
    return replace(look, arms=arms, edited=min(look.edited, len(arms) - 1))


def _change(place: int, data: Any, go: Callable[[Change], None], say: Callable[[str], None]) -> None:
    """Put a control's value in force, or say why not."""
    name, text = str(data.get("name"))[:80], str(data.get("value"))

    def change(look: CompareState) -> CompareState:
        if place >= len(look.arms):
            return look
        arm, founding = look.arms[place], founding_of(look.log)
        setting, preset = (
            next(
                (s for s in settings(plan_of(one, look.people, look.days, founding)) if s.name == name), None
            )
            for one in (arm, ScenarioChoice(arm.bases))
        )
        if setting is None or preset is None:
            raise ScenarioError(f"there is no parameter {name[:60]}")
        value = value_from(text, setting)
        changed = arm.without(name) if value == preset.value else arm.with_setting(name, value)
        plan_of(changed, look.people, look.days, founding)
        return look.with_arm(place, changed)

    try:
        go(change)
    except ValueError as error:
        say(str(error))


def named_dropped_file(name: str, content: bytes) -> tuple[str, Dropped]:
    """A scenario file's name, and what a page makes of it."""
    return name, dropped_file(name, content)


def loaded_words(name: str, found: Dropped) -> str:
    """What a page made of a scenario file beyond the arm itself, in words."""
    said = []
    if found.days is not None:
        over = f" (the file has {found.days:,}, more than a page runs)" if found.days > LONGEST else ""
        said.append(f"Days is now {min(found.days, LONGEST):,} for every scenario{over}.")
    if found.left_out:
        said.append(f"Not kept, because runs do not depend on it: {wording.listed(found.left_out)}.")
    return f"{name} is loaded. {' '.join(said)}" if said else ""


def _question(now: Resolved) -> str:
    names = list(now.plans) or [arm.name for arm in now.look.arms]
    return f"{wording.listed(names, 'or')}?" if len(names) > 1 else f"What happens with {names[0]}?"


def _said(comparison: Any) -> str:
    if len(comparison.labels) > 1:
        return comparison_answer(comparison)
    row = comparison.row("active", comparison.labels[0])
    return (
        f"After {wording.plural(comparison.days, 'day')}, {wording.plural(round(row['mean']), 'member')} are active "
        f"({'one run' if comparison.runs == 1 else f'mean of {comparison.runs} runs'})."
    )
