"""Names that a shell completes: scenarios and studies of the library, and files of the user's beside them."""

from collections.abc import Iterable
from pathlib import Path


def scenario(incomplete: str) -> list[str]:
    """Scenarios that begin so, then files and folders."""
    from kith.scenarios.catalogue import names

    return [*_beginning(names(), incomplete), *_files(incomplete)]


def study(incomplete: str) -> list[str]:
    """Studies that begin so, then files and folders."""
    from kith.experiments.studies.study import studies

    return [*_beginning(studies(), incomplete), *_files(incomplete)]


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return sorted(name for name in names if name.startswith(incomplete))


def _files(incomplete: str) -> list[str]:
    """TOML files and folders whose path begins as what was typed; none where nothing was, so that names come alone."""
    if not incomplete:
        return []
    folder, _, start = incomplete.rpartition("/")
    place = Path(f"{folder}/" if folder or incomplete.startswith("/") else ".")
    if not place.is_dir():
        return []
    found = [
        path for path in place.iterdir() if path.name.startswith(start) and not path.name.startswith(".")
    ]
    shown = [
        f"{path}/" if path.is_dir() else str(path)
        for path in found
        if path.is_dir() or path.suffix == ".toml"
    ]
    return sorted(shown)
