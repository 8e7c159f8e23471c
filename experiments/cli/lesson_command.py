"""`kith lesson`: the lessons, and one of them as an HTML file that runs without a server."""

from pathlib import Path
from typing import Annotated

import typer

from kith.experiments.cli.options import Workers, option
from kith.experiments.cli.requests import announce_compilation, checked, checked_file
from kith.experiments.errors import RequestError
from kith.experiments.escaping import say
from kith.extras import demand

Name = Annotated[
    str | None,
    typer.Argument(
        metavar="[LESSON]", help="A name from the list; without one, the list.", show_default=False
    ),
]
OutLesson = Annotated[
    Path | None, option("--out", "The .html file to write; default: the lesson's name.", "FILE")
]


def lesson(name: Name = None, out: OutLesson = None, workers: Workers = None) -> None:
    """List the lessons, or run one and write it as a page that needs no server: predict, play the runs, discuss."""
    demand("dashboard")
    checked(None, workers=workers)
    from kith.dashboard.content.lessons import lessons
    from kith.sim.schema.fields import nearest

    known = lessons()
    if name is None:
        for one in known.values():
            say(f"{one.name}  {one.question}")
        return
    found = known.get(name)
    if found is None:
        close = nearest(name, list(known))
        raise RequestError(
            f"unknown lesson {name[:60]}; "
            + (f"did you mean {close}?" if close else "kith lesson lists them")
        )
    from kith.dashboard.content.lesson_story import lesson_page
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.comparison.comparison import gathered
    from kith.experiments.files import write_text
    from kith.experiments.reports.story import OUTCOMES, check_story
    from kith.experiments.runs.runner import Job, run_all

    path = checked_file(out or Path(f"kith-lesson-{found.name}.html"))
    assert path is not None
    check_story(path)
    with Waiting("the lesson's runs", "runs") as waiting:

        def progress(done: int, total: int) -> None:
            if done == 0:
                announce_compilation()
            waiting(done, total)

        plans, seeds = found.plans(), tuple(range(found.runs))
        jobs = [Job(plan, seed, found.days, key=label) for seed in seeds for label, plan in plans.items()]
        done = list(run_all(jobs, workers, progress=progress))
    outcomes = tuple(dict.fromkeys((found.prediction.outcome, *OUTCOMES)))
    comparison = gathered(plans, found.days, seeds, outcomes, done)
    write_text(path, lesson_page(found, comparison))
    say(f"{path}: opens in any browser, without kith and without a network")
