"""What can go wrong with many runs.

RequestError (a ValueError)      what was asked for cannot be done as it stands
├── ComparisonError              a comparison
├── StudyError                   a study file, a lever, a design
├── StoreError                   a folder of results that cannot be used
│   └── StoreDamaged             one of its files is none of ours, though it looks like one (exit code 1)
├── SchedulerError               where runs should be done
├── OutputError                  where results should go
└── PathError                    a path that no file can have
RunsFailed (a RuntimeError)      every run broke; the text is the first traceback
SchedulerLost (a RuntimeError)   the place where runs were done is gone
Stopped (a RuntimeError)         somebody pressed Ctrl-C; the text says what is kept
"""


class RequestError(ValueError):
    """What was asked for cannot be done; the message names the thing, the value and the way out."""


class ComparisonError(RequestError):
    """The request for a comparison cannot be met as it stands."""


class StudyError(RequestError):
    """A study cannot be done as it is written."""


class StoreError(RequestError):
    """A folder of results cannot be used."""


class StoreDamaged(StoreError):
    """A file of a store cannot be what kith wrote; nothing that was asked for is at fault."""


class SchedulerError(RequestError):
    """The place where runs should be done is unknown or cannot be reached."""


class OutputError(RequestError):
    """Results cannot be written where they were asked for."""


class PathError(RequestError):
    """No file or folder can have that name."""


class RunsFailed(RuntimeError):
    """Every run of a comparison failed; the text is the first traceback."""


class SchedulerLost(RuntimeError):
    """The place where runs were done is gone; what came back before is kept."""


class Stopped(RuntimeError):
    """Work was stopped by hand; the text says what is kept and how to go on."""
