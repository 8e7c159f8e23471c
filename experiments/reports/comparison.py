"""Reports of a run or a comparison: one self-contained HTML file that also prints well."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from kith.experiments.charts import comparison as figures
from kith.experiments.charts import theme
from kith.experiments.charts.comparison_sections import LINES, SECTIONS, marks_of, money_steps, section_charts
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.comparison.effects import effect_rows
from kith.experiments.comparison.repeat_command import comparison_command
from kith.experiments.comparison.stopping import GUARANTEE
from kith.experiments.comparison.stress_result import in_words
from kith.experiments.comparison.summary_sentence import comparison_answer, run_answer, thinly_defined
from kith.experiments.escaping import for_html, visible
from kith.experiments.files import write_text
from kith.experiments.reports.widths import both, for_phone
from kith.experiments.runs.runner import joins_by_channel
from kith.experiments.statistics.intervals import described
from kith.experiments.statistics.tables import OUTCOMES, verdict
from kith.experiments.words import wording
from kith.experiments.words.assumptions import (
    differing,
    entry_of,
    graph_notes,
    phases,
    question_of,
    settings,
    shock_text,
    shown,
)
from kith.sim.results.definitions import describe
from kith.sim.schema.founding import Founding
from kith.sim.schema.plan import Plan

LAYER_NAMES = {"dormant": "dormant", "audience": "audience", "member": "members", "internal": "internal"}


def comparison_page(comparison: Comparison, command: str = "") -> str:
    """The report of a comparison as one HTML page.

    Parameters
    ----------
    comparison : the result.
    command : the command line that repeats it; by default made from the request.
    """
    colours = theme.colours(comparison.labels)
    return page_template("comparison.html.j2").render(
        title=f"{wording.listed(comparison.labels, 'or')}?",
        question=_common_question(comparison),
        answer=comparison_answer(comparison),
        comparison=comparison,
        colours=colours,
        sections={name: section.title for name, section in SECTIONS.items()},
        charts={name: _drawings(comparison, name, colours) for name in SECTIONS},
        outcomes=[_outcome(name) | {"precision": comparison.precision(name)} for name in comparison.outcomes],
        stress=None if comparison.stress is None else in_words(comparison.stress, comparison.labels),
        health=_comparison_health(comparison),
        scenarios={label: scenario_notes(plan) for label, plan in comparison.plans.items()},
        parameters=parameter_matrix(comparison.plans),
        founders=founders(comparison.plans),
        command=command or comparison_command(comparison),
        versions=versions(comparison.model_version),
        ids=comparison.values.groupby("scenario", sort=False)["run_id"].apply(list).to_dict(),
        intervals=described(comparison.runs),
        guarantee=GUARANTEE if comparison.table["runs_needed"].notna().any() else "",
        thin=thinly_defined(comparison),
    )


def _drawings(comparison: Comparison, section: str, colours: dict[str, str]) -> list[Any]:
    """The charts of a section with their notes, each for a wide page and for a phone."""
    broad = section_charts(comparison, section, colours)
    slim = for_phone(lambda: section_charts(comparison, section, colours))
    return [
        drawing._replace(svg=both(drawing.svg, other.svg)) for drawing, other in zip(broad, slim, strict=True)
    ]


def run_page(record: Any, command: str = "", effects: pd.DataFrame | None = None) -> str:
    """The report of one run as one HTML page.

    Parameters
    ----------
    record : of `sim.run`.
    command : the command line that repeats it.
    effects : of `kith.experiments.analyses.experiment_effects.effects`, where there are experiments inside the community.
    """
    plan = record.plan
    headline = [name for name in OUTCOMES if name in record.summary.index]
    return page_template("run.html.j2").render(
        title=plan.title or plan.name,
        question=question_of(plan),
        answer=run_answer(record),
        record=record,
        summary=record.summary,
        charts=_run_charts(record),
        outcomes=[_outcome(name) for name in headline],
        others=[_outcome(name) for name in record.summary.index if name not in headline],
        leaving=_leaving_rows(record.leaving),
        effects=[] if effects is None else effect_rows(effects),
        health=[_health_row(check) for check in record.health],
        scenarios={plan.name: scenario_notes(plan)},
        parameters=parameter_matrix({plan.name: plan}),
        founders=founders({plan.name: plan}),
        command=command,
        versions=versions(record.model_version),
    )


def write_report(path: Path, page: str) -> None:
    """Write a page atomically."""
    write_text(path, page)


def scenario_notes(plan: Plan) -> dict[str, Any]:
    """Title, question, text, answer, phases and shocks of a plan, for the templates."""
    entry = entry_of(plan)
    return {
        "title": plan.title or plan.name,
        "question": question_of(plan),
        "graphs": graph_notes(plan),
        "text": "" if entry is None else entry.text,
        "answer": "" if entry is None else entry.answer,
        "phases": [
            (day, [(name, shown(old), shown(new)) for name, old, new in changed])
            for day, changed in phases(plan)
        ],
        "shocks": [shock_text(shock) for shock in plan.shocks],
    }


def parameter_matrix(plans: Mapping[str, Plan]) -> list[dict[str, Any]]:
    """Every parameter that differs from its default in at least one plan, with its value in each."""
    by_plan = {label: {s.name: s for s in settings(plan)} for label, plan in plans.items()}
    first = next(iter(by_plan.values()))
    names = {s.name for plan in plans.values() for s in differing(plan)}
    return [
        {
            "setting": first[name],
            "default": shown(first[name].default),
            "values": {
                label: {
                    "text": shown(settings[name].value),
                    "differs": settings[name].differs,
                    "set_by": settings[name].set_by,
                }
                for label, settings in by_plan.items()
            },
        }
        for name in sorted(names)
    ]


def founders(plans: Mapping[str, Plan]) -> list[tuple[Founding, list[str]]]:
    """The event logs of founding communities, each with the scenarios that start from it."""
    logs: dict[str, tuple[Founding, list[str]]] = {}
    for label, plan in plans.items():
        if plan.founding is not None:
            logs.setdefault(plan.founding.digest, (plan.founding, []))[1].append(label)
    return list(logs.values())


def versions(model_version: Any) -> dict[str, str]:
    """Versions of the model and of the libraries it uses."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    stack = {"model": str(model_version), "Python": platform.python_version()}
    for name, package in (("kith", "kith-sim"), ("numpy", "numpy"), ("numba", "numba"), ("pandas", "pandas")):
        try:
            stack[name] = version(package)
        except PackageNotFoundError:  # run from a source tree that is not installed
            continue
    return stack


