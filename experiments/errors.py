"""Errors of experiments.

RequestError (a ValueError)      the request is wrong
├── ComparisonError              a comparison
├── StudyError                   a study file, a lever, a design
├── StoreError                   a folder of results that cannot be used
│   └── StoreDamaged             one of its files was not written by kith (exit code 1)
├── SchedulerError               where runs should be done
├── OutputError                  where results should go
└── PathError                    a path that no file can have
RunsFailed (a RuntimeError)      every run failed (the first traceback), or too few can be used
SchedulerLost (a RuntimeError)   the scheduler was lost during the runs
Stopped (a RuntimeError)         Ctrl-C; the text says which results are kept
"""


class RequestError(ValueError):
    """The request is wrong; the message names the thing, the value and the way out."""


class ComparisonError(RequestError):
    """The request for a comparison is wrong."""


class StudyError(RequestError):
    """A study file, a lever or a design is wrong."""


class StoreError(RequestError):
    """A folder of results cannot be used."""


class StoreDamaged(StoreError):
    """A file of a store was not written by kith; the request is not at fault."""


class SchedulerError(RequestError):
    """The scheduler is unknown or cannot be reached."""


class OutputError(RequestError):
    """Results cannot be written to the requested place."""


class PathError(RequestError):
    """The name is not possible for a file or folder."""


class RunsFailed(RuntimeError):
    """Every run of a comparison failed, and the text is the first traceback; or too few can be used, and it says why."""


class SchedulerLost(RuntimeError):
    """The scheduler was lost; results that had arrived are kept."""


class Stopped(RuntimeError):
    """Ctrl-C; the text says which results are kept and how to resume."""


class NothingToMeasure(RequestError):
    """A log or a run has nothing that counts as an action, so that no measure of it is defined."""


class ScriptWithoutFile(RequestError):
    """A script that was read from standard input starts processes, which could not import it."""

    def __init__(self) -> None:
        super().__init__(
            "this script was not read from a file, and the processes that kith starts have to import it; "
            "save it as a file, or give workers=1"
        )


class UnguardedScript(RequestError):
    """A script starts processes at its top level, where each of them, importing the script, would do so again."""

    def __init__(self) -> None:
        super().__init__(
            "this script starts processes whenever it is imported, and every process imports it; write its last lines as\n\n"
            '    if __name__ == "__main__":\n'
            "        main()\n\n"
            "with the call of kith inside main(), or give workers=1"
        )
