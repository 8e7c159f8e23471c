"""Class: the address and the PIN on the projector, and everybody's predictions as a histogram."""

from collections.abc import Callable, Sequence
from functools import partial
from urllib.parse import urlencode

import pandas as pd
import solara

from kith.dashboard.access.change_signal import use_change_signal
from kith.dashboard.access.classroom import ClassQuestion, Room, is_host, room, seat
from kith.dashboard.state import screen
from kith.dashboard.state.navigation import use_navigation
from kith.dashboard.teaching.contest import NAME as CONTEST
from kith.dashboard.teaching.contest import board
from kith.dashboard.teaching.lessons import Lesson, lessons
from kith.dashboard.teaching.votes import counted, votes_chart, votes_frame
from kith.dashboard.widgets.parts import Button, Chart, DownloadButton, Dropdown, Html, Text, table
from kith.experiments.escaping import for_csv
from kith.experiments.escaping import for_html as escape
from kith.experiments.words import wording


@solara.component
def Page() -> None:
    """The page of the host, or of a student."""
    classroom = room()
    with solara.Div(classes=["kith-page", "wide"]), solara.Div(classes=["kith-main"]):
        if classroom is None:
            Text("Class", "h1")
            Html(
                "<p>No class session is running. Start one with <code>kith dashboard --class</code>: students join on "
                "their phones with a link or a QR code, and this page collects their predictions.</p>"
            )
        elif is_host():
            HostView(classroom)
        else:
            StudentView(classroom, seat())


@solara.component
def HostView(classroom: Room) -> None:
    """The page on the projector; once a question is closed, its answers have the room of the large QR code."""
    use_change_signal(classroom.changes)
    where = use_navigation()
    large, set_large = solara.use_state(False)
    question = classroom.question()
    began = bool(classroom.past()) or (question is not None and not question.open)
    small = began and not large
    with solara.Div():  # always there, so that what comes below stays in its place
        if not small:
            Text("Join the class", "h1")
    with solara.Div(classes=["kith-invite", *(["kith-small"] if small else [])]):
        Html(classroom.qr(), "kith-qr")
        Html(
            f"<p class='kith-big'>{escape(classroom.address)}join</p><p class='kith-big'>PIN <b>{classroom.pin[:3]} {classroom.pin[3:]}</b></p>"
            f"<p role='status'>{escape(_present(classroom))}</p><p class='kith-note'>Use the same network as this machine; nothing to install.</p>"
        )
        with solara.Div():
            if began:
                words = "Large code" if small else "Small code"
                Button(words, lambda: set_large(not large), "code-size", help="for those who join late")
    with solara.Div():
        if not small:
            Text("Prediction", "h2")
    current = question.lesson if question is not None else ""
    menu = ({} if current else {"": "choose a lesson …"}) | {
        name: lesson.title for name, lesson in lessons().items()
    }
    Dropdown(
        "Ask the class",
        current,
        menu,
        lambda name: classroom.open_question(name) if name in lessons() else None,
        "ask",
    )
    with solara.Div():
        if question is not None:
            Asked(classroom, lessons()[question.lesson], question, "h1" if small else "h2", where.go)
    with solara.Div():
        Past(classroom)


@solara.component
def Asked(
    classroom: Room, lesson: Lesson, question: ClassQuestion, heading: str, go: Callable[[str], None]
) -> None:
    """The question on the projector: how many have answered, and once it is closed, what."""
    Text(lesson.question, heading)
    Text(lesson.prediction.ask, kind="kith-lead")
    if question.open:
        count = wording.plural(len(question.votes), "answer")
        Html(f"<p class='kith-big' role='status'>{count} so far</p>", "kith-count")
        Text("What the class predicts is shown when voting is closed.", kind="kith-note")
    else:
        Votes(lesson, question)
    with solara.Div(classes=["kith-row"]):
        if question.open:
            Button("Close voting", classroom.close_question, "close")
            Button("Close voting and run", lambda: _run(classroom, lesson, go), "run")
        else:
            Text("Voting is closed.", "span", "kith-note")
            Button("Go to the lesson", lambda: _run(classroom, lesson, go), "run")
            Button("Ask again", lambda: classroom.open_question(lesson.name), "again")


