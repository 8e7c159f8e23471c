"""What can go wrong with many runs.

RequestError (a ValueError)      what was asked for cannot be done as it stands
├── ComparisonError              a comparison
└── OutputError                  where results should go
RunsFailed (a RuntimeError)      every run broke; the text is the first traceback
"""


class RequestError(ValueError):
    """What was asked for cannot be done; the message names the thing, the value and the way out."""


class ComparisonError(RequestError):
    """The request for a comparison cannot be met as it stands."""


class OutputError(RequestError):
    """Results cannot be written where they were asked for."""


class RunsFailed(RuntimeError):
    """Every run of a comparison failed; the text is the first traceback."""
