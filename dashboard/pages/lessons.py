"""Lessons: predict, run, compare the result with the prediction, then explore further."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

import solara

from kith.dashboard.access.classroom import ClassQuestion, room
from kith.dashboard.content import comparison as views
from kith.dashboard.content.markdown import markup
from kith.dashboard.content.run_status import status_line
from kith.dashboard.live.live_comparison import LiveComparison, use_live_comparison
from kith.dashboard.state import screen
from kith.dashboard.state.address_parts import clipped, pairs_of
from kith.dashboard.state.compare_state import CompareState
from kith.dashboard.state.navigation import use_navigation
from kith.dashboard.state.scenario_choice import choice_from_text
from kith.dashboard.state.watch_state import WatchState
from kith.dashboard.teaching.contest import NAME as CONTEST
from kith.dashboard.teaching.contest import Contest
from kith.dashboard.teaching.lesson_story import lesson_page, verdict
from kith.dashboard.teaching.lessons import Lesson, lessons
from kith.dashboard.teaching.votes import counted, votes_chart, votes_frame
from kith.dashboard.widgets.parts import Button, Chart, DownloadButton, ErrorMessage, Html, PrintPage, Text
from kith.experiments.charts import theme
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.escaping import for_html as escape


@solara.component
def Page() -> None:
    """The list, or one lesson."""
    where = use_navigation()
    given = pairs_of(where.drawn)
    lesson = lessons().get(given.get("lesson", ""))
    with solara.Div(classes=["kith-page", "wide"]), solara.Div(classes=["kith-main", "kith-lesson"]):
        if given.get("lesson") == CONTEST:
            Contest()
        elif lesson is None:
            if given.get("lesson"):
                ErrorMessage(f"there is no lesson {given['lesson'][:60]}; choose one of these")
            LessonList()
        elif "sheet" in given:
            parameters = {"lesson": lesson.name} | {n: given[n] for n in ("guess",) if n in given}
            with solara.Div(classes=["kith-row", "kith-noprint"]):
                Button("Back to the lesson", partial(where.go, f"/lessons?{urlencode(parameters)}"), "back")
                PrintPage()
            Html(sheet(lesson))
        else:
            guess = _guess(given.get("guess", ""), lesson)
            if guess is None and "guess" in given:
                ErrorMessage(
                    f"guess={clipped(given['guess'])}: must be a whole number from 0 to "
                    f"{len(lesson.prediction.choices) - 1}; choose below"
                )
            LessonView(lesson, guess)


@solara.component
def LessonList() -> None:
    """All lessons."""
    where = use_navigation()
    Text("Lessons of about ten minutes", "h1")
    Text(
        "Each lesson asks for a prediction, runs the simulation and compares the two. At the end you can change everything."
    )
    with solara.Div(classes=["kith-cards"]):
        for place, (name, lesson) in enumerate(lessons().items(), 1):
            with solara.Div(classes=["kith-card"]):
                Text(f"{place}. {lesson.title}", "h2")
                Text(lesson.question)
                Button("Start", partial(where.go, f"/lessons?lesson={name}"), f"begin-{name}")
        with solara.Div(classes=["kith-card"]):
            Text("At the end: a contest", "h2")
            Text("Design your own community under a budget. Who gets the most active members?")
            Button("Start", partial(where.go, f"/lessons?lesson={CONTEST}"), f"begin-{CONTEST}")
    Text(
        "In class: kith dashboard --class lets students predict on their phones and shows a histogram."
        if room() is None
        else "The Class page collects everybody's predictions and shows a histogram.",
        kind="kith-note",
    )


@solara.component
def LessonView(lesson: Lesson, guess: int | None) -> None:
    """One lesson, before or after the prediction."""
    where = use_navigation()
    plans = lesson.plans() if guess is not None else {}
    inputs = (lesson.name, guess is not None)
    answer = use_live_comparison(inputs, plans, lesson.days, lesson.runs, (lesson.prediction.outcome,))

    def go(**more: str) -> None:
        where.change(
            "/lessons",
            lambda newest: "/lessons?" + urlencode(pairs_of(newest) | {"lesson": lesson.name, **more}),
        )

    with solara.Div(classes=["kith-row", "kith-noprint"]):
        Button("All lessons", lambda: where.go("/lessons"), "all")
        Button("Printable sheet", lambda: go(sheet="1"), "sheet")
    Text(lesson.title, "h1")
    Text(lesson.question, kind="kith-lead")
    Html(markup(lesson.parts["The situation"]))
    Text("Your prediction", "h2")
    Text(lesson.prediction.ask)
    with solara.Div(classes=["kith-row", "kith-choices"]):
        for place, words in enumerate(lesson.prediction.choices):
            Button(words, partial(go, guess=str(place)), f"guess-{place}", pressed=guess == place)
    if guess is None:
        Text("Choose one to start the simulation.", kind="kith-note")
    else:
        LessonResults(lesson, guess, answer, inputs)
    teacher = markup(lesson.parts["For the teacher"])
    Html(f"<details class='kith-section kith-noprint'><summary>For the teacher</summary>{teacher}</details>")


@solara.component
def LessonResults(lesson: Lesson, guess: int, answer: LiveComparison, inputs: object) -> None:
    """The results of the runs next to the prediction, and where to continue."""
    where = use_navigation()
    if answer.error:
        ErrorMessage(answer.error)
    comparison = answer.comparison if answer.inputs == inputs else None
    Html(
        status_line(answer, answer.running(inputs), inputs, lesson.runs, len(lesson.scenarios)), "kith-status"
    )
    if comparison is None:
        return
    Text("What happens", "h2")
    Html(verdict(lesson, guess, comparison), "kith-verdict")
    class_question = class_votes(lesson)
    if class_question is not None:
        right = lesson.prediction.answer(comparison).right
        counts = counted(lesson, class_question)
        svg = screen.drawn_here(lambda: votes_chart(lesson.prediction.choices, counts, right))
        Chart(svg, f"kith-class-{lesson.name}", votes_frame(lesson, counts))
    Charts(lesson.show, comparison)
    Text("Look closer", "h2")
    Html(markup(lesson.parts["Look closer"]))
    Text("Discuss", "h2")
    Html(markup(lesson.parts["Discuss"]))
    Text("Explore further", "h2")
    with solara.Div(classes=["kith-row"]):
        Button("Open the controls", lambda: where.go(compare_path(lesson)), "controls")
        DownloadButton(
            "Story (HTML)",
            f"kith-lesson-{lesson.name}.html",
            lambda: lesson_page(lesson, comparison),
            "text/html",
        )
        Button("Watch it", lambda: where.go(WatchState((choice_from_text(lesson.watch),)).path()), "watch")
        _next(lesson, where.go)


@solara.component
def Charts(names: tuple[str, ...], comparison: Comparison) -> None:
    """The charts that a lesson asks for."""
    colours = theme.colours(comparison.labels)
    drawn = views.once_drawn(
        comparison, names, lambda: [views.part(name, comparison, colours) for name in names]
    )
    for part in drawn:
        if isinstance(part, str):
            Html(part)
        elif part[0]:
            Chart(part[0], f"kith-{part[1]}", part[2], part[3])


def class_votes(lesson: Lesson) -> ClassQuestion | None:
    """The predictions of the class in this lesson, if there are any."""
    classroom = room()
    question = classroom.question() if classroom is not None else None
    return question if question is not None and question.lesson == lesson.name and question.votes else None


def compare_path(lesson: Lesson) -> str:
    """The address of a lesson's scenarios on the Compare page, with all controls."""
    choices = tuple(choice_from_text(text) for text in lesson.scenarios.values())
    return CompareState(choices, lesson.people, lesson.days, lesson.runs).path()


