"""With what a result was made: versions, the code's hash, hardware; nothing of the user, the host or a folder."""

import hashlib
import os
import platform
import subprocess
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from kith.sim.engine import MODEL_VERSION

PACKAGES = (
    "numpy",
    "numba",
    "pandas",
    "pyarrow",
    "scipy",
    "matplotlib",
    "mesa",
    "networkx",
    "SALib",
    "optuna",
)
CODE = (".py", ".toml", ".j2", ".css")


def versions() -> dict[str, str]:
    """What decides the bytes of a result: the model, kith and its code, Python and the packages it computes with."""
    found = {"model": MODEL_VERSION, "kith": _version("kith-sim"), "code": code_hash()}
    found |= {"python": platform.python_version(), "machine": platform.machine(), "system": platform.system()}
    return found | {name: _version(name) for name in PACKAGES}


def hardware() -> dict[str, Any]:
    """The machine in general terms."""
    return {"processor": _processor(), "processors": os.cpu_count(), "memory_gb": _memory()}


@cache
def code_hash() -> str:
    """A hash of the code and the library of scenarios, as they are installed."""
    root = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256()
    for package in ("sim", "scenarios", "experiments"):
        for path in sorted((root / package).rglob("*")):
            if path.suffix in CODE and path.is_file():
                digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@cache
def git_commit() -> str | None:
    """The commit of a checkout, with `+changes` if files differ from it; None where kith is installed."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    commit = _git(root, "rev-parse", "HEAD")
    if commit is None:
        return None
    return commit + ("+changes" if _git(root, "status", "--porcelain", "--untracked-files=no") else "")


def _git(root: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *words], cwd=root, capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _processor() -> str:
    if sys.platform == "linux":
        try:
            lines = Path("/proc/cpuinfo").read_text("utf-8", errors="replace").splitlines()
        except OSError:
            lines = []
        for line in lines:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def _memory() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (AttributeError, OSError, ValueError):
        return None
