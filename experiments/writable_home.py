"""A place for what libraries keep in the home folder, where that cannot be written or is not known.

matplotlib keeps its list of fonts there. Where it cannot, it prints two lines of its own and looks for all fonts again
in every process; so it is given a folder beside the compiled engine instead. It reads the variable when it is imported,
hence this is done when `kith.experiments` is. Who has no home at all, as a user of a container that is only a number,
is given one in which nothing can be written: libraries that ask for it would stop otherwise.
"""

import os
import sys
from pathlib import Path

VARIABLE = "MPLCONFIGDIR"
NOWHERE = os.devnull
"a home in which nobody can write, not even root"


def prepare() -> None:
    """Set HOME and MPLCONFIGDIR, for this process and those that it starts, where they are needed.

    HOME is set where no home is known; MPLCONFIGDIR where matplotlib could not write its own folders, unless it is set
    or matplotlib is loaded already.
    """
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = NOWHERE
    if os.environ.get(VARIABLE) or "matplotlib" in sys.modules or all(map(_writable, _folders())):
        return
    from kith.sim.kernels.cache import CACHE

    os.environ[VARIABLE] = str(CACHE.parent / "matplotlib")


def _folders() -> list[Path]:
    """Where matplotlib would keep its settings and its list of fonts."""
    home = Path.home()
    if not sys.platform.startswith(("linux", "freebsd")):
        return [home]
    variables = (("XDG_CONFIG_HOME", ".config"), ("XDG_CACHE_HOME", ".cache"))
    return [Path(os.environ.get(name) or home / folder) / "matplotlib" for name, folder in variables]


def _writable(folder: Path) -> bool:
    """Whether files can be written in a folder, or it can be made."""
    there = next((path for path in (folder, *folder.parents) if os.access(path, os.F_OK)), folder)
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)
