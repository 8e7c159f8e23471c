"""The map of the model as a picture: levers, the processes that read them, and what these hand to each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kith.dashboard.mapping.model_map import Link, Process, readers
from kith.experiments.analyses.levers.shipped import Measured
from kith.experiments.charts import theme
from kith.experiments.escaping import for_svg
from kith.experiments.words import wording
from kith.experiments.words.levers import lever_title

MORE, LESS = "#0072b2", "#c35600"
INK, QUIET, RULE = "#1f2933", "#5f6b7a", "#e3e7ec"
STEP = 34
THICKEST = 14.0


@dataclass(frozen=True)
class Layout:
    """Where things stand, in pixels."""

    width: int
    levers: int
    "right edge of the names of levers"
    left: int
    right: int
    "edges of the processes"
    letters: int
    "of a lever's name"
    size: int


WIDE = Layout(1080, 320, 560, 700, 44, 13)
NARROW = Layout(400, 158, 232, 318, 20, 12)


def map_chart(
    levers: Sequence[Measured],
    processes: Mapping[str, Process],
    links: Sequence[Link],
    outcome: str,
    chosen: str = "",
) -> str:
    """The picture as SVG; levers and processes can be clicked.

    Parameters
    ----------
    levers : those to show, the largest effect first.
    chosen : the lever or the process that is looked at: its links stand out.
    """
    at = NARROW if theme.narrow() else WIDE
    places = {name: 46 + STEP * place for place, name in enumerate(processes)}
    rows = {lever.name: 46 + STEP * place for place, lever in enumerate(levers)}
    height = 46 + STEP * max(len(places), len(rows))
    title = f"What drives {wording.title(outcome)}, and through what"
    parts = [_heads(at)]
    most = max((abs(lever.difference) for lever in levers), default=1.0)
    parts += [
        _link(at, link, places, chosen) for link in sorted(links, key=lambda link: chosen in _ends(link))
    ]
    parts += [_flow(at, lever, rows, places, most, chosen) for lever in levers]
    parts += [_lever(at, lever, rows[lever.name], outcome, chosen) for lever in levers]
    parts += [_process(at, process, places[process.name], chosen) for process in processes.values()]
    if chosen in processes and at is WIDE:
        parts.append(_handed(at, links, places, chosen))
    words = map_words(levers, links, outcome)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {at.width} {height}" role="group" '
        f'aria-labelledby="map-t" class="chart" font-family="DejaVu Sans, sans-serif"><title id="map-t">{for_svg(title)}</title>'
        f'<desc id="map-d">{for_svg(words)}</desc>{"".join(parts)}</svg>'
    )


def map_words(levers: Sequence[Measured], links: Sequence[Link], outcome: str) -> str:
    """The picture in sentences."""
    said = [
        f"{lever_title(lever.name)} ({wording.listed(readers()[lever.name])}): {effect_words(lever)}"
        for lever in levers
    ]
    handed = [f"{link.source} gives {link.target} {wording.listed(link.stocks)}" for link in links]
    return f"Largest effects on {wording.title(outcome)}: {'; '.join(said)}. {'; '.join(handed)}."


def effect_words(lever: Measured) -> str:
    """The relative change, or the amount where the scenario has none."""
    value = lever.value if isinstance(lever.value, str) else f"{lever.value:.3g}"
    if abs(lever.relative) < 10:
        return f"{lever.relative:+.0%} at {value}".replace("-", "−").replace("%", " %")
    return f"{lever.difference:+,.3g} at {value}".replace("-", "−")


def _ends(link: Link) -> tuple[str, str]:
    return link.source, link.target


def _heads(at: Layout) -> str:
    heads = ((at.levers, "end", "levers"), ((at.left + at.right) / 2, "middle", "a day's steps"))
    return "".join(
        f'<text x="{x}" y="18" text-anchor="{anchor}" font-size="{at.size}" style="fill: {QUIET}">{words}</text>'
        for x, anchor, words in heads
    )


def _lever(at: Layout, lever: Measured, y: int, outcome: str, chosen: str) -> str:
    name = lever_title(lever.name)
    shown = name if len(name) <= at.letters else name[: at.letters - 1] + "…"
    bold = "bold" if chosen == lever.name else "normal"
    return (
        f'<g id="map-point-{lever.name}" role="button" tabindex="0" aria-pressed="{str(chosen == lever.name).lower()}" '
        f'aria-label="{for_svg(f"{name}: {effect_words(lever)} {wording.title(outcome)}")}">'
        f'<rect x="0" y="{y - 14}" width="{at.levers + 6}" height="{STEP - 4}" style="fill: transparent"/>'
        f'<text x="{at.levers}" y="{y}" text-anchor="end" font-size="{at.size}" font-weight="{bold}" style="fill: {INK}">'
        f"{for_svg(shown)}</text>"
        f'<text x="{at.levers}" y="{y + 12}" text-anchor="end" font-size="{at.size - 2}" style="fill: {QUIET}">'
        f"{for_svg(effect_words(lever))}</text></g>"
    )


def _flow(
    at: Layout,
    lever: Measured,
    rows: Mapping[str, int],
    places: Mapping[str, int],
    most: float,
    chosen: str,
) -> str:
    """A line from a lever to each process that reads it, as thick as its effect."""
    thick = max(1.2, THICKEST * abs(lever.difference) / most)
    colour = MORE if lever.difference > 0 else LESS
    out = []
    for process in readers()[lever.name]:
        here = not chosen or chosen in (lever.name, process)
        x, y, to_x, to_y = at.levers + 8, rows[lever.name], at.left, places[process]
        middle = (x + to_x) / 2
        out.append(
            f'<path d="M{x} {y} C{middle} {y} {middle} {to_y} {to_x} {to_y}" fill="none" stroke-width="{thick:.1f}" '
            f'opacity="{0.65 if here else 0.12}" style="stroke: {colour}"><title>'
            f"{for_svg(f'{lever_title(lever.name)}: {effect_words(lever)}, through {process}')}</title></path>"
        )
    return "".join(out)


def _process(at: Layout, process: Process, y: int, chosen: str) -> str:
    edge = 2.5 if chosen == process.name else 1
    return (
        f'<g id="map-point-{process.name}" role="button" tabindex="0" aria-pressed="{str(chosen == process.name).lower()}" '
        f'aria-label="{for_svg(f"{process.name}: {process.title}")}">'
        f'<rect x="{at.left}" y="{y - 13}" width="{at.right - at.left}" height="26" rx="6" stroke-width="{edge}" '
        f'style="fill: #ffffff; stroke: {QUIET}"/>'
        f'<text x="{(at.left + at.right) / 2}" y="{y + 4}" text-anchor="middle" font-size="{at.size}" style="fill: {INK}">'
        f"{process.name}</text><title>{for_svg(process.title)}</title></g>"
    )


def _link(at: Layout, link: Link, places: Mapping[str, int], chosen: str) -> str:
    """A bow on the right from who writes to who reads; what is handed over is named where one end is chosen."""
    here = chosen in _ends(link)
    y, to_y = places[link.source] + 4, places[link.target] - 4
    reach = min(at.right + 16 + abs(to_y - y) * (0.32 if at is WIDE else 0.2), at.width - 4)
    colour = INK if here else QUIET
    bow = (
        f'<path d="M{at.right} {y} C{reach:.0f} {y} {reach:.0f} {to_y} {at.right + 7} {to_y}" fill="none" '
        f'stroke-width="{1.6 if here else 0.8}" opacity="{0.95 if here else 0.35}" style="stroke: {colour}"><title>'
        f"{for_svg(f'{link.source} gives {link.target}: {wording.listed(link.stocks)}')}</title></path>"
        f'<path d="M{at.right + 1} {to_y} l7 -3.5 v7 z" opacity="{0.95 if here else 0.35}" style="fill: {colour}"/>'
    )
    return bow


def _handed(at: Layout, links: Sequence[Link], places: Mapping[str, int], chosen: str) -> str:
    """What the chosen process takes and gives, beside the process at the other end."""
    out = []
    for name, y in places.items():
        gives = next((link for link in links if _ends(link) == (chosen, name)), None)
        takes = next((link for link in links if _ends(link) == (name, chosen)), None)
        both = gives is not None and takes is not None
        for link, sign, shift in ((takes, "gives", -4 if both else 4), (gives, "takes", 10 if both else 4)):
            if link is None:
                continue
            words = ", ".join(link.stocks[:4]) + (" …" if len(link.stocks) > 4 else "")
            out.append(
                f'<text x="{at.right + 122}" y="{y + shift}" font-size="{at.size - 2}" style="fill: {INK}">'
                f'<tspan style="fill: {QUIET}">{sign}</tspan> {for_svg(words)}</text>'
            )
    return "".join(out)
