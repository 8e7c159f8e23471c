"""Writing so that a file or folder is there whole, or not at all."""

import os
from pathlib import Path

from experiments.errors import OutputError
from sim.whole import whole_folder

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
        "runs.parquet",
        "runs.csv",
        "points.parquet",
        "points.csv",
        "sensitivity.parquet",
        "sensitivity.csv",
        *(
            f"{name}.{kind}"
            for name in ("trials", "finalists", "tried", "rules")
            for kind in ("parquet", "csv")
        ),
        "worlds.parquet",
        "study.json",
        "patterns.json",
        "patterns.md",
        *(f"SF{n}.svg" for n in range(14)),
        "A1.svg",
        "DUR.svg",
        "robust.json",
        "worlds.csv",
    }
)
MARKS = ("summary.json", "table.json", "study.json", "patterns.json", "robust.json")
"""A folder with one of these, and nothing that we do not write, is an earlier output."""


def check_folder(target: Path) -> Path:
    """The resolved folder for results, or `OutputError` if something else is in the way."""
    whole = target.expanduser().resolve()
    if whole.is_file():
        raise OutputError(f"--out {target}: is a file; name a folder")
    if whole == Path.cwd() or whole in Path.cwd().parents:
        raise OutputError(
            f"--out {target}: is the folder you are in; name a new one, such as {target / 'results'}"
        )
    if whole.is_dir():
        _check_replaceable(target, whole)
    ground = next(parent for parent in whole.parents if parent.exists())
    if not ground.is_dir():
        raise OutputError(f"--out {target}: {ground.name} is a file; name a folder below a folder")
    _try_to_write(target, ground)
    return whole


def write_text(path: Path, text: str) -> None:
    """Write a text file whole: to a temporary name beside it first, then renamed."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _try_to_write(target: Path, ground: Path) -> None:
    """Make and remove a folder: permissions alone do not tell, least of all to root."""
    probe = ground / f".kith.{os.getpid()}.probe"
    try:
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        raise OutputError(
            f"--out {target}: {ground} cannot be written to ({error.strerror}); choose another place"
        ) from None


def _check_replaceable(target: Path, whole: Path) -> None:
    inside = {entry.name for entry in whole.iterdir()}
    if not inside:
        return
    strangers = sorted(inside - OURS)
    if strangers:
        raise OutputError(
            f"--out {target}: holds {strangers[0]}, which kith did not write; name a new folder"
        )
    if not inside.intersection(MARKS):
        raise OutputError(
            f"--out {target}: is not empty and not an earlier output of kith; name a new folder"
        )


__all__ = ["MARKS", "OURS", "check_folder", "whole_folder", "write_text"]
