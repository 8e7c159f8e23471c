"""Whole: a folder that is there with all it should hold, or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder to write into, which takes the place of `target` when the block ends well.

    If the block raises, nothing is left and an earlier `target` stays as it was.
    """
    made = _make_parents(target.parent)
    partial = target.parent / f".{target.name}.{os.getpid()}.partial"
    partial.mkdir()
    try:
        yield partial
        _swap(partial, target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        for folder in made:
            folder.rmdir()
        raise


def _make_parents(folder: Path) -> list[Path]:
    """Make the folder; return those that were made, the deepest first."""
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _swap(partial: Path, target: Path) -> None:
    """Rename `partial` to `target`; what was there goes aside first and comes back on failure."""
    if not target.exists():
        partial.rename(target)
        return
    aside = target.parent / f".{target.name}.{os.getpid()}.old"
    target.rename(aside)
    try:
        partial.rename(target)
    except BaseException:
        aside.rename(target)
        raise
    shutil.rmtree(aside, ignore_errors=True)
