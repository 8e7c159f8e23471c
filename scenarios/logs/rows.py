"""Rows as a format's reader hands them over: columns of texts, and the options that readers heed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kith.scenarios.logs.table import Times

NOBODY: Final = -1
BOT: Final = -2
NO_ACTION = "event"
"what an action is called in a log that names none"

type Texts = Sequence[str] | pa.Array
"texts as a list or as an Arrow array without nulls"


def listed(texts: Texts) -> Sequence[str]:
    """Texts as a list."""
    return texts.to_pylist() if isinstance(texts, pa.Array) else texts


def numbers_of(texts: Sequence[str]) -> tuple[npt.NDArray[np.float64], int]:
    """Numbers, with a currency sign or thousands' separators; NaN for the rest, and how many are no numbers."""
    try:
        values = np.array([text or "nan" for text in texts], np.float64)
        none = 0
    except ValueError:
        numbers = [_number(text) for text in texts]
        values = np.array([np.nan if number is None else number for number in numbers], np.float64)
        none = numbers.count(None)
    endless = np.isinf(values)
    values[endless] = np.nan
    return values, none + int(endless.sum())


def _number(text: str) -> float | None:
    plain = text.strip().lstrip("$€£¥").replace(",", "").replace(" ", "")
    try:
        return float(plain or "nan")
    except ValueError:
        return None


class Numbering(dict[str, int]):
    """Codes by text, in order of first appearance; surrounding blanks do not matter."""

    def __init__(self, aliases: Mapping[str, str] | None = None, bots: bool = False) -> None:
        super().__init__({"": NOBODY})
        self.names: list[str] = []
        self.bots: set[str] = set()
        self._aliases = aliases or {}
        self._drop_bots = bots

    def __missing__(self, text: str) -> int:
        name = text.strip()
        name = self._aliases.get(name, name)
        code = self.get(name)
        if code is None:
            if self._drop_bots and (name in self.bots or name.lower().endswith("[bot]")):
                code = BOT
            else:
                code = len(self.names)
                self.names.append(name)
            self[name] = code
        self[text] = code
        return code

    def codes(self, texts: Texts) -> npt.NDArray[np.int64]:
        """The code of each text."""
        if isinstance(texts, pa.Array):
            encoded = texts if isinstance(texts, pa.DictionaryArray) else texts.dictionary_encode()
            different = self.codes(encoded.dictionary.to_pylist())
            return different[encoded.indices.to_numpy(zero_copy_only=False)]
        return np.fromiter(map(self.__getitem__, texts), np.int64, len(texts))


@dataclass(frozen=True)
class Rows:
    """Rows of a source as columns, all of one length n.

    An empty text stands for nothing; `None` for a column that the source does not have.
    """

    member: Texts
    time: Texts | Times
    "texts, or microseconds since 1970, UTC"
    action: Texts | str = NO_ACTION
    "a word for each row, or one for all"
    target: Texts | None = None
    value: Texts | None = None
    key: Texts | None = None
    "what identifies an event in the source, such as the number of a message"
    answers: Texts | None = None
    "the key of the event that this one replies to; its author becomes the target"
    bot: npt.NDArray[np.bool_] | None = None
    places: Sequence[str] | None = None
    "where each row is, such as `line 7`; without it, rows cannot be listed"


@dataclass(frozen=True)
class Options:
    """How a log is to be read; see `kith.scenarios.logs.reading.read_events`."""

    columns: Mapping[str, str] = field(default_factory=dict)
    zone: str | None = None
    day_first: bool | None = None
    max_bad: float = 0.05
    strict: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)
    duplicates: str = "auto"
    names: bool = False


class RowBuffer:
    """Rows found one by one, handed over in batches.

    Parameters
    ----------
    take : what receives the batches, such as `TableBuilder.add`.
    values, keys : whether rows have a value, and a key of their own.
    """

    SIZE = 1 << 14

    def __init__(self, take: Callable[[Rows], None], values: bool = False, keys: bool = False) -> None:
        self._take, self._values, self._keys = take, values, keys
        self._rows: list[tuple[str, str, str, str, str, str, str, bool, str]] = []

    def add(
        self,
        member: str,
        time: str,
        action: str,
        *,
        target: str = "",
        value: str = "",
        key: str = "",
        answers: str = "",
        bot: bool = False,
        place: str = "",
    ) -> None:
        """Take a row; an empty text stands for nothing."""
        self._rows.append((member, time, action, target, value, key, answers, bot, place))
        if len(self._rows) == self.SIZE:
            self.flush()

    def flush(self) -> None:
        """Hand over what is left."""
        if not self._rows:
            return
        member, time, action, target, value, key, answers, bot, place = zip(*self._rows, strict=True)
        self._take(
            Rows(
                member,
                time,
                action,
                target,
                value if self._values else None,
                key if self._keys else None,
                answers if self._keys else None,
                np.array(bot, np.bool_),
                place,
            )
        )
        self._rows.clear()