def sheet(lesson: Lesson) -> str:
    """A page to print: the situation, the prediction to tick, space to write."""
    choices = "".join(f"<li>☐ {escape(choice)}</li>" for choice in lesson.prediction.choices)
    space = "<div class='kith-room'></div>"
    return (
        f"<h1>{escape(lesson.title)}</h1><p class='kith-lead'>{escape(lesson.question)}</p>"
        f"{markup(lesson.parts['The situation'])}<h2>I predict</h2><p>{escape(lesson.prediction.ask)}</p>"
        f"<ul class='kith-ticks'>{choices}</ul><p>because</p>{space}<h2>What happened</h2>{space}"
        f"<h2>Look closer</h2>{markup(lesson.parts['Look closer'])}{space}"
        f"<h2>Discuss</h2>{markup(lesson.parts['Discuss'])}"
    )


def _guess(text: str, lesson: Lesson) -> int | None:
    choices = [str(place) for place in range(len(lesson.prediction.choices))]
    return choices.index(text) if text in choices else None


def _next(lesson: Lesson, go: Callable[[str], None]) -> None:
    names = list(lessons())
    place = names.index(lesson.name) + 1
    following = names[place] if place < len(names) else CONTEST
    Button(
        "Next lesson" if place < len(names) else "The contest",
        lambda: go(f"/lessons?lesson={following}"),
        "next",
    )
