"""The seven elements of ODD (Grimm et al. 2020, doi:10.18564/jasss.4259) for one scenario.

The general text is that of docs/explanation/model.md. What is about mechanisms that do nothing in this scenario is left out:
a paragraph is kept if it names no parameter, or one that acts here.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from kith.experiments.bundles.latex import for_latex
from kith.experiments.reports.odd.blocks import Block, as_html, as_latex, as_markdown, heading, parsed
from kith.experiments.reports.odd.references import bibtex
from kith.experiments.words.assumptions import Setting, phases, question_of, settings, shock_text, shown
from kith.experiments.words.documentation import chapter
from kith.sim.engine import MODEL_VERSION
from kith.sim.schema.effects import inert
from kith.sim.schema.parameter_set import dotted_names
from kith.sim.schema.plan import Plan

FORMATS = (".md", ".html", ".tex")
ELEMENTS = {
    "1": "Purpose and patterns",
    "2": "Entities, state variables and scales",
    "3": "Process overview and scheduling",
    "4": "Design concepts",
    "5": "Initialisation",
    "6": "Input data",
    "7": "Submodels",
}
LEFT_OUT = ("7.13",)
"subsections about what is reported rather than about what happens"


def protocol(plan: Plan) -> tuple[str, list[Block]]:
    """The title and the blocks of a scenario's protocol."""
    general = _sections(chapter("model"))
    known = {s.name: s for s in settings(plan)}
    without = inert(plan)
    blocks = [
        Block(
            "text",
            f"Model {MODEL_VERSION} of kith, scenario {plan.name}, {plan.days:,} days. {question_of(plan)}".strip(),
        ),
        Block(
            "text",
            f"Of {len(known)} parameters {len(known) - len(without)} act in this scenario; the others, and why they do not, are "
            "listed at the end. Mechanisms that none of the acting parameters belongs to are left out.",
        ),
    ]
    for number, title in ELEMENTS.items():
        blocks.append(heading(f"{number}. {title}"))
        if number == "5":
            blocks += _initial(plan)
        if number == "6":
            blocks += _inputs(plan)
        if number == "7":
            if not plan.experiments:
                general.pop("7.14", None)
            blocks += list(_submodels(general, known, without))
            continue
        blocks += [block for block in general.get(number, []) if _acts(block, without)]
    blocks += _without(without)
    references = bibtex([s.source for s in known.values() if s.name not in without], chapter("science"))
    if references:
        blocks += [heading("References (BibTeX)"), Block("code", references.strip())]
    return f"ODD protocol: {plan.title or plan.name}", blocks


def rendered(plan: Plan, ending: str, bibliography: str = "") -> str:
    """The protocol as Markdown, HTML or LaTeX, by an ending of `FORMATS`."""
    title, blocks = protocol(plan)
    if ending == ".html":
        return as_html(title, blocks)
    if ending == ".tex":
        return as_latex(title, blocks, for_latex(bibliography))
    return as_markdown(title, blocks)


def references_of(plan: Plan) -> str:
    """The works behind the parameters that act, as BibTeX."""
    without = inert(plan)
    return bibtex([s.source for s in settings(plan) if s.name not in without], chapter("science"))


def _sections(text: str) -> dict[str, list[Block]]:
    """Number of a section or subsection -> its blocks, without its heading."""
    out: dict[str, list[Block]] = {}
    number = ""
    for block in parsed(text):
        if block.kind == "heading":
            match = re.match(r"(\d+(?:\.\d+)?)\.? ", block.text)
            number = match[1] if match else ""
            if "." in number:
                out[number] = [block]
            continue
        if number:
            out.setdefault(number, []).append(block)
    return out


def _submodels(
    general: dict[str, list[Block]], known: dict[str, Setting], without: dict[str, str]
) -> Iterator[Block]:
    told: set[str] = set()
    numbers = [number for number in general if number.startswith("7.") and number not in LEFT_OUT]
    for number in sorted(numbers, key=lambda n: int(n.partition(".")[2])):
        title, *blocks = general[number]
        named = [n for n in _named("\n".join(block.words for block in blocks)) if n in known]
        acting = [name for name in named if name not in without and name not in told]
        if named and not [name for name in named if name not in without]:
            continue
        yield heading(title.text, 2)
        yield from (block for block in blocks if not _is_parameters(block) and _acts(block, without))
        if acting:
            told |= set(acting)
            yield _table([known[name] for name in acting])
    rest = [s for s in known.values() if s.name not in told and s.name not in without]
    if rest:
        yield heading("Further parameters", 2)
        yield _table(rest)


def _table(rows: Sequence[Setting]) -> Block:
    head = ("parameter", "value", "unit", "range", "what it is", "source", "set by")
    cells = [
        (
            f"`{s.name}`",
            shown(s.value),
            s.unit or "–",
            s.range.replace("|", "/") or "–",
            s.help,
            s.source.replace("|", "/"),
            _file(s.set_by),
        )
        for s in rows
    ]
    return Block("table", rows=(head, *cells))


def _file(set_by: str) -> str:
    return Path(set_by).name if set_by.endswith(".toml") else set_by


def _is_parameters(block: Block) -> bool:
    """Whether a table lists parameters with defaults, which this scenario's own values replace."""
    return block.kind == "table" and {"parameter", "default"} <= set(block.rows[0])


def _acts(block: Block, without: dict[str, str]) -> bool:
    named = _named(block.words)
    return not named or not named <= set(without)


def _named(text: str) -> set[str]:
    """The parameters that a text names in backticks, by their full or their last name."""
    last: dict[str, set[str]] = {}
    for name in dotted_names():
        last.setdefault(name.rpartition(".")[2], set()).add(name)
    found: set[str] = set()
    for word in re.findall(r"`([a-z_.0-9]+)`", text):
        found |= {word} if word in dotted_names() else last.get(word, set())
    return found


def _initial(plan: Plan) -> list[Block]:
    market = plan.parameters.market
    words = f"{market.size:,} people, of whom {market.founders:,} are members on day 0."
    if plan.founding is not None:
        words += f" The founders come from the log {plan.founding.label} (digest {plan.founding.digest[:12]}), as of {plan.founding.date[:10]}."
    words += "".join(f" The graph {name} is {graph.label}." for name, graph in plan.graphs().items())
    return [Block("text", words)]


def _inputs(plan: Plan) -> list[Block]:
    rows = [
        f"from day {day}: " + ", ".join(f"`{name}` {shown(old)} → {shown(new)}" for name, old, new in changed)
        for day, changed in phases(plan)
    ]
    rows += [f"shock: {shock_text(shock)}" for shock in plan.shocks]
    rows += [
        f"experiment {e.name} from day {e.from_day}: a share of {e.share:g} is treated"
        for e in plan.experiments
    ]
    if plan.arrivals is not None:
        rows.append(f"joins per day are given ({plan.arrivals.label}, {plan.arrivals.mode})")
    if not rows:
        return [Block("text", "This scenario has no phases, shocks, experiments or given arrivals.")]
    return [Block("list", rows=tuple((row,) for row in rows))]


def _without(without: dict[str, str]) -> list[Block]:
    reasons: dict[str, list[str]] = {}
    for name, why in without.items():
        reasons.setdefault(why, []).append(f"`{name}`")
    rows = [(why, ", ".join(names)) for why, names in reasons.items()]
    return (
        [heading("Parameters without effect here"), Block("table", rows=(("reason", "parameters"), *rows))]
        if rows
        else []
    )
