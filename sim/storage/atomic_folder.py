"""Whole: a file or a folder that is there with all it should hold, or not at all.

What is being written has a name of its own beside its place and is renamed when it is whole. Whoever writes
holds a lock on it (`flock`), which the system lets go when the process ends, however it ends. So the next run
knows what nobody will finish, and removes it; the number of a process, which another may have by then, says
nothing.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from uuid import uuid4

PARTIAL, ASIDE = ".partial", ".old"
STEM = 80
"Bytes of the name of a target that the name of what is being written begins with: names have an end."


@contextmanager
def partial_file(target: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A file beside `target` to write into, and its path; the block renames it when it is whole.

    What the block has not renamed is removed at its end. What others began for the same target and
    nobody will finish is removed first. A device, a pipe or a folder is never replaced: OSError.
    """
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "is no plain file, and stays as it is", str(target))
    remove_abandoned(target)
    path, file = _opened(target)
    try:
        with file:
            yield path, file
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder to write into, which takes the place of `target` when the block ends well.

    If the block raises, nothing is left and an earlier `target` stays as it was.
    """
    if target.exists() and not target.is_dir():  # a file, a device, a pipe: none of ours to put aside
        raise NotADirectoryError(errno.ENOTDIR, "is no folder, and stays as it is", str(target))
    made = _make_parents(target.parent)
    remove_abandoned(target)
    partial, lock = _made(target)
    try:
        yield partial
        _swap(partial, target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        for folder in made:
            folder.rmdir()
        raise
    finally:
        os.close(lock)


def beside(target: Path, ending: str = PARTIAL) -> Path:
    """A name beside `target` that nobody else has, short enough wherever the target's own name is."""
    return target.with_name(f"{_beginning(target)}{uuid4().hex[:12]}{ending}")


def remove_abandoned(target: Path) -> None:
    """Remove what was begun for `target` by somebody who has ended; give back a folder that was put aside."""
    for ending in (PARTIAL, ASIDE):
        for path in _begun(target.parent, _beginning(target), ending):
            if ending == ASIDE and not target.exists():
                _when_abandoned(path, lambda aside: aside.rename(target))
            else:
                _when_abandoned(path, _remove)


def remove_all_abandoned(folder: Path) -> None:
    """Remove whatever was begun in a folder by somebody who has ended."""
    for path in _begun(folder, ".", PARTIAL):
        _when_abandoned(path, _remove)


def _beginning(target: Path) -> str:
    return f".{os.fsdecode(os.fsencode(target.name)[:STEM])}."


def _begun(folder: Path, beginning: str, ending: str) -> list[Path]:
    """What is in a folder under such names; nothing if it cannot be looked into."""
    try:
        found = [entry.name for entry in os.scandir(folder)]
    except OSError:
        return []
    return [folder / name for name in sorted(found) if name.startswith(beginning) and name.endswith(ending)]


def _opened(target: Path) -> tuple[Path, IO[bytes]]:
    """A new file beside `target`, locked."""
    while True:
        path = beside(target)
        file = path.open("xb")
        if _locked_in_time(path, file.fileno()):
            return path, file
        file.close()


def _made(target: Path) -> tuple[Path, int]:
    """A new folder beside `target`, locked, and the descriptor that holds the lock."""
    while True:
        path = beside(target)
        path.mkdir()
        with suppress(FileNotFoundError):
            descriptor = os.open(path, os.O_RDONLY)
            if _locked_in_time(path, descriptor):
                return path, descriptor
            os.close(descriptor)


def _locked_in_time(path: Path, descriptor: int) -> bool:
    """Lock what was just made; false if somebody took it for abandoned before the lock, and removed it."""
    _lock(descriptor)
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _lock(descriptor: int) -> None:
    with suppress(OSError):  # a file system without locks: then nobody removes it, see below
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _when_abandoned(path: Path, act: Callable[[Path], object]) -> None:
    """Act on a path whose writer has ended; leave it where a lock is held or cannot be had."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        act(path)
    except OSError:
        pass
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


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
    aside = beside(target, ASIDE)
    lock = os.open(target, os.O_RDONLY)
    try:
        _lock(lock)
        target.rename(aside)
        try:
            partial.rename(target)
        except BaseException:
            aside.rename(target)
            raise
        shutil.rmtree(aside, ignore_errors=True)
    finally:
        os.close(lock)
