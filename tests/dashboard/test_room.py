"""A class comes in with the PIN, predicts, and reaches nothing without it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from dashboard import room as rooms
from dashboard.door import Door
from dashboard.guard import addresses
from dashboard.pages import classroom
from dashboard.room import HOST, SEAT, WRONG_EACH, Room
from tests.dashboard.looking import button, found, texts, until

HOME, ROOM = "localhost:8765", "10.0.0.7:8765"


@pytest.fixture
def open_room() -> Iterator[Room]:
    """A class that is on."""
    made = Room("10.0.0.7", 8765)
    rooms.open_room(made)
    yield made
    rooms._rooms().clear()


def asked(
    room: Room,
    path: str = "/",
    host: str = ROOM,
    client: str = "10.0.0.9",
    kind: str = "http",
    body: bytes | None = None,
    query: bytes = b"",
    headers: list[tuple[bytes, bytes]] | None = None,
) -> tuple[list[Any], list[Any]]:
    """What the door answers, and which requests reach the pages behind it."""
    sent: list[Any] = []
    reached: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        reached.append(dict(scope["headers"]))

    async def receive() -> Any:
        return {"body": body or b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": kind,
        "method": "GET" if body is None else "POST",
        "path": path,
        "query_string": query,
        "client": (client, 5555),
        "headers": [(b"host", host.encode()), *(headers or [])],
    }
    asyncio.run(Door(app, room, addresses(8765))(scope, receive, send))
    return sent, reached


def cookie_of(sent: list[Any]) -> str:
    return dict(sent[0]["headers"]).get(b"set-cookie", b"").decode().partition(";")[0]


def test_whoever_sits_at_this_machine_is_the_host(open_room: Room) -> None:
    _, reached = asked(open_room, host=HOME, client="127.0.0.1")
    assert reached[0][SEAT] == HOST.encode()


@pytest.mark.parametrize(("host", "client"), [(HOME, "10.0.0.9"), (ROOM, "127.0.0.1"), (ROOM, "10.0.0.9")])
def test_who_only_says_to_be_here_is_no_host(open_room: Room, host: str, client: str) -> None:
    sent, reached = asked(open_room, host=host, client=client, headers=[(SEAT, b"host")])
    assert reached == []
    assert sent[0]["status"] == 303
    sent, reached = asked(open_room, host=host, client=client, kind="websocket")
    assert reached == []
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_the_right_pin_gives_a_seat_and_what_a_client_says_of_seats_is_dropped(open_room: Room) -> None:
    sent, _ = asked(open_room, "/join", body=f"pin={open_room.pin}".encode())
    assert sent[0]["status"] == 303
    cookie = cookie_of(sent)
    assert cookie.startswith("kith_seat=")
    assert b"HttpOnly" in dict(sent[0]["headers"])[b"set-cookie"]
    _, reached = asked(open_room, headers=[(b"cookie", cookie.encode()), (b"X-Kith-Seat", b"host")])
    assert reached[0][SEAT].decode() == cookie.partition("=")[2]
    assert b"X-Kith-Seat" not in reached[0]


def test_the_picture_brings_in_whoever_scans_it(open_room: Room) -> None:
    path, _, query = open_room.invitation.partition("?")
    assert path == "http://10.0.0.7:8765/join"
    sent, _ = asked(open_room, "/join", query=query.encode())
    assert cookie_of(sent)
    assert open_room.count == 1
    assert open_room.qr().startswith("<svg")
    assert open_room.pin in open_room.told()


def test_a_wrong_pin_is_refused_and_many_of_them_bar_the_door(open_room: Room) -> None:
    wrong = b"pin=" + (b"000000" if open_room.pin != "000000" else b"111111")
    for _ in range(WRONG_EACH - 1):
        sent, _ = asked(open_room, "/join", body=wrong)
        assert sent[0]["status"] == 403
        assert not cookie_of(sent)
    assert asked(open_room, "/join", body=wrong)[0][0]["status"] == 429
    right = f"pin={open_room.pin}".encode()
    sent, _ = asked(open_room, "/join", body=right)
    assert sent[0]["status"] == 429
    assert cookie_of(asked(open_room, "/join", client="10.0.0.8", body=right)[0])


def test_a_huge_or_strange_answer_to_the_form_is_a_wrong_pin(open_room: Room) -> None:
    for body in (b"x" * 5_000, b"pin=" + "é<script>".encode(), b""):
        sent, _ = asked(open_room, "/join", body=body)
        assert sent[0]["status"] == 403
        assert b"<script>" not in sent[1]["body"]


def test_every_start_has_a_pin_of_its_own() -> None:
    pins = {Room("10.0.0.7", 1).pin for _ in range(20)}
    assert len(pins) > 15
    assert all(len(pin) == 6 and pin.isdecimal() for pin in pins)


def test_only_who_is_in_predicts_and_the_last_word_counts(open_room: Room) -> None:
    seats = [open_room.admit(open_room.pin, "a") for _ in range(3)]
    open_room.say(str(seats[0]), "3-hub-leaves", 1)
    open_room.ask("3-hub-leaves")
    for seat, choice in ((seats[0], 1), (seats[1], 2), (seats[0], 2), ("nobody", 0)):
        open_room.say(str(seat), "3-hub-leaves", choice)
    open_room.close()
    open_room.say(str(seats[2]), "3-hub-leaves", 0)
    asked_now = open_room.now()
    assert asked_now is not None
    assert sorted(asked_now.said.values()) == [2, 2]


def test_the_host_asks_and_sees_what_the_room_says(
    open_room: Room, shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classroom, "is_host", lambda: True)
    rc = shown(classroom.Page, "/class")
    assert f"{open_room.pin[:3]} {open_room.pin[3:]}" in texts(rc)
    next(w for w in found(rc, "choice.vue") if w.name == "ask").vue_pick("3-hub-leaves")
    seat = str(open_room.admit(open_room.pin, "a"))
    open_room.say(seat, "3-hub-leaves", 1)
    until(lambda: found(rc, "chart.vue") and "1 answer" in found(rc, "chart.vue")[0].title)
    button(rc, "run").vue_press(None)
    assert rc.paths[-1] == "/lessons?lesson=3-hub-leaves&guess=1"
    assert not open_room.now().open


def test_a_phone_shows_the_question_and_takes_the_answer(
    open_room: Room, shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = str(open_room.admit(open_room.pin, "a"))
    monkeypatch.setattr(classroom, "seat", lambda: own)
    monkeypatch.setattr(classroom, "is_host", lambda: False)
    rc = shown(classroom.Page, "/class")
    assert "You are in" in texts(rc)
    assert open_room.pin not in texts(rc)
    open_room.ask("3-hub-leaves")
    until(lambda: "Choose one." in texts(rc))
    button(rc, "say-2").vue_press(None)
    until(lambda: "Noted" in texts(rc))
    assert open_room.now().said == {own: 2}


def test_a_histogram_marks_what_came_true_by_more_than_colour() -> None:
    svg = classroom.votes_chart(["fewer", "more"], [3, 1], right=1)
    assert "★ the runs say" in svg
    assert "fewer 3; more 1." in svg


def test_in_a_room_only_the_host_starts_studies(open_room: Room, shown: Any, here: Any) -> None:
    from dashboard.pages import studies

    rc = shown(studies.Page, "/studies?study=price_and_ads")
    until(lambda: "started by whoever started kith" in texts(rc))
    assert button(rc, "start").disabled
