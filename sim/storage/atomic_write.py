"""Atomic writing: a file or folder either appears complete or not at all.

Data are written under a temporary name in the same folder, which is renamed when they are complete. The
writer holds a lock on it (`flock`), which the system releases whenever the process ends. So the next
writer can recognise abandoned data and remove them; a process id would not do, because ids are reused.
On systems without such locks, abandoned data stay.
"""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from uuid import uuid4

try:
    import fcntl

    LOCKS = True
except ImportError:  # Windows
    LOCKS = False
"whether the system has locks that end with their process"

PARTIAL, ASIDE = ".partial", ".old"
STEM = 80
"bytes of the target's name at the start of the temporary name, whose length is limited"


@contextmanager
def partial_file(target: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A temporary file next to `target`, and its path; the block renames it when it is complete.

    If the block has not renamed it, it is removed at the end. Abandoned temporary files of the same
    target are removed first. Raises OSError if the target is a device, a pipe or a folder.
    """
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "is not a regular file; choose another name", str(target))
    remove_abandoned(target)
    path, file = _opened(target)
    try:
        with file:
            yield path, file
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A temporary folder, which replaces `target` when the block succeeds.

    If the block raises, the temporary folder is removed and `target` is unchanged.
    """
    if target.exists() and not target.is_dir():  # a file, a device or a pipe
        raise NotADirectoryError(errno.ENOTDIR, "is not a folder; choose another name", str(target))
    created = _make_parents(target.parent)
    remove_abandoned(target)
    partial, lock = _created(target)
    try:
        yield partial
        _swap(partial, target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        for folder in created:
            folder.rmdir()
        raise
    finally:
        _unlock(lock)


def beside(target: Path, ending: str = PARTIAL) -> Path:
    """A unique path next to `target`; its name is short enough for the file system."""
    return target.with_name(f"{_prefix(target)}{uuid4().hex[:12]}{ending}")


def remove_abandoned(target: Path) -> None:
    """Remove abandoned temporary data of `target`; restore a folder that was moved aside."""
    for ending in (PARTIAL, ASIDE):
        for path in _temporary(target.parent, _prefix(target), ending):
            if ending == ASIDE and not target.exists():
                _when_abandoned(path, lambda aside: aside.rename(target))
            else:
                _when_abandoned(path, _remove)


def remove_all_abandoned(folder: Path) -> None:
    """Remove all abandoned temporary data in a folder."""
    for path in _temporary(folder, ".", PARTIAL):
        _when_abandoned(path, _remove)


def _prefix(target: Path) -> str:
    return f".{os.fsdecode(os.fsencode(target.name)[:STEM])}."


def _temporary(folder: Path, prefix: str, ending: str) -> list[Path]:
    """Paths in a folder with a prefix and an ending; none if the folder cannot be read."""
    try:
        names = [entry.name for entry in os.scandir(folder)]
    except OSError:
        return []
    return [folder / name for name in sorted(names) if name.startswith(prefix) and name.endswith(ending)]


def _opened(target: Path) -> tuple[Path, IO[bytes]]:
    """A new locked file next to `target`."""
    while True:
        path = beside(target)
        file = path.open("xb")
        if _locked_in_time(path, file.fileno()):
            return path, file
        file.close()


def _created(target: Path) -> tuple[Path, int | None]:
    """A new locked folder next to `target`, and the descriptor of the lock."""
    while True:
        path = beside(target)
        path.mkdir()
        if not LOCKS:
            return path, None
        with suppress(FileNotFoundError):
            descriptor = os.open(path, os.O_RDONLY)
            if _locked_in_time(path, descriptor):
                return path, descriptor
            os.close(descriptor)


def _locked_in_time(path: Path, descriptor: int) -> bool:
    """Lock a new path; false if another process removed it as abandoned before it was locked."""
    _lock(descriptor)
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _lock(descriptor: int) -> None:
    if not LOCKS:
        return
    with suppress(OSError):  # a file system without locks: nothing is removed there, see `_when_abandoned`
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _unlock(descriptor: int | None) -> None:
    if descriptor is not None:
        os.close(descriptor)


def _when_abandoned(path: Path, act: Callable[[Path], object]) -> None:
    """Call `act` if the path's writer has ended; do nothing if a lock is held or unavailable."""
    if not LOCKS:
        return
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        act(path)
    except OSError:
        pass  # safe: its writer still holds the lock, or another process was faster; either way it is not ours to remove
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _make_parents(folder: Path) -> list[Path]:
    """Create the folder; return all created folders, deepest first."""
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _swap(partial: Path, target: Path) -> None:
    """Rename `partial` to `target`; an existing target is moved aside and restored on failure."""
    if not target.exists():
        partial.rename(target)
        return
    aside = beside(target, ASIDE)
    lock = os.open(target, os.O_RDONLY) if LOCKS else None
    try:
        if lock is not None:
            _lock(lock)
        target.rename(aside)
        try:
            partial.rename(target)
        except BaseException:
            aside.rename(target)
            raise
        shutil.rmtree(aside, ignore_errors=True)
    finally:
        _unlock(lock)
