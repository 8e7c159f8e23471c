"""Parts of an address: read one by one, so that what is wrong with one does not lose the others."""

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import parse_qsl

from kith.scenarios.errors import ScenarioError


class Wrong:
    """What is wrong with an address, gathered part by part, so that the rest of it still counts."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def kept[Value, Other](self, make: Callable[[], Value], otherwise: Other) -> Value | Other:
        """What a part of an address says, or `otherwise` if it cannot be used; why not is noted."""
        try:
            return make()
        except ValueError as error:
            self.said.append(str(error))
            return otherwise

    def one_of(self, given: Mapping[str, str], name: str, known: Iterable[str], otherwise: str) -> str:
        """A word of the address that is one of some; `otherwise` if it is another, or missing."""
        word = given.get(name, otherwise)
        if word == otherwise or word in known:
            return word
        self.said.append(f"{name}={clipped(word)}: must be one of {', '.join(known)}")
        return otherwise

    def number(self, given: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
        """A whole number of the address, see `number`; `default` if it is none."""
        return self.kept(lambda: number(given, name, default, low, high), default)

    def __str__(self) -> str:
        return " · ".join(self.said)


def number(given: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    """A whole number of the address, within bounds."""
    text = given.get(name)
    if text is None:
        return default
    if not text.isdecimal() or len(text) > 9 or not low <= int(text) <= high:
        raise ScenarioError(f"{name}={clipped(text)}: must be a whole number from {low:,} to {high:,}")
    return int(text)


def clipped(text: str, most: int = 40) -> str:
    """What an address says, short enough to be repeated."""
    return text if len(text) <= most else f"{text[:most]}…"


def pairs_of(query: str | None) -> dict[str, str]:
    """Names and values of an address with plain parts."""
    return dict(parse_qsl(query or "", keep_blank_values=True))
