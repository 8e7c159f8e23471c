"""Charts of a report for a wide page and for a phone: both are in the file, and the width of the window shows one."""

import re
from collections.abc import Callable

from markupsafe import Markup

from kith.experiments.charts.theme import drawn_for

OTHER = "phone-"
"""Begins the ids of the charts for a phone, which are in the same document."""


def for_phone[Value](draw: Callable[[], Value]) -> Value:
    """What `draw` gives with charts for a phone."""
    with drawn_for(True):
        return draw()


def both(broad: str, slim: str) -> Markup:
    """A chart for both widths; nothing if there is none."""
    if not broad:
        return Markup("")
    slim = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{OTHER}", slim)
    slim = re.sub(
        r'aria-labelledby="([^"]*)"',
        lambda found: f'aria-labelledby="{" ".join(OTHER + name for name in found[1].split())}"',
        slim,
    )
    return Markup(f'<div class="broad">{broad}</div><div class="slim">{slim}</div>')
