"""How a command opens a study and its store: everything is checked before anything is simulated."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kith.experiments.cli.requests import overrides
from kith.experiments.errors import RequestError

if TYPE_CHECKING:
    from kith.experiments.studies.store import Store
    from kith.experiments.studies.study import Study


def open_study(
    name: str,
    folder: Path | None,
    runs: int | None,
    days: int | None,
    set: list[str] | None,
    run_code: bool,
    quick: bool,
    only_read: bool = False,
) -> "tuple[Study, Store]":
    """The study with the changes requested, and its store; `only_read` opens the store without writing to it."""
    from kith.experiments.studies.levers import flat
    from kith.experiments.studies.store import Store
    from kith.experiments.studies.study import read_study

    for option_name, value in (("--runs", runs), ("--days", days)):
        if value is not None and value < 1:
            raise RequestError(f"{option_name} {value}: must be 1 or more")
    study = read_study(name, run_code)
    given = overrides(set)
    moved = next((lever.name for lever in study.lever if lever.name in given), None)
    if moved is not None:
        raise RequestError(f"--set {moved}: is a lever of the study; leave it out")
    if given:
        study = study.with_changes(set=flat(study.set) | given)
        study.check()
    study = study.reduced() if quick else study
    changes: dict[str, Any] = {"runs": runs, "days": days}
    study = study.with_changes(**{name: value for name, value in changes.items() if value is not None})
    study.check_size()
    return study, Store(folder or Path("out", "studies", study.name), only_read)


def check_begun(study: "Study", store: "Store", command: str) -> None:
    """Refuse to evaluate a study of which no run is stored."""
    from kith.experiments.studies.execute import status as state

    if not store.done():
        raise RequestError(f"store {store.folder} is empty; run `{command}` first")
    if not state(study, store).stored:
        raise RequestError(f"store {store.folder} has no run of this study yet; run `{command}` first")
