"""The pages and their addresses."""

import solara
from ipyvue import VueWidget
from solara.alias import rv

from kith.dashboard.access.classroom import room
from kith.dashboard.pages import classroom, community, compare, lessons, model, studies, watch
from kith.dashboard.state import screen
from kith.dashboard.state.navigation import use_navigation
from kith.dashboard.widgets.parts import NavigationBar

VueWidget.layout.make_dynamic_default = lambda: None
"""Our widgets have no ipywidgets layout; one each would double what a page sends."""

PAGES = {
    "/": "Compare",
    "/watch": "Watch",
    "/lessons": "Lessons",
    "/studies": "Studies",
    "/community": "My community",
    "/model": "Model",
}
"""address -> title of the page"""


@solara.component
def Layout(children: list[solara.Element] = []) -> None:  # noqa: B006 - Solara's way
    """The frame of every page."""
    where = use_navigation()
    route, _ = solara.use_route()
    current = "/" if route is None or route.path == "/" else f"/{route.path}"
    pages = PAGES | ({"/class": "Class"} if room() is not None else {})
    with solara.Div(classes=["kith"]):
        NavigationBar(
            pages=[{"path": path, "title": title} for path, title in pages.items()],
            here=current,
            event_go=where.go,
            results=current in ("/", "/watch"),  # beside controls
            event_width=lambda phone: screen.narrow.set(bool(phone)),
        )
        attributes = {"data-at": where.path, "id": "kith-content", "tabindex": "-1"}
        rv.Html(tag="main", attributes=attributes, children=children)


routes = [
    solara.Route("/", component=compare.Page, layout=Layout, label="Compare · kith"),
    solara.Route("watch", component=watch.Page, label="Watch · kith"),
    solara.Route("lessons", component=lessons.Page, label="Lessons · kith"),
    solara.Route("studies", component=studies.Page, label="Studies · kith"),
    solara.Route("community", component=community.Page, label="My community · kith"),
    solara.Route("model", component=model.Page, label="Model · kith"),
    solara.Route("class", component=classroom.Page, label="Class · kith"),
]
