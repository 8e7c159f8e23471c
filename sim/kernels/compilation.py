"""Kernels: numba functions of arrays and scalars, compiled once per machine.

numba's own cache watches one file at a time, so a kernel that inlines `luck` would stay
stale after `luck` changes. The cache folder therefore carries a hash of all of `sim/`.
"""

import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import numba
from numba import types

_SIM = Path(__file__).resolve().parents[1]
UNUSED = 30 * 86_400
"seconds after which unused compiled kernels are removed"


def _content_hash() -> str:
    digest = hashlib.sha256(f"{numba.__version__} {sys.version} {_SIM}".encode())
    for path in sorted(_SIM.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _cache_root() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    user = (
        os.getuid() if hasattr(os, "getuid") else "user"
    )  # where there is none, the folder is the user's own
    for root in (Path(base) / "kith", Path(tempfile.gettempdir()) / f"kith-{user}"):
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
numba.config.CACHE_DIR = str(CACHE)  # type: ignore[attr-defined]
_READY, _WHOLE_DAY = CACHE / "ready", CACHE / "whole-day"


def kernel[Function: Callable[..., object]](function: Function) -> Function:
    """`function` compiled: releases the GIL, cached on disk, IEEE arithmetic, no bounds checks."""
    # nobody calls a kernel through C, so none is given an entry for it: less to compile, and to load
    options = {"cache": True, "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
    compiled: Any = numba.njit(**options)(function)
    if not numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        template = compiled.get_call_template
        # kernels that call it share one version, whatever constants and narrow integers they give
        compiled.get_call_template = lambda args, kws: template(
            tuple(_plain(kind) for kind in args), {name: _plain(kind) for name, kind in kws.items()}
        )
    return cast(Function, compiled)


def _plain(typed: Any) -> Any:
    """A type without its constant value, signed integers in 64 bits."""
    kind: Any = types.unliteral(typed)
    return types.int64 if kind in types.signed_domain else kind


def is_compiled() -> bool:
    """Whether a whole run has been compiled on this machine for this version."""
    return _READY.exists() or bool(numba.config.DISABLE_JIT)  # type: ignore[attr-defined]


def mark_compiled() -> None:
    """Mark the kernels as compiled, unless their folder has been removed meanwhile."""
    with suppress(OSError):
        _READY.touch()


def is_whole_day_compiled() -> bool:
    """Whether the call that lives whole days (`kith.sim.day`) has been compiled on this machine for this version."""
    return _WHOLE_DAY.exists()


def mark_whole_day_compiled() -> None:
    """Mark it as compiled, unless the folder has been removed meanwhile."""
    with suppress(OSError):
        _WHOLE_DAY.touch()
