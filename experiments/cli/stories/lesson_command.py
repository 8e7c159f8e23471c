"""`kith lesson`: the lessons, and one of them as an HTML file that runs without a server."""

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from kith.experiments.cli.options import OverwriteFile, Workers, option
from kith.experiments.cli.requests import announce_compilation, checked, checked_file
from kith.experiments.escaping import say
from kith.extras import demand

TO_FILE = "kith.dashboard.teaching.to_file"
"""Found by its name, as `kith dashboard` finds its program: the command line does not depend on the pages."""

Name = Annotated[
    str | None,
    typer.Argument(
        metavar="[LESSON]", help="A name from the list; without one, the list.", show_default=False
    ),
]
OutLesson = Annotated[
    Path | None, option("--out", "The .html file to write; default: the lesson's name.", "FILE")
]


def lesson(
    name: Name = None, out: OutLesson = None, overwrite: OverwriteFile = False, workers: Workers = None
) -> None:
    """List the lessons, or run one and write it as a page that needs no server: predict, play the runs, discuss."""
    demand("dashboard")
    checked(None, workers=workers)
    teaching = import_module(TO_FILE)
    if name is None:
        for line in teaching.listed():
            say(line)
        return
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.reports.story import check_story

    teaching.check_lesson(name)
    path = checked_file(out or Path(f"kith-lesson-{name}.html"), overwrite)
    assert path is not None
    check_story(path)
    with Waiting("the lesson's runs", "runs") as waiting:

        def progress(done: int, total: int) -> None:
            if done == 0:
                announce_compilation()
            waiting(done, total)

        teaching.write_lesson(name, path, workers, progress)
    say(f"{path}: opens in any browser, without kith and without a network")
