"""A class comes in with the PIN, predicts, and reaches nothing without it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from kith.dashboard.access import classroom as rooms
from kith.dashboard.access.classroom import (
    AT_ONCE,
    AWAY,
    FULL,
    FULL_HERE,
    GIVEN,
    HOST,
    MOST_SEATS,
    MOST_SEATS_EACH,
    NEVER_CAME,
    SEAT,
    SEATS_AT_ONCE,
    SOON,
    WRONG,
    Room,
    normalised_pin,
)
from kith.dashboard.access.host_check import addresses
from kith.dashboard.access.pin_gate import (
    GUESSES_AT_ONCE,
    GUESSES_PER_SECOND,
    MOST_WAITING,
    PinGate,
    TurnQueue,
)
from kith.dashboard.pages import classroom
from tests.dashboard.looking import button, texts, until, vue_widgets

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
    door: PinGate | None = None,
) -> tuple[list[Any], list[Any]]:
    """What the door answers, and which requests reach the pages behind it."""
    sent: list[Any] = []
    reached: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        reached.append(dict(scope["headers"]))

    scope = scope_of(path, client, "GET" if body is None else "POST", host, headers)
    scope |= {"type": kind, "query_string": query}
    asyncio.run((door or PinGate(app, room, addresses(8765)))(scope, receiving(body or b""), sending(sent)))
    return sent, reached


def scope_of(
    path: str,
    client: str,
    method: str = "GET",
    host: str = ROOM,
    headers: list[tuple[bytes, bytes]] | None = None,
) -> dict[str, Any]:
    """A request as a server gives it to the door."""
    return {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "client": (client, 5555),
        "headers": [(b"host", host.encode()), *(headers or [])],
    }


def receiving(body: bytes) -> Callable[[], Awaitable[Any]]:
    """Gives the body of a request."""

    async def receive() -> Any:
        return {"body": body, "more_body": False}

    return receive


def sending(sent: list[Any]) -> Callable[[Any], Awaitable[None]]:
    """Notes what is answered."""

    async def send(message: Any) -> None:
        sent.append(message)

    return send


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
    assert asked(open_room, "/join", query=b"key=" + open_room.pin.encode())[0][0]["status"] == 303
    assert asked(open_room, "/join", query=b"key=nonsense")[0][0]["status"] == 403
    assert open_room.qr().startswith("<svg")
    assert open_room.pin in open_room.invitation_text()


class Hours:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Hours:
    return Hours()


@pytest.fixture
def timed(clock: Hours) -> Room:
    """A room with that clock."""
    return Room("10.0.0.7", 8765, clock)


def wrong_for(room: Room) -> str:
    return "000000" if room.pin != "000000" else "111111"


def test_a_wrong_pin_is_refused(open_room: Room) -> None:
    sent, _ = asked(open_room, "/join", body=f"pin={wrong_for(open_room)}".encode())
    assert sent[0]["status"] == 403
    assert b"Wrong PIN." in sent[1]["body"]
    assert not cookie_of(sent)


@pytest.mark.parametrize(
    "typed", ["{0} {1}", " {0}{1} ", "{0}-{1}", "{0}\u2013{1}", "{0}\u00a0{1}", "{0}\t{1}\n"]
)
def test_a_pin_counts_as_it_is_shown_with_its_space(open_room: Room, typed: str) -> None:
    pin = typed.format(open_room.pin[:3], open_room.pin[3:])
    assert open_room.admit(pin, "a").answer == GIVEN
    sent, _ = asked(open_room, "/join", body=urlencode({"pin": pin}).encode())
    assert sent[0]["status"] == 303


def test_full_width_digits_are_digits() -> None:
    assert normalised_pin("\uff11\uff12\uff13 456") == "123456"


def test_what_can_be_no_pin_is_no_guess(open_room: Room) -> None:
    door = PinGate(lambda *_: None, open_room, addresses(8765))  # type: ignore[arg-type, return-value]
    for body in (b"pin=", b"pin=12345", b"pin=abcdef", "pin=٣٣٣٣٣٣".encode()):
        sent, _ = asked(open_room, "/join", body=body, door=door)
        assert sent[0]["status"] == 403
        assert b"The PIN has 6 digits." in sent[1]["body"]
    assert door.queue._turns == GUESSES_AT_ONCE


def test_a_browser_has_one_seat_however_often_it_comes(open_room: Room) -> None:
    right = f"pin={open_room.pin}".encode()
    cookie = cookie_of(asked(open_room, "/join", body=right)[0])
    again = [(b"cookie", cookie.encode())]
    for body in (right, b"pin=999999", None):
        sent, _ = asked(open_room, "/join", body=body, headers=again)
        assert sent[0]["status"] == 303
        assert dict(sent[0]["headers"])[b"location"] == b"/class"
        assert not cookie_of(sent)
    assert len(open_room._seats) == 1
    assert cookie_of(asked(open_room, "/join", body=right, headers=[(b"cookie", b"kith_seat=made-up")])[0])


def test_one_address_gets_seats_for_a_class_and_no_more(timed: Room, clock: Hours) -> None:
    assert MOST_SEATS_EACH >= SEATS_AT_ONCE >= 40
    answers = [timed.admit(timed.pin, "a").answer for _ in range(299)]
    assert answers.count(GIVEN) == SEATS_AT_ONCE
    assert set(answers[SEATS_AT_ONCE:]) == {SOON}
    assert timed.admit(timed.pin, "b").answer == GIVEN
    for seat in list(timed._seats):
        timed.enter(seat)
    clock.now += AT_ONCE
    answers = [timed.admit(timed.pin, "a").answer for _ in range(299)]
    assert answers.count(GIVEN) == MOST_SEATS_EACH - SEATS_AT_ONCE
    assert answers[-1] == FULL_HERE
    assert timed.admit(wrong_for(timed), "a").answer == WRONG
    assert timed.admit(timed.pin, "b").answer == GIVEN


def test_a_full_room_is_said_to_be_full(timed: Room, clock: Hours) -> None:
    for k in range(MOST_SEATS):
        timed.enter(timed.admit(timed.pin, f"device {k // 40}").seat)
    assert timed.full
    assert timed.admit(timed.pin, "late").answer == FULL
    sent, _ = asked(timed, "/join", body=f"pin={timed.pin}".encode())
    assert sent[0]["status"] == 503
    assert b"The class is full" in sent[1]["body"]
    assert b"Wrong PIN" not in sent[1]["body"]
    sent, _ = asked(timed, "/join", body=f"pin={wrong_for(timed)}".encode())
    assert b"Wrong PIN" in sent[1]["body"]


def test_a_seat_that_nobody_sits_on_goes_to_somebody_else_in_time(timed: Room, clock: Hours) -> None:
    taken = [timed.admit(timed.pin, f"device {k // 40}").seat for k in range(MOST_SEATS)]
    timed.enter(taken[0])
    timed.open_question("3-hub-leaves")
    timed.vote(taken[1], "3-hub-leaves", 1)
    timed.enter(taken[1])
    timed.leave(taken[1])
    assert timed.admit(timed.pin, "late").answer == FULL
    clock.now += NEVER_CAME
    assert timed.admit(timed.pin, "late").answer == GIVEN
    assert timed.has(taken[0]) and timed.has(taken[1]) and not timed.has(taken[2])
    for seat in timed._seats:
        if seat != taken[1]:
            timed.enter(seat)
    clock.now += AWAY
    assert timed.admit(timed.pin, "later").answer == GIVEN
    assert not timed.has(taken[1])
    assert timed.question().votes == {}  # type: ignore[union-attr]


def test_a_seat_stays_as_long_as_nobody_needs_it(timed: Room, clock: Hours) -> None:
    seat = timed.admit(timed.pin, "a").seat
    clock.now += 100_000
    timed.admit(timed.pin, "a")
    assert timed.has(seat)


def test_wrong_pins_of_others_lock_nobody_out(open_room: Room) -> None:
    """72 wrong PINs from 12 addresses, and as many again as may wait: the right one comes in after its turn."""
    door = PinGate(lambda *_: None, open_room, addresses(8765))  # type: ignore[arg-type, return-value]
    door.queue = TurnQueue(at_once=72, per_second=200.0)  # as fast as a test wants to wait

    async def typed(pin: str, client: str) -> int:
        sent: list[Any] = []
        await door(scope_of("/join", client, "POST"), receiving(f"pin={pin}".encode()), sending(sent))
        return int(sent[0]["status"])

    async def siege() -> tuple[list[int], int]:
        wrong = wrong_for(open_room)
        first = [await typed(wrong, f"10.0.1.{k % 12}") for k in range(72)]
        others = [
            asyncio.ensure_future(typed(wrong, f"10.0.1.{k % 12}")) for k in range(12 * (MOST_WAITING + 5))
        ]
        await asyncio.sleep(0)
        right = await typed(open_room.pin, "10.0.0.9")
        waiting = sum(not request.done() for request in others)
        answers = [*first, *await asyncio.gather(*others)]
        assert waiting > 12 * MOST_WAITING / 2  # it did not wait for them
        return answers, right

    answers, right = asyncio.run(siege())
    assert right == 303
    assert set(answers) == {403, 429}
    # More of one address than may wait; some had their turn while others were still coming.
    assert 12 * 4 <= answers.count(429) <= 12 * 5


def test_turns_come_back_at_the_stated_rate_and_addresses_share_them() -> None:
    line = TurnQueue(at_once=2, per_second=1e6)
    line._take(0.0)
    line._take(0.0)
    assert not line._take(0.0)
    assert line._take(1e-6)
    line._take(1e6)
    assert line._turns == 1  # no more than at once are saved up

    async def order() -> list[str]:
        busy, served = TurnQueue(at_once=1, per_second=100.0), list[str]()
        assert await busy.turn("x")

        async def wait(client: str) -> None:
            if await busy.turn(client):
                served.append(client)

        tasks = [asyncio.ensure_future(wait(client)) for client in "aaaaab"]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return served

    assert asyncio.run(order()) == ["a", "b", "a", "a", "a"]


def test_the_stated_chance_of_guessing_is_that_of_the_rates() -> None:
    import kith.dashboard.access.pin_gate

    lesson = GUESSES_AT_ONCE + GUESSES_PER_SECOND * 90 * 60
    assert f"{lesson / 1e6:.1%}".replace("%", " %") in " ".join(
        str(kith.dashboard.access.pin_gate.__doc__).split()
    )
    assert f"{5e5 / GUESSES_PER_SECOND / 3600:.0f} hours" in str(kith.dashboard.access.pin_gate.__doc__)


def test_who_has_a_page_open_is_present_and_nobody_else(open_room: Room) -> None:
    seat = open_room.admit(open_room.pin, "10.0.0.9").seat
    other = open_room.admit(open_room.pin, "10.0.0.8").seat
    assert open_room.present == 0
    seen: list[tuple[int, int]] = []

    async def page(scope: Any, receive: Any, send: Any) -> None:
        seen.append((open_room.present, open_room.places))
        if scope["path"] == "/twice":
            await door({**scope, "path": "/", "headers": cookies}, receive, send)
        if scope["path"] == "/broken":
            raise ConnectionResetError

    door = PinGate(page, open_room, addresses(8765))
    cookies = [(b"host", ROOM.encode()), (b"cookie", f"kith_seat={seat}".encode())]

    def connected(path: str, headers: list[tuple[bytes, bytes]], client: str = "10.0.0.9") -> None:
        scope = {"type": "websocket", "path": path, "client": (client, 1), "headers": headers}
        asyncio.run(door(scope, receiving(b""), sending([])))

    connected("/", cookies)
    connected("/twice", cookies)
    with pytest.raises(ConnectionResetError):
        connected("/broken", cookies)
    assert open_room.present == 0
    open_room.enter(other)
    connected("/", cookies)
    connected("/", [(b"host", HOME.encode())], "127.0.0.1")  # the host is no pupil
    assert seen == [(1, 1), (1, 1), (1, 1), (1, 1), (2, 2), (1, 1)]


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
    seats = [open_room.admit(open_room.pin, "a").seat for _ in range(3)]
    open_room.vote(str(seats[0]), "3-hub-leaves", 1)
    open_room.open_question("3-hub-leaves")
    for seat, choice in ((seats[0], 1), (seats[1], 2), (seats[0], 2), ("nobody", 0)):
        open_room.vote(str(seat), "3-hub-leaves", choice)
    open_room.close_question()
    open_room.vote(str(seats[2]), "3-hub-leaves", 0)
    asked_now = open_room.question()
    assert asked_now is not None
    assert sorted(asked_now.votes.values()) == [2, 2]


def test_the_host_asks_and_sees_what_the_room_says(
    open_room: Room, shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classroom, "is_host", lambda: True)
    rc = shown(classroom.Page, "/class")
    assert f"{open_room.pin[:3]} {open_room.pin[3:]}" in texts(rc)
    next(w for w in vue_widgets(rc, "dropdown.vue") if w.name == "ask").vue_pick("3-hub-leaves")
    seat = open_room.admit(open_room.pin, "a").seat
    assert "Nobody is connected." in texts(rc)
    open_room.enter(seat)
    until(lambda: "1 person is connected." in texts(rc))
    other = open_room.admit(open_room.pin, "b").seat
    open_room.enter(other)
    until(lambda: "2 people are connected, from 2 network addresses." in texts(rc))
    open_room.leave(other)
    until(lambda: "1 person is connected." in texts(rc))
    open_room.vote(seat, "3-hub-leaves", 1)
    until(lambda: "1 answer so far" in texts(rc))
    assert not vue_widgets(rc, "chart.vue"), "the class still votes"
    button(rc, "close").vue_press(None)
    until(lambda: vue_widgets(rc, "chart.vue") and "1 answer" in vue_widgets(rc, "chart.vue")[0].title)
    assert f"{open_room.pin[:3]} {open_room.pin[3:]}" in texts(rc)
    button(rc, "run").vue_press(None)
    assert rc.paths[-1] == "/lessons?lesson=3-hub-leaves&guess=1"
    assert not open_room.question().open


def test_earlier_predictions_and_the_contest_appear_without_loading_the_page_anew(
    open_room: Room, shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classroom, "is_host", lambda: True)
    rc = shown(classroom.Page, "/class")
    seat = str(open_room.admit(open_room.pin, "a").seat)
    open_room.open_question("3-hub-leaves")
    open_room.vote(seat, "3-hub-leaves", 1)
    open_room.open_question("1-pool-hub-web")
    until(lambda: "Earlier predictions (1)" in texts(rc))
    open_room.enter_contest(seat, "hub", 321.0, 5_000.0)
    until(lambda: "The contest" in texts(rc) and "321" in texts(rc))


def test_the_code_is_small_once_a_question_is_closed_and_large_for_those_who_join_late(
    open_room: Room, shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classroom, "is_host", lambda: True)
    rc = shown(classroom.Page, "/class")

    def sizes() -> list[str]:
        return [w.label for w in vue_widgets(rc, "button.vue") if w.name == "code-size"]

    seat = str(open_room.admit(open_room.pin, "a").seat)
    open_room.open_question("3-hub-leaves")
    open_room.vote(seat, "3-hub-leaves", 0)
    until(lambda: "1 answer so far" in texts(rc))
    assert sizes() == [], "large, and the class still comes in"
    open_room.close_question()
    until(lambda: sizes() == ["Large code"])
    button(rc, "code-size").vue_press(None)
    until(lambda: sizes() == ["Small code"])
    open_room.open_question("1-pool-hub-web")
    button(rc, "code-size").vue_press(None)
    until(lambda: sizes() == ["Large code"])


def test_a_phone_shows_the_question_and_takes_the_answer(
    open_room: Room, shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat = open_room.admit(open_room.pin, "a").seat
    monkeypatch.setattr(classroom, "seat", lambda: seat)
    monkeypatch.setattr(classroom, "is_host", lambda: False)
    rc = shown(classroom.Page, "/class")
    assert "You have joined" in texts(rc)
    assert open_room.pin not in texts(rc)
    open_room.open_question("3-hub-leaves")
    until(lambda: "Choose one." in texts(rc))
    button(rc, "predict-2").vue_press(None)
    until(lambda: "Saved" in texts(rc))
    assert open_room.question().votes == {seat: 2}


def test_a_histogram_marks_what_came_true_by_more_than_colour() -> None:
    svg = classroom.votes_chart(["fewer", "more"], [3, 1], right=1)
    assert "★ simulated" in svg
    assert "fewer 3; more 1." in svg


def test_in_a_room_only_the_host_starts_studies(open_room: Room, shown: Any, here: Any) -> None:
    from kith.dashboard.pages import studies

    rc = shown(studies.Page, "/studies?study=price_and_ads")
    until(lambda: "Only the person who started kith can start studies" in texts(rc))
    assert button(rc, "start").disabled
