"""Reference pages of the site, made from the code: commands, parameters, indicators, statistics, files, library.

They are not kept in the repository, so that they cannot fall behind it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import click
import scenario_page
from typer.cli import get_docs_for_click
from typer.main import get_command

from kith.experiments.cli.app import app
from kith.experiments.evidence.statistics import STATISTICS
from kith.experiments.words.assumptions import Setting, settings
from kith.experiments.words.wording import title
from kith.scenarios.catalogue import SHELF_TITLES, Entry, library
from kith.scenarios.load import load
from kith.sim.results.definitions import DEFINITIONS

PICTURES = Path(__file__).parents[1] / "pictures" / "gallery"


def write(folder: Path) -> None:
    """Write every page into a folder, where its text has changed."""
    folder.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        path, text = folder / f"{name}.md", page()
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def command_line() -> str:
    """Every command with its arguments and options, as `--help` has them."""
    command = get_command(app)
    context = click.Context(command, info_name="kith")
    text = get_docs_for_click(obj=command, ctx=context, name="kith")
    return "# Command line\n\n" + text.partition("\n")[2].lstrip()


def parameters() -> str:
    """Every parameter: default, unit, range, what it is and where it comes from."""
    sections: dict[str, list[Setting]] = defaultdict(list)
    for setting in settings(load("baseline")):
        sections[setting.name.partition(".")[0]].append(setting)
    lines = [
        "# Parameters",
        "",
        "Defaults are those of the scenario `baseline`; `kith show SCENARIO` prints those of another, and which file "
        "set them. Codes such as *ACT-reply* refer to [science](../explanation/science.md).",
    ]
    for section, members in sections.items():
        lines += ["", f"## {section}", ""]
        for s in members:
            values = (
                " or ".join(map(str, s.choices)) if s.choices else f"{_number(s.low)} … {_number(s.high)}"
            )
            lines += [f"(parameter-{s.name.replace('.', '-')})=", f"`{s.name}` = {s.value}"]
            unit = "" if s.unit in ("", "-") else f" {s.unit}"
            lines += [f": {_sentence(s.help)}", "", f"  {values}{unit}. *{_sentence(s.source)}*", ""]
    return "\n".join(lines) + "\n"


def indicators() -> str:
    """Every indicator of a run, and every statistic of a log."""
    rows = [(f"`{i.name}`", title(i.name), i.unit, i.definition) for i in DEFINITIONS.values()]
    families: dict[str, list[Sequence[str]]] = defaultdict(list)
    for s in STATISTICS.values():
        families[s.family].append((f"`{s.name}`", s.unit, s.definition))
    lines = [
        "# Indicators and statistics",
        "",
        "## Indicators of a run",
        "",
        *_table(("name", "in words", "unit", "definition"), rows),
    ]
    lines += [
        "",
        "## Statistics of a log",
        "",
        "What `kith measure` computes, from a real log or from a run as a log would show it.",
    ]
    for family, members in families.items():
        lines += ["", f"### {family}", "", *_table(("name", "unit", "definition"), members)]
    return "\n".join(lines) + "\n"


def gallery() -> str:
    """Every scenario of the library: its question, a picture and the model's answer."""
    shelves: dict[str, list[Entry]] = defaultdict(list)
    for entry in library():
        shelves[entry.path.parent.name].append(entry)
    lines = [
        "# Gallery",
        "",
        "Every scenario of the library with its question and the model's answer. The line is the number of active "
        "members over time, the median of three runs, with their range. [Answers](answers/answers.md) has the evidence.",
    ]
    for shelf, entries in shelves.items():
        lines += ["", f"## {SHELF_TITLES.get(shelf, shelf)}"]
        for e in entries:
            lines += ["", f"### {e.title}", "", f"`{e.name}`. *{_clean(e.question)}*", ""]
            if (PICTURES / f"{e.name}.svg").exists():
                lines += [f"![Active members over time in {e.name}](../pictures/gallery/{e.name}.svg)", ""]
            lines += [_clean(e.answer)]
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "command-line": command_line,
    "parameters": parameters,
    "indicators": indicators,
    "scenario-files": scenario_page.page,
    "gallery": gallery,
}


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + [
        "| " + " | ".join(_clean(cell).replace("|", "\\|") for cell in row) + " |" for row in rows
    ]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.12g}"


def _sentence(text: str) -> str:
    clean = _clean(text)
    return f"{clean[:1].upper()}{clean[1:]}" + ("" if clean.endswith(".") else ".")


def _clean(text: str) -> str:
    return " ".join(str(text).split())