@solara.component
def Past(classroom: Room) -> None:
    """What the class has predicted in earlier questions, folded away, and who leads the contest."""
    use_change_signal(classroom.changes)  # its only argument stays the same, so nothing else draws it again
    past, leaders = classroom.past(), classroom.leaderboard()
    with solara.Div():
        if past:
            frame = past_frame(past)
            rows = frame.to_numpy().tolist()
            Html(
                f"<details class='kith-section'><summary>Earlier predictions ({len(past)})</summary>"
                f"{table(list(frame.columns), rows, (2,))}</details>"
            )
            DownloadButton(
                "Class results (CSV)",
                "kith-class.csv",
                lambda: for_csv(past_frame(classroom.past())),
                "text/csv",
            )
        if leaders:
            Text("The contest", "h2")
            Html(board([(entry.name, entry.design, entry.score, entry.cost) for entry in leaders]))


def past_frame(past: Sequence[ClassQuestion]) -> pd.DataFrame:
    """Every choice of every earlier question with the number of answers."""
    rows = [
        (lessons()[question.lesson].title, choice, count)
        for question in past
        for choice, count in zip(
            lessons()[question.lesson].prediction.choices,
            counted(lessons()[question.lesson], question),
            strict=True,
        )
    ]
    return pd.DataFrame(rows, columns=["lesson", "prediction", "answers"])


def _present(classroom: Room) -> str:
    """The number of browsers with a page open, and of the network addresses from which they come."""
    people, places = classroom.present, classroom.places
    if classroom.full:
        return f"{people} people are connected; the class is full."
    if people < 2:
        return f"{'1 person is' if people else 'Nobody is'} connected."
    where = "one network address" if places == 1 else f"{places} network addresses"
    return f"{people} people are connected, from {where}."


@solara.component
def StudentView(classroom: Room, own_seat: str) -> None:
    """The page on a student's phone."""
    use_change_signal(classroom.changes)
    where = use_navigation()
    question = classroom.question()
    if question is None:
        Text("You have joined", "h1")
        Button("The contest", lambda: where.go(f"/lessons?lesson={CONTEST}"), "contest")
        Text("The first question will appear here shortly. Until then, look around and try any page.")
        return
    lesson = lessons()[question.lesson]
    vote = question.votes.get(own_seat)
    Text(lesson.question, "h1")
    Text(lesson.prediction.ask, kind="kith-lead")
    with solara.Div(classes=["kith-column", "kith-choices"]):
        for place, words in enumerate(lesson.prediction.choices):
            Button(
                words,
                partial(classroom.vote, own_seat, lesson.name, place),
                f"predict-{place}",
                not question.open,
                pressed=vote == place,
            )
    if question.open:
        Text(
            "Choose one." if vote is None else "Saved. You can still change your answer.",
            kind="kith-note",
        )
        return
    Text("Voting is closed: look at the projector.", kind="kith-lead")
    if question.votes:
        Votes(lesson, question)
    Button(
        "Try it yourself",
        lambda: where.go(f"/lessons?{urlencode({'lesson': lesson.name})}"),
        "play-on",
    )


@solara.component
def Votes(lesson: Lesson, question: ClassQuestion) -> None:
    """The class's predictions."""
    counts = counted(lesson, question)
    Chart(
        screen.drawn_here(lambda: votes_chart(lesson.prediction.choices, counts)),
        f"kith-predictions-{lesson.name}",
        votes_frame(lesson, counts),
    )


def _run(classroom: Room, lesson: Lesson, go: Callable[[str], None]) -> None:
    """Close the question and go to the lesson, with the class's commonest prediction as the guess."""
    classroom.close_question()
    question = classroom.question()
    counts = counted(lesson, question) if question is not None else [0]
    go("/lessons?" + urlencode({"lesson": lesson.name, "guess": counts.index(max(counts))}))
