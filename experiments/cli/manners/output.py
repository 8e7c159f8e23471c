"""What was asked, and how much a command says beside its results: nothing with `--quiet`, what it took with `--verbose`."""

import sys

quiet = False
"whether only results and errors are shown"
words: tuple[str, ...] = ()
"what was given on the command line, without options that every command takes"


def spent(seconds: float) -> str:
    """How long the command took, with the most memory that it and its processes used, where that is known."""
    try:
        import resource
    except ImportError:
        return f"{seconds:.1f} s"
    unit = 1e9 if sys.platform == "darwin" else 1e6
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return f"{seconds:.1f} s, at most {most / unit:.1f} GB in one process"
