"""Parts of an address: read one by one, so that what is wrong with one does not lose the others."""

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import parse_qsl

from kith.scenarios.errors import ScenarioError


class AddressErrors:
    """What is wrong with an address, gathered part by part, so that the rest of it still counts."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def value_or[Value, Default](self, make: Callable[[], Value], default: Default) -> Value | Default:
        """The value of a part of an address, or `default` if it cannot be used; the reason is noted."""
        try:
            return make()
        except ValueError as error:
            self.messages.append(str(error))
            return default

    def one_of(self, given: Mapping[str, str], name: str, known: Iterable[str], default: str) -> str:
        """A word of the address that is one of several; `default` if it is another, or missing."""
        word = given.get(name, default)
        if word == default or word in known:
            return word
        self.messages.append(f"{name}={clipped(word)}: must be one of {', '.join(known)}")
        return default

    def number(self, given: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
        """A whole number of the address, see `number`; `default` if it is none."""
        return self.value_or(lambda: number(given, name, default, low, high), default)

    def __str__(self) -> str:
        return " · ".join(self.messages)


def number(given: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    """A whole number of the address, within bounds."""
    text = given.get(name)
    if text is None:
        return default
    if not text.isdecimal() or len(text) > 9 or not low <= int(text) <= high:
        raise ScenarioError(f"{name}={clipped(text)}: must be a whole number from {low:,} to {high:,}")
    return int(text)


def clipped(text: str, most: int = 40) -> str:
    """A value of an address, short enough to be repeated in a message."""
    return text if len(text) <= most else f"{text[:most]}…"


def pairs_of(query: str | None) -> dict[str, str]:
    """Names and values of an address, each name once."""
    return dict(parse_qsl(query or "", keep_blank_values=True))


def repeated_pairs_of(query: str | None) -> list[tuple[str, str]]:
    """Names and values of an address in their order; `+` is itself, as in `web+subscription`."""
    return parse_qsl((query or "").replace("+", "%2B"), keep_blank_values=True)
