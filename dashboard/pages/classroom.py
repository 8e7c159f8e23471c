"""Class: the room's address and PIN on the projector, and everybody's prediction as a histogram."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

import solara

from kith.dashboard.access.change_signal import use_change_signal
from kith.dashboard.access.classroom import ClassQuestion, Room, is_host, room, seat
from kith.dashboard.content.lessons import Lesson, lessons
from kith.dashboard.content.votes import counted, votes_chart, votes_frame
from kith.dashboard.state.navigation import use_navigation
from kith.dashboard.widgets.parts import Button, Chart, Dropdown, Html, Text
from kith.experiments.escaping import for_html as escape


@solara.component
def Page() -> None:
    """The page: of the host, or of somebody in the room."""
    here = room()
    with solara.Div(classes=["kith-page", "wide"]), solara.Div(classes=["kith-main"]):
        if here is None:
            Text("Class", "h1")
            Html(
                "<p>No class session is running. Start one with <code>kith dashboard --class</code>: students join on "
                "their phones with a link or a QR code, and this page collects their predictions.</p>"
            )
        elif is_host():
            HostView(here)
        else:
            StudentView(here, seat())


@solara.component
def HostView(here: Room) -> None:
    """What the projector shows."""
    use_change_signal(here.changes)
    where = use_navigation()
    asked = here.question()
    Text("Join", "h1")
    with solara.Div(classes=["kith-invite"]):
        Html(here.qr(), "kith-qr")
        Html(
            f"<p class='kith-big'>{escape(here.address)}join</p><p class='kith-big'>PIN <b>{here.pin[:3]} {here.pin[3:]}</b></p>"
            f"<p role='status'>{escape(_present(here))}</p><p class='kith-note'>Use the same network as this machine; nothing to install.</p>"
        )
    Text("Prediction", "h2")
    current = asked.lesson if asked is not None else ""
    menu = ({} if current else {"": "choose a lesson …"}) | {n: one.title for n, one in lessons().items()}
    Dropdown(
        "Ask the class",
        current,
        menu,
        lambda name: here.open_question(name) if name in lessons() else None,
        "ask",
    )
    if asked is None:
        return
    lesson = lessons()[asked.lesson]
    Text(lesson.question, "h2")
    Text(lesson.prediction.ask, kind="kith-lead")
    Votes(lesson, asked)
    with solara.Div(classes=["kith-row"]):
        if asked.open:
            Button("Close voting and run", lambda: _run(here, lesson, where.go), "run")
        else:
            Text("Voting is closed.", "span", "kith-note")
            Button("Go to the lesson", lambda: _run(here, lesson, where.go), "run")
            Button("Ask again", lambda: here.open_question(lesson.name), "again")


def _present(here: Room) -> str:
    """Who is here now: browsers with a page open, and from how many addresses they come."""
    people, places = here.present, here.places
    if here.full:
        return f"{people} people are connected; the class is full."
    if people < 2:
        return f"{'1 person is' if people else 'Nobody is'} connected."
    where = "one network address" if places == 1 else f"{places} network addresses"
    return f"{people} people are connected, from {where}."


@solara.component
def StudentView(here: Room, own: str) -> None:
    """What a phone shows."""
    use_change_signal(here.changes)
    where = use_navigation()
    asked = here.question()
    if asked is None:
        Text("You have joined", "h1")
        Text("The first question will appear here shortly. Until then, look around and try any page.")
        return
    lesson = lessons()[asked.lesson]
    said = asked.votes.get(own)
    Text(lesson.question, "h1")
    Text(lesson.prediction.ask, kind="kith-lead")
    with solara.Div(classes=["kith-column", "kith-choices"]):
        for place, words in enumerate(lesson.prediction.choices):
            Button(
                words,
                partial(here.vote, own, lesson.name, place),
                f"predict-{place}",
                not asked.open,
                pressed=said == place,
            )
    if asked.open:
        Text(
            "Choose one." if said is None else "Saved. You can still change your answer.",
            kind="kith-note",
        )
        return
    Text("Voting is closed: look at the projector.", kind="kith-lead")
    if asked.votes:
        Votes(lesson, asked)
    Button(
        "Try it yourself",
        lambda: where.go(f"/lessons?{urlencode({'lesson': lesson.name})}"),
        "play-on",
    )


@solara.component
def Votes(lesson: Lesson, asked: ClassQuestion) -> None:
    """The class's predictions."""
    counts = counted(lesson, asked)
    Chart(
        votes_chart(lesson.prediction.choices, counts),
        f"kith-predictions-{lesson.name}",
        votes_frame(lesson, counts),
    )


def _run(here: Room, lesson: Lesson, go: Callable[[str], None]) -> None:
    """Close the question and go to the lesson, with the class's commonest prediction as the guess."""
    here.close_question()
    asked = here.question()
    counts = counted(lesson, asked) if asked is not None else [0]
    go("/lessons?" + urlencode({"lesson": lesson.name, "guess": counts.index(max(counts))}))
