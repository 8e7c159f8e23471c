"""What the commands that simulate in search of something share: their request is checked, then the search runs."""

from pathlib import Path
from typing import TYPE_CHECKING

from kith.experiments.cli.studies.open_study import open_study
from kith.experiments.run_limits import check_workers

if TYPE_CHECKING:
    from collections.abc import Callable

    from kith.experiments.cli.progress import Waiting
    from kith.experiments.studies.store import Store
    from kith.experiments.studies.study import Study


def to_search(
    study: str,
    out: Path | None,
    overwrite: bool,
    store: Path | None,
    workers: int | None,
    runs: int | None,
    days: int | None,
    set: list[str] | None,
    run_code: bool,
    quick: bool,
) -> "tuple[Path | None, Study, Store]":
    """The folder for the report, the study and its store, all checked before anything is simulated."""
    from kith.experiments.files import check_folder

    target = None if out is None else check_folder(out, overwrite)
    check_workers("--workers", workers)
    return target, *open_study(study, store, runs, days, set, run_code, quick)


def searched[Result](
    search: "Callable[[Study, Store, int | None, str, Waiting], Result]",
    unit: str,
    study: "Study",
    store: "Store",
    workers: int | None,
    scheduler: str,
) -> Result:
    """The result of a search, with its progress in `unit` on the screen; what it has simulated stays stored."""
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.studies.execute import search_kept

    with Waiting(study.name, unit) as waiting, search_kept(store):
        return search(study, store, workers, scheduler, waiting)
