"""`--story`: a comparison as one HTML file that runs without a server, with a slider over a lever."""

from pathlib import Path
from typing import TYPE_CHECKING

from kith.experiments.errors import RequestError

if TYPE_CHECKING:
    from kith.experiments.comparison.comparison import Comparison


def check_story_options(story: Path | None, sweep: str | None) -> None:
    """Refuse a file that is no page, and a sweep that cannot be read, before any run."""
    if sweep is not None:
        from kith.experiments.analyses.sweep import parse_sweep

        if story is None:
            raise RequestError(f"--sweep {sweep[:60]}: needs --story; give both or neither")
        parse_sweep(sweep)
    if story is not None:
        from kith.experiments.reports.story import check_story

        check_story(story)


def tell_story(comparison: "Comparison", path: Path, sweep: str | None, workers: int | None) -> None:
    """Run the values of the lever, if there is one, and write the story."""
    from kith.experiments.analyses.sweep import parse_sweep, sweep_jobs, swept
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.comparison.repeat_command import and_write, comparison_command
    from kith.experiments.reports.story import OUTCOMES, Story, Sweep, write_story
    from kith.experiments.runs.runner import run_all
    from kith.experiments.words import wording
    from kith.sim.schema.parameter_set import field_of

    tried = None
    if sweep is not None:
        label, lever, values = parse_sweep(sweep)
        if label not in comparison.labels:
            raise RequestError(
                f"--sweep {sweep[:60]}: compares {wording.listed(comparison.labels)}; name one of these"
            )
        jobs = sweep_jobs(comparison.plans[label], lever, values, comparison.seeds, comparison.days)
        with Waiting("values of the lever", "runs") as waiting:
            results = list(run_all(jobs, workers, progress=waiting))
        unit = str((field_of(lever).json_schema_extra or {}).get("unit", ""))
        title = lever + (f", {unit}" if unit and unit != "-" else "")
        outcomes = {name: swept(results, values, name) for name in OUTCOMES}
        tried = Sweep(label, title, values, outcomes)
    files = {"story": path.name} | ({} if sweep is None else {"sweep": sweep})
    command = and_write(comparison_command(comparison), **files)
    write_story(Story(comparison, command=command, sweep=tried), path)
