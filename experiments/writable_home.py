"""A place for what libraries keep in the home folder, where that cannot be written or is not known.

matplotlib keeps its list of fonts there, and IPython, of which the dashboard has parts, its settings. Where they cannot,
they print lines of their own, and matplotlib looks for all fonts again in every process; so they are given folders
beside the compiled engine instead. matplotlib reads its variable when it is imported, hence this is done when
`kith.experiments` is. Who has no home at all, as a user of a container that is only a number, is given one in which
nothing can be written: libraries that ask for it would stop otherwise.
"""

import os
import sys
from pathlib import Path

NOWHERE = os.devnull
"a home in which nobody can write, not even root"


def prepare() -> None:
    """Set HOME, MPLCONFIGDIR and IPYTHONDIR, for this process and those that it starts, where they are needed.

    HOME is set where no home is known; the others where the library could not write its own folders, unless they are
    set already.
    """
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = NOWHERE
    for variable, folders in _kept().items():
        if os.environ.get(variable) or all(map(_writable, folders)):
            continue
        from kith.sim.kernels.cache import CACHE

        os.environ[variable] = str(CACHE.parent / variable.lower())


def _kept() -> dict[str, list[Path]]:
    """The folders that a library would write, by the variable that names another."""
    home = Path.home()
    fonts = [home]
    if sys.platform.startswith(("linux", "freebsd")):
        variables = (("XDG_CONFIG_HOME", ".config"), ("XDG_CACHE_HOME", ".cache"))
        fonts = [Path(os.environ.get(name) or home / folder) / "matplotlib" for name, folder in variables]
    return {"MPLCONFIGDIR": fonts, "IPYTHONDIR": [home / ".ipython"]}


def _writable(folder: Path) -> bool:
    """Whether files can be written in a folder, or it can be made."""
    there = next((path for path in (folder, *folder.parents) if os.access(path, os.F_OK)), folder)
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)