def _run_charts(record: Any) -> dict[str, Markup]:
    daily, marks = record.series, marks_of({record.plan.name: record.plan})
    drawn = {
        "active": figures.one_line(
            daily["day"], daily["active"], LINES["active"].title, LINES["active"].unit, marks, "active"
        )
    }
    drawn_layers = [name for name in theme.LAYERS if name != "dormant" or daily["dormant"].any()]
    layers = daily.set_index("day")[drawn_layers]
    drawn["layers"] = figures.area(
        layers,
        theme.LAYERS,
        LAYER_NAMES,
        "Layers of the community",
        "members by activity",
        marks,
        "layers",
    )
    leaving = _by_month(daily, record.leaving)
    if leaving.to_numpy().sum() > 0:
        drawn["leaving"] = figures.area(
            leaving,
            theme.CAUSES,
            wording.CAUSES,
            "Why members stopped coming, over time",
            "members who fell silent or left per day, 30-day mean",
            marks,
            "leaving",
        )
    joins = pd.DataFrame({record.plan.name: joins_by_channel(daily)})
    if joins.to_numpy().sum() > 0:
        drawn["joins"] = figures.stacked(
            joins,
            theme.CHANNELS,
            wording.CHANNELS,
            SECTIONS["joining"].title,
            "members over the run",
            "joins",
        )
    steps = money_steps(record.summary)
    if steps:
        drawn["money"] = figures.waterfall(steps, "Revenue and costs", "margin", "money")
    return {name: Markup(chart) for name, chart in drawn.items()}


def _by_month(daily: pd.DataFrame, causes: Iterable[str]) -> pd.DataFrame:
    """30-day means of departures per day by cause, indexed by the first day of each window."""
    departures = pd.DataFrame(
        {cause: daily[f"leaves_{cause}"] + daily[f"sleeps_{cause}"] for cause in causes}
    )
    grouped = departures.groupby((daily["day"] // 30 * 30).to_numpy()).mean()
    return grouped if len(grouped) > 1 else pd.concat([grouped, grouped.set_axis([len(daily)])])


def _leaving_rows(leaving: Mapping[str, float]) -> list[dict[str, Any]]:
    total = sum(leaving.values())
    ordered = sorted(leaving.items(), key=lambda item: -item[1])
    return [
        {
            "cause": wording.CAUSES.get(cause, cause),
            "count": count,
            "share": count / total,
            "colour": theme.CAUSES.get(cause, theme.REST),
        }
        for cause, count in ordered
        if count > 0
    ]


def _health_row(check: Mapping[str, Any]) -> dict[str, Any]:
    unit = wording.health_unit(check)
    return dict(check) | {"unit": unit, "goal": wording.target(check, unit)}


def _comparison_health(comparison: Comparison) -> list[dict[str, Any]]:
    """One row per check, with each scenario's mean and the share of runs that met it."""
    health = comparison.health
    if health.empty:
        return []
    return [
        _health_row(check_rows.iloc[0].to_dict())
        | {"by_scenario": check_rows.set_index("scenario").to_dict("index")}
        for _, check_rows in health.groupby("name", sort=False)
    ]


def _outcome(name: str) -> dict[str, str]:
    unit, definition = describe(name)
    return {"name": name, "title": wording.title(name), "unit": unit, "definition": definition}


def _common_question(comparison: Comparison) -> str:
    questions = {question_of(plan) for plan in comparison.plans.values()}
    if len(questions) == 1 and "" not in questions:
        return questions.pop()
    return (
        f"How does the same population develop under {wording.listed(comparison.labels)} "
        f"over {wording.plural(comparison.days, 'day')}?"
    )


@cache
def page_template(name: str) -> Any:
    """A page template, by its file name."""
    folder = FileSystemLoader(Path(__file__).parent / "templates")
    environment = Environment(
        loader=folder, autoescape=True, finalize=_visible, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "number": wording.number,
        "signed": wording.signed,
        "unit": wording.unit_of,
        "runs": wording.runs,
        "plural": wording.plural,
        "subject": wording.subject,
        "per_cent": wording.per_cent,
        "listed": wording.listed,
        "coded": _coded,
        "lever": lambda value: f"{value:.4g}" if isinstance(value, float) else shown(value),
    }
    environment.globals |= {"span": wording.span, "seeds": _seeds, "verdict": verdict}
    return environment.get_template(name)


def _visible(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _coded(text: str) -> Markup:
    """Text in which `words` in backticks are code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", for_html(text)))


def _seeds(seeds: Sequence[int]) -> str:
    return str(seeds[0]) if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]}"
