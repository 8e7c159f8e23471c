"""`kith doctor`: what is installed, what is missing, and what to do about it."""

import os
import platform
import shutil
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from kith.experiments.cli.manners import compiling
from kith.experiments.cli.options import Json
from kith.experiments.cli.requests import print_json
from kith.experiments.escaping import say

PACKAGES = ("kith-sim", "numpy", "numba", "pandas", "pyarrow", "mesa", "networkx", "solara")
VARIABLES = {
    "XDG_CACHE_HOME": "where the compiled engine is kept, in the folder kith",
    "NUMBA_DISABLE_JIT": "1 runs the engine as plain Python, some hundred times slower, to step through it",
    "NUMBA_NUM_THREADS": "the most threads of one run",
    "NO_COLOR": "anything: no colours",
    "COLUMNS": "the width of tables",
    "CHROMIUM": "the browser of the tests; empty leaves them out",
}
COMPILE = "kith doctor --compile takes a minute, once; then runs take half the time"
LITTLE_MEMORY = 2.0
"GB below which a run of a million members does not fit"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `advice` is empty where all is well."""

    what: str
    found: str
    advice: str = ""


def doctor(
    compile_now: Annotated[
        bool, typer.Option("--compile", help="First compile the engine, so that no later command has to.")
    ] = False,
    json: Json = False,
) -> None:
    """Look at the installation: versions, extras, the compiled engine, memory, browser; say what is missing."""
    if compile_now:
        compiling.compile_now()
    found = findings()
    if json:
        print_json([asdict(f) for f in found])
    else:
        width = max(len(f.what) for f in found)
        for f in found:
            say(f"{'!' if f.advice else ' '} {f.what:<{width}}  {f.found}")
            if f.advice:
                say(f"  {'':<{width}}  {f.advice}")
    if any(f.advice and f.what == "python" for f in found):
        raise typer.Exit(1)


def findings() -> list[Finding]:
    """Everything that is looked at, in the order in which it is shown."""
    from kith.extras import EXTRAS, missing
    from kith.sim.engine import MODEL_VERSION
    from kith.sim.kernels.cache import CACHE, HAS_COMPILER, compiles, is_compiled, is_whole_day_compiled

    out = [
        Finding("model", MODEL_VERSION),
        _python(),
        Finding("system", f"{platform.system()} {platform.machine()}"),
    ]
    out += [Finding(name, _version(name)) for name in PACKAGES]
    for extra in EXTRAS:
        lacking = missing(extra)
        advice = f"if you want it: pip install 'kith-sim[{extra}]'" if lacking else ""
        out.append(
            Finding(f"extra {extra}", f"without {', '.join(lacking)}" if lacking else "installed", advice)
        )
    if HAS_COMPILER:
        state, advice = "compiled", ""
        if not is_compiled():
            state, advice = "not compiled yet: the first run does", COMPILE
        elif compiles() and not is_whole_day_compiled():
            state, advice = "compiled but for whole days", COMPILE
        out.append(Finding("engine", f"{state}, in {CACHE}", advice))
    else:
        out.append(Finding("engine", "plain Python, some hundred times slower", "pip install numba"))
    out += [Finding("processors", str(_processors())), _memory(), _browser()]
    set_here = [f"{name}={os.environ[name]}" for name in VARIABLES if name in os.environ]
    out.append(Finding("variables set", ", ".join(set_here) or "none"))
    return out


def _python() -> Finding:
    known = platform.python_version()
    tested = sys.version_info[:2] in ((3, 12), (3, 13))
    return Finding("python", known, "" if tested else "kith is tested with 3.12 and 3.13")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory() -> Finding:
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    except (AttributeError, ValueError, OSError):
        return Finding("memory", "unknown")
    little = (
        "" if total >= LITTLE_MEMORY else "enough for small communities; keep market.size below a million"
    )
    return Finding("memory", f"{total:.0f} GB", little)


def _browser() -> Finding:
    known = next((p for name in ("chromium", "google-chrome", "firefox") if (p := shutil.which(name))), None)
    return Finding("browser", known or "none found on the path: the dashboard prints its address")
