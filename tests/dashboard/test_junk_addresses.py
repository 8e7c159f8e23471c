"""Whatever an address says: the page says what of it cannot be used, and shows the rest."""

import asyncio
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from solara.widgets import HTML

from kith.dashboard.access.not_found import NotFound
from kith.dashboard.app import PAGES
from kith.dashboard.live import study_catalogue
from kith.dashboard.live.study_catalogue import STUDIES
from kith.dashboard.pages import community, compare, lessons, model, studies, watch
from kith.dashboard.state.compare_state import CompareState
from kith.dashboard.state.study_state import StudyState
from kith.dashboard.state.watch_state import WatchState
from kith.experiments.studies.execute import conduct
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import read_study
from tests.dashboard.looking import texts, until, vue_widgets

JUNK = (
    "",
    "nonsense",
    "-1",
    "0001",
    "1e9",
    "9" * 30,
    "9" * 6_000,
    "٣",
    "²",
    "\x00",
    "<script>alert(1)</script>",
    "~!@=&%+",
    "../../etc/passwd",
    "a" * 5_000,
)
PAGE = {
    "compare": (compare.Page, "/", {"a": "pool", "people": "100", "days": "5", "runs": "1"}),
    "watch": (watch.Page, "/watch", {"a": "pool", "people": "100", "seed": "1", "day": "2"}),
    "lessons": (lessons.Page, "/lessons", {"lesson": "1-pool-hub-web", "guess": "0"}),
    "studies": (studies.Page, "/studies", {"study": "tiny", "size": "whole"}),
    "community": (community.Page, "/community", {}),
    "model": (model.Page, "/model", {"tab": "parameters"}),
}
PARAMETERS = {
    "compare": ("a", "people", "days", "runs", "view", "edited", "log"),
    "watch": ("a", "people", "seed", "day", "act", "colour", "member"),
    "lessons": ("lesson", "guess", "sheet"),
    "studies": (
        "study",
        "size",
        "runs",
        "days",
        "view",
        "scenario",
        "outcome",
        "across",
        "at",
        "beside",
        "sort",
    ),
    "community": ("log", "active", "newcomers_month", "lost_month", "market"),
    "model": ("tab", "q"),
}
FREE = {("lessons", "sheet"), ("model", "q"), ("community", "log")}
"Parameters that take any text, or whose page is another one then."
REST = {
    "compare": "Save or load",
    "watch": "Intervene",
    "lessons": "",
    "studies": "",
    "community": "What does your community look like?",
    "model": "Model version",
}
"""What is shown whatever the address says."""
STUDY = """
scenarios = ["pool", "web"]
days = 5
runs = 1
outcomes = ["active", "margin"]
set = { "market.size" = 100, "market.founders" = 20 }
[[lever]]
name = "monetisation.price"
values = [2.0, 8.0]
[design]
kind = "grid"
"""


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one tiny study, all of it done."""
    folder = tmp_path_factory.mktemp("studies")
    (folder / "tiny.toml").write_text(STUDY)
    study = read_study(folder / "tiny.toml")
    conduct(study, Store(folder / study.name), workers=1)
    return folder


@pytest.fixture
def tiny(stored: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """That folder is the one of the pages."""
    monkeypatch.setenv(STUDIES, str(stored))
    for cache in (study_catalogue._all, study_catalogue._store):
        cache.cache_clear()
    yield
    for cache in (study_catalogue._all, study_catalogue._store):
        cache.cache_clear()


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: ascii(junk[:12]))
@pytest.mark.parametrize(
    ("read", "page"),
    [(CompareState.read, "compare"), (WatchState.read, "watch"), (StudyState.read, "studies")],
)
def test_junk_in_one_part_of_an_address_leaves_the_others(read: Any, page: str, junk: str) -> None:
    _, _, usual = PAGE[page]
    plain, right = read(urlencode(usual))
    assert right.messages == []
    for name in PARAMETERS[page]:
        got, wrong = read(urlencode(usual | {name: junk}))
        assert all(len(message) < 800 for message in wrong.messages)
        field = {"a": "choices" if page == "compare" else "choice", "act": "interventions"}.get(name, name)
        if page == "watch" and name == "a":
            continue  # another world, of the same size
        assert {n: v for n, v in vars(got).items() if n != field} == {
            n: v for n, v in vars(plain).items() if n != field
        }


@pytest.mark.parametrize(("page", "name"), [(p, n) for p, names in PARAMETERS.items() for n in names])
def test_a_page_with_junk_in_its_address_says_so_and_shows_the_rest(
    page: str, name: str, here: Any, tiny: None, shown: Any
) -> None:
    component, path, usual = PAGE[page]
    rc = shown(component, f"{path}?{urlencode(usual | {name: '<b>nonsense'})}")
    until(lambda: REST[page] in texts(rc))
    if (page, name) not in FREE:
        until(lambda: troubles(rc))
    if page == "studies" and name not in ("study", "size"):  # of the other size nothing is stored
        until(lambda: vue_widgets(rc, "tabs.vue"))
    assert "<b>nonsense" not in texts(rc)


def troubles(rc: Any) -> list[str]:
    return [w.unsafe_innerHTML for w in rc.find(HTML).widgets if w.attributes.get("role") == "alert"]


@pytest.mark.parametrize(
    "query", ["view=nonsense", "edited=9", "log=gone", "a=wbe", "a=pool~monetisation.price=-5"]
)
def test_what_is_right_beside_what_is_wrong_is_run(query: str, here: Any, shown: Any) -> None:
    rc = shown(compare.Page, f"/?a=hub&people=100&days=5&runs=1&{query}")
    until(lambda: vue_widgets(rc, "chart.vue"))
    assert troubles(rc)
    assert {job.key for job in here.asked[-1]} == {"hub"}
    assert {(job.plan.parameters.market.size, job.days) for job in here.asked[-1]} == {(100, 5)}
    vue_widgets(rc, "tabs.vue")[0].vue_pick("money")
    assert "people=100" in rc.paths[-1]
    assert "nonsense" not in rc.paths[-1]


def test_a_world_to_which_something_impossible_was_done_is_shown_without_it(shown: Any) -> None:
    rc = shown(
        watch.Page, "/watch?a=pool&people=300&day=4&act=2:hub_departs&act=2:spam&act=3:fire&colour=pink"
    )
    [network] = vue_widgets(rc, "network.vue")
    assert network.frame["day"] == 4
    assert network.frame["interventions"] == [[2, "Spam wave"]]
    [trouble] = troubles(rc)
    for word in ("pool has no hub", "act=3:fire", "colour=pink: must be one of layer, belonging, norm"):
        assert word in trouble


def answer(
    path: str, accept: str = "text/html,*/*", method: str = "GET", inner: int = 404
) -> tuple[int, str]:
    """Status and text of what a browser is answered, by an app that has the pages and nothing else."""
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": inner, "headers": []})
        await send({"type": "http.response.body", "body": b"as the app says"})

    async def receive() -> Any:
        return {}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": [(b"accept", accept.encode())]}
    asyncio.run(NotFound(app, PAGES)(scope, receive, send))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    return sent[0]["status"], sent[1]["body"].decode()


@pytest.mark.parametrize(("path", "inner"), [("/nosuchpage", 404), ("/watch/x", 200), ("/<b>", 404)])
def test_a_page_that_is_not_there_is_a_page_of_ours_with_status_404(path: str, inner: int) -> None:
    status, text = answer(path, inner=inner)
    assert status == 404
    assert f"There is no page {escape(path)}" in text
    assert all(f'href="{to}"' in text for to in PAGES)
    assert answer(path, method="HEAD", inner=inner) == (404, "")


def test_what_is_there_and_what_no_browser_asks_for_as_a_page_is_as_the_app_says() -> None:
    assert answer("/watch", inner=200) == (200, "as the app says")
    assert answer("/model/", inner=200) == (200, "as the app says")
    assert answer("/nosuchpicture.png", accept="image/png") == (404, "as the app says")
    assert answer("/nosuchpage", method="POST") == (404, "as the app says")
