"""A scenario on the console: question, answer, and every parameter with its meaning and source."""

from collections.abc import Iterable, Sequence
from textwrap import fill

from rich.console import RenderableType
from rich.text import Text

from kith.experiments.words import wording
from kith.experiments.words.assumptions import Setting, graph_notes, phases, shock_text, shown
from kith.experiments.words.terminal import aligned, heading, printer
from kith.scenarios.catalogue import Entry
from kith.scenarios.expected import Expected
from kith.sim.schema.plan import Plan


def show_plan(plan: Plan, parameters: Sequence[Setting], entry: Entry, expected: Sequence[Expected]) -> None:
    """Print a scenario: question, answer, and every parameter, those not at their default first and in bold."""
    out = printer()
    heading(out, plan.title or plan.name, entry.question)
    for paragraph in _paragraphs(entry, expected):
        out.print(paragraph)
    different = [s for s in parameters if s.differs]
    out.print(f"\n{wording.plural(len(different), 'parameter')} not at the default", style="bold")
    if different:
        out.print(_settings(different, out.width))
    for line in _happenings(plan):
        out.print(line)
    out.print("\nAt the default", style="bold")
    out.print(_settings([s for s in parameters if not s.differs], out.width))


def _settings(parameters: Sequence[Setting], width: int) -> Text:
    """Two lines for each parameter: its value, then its meaning and source."""
    head = ["parameter", "value", "unit", "range", "set by" if any(s.differs for s in parameters) else ""]
    lines: list[Text | list[Text]] = [[Text(words, style="dim") for words in head]]
    for s in parameters:
        style = "bold" if s.differs else ""
        lines.append(
            [
                Text(s.name, style=style),
                Text(shown(s.value), style=style),
                Text(s.unit),
                Text("" if s.choices else s.range),
                Text(s.set_by if s.differs else ""),
            ]
        )
        words = "; ".join(
            [s.help, *([f"one of {wording.listed(s.choices, 'or')}"] if s.choices else []), s.source]
        )
        lines.append(Text(_indented(words, width), style="dim"))
        if s.inert:
            lines.append(Text(_indented(f"no effect here: {s.inert}", width), style="italic"))
    return aligned(lines, right=(1,))


def _indented(words: str, width: int) -> str:
    return fill(words, width - 1, initial_indent="  ", subsequent_indent="  ")


def _paragraphs(entry: Entry, expected: Sequence[Expected]) -> Iterable[Text]:
    if entry.text:
        yield Text(f"\n{entry.text}")
    if entry.answer:
        yield Text("\nThe model's answer: ", style="bold").append(entry.answer, style="not bold")
    if expected:
        yield Text("\n".join(f"  {_expectation(difference)}" for difference in expected), style="dim")
        yield Text(f"  `kith answers {entry.name}` checks these differences", style="dim")
    if entry.sources:
        yield Text("\nSources", style="bold").append(
            "".join(f"\n  {source}" for source in entry.sources), style="not bold"
        )


def _expectation(expected: Expected) -> str:
    sign = {"+": "more", "-": "less", "0": "the same"}[expected.sign]
    than = {"+": "than", "-": "than", "0": "as"}[expected.sign]
    other = (
        f"among the same members without {expected.experiment}"
        if expected.experiment
        else f"{expected.against}"
    )
    but = "".join(f", but {name} = {shown(value)}" for name, value in expected.but.items())
    when = "" if expected.day is None else f" after {wording.plural(expected.day, 'day')}"
    return f"{wording.title(expected.indicator)}: {sign} {than} {other}{but}{when}"


def _happenings(plan: Plan) -> Iterable[RenderableType]:
    if plan.founding is not None:
        founding = plan.founding
        yield Text(
            f"\nFounded by {wording.plural(len(founding), 'member')} from {founding.label or 'an event log'}, as of {founding.date}"
        )
    if plan.arrivals is not None:
        given = plan.arrivals
        yield Text(
            f"\nArrivals: {given.total(plan.days):,} people in {wording.plural(plan.days, 'day')} from "
            f"{given.label or 'a list'}, {given.mode} {'of ' if given.replaces_acquisition else ''}acquisition"
        )
    for note in graph_notes(plan):
        yield Text(f"\n{note}")
    for day, changed in phases(plan):
        words = ", ".join(f"{name} {shown(old)} → {shown(new)}" for name, old, new in changed)
        yield Text(f"\nFrom day {day}: {words}")
    for shock in plan.shocks:
        yield Text(f"\nShock: {shock_text(shock)}")
    for experiment in plan.experiments:
        changes = ", ".join(f"{name} = {shown(value)}" for name, value in experiment.changes.items())
        yield Text(
            f"\nExperiment {experiment.name} from day {experiment.from_day}: "
            f"{wording.per_cent(experiment.share)} of people have {changes}"
        )
