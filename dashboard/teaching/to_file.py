"""A lesson written to a file, with its runs: what `kith lesson` does."""

from collections.abc import Callable
from pathlib import Path

from kith.dashboard.teaching import lessons as content
from kith.dashboard.teaching.lesson_story import lesson_page
from kith.experiments.comparison.comparison import gathered
from kith.experiments.errors import RequestError
from kith.experiments.files import write_text
from kith.experiments.reports.story import OUTCOMES
from kith.experiments.runs.runner import Job, run_all
from kith.sim.schema.fields import nearest


def listed() -> list[str]:
    """A line for each lesson: its name and its question."""
    return [f"{lesson.name}  {lesson.question}" for lesson in content.lessons().values()]


def check_lesson(name: str) -> None:
    """Raise `RequestError`, with the nearest name, for a lesson that does not exist."""
    known = content.lessons()
    if name not in known:
        close = nearest(name, list(known))
        raise RequestError(
            f"unknown lesson {name[:60]}; "
            + (f"did you mean {close}?" if close else "kith lesson lists them")
        )


def write_lesson(
    name: str, path: Path, workers: int | None = None, progress: Callable[[int, int], None] | None = None
) -> None:
    """Run a lesson's scenarios and write it as one page.

    Parameters
    ----------
    progress : called with the number of runs done and their total.
    """
    check_lesson(name)
    lesson = content.lessons()[name]
    plans, seeds = lesson.plans(), tuple(range(lesson.runs))
    jobs = [Job(plan, seed, lesson.days, key=label) for seed in seeds for label, plan in plans.items()]
    done = list(run_all(jobs, workers, progress=progress))
    outcomes = tuple(dict.fromkeys((lesson.prediction.outcome, *OUTCOMES)))
    write_text(path, lesson_page(lesson, gathered(plans, lesson.days, seeds, outcomes, done)))
