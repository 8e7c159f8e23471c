"""How a test looks at a page that was rendered in this process."""

import time
from collections.abc import Callable
from typing import Any

from solara.widgets import HTML


def until(condition: Callable[[], Any]) -> None:
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen within a minute")


def vue_widgets(rc: Any, template: str) -> list[Any]:
    import ipyvue

    return [w for w in rc.find(ipyvue.VueTemplate).widgets if str(w.template_file[1]).endswith(template)]


def texts(rc: Any) -> str:
    return " ".join(w.unsafe_innerHTML for w in rc.find(HTML).widgets)


def button(rc: Any, name: str) -> Any:
    return next(w for w in vue_widgets(rc, "button.vue") if w.name == name)


def handler(widget: Any, event: str) -> Any:
    """What an event calls as the page is drawn now; it can be called after the page was drawn anew."""
    callbacks = widget._event_callbacks
    return callbacks.get(event) or callbacks[f"event_{event}"]
