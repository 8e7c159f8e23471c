"""Cache: where compiled kernels are kept, and whether they are there; asked without loading numba.

numba's own cache watches one file at a time, so a kernel that inlines `luck` would stay
stale after `luck` changes. The cache folder therefore carries a hash of all of `sim/`.
"""

import hashlib
import os
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

_SIM = Path(__file__).resolve().parents[1]
HAS_COMPILER = find_spec("numba") is not None
"whether there is a numba; without one, kernels are plain Python"
UNUSED = 30 * 86_400
"seconds after which unused compiled kernels are removed"


def _compiler() -> str:
    return version("numba") if HAS_COMPILER else "none"


def _content_hash() -> str:
    digest = hashlib.sha256(f"{_compiler()} {sys.version} {_SIM}".encode())
    for path in sorted(_SIM.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _cache_root() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    with suppress(RuntimeError):  # a user without a home, such as a bare number in a container
        base = base or str(Path.home() / ".cache")
    # where there are no numbers of users, the temporary folder is the user's own
    user = os.getuid() if hasattr(os, "getuid") else "user"
    places = [Path(base) / "kith"] if base else []
    for root in (*places, Path(tempfile.gettempdir()) / f"kith-{user}"):
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(root, os.W_OK):
            return root
    return Path(tempfile.mkdtemp(prefix="kith-"))


def _cache_folder(root: Path) -> Path:
    """The folder of this version's compiled kernels; those unused for a month are removed.

    Removal is by age, not number, because several checkouts may be in use at the same time.
    """
    folder = root / _content_hash()
    folder.mkdir(exist_ok=True)
    with suppress(OSError):
        os.utime(folder)
        for other in root.iterdir():
            if other.is_dir() and other.stat().st_mtime < time.time() - UNUSED:
                shutil.rmtree(other, ignore_errors=True)
    return folder


CACHE = _cache_folder(_cache_root())
_READY, _WHOLE_DAY = CACHE / "ready", CACHE / "whole-day"


def compiles() -> bool:
    """Whether kernels are compiled at all: there is a numba, and nobody has turned it off."""
    return HAS_COMPILER and os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0")


def is_compiled() -> bool:
    """Whether a whole run has been compiled on this machine for this version."""
    return not compiles() or _READY.exists()


def mark_compiled() -> None:
    """Mark the kernels as compiled, unless their folder has been removed meanwhile."""
    with suppress(OSError):
        _READY.touch()


def is_whole_day_compiled() -> bool:
    """Whether the call that lives whole days (`kith.sim.day`) has been compiled on this machine for this version."""
    return compiles() and _WHOLE_DAY.exists()


def mark_whole_day_compiled() -> None:
    """Mark it as compiled, unless the folder has been removed meanwhile."""
    with suppress(OSError):
        _WHOLE_DAY.touch()
