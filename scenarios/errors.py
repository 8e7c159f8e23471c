"""Errors in scenarios and event logs.

ScenarioError (a ValueError)   a scenario, an override or a shock cannot be used
└── LogError                   an event log cannot be used; `problems` holds its bad rows
    ├── UndecidedDates         its dates may be day/month or month/day, and no row decides
    └── UndecidedFormat        its files are of several formats, or of none that is recognised
"""


class ScenarioError(ValueError):
    """A scenario cannot be used; the message names the key, the value and a remedy."""


class LogError(ScenarioError):
    """An event log cannot be used; `problems` lists its bad rows, each with its line number."""

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class UndecidedDates(LogError):
    """The dates of an event log have two readings, and no row tells which is right."""


class UndecidedFormat(LogError):
    """The files of an event log are of several formats, or of none that is recognised; naming one may help."""


def shown(value: object, width: int = 60) -> str:
    """A value for a message: quoted as in TOML, and shortened."""
    text = f'"{value}"' if isinstance(value, str) else repr(value)
    text = text.replace("\n", " ").replace("\r", " ")
    return text if len(text) <= width else f"{text[: width - 1]}…"
