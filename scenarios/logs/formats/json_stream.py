"""JSON read object by object, so that memory does not grow with the file."""

import json
from collections.abc import Iterator
from typing import IO, Any

from kith.scenarios.errors import LogError

CHUNK = 1 << 20
LARGEST = 1 << 26
"letters of one object"
_BLANK = " \t\r\n"


class JsonText:
    """A JSON text of which only a window is in memory."""

    def __init__(self, stream: IO[str], label: str) -> None:
        self._stream, self._label = stream, label
        self._text, self._at, self._end = "", 0, False
        self._decode = json.JSONDecoder().raw_decode

    def peek(self) -> str:
        """The next letter that is not blank; empty at the end."""
        while True:
            text, at = self._text, self._at
            while at < len(text) and text[at] in _BLANK:
                at += 1
            self._at = at
            if at < len(text):
                return text[at]
            if not self._more():
                return ""

    def skip(self, letter: str) -> None:
        """Pass over a letter that must come next."""
        if self.peek() != letter:
            raise LogError(f"{self._label} is cut short or no JSON: {letter!r} is missing; export it again")
        self._at += 1

    def value(self) -> Any:
        """The next value."""
        self.peek()
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except ValueError as error:
                if not self._more():
                    raise LogError(
                        f"{self._label} is cut short or no JSON ({error}); export it again"
                    ) from None
                continue
            except RecursionError:
                raise LogError(
                    f"{self._label} is nested too deeply for a log; give the export itself"
                ) from None
            if end == len(self._text) and self._more():  # a number may go on
                continue
            self._at = end
            return value

    def items(self) -> Iterator[Any]:
        """The elements of the list that comes next."""
        self.skip("[")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            yield self.value()
            if self.peek() != ",":
                break
            self._at += 1
        self.skip("]")

    def _more(self) -> bool:
        """Read on; false at the end of the file."""
        if self._end:
            return False
        if len(self._text) - self._at > LARGEST:
            raise LogError(
                f"{self._label} holds an object of more than {LARGEST // 1_000_000} MB; give the export itself"
            )
        part = self._stream.read(max(CHUNK, len(self._text) - self._at))
        self._end = not part
        self._text, self._at = self._text[self._at :] + part, 0
        return bool(part)


def list_in(stream: IO[str], label: str, key: str) -> Iterator[tuple[str, Any]]:
    """The elements of the list under a key of an object, as `(key, element)`, and every other key's value."""
    text = JsonText(stream, label)
    text.skip("{")
    while text.peek() not in ("}", ""):
        name = text.value()
        text.skip(":")
        if name == key and text.peek() == "[":
            for item in text.items():
                yield key, item
        else:
            yield str(name), text.value()
        if text.peek() == ",":
            text.skip(",")
    text.skip("}")


def elements_of(stream: IO[str], label: str) -> Iterator[Any]:
    """The elements of a file that is a list."""
    yield from JsonText(stream, label).items()


def reactions_in(message: dict[str, Any]) -> int:
    """How many reactions a message of a chat has."""
    reactions = message.get("reactions")
    counts = (
        [reaction.get("count") for reaction in reactions if isinstance(reaction, dict)]
        if isinstance(reactions, list)
        else []
    )
    return sum(count for count in counts if isinstance(count, int) and count > 0)
