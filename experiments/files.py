"""Writing so that a file or folder is complete, or absent."""

import json
import os
from pathlib import Path

from kith.experiments.errors import OutputError, PathError
from kith.sim.storage.atomic_write import beside, partial_file, whole_folder

SECTIONS_OF_PARAMETERS = (
    "market",
    "affiliation",
    "platform",
    "value",
    "governance",
    "organisation",
    "acquisition",
    "visiting",
    "contribution",
    "bonding",
    "incentives",
    "referral",
    "monetisation",
    "churn",
    "dormancy",
)
"each has a page about its levers; here so that a check of a folder does without the schema"
OURS = frozenset(
    {
        "series.parquet",
        "members.parquet",
        "ties.parquet",
        "events.parquet",
        "summary.json",
        "report.html",
        "table.csv",
        "table.parquet",
        "table.json",
        "stress.csv",
        "runs.parquet",
        "runs.csv",
        "points.parquet",
        "points.csv",
        "sensitivity.parquet",
        "sensitivity.csv",
        *(
            f"{name}.{kind}"
            for name in ("trials", "finalists", "tried", "rules", "measures", "growth", "survival", "returns")
            for kind in ("parquet", "csv")
        ),
        "worlds.parquet",
        "study.json",
        "patterns.json",
        "patterns.md",
        *(f"{letters}{n}.svg" for letters in ("SF", "A", "B", "D", "E", "G") for n in range(15)),
        "DUR.svg",
        "robust.json",
        "robust.md",
        "robust.svg",
        "worlds.csv",
        "measures.json",
        "levers.json",
        "levers.md",
        "library.json",
        "library.md",
        *(f"library_{section}.md" for section in SECTIONS_OF_PARAMETERS),
        "fitted.toml",
        "joins.csv",
        "posterior.parquet",
        "calibration.json",
        "forecast.json",
        *(
            f"{name}.{kind}"
            for name in ("fit", "parameters", "held_out", "forecast")
            for kind in ("parquet", "csv")
        ),
    }
)
PROBE = ".probe"
MANIFEST = "ro-crate-metadata.json"
"in a bundle, the list of its files"
MARKS = (
    MANIFEST,
    "summary.json",
    "table.json",
    "study.json",
    "patterns.json",
    "robust.json",
    "measures.json",
    "levers.json",
    "library.json",
    "calibration.json",
    "forecast.json",
)
"""A folder with one of these, and nothing that we do not write, is an earlier output."""


def user_path(given: str | os.PathLike[str]) -> Path:
    """A path given by the user, with `~` for a home folder.

    Raises `PathError` if no file can have that name, so that no later step fails on it halfway.
    """
    text = os.fspath(given)
    try:
        path = Path(text).expanduser()
        path.resolve()
        path.exists()  # finds a name that is too long
    except (OSError, ValueError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or str(error).rstrip(".")
        raise PathError(f"{text}: cannot be the name of a file or folder ({why}); choose another") from None
    return path


def check_folder(target: Path, overwrite: bool = False) -> Path:
    """The resolved folder for results, or `OutputError` if something else is in the way.

    With `overwrite` that may be an earlier result, which is then replaced as a whole; files that kith did not write
    are never removed.
    """
    path = user_path(target).resolve()
    if path.exists() and not path.is_dir():
        raise OutputError(f"--out {target}: is a file; name a folder")
    if path == Path.cwd() or path in Path.cwd().parents:
        raise OutputError(
            f"--out {target}: is the current folder; name a new one, such as {target / 'results'}"
        )
    if path.is_dir():
        _check_replaceable(target, path, overwrite)
    ground = next(parent for parent in path.parents if parent.exists())
    if not ground.is_dir():
        raise OutputError(f"--out {target}: {ground.name} is a file; name a folder below a folder")
    _try_to_write(f"--out {target}", target, ground)
    return path


def check_file(target: Path, overwrite: bool = False, option: str = "--out") -> Path:
    """The resolved place of a file for results, or `OutputError` if none can be written there.

    An existing file is in the way, unless it may be overwritten. `option` is what gave the name, for the error.
    """
    if not str(target).strip():
        raise OutputError(f"{option} is empty; name a file")
    named = f"{option} {target}".strip()
    path = user_path(target).resolve()
    if path.is_dir():
        raise OutputError(f"{named}: is a folder; name a file in it")
    if path.exists() and not path.is_file():
        raise OutputError(f"{named}: is not a file; name another")
    if not path.parent.is_dir():
        raise OutputError(f"{named}: the folder {path.parent} does not exist; create it first")
    if path.exists() and not overwrite:
        raise OutputError(f"{named}: exists already; name a new file, or add --overwrite")
    _try_to_write(named, target, path.parent)
    return path


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically: to a temporary file, then renamed."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file atomically: to a temporary file, then renamed."""
    with partial_file(path) as (partial, file):
        file.write(content)
        file.flush()
        partial.replace(path)


def _try_to_write(named: str, target: Path, ground: Path) -> None:
    """Create and remove a folder as a test: permissions alone are not reliable, especially for root."""
    probe = beside(ground / target.name, PROBE)
    try:
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        raise OutputError(
            f"{named}: {ground} cannot be written to ({error.strerror}); choose another place"
        ) from None


def _check_replaceable(target: Path, path: Path, overwrite: bool) -> None:
    inside = {entry.name for entry in path.iterdir()}
    if not inside:
        return
    strangers = sorted(inside - (_listed(path) | {MANIFEST} if MANIFEST in inside else OURS))
    if strangers:
        raise OutputError(
            f"--out {target}: contains {strangers[0]}, which kith did not write; name a new folder"
        )
    if not inside.intersection(MARKS):
        raise OutputError(f"--out {target}: is not empty and not an output of kith; name a new folder")
    if not overwrite:
        raise OutputError(f"--out {target}: holds a result already; name a new folder, or add --overwrite")


def _listed(path: Path) -> set[str]:
    """The files and folders of a bundle that its manifest lists, and that hold nothing else."""
    try:
        graph = json.loads((path / MANIFEST).read_text("utf-8"))["@graph"]
        names = {str(entry["@id"]) for entry in graph if entry["@type"] != "CreateAction"}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    inside = {entry.relative_to(path).as_posix() for entry in path.rglob("*") if not entry.is_dir()}
    strange = {name.split("/")[0] for name in inside - names}
    return {name.split("/")[0] for name in names} - strange


__all__ = ["MARKS", "OURS", "check_folder", "whole_folder", "write_text"]
