"""What every page has in common: its state is its address, so a link shows the same page again."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self
from urllib.parse import quote, urlencode

from kith.dashboard.state.address_parts import AddressErrors
from kith.scenarios.errors import ScenarioError

READABLE = "~+=@!.,:"
"""Characters that stay as they are in an address, so that people can read it."""

type Change[State] = Callable[[State], State]
"""From the latest state to the next one."""


@dataclass(frozen=True)
class PageState(ABC):
    """The state of a page, which is written to its address and read back."""

    PATH: ClassVar[str]
    "the part of the address before `?`"

    @classmethod
    @abstractmethod
    def read(cls, query: str | None) -> tuple[Self, AddressErrors]:
        """The state of an address without the parts that cannot be used, and what is wrong with those."""

    @abstractmethod
    def parts(self) -> list[tuple[str, str]]:
        """Names and values of its address."""

    @classmethod
    def strict(cls, query: str | None) -> Self:
        """The state of an address; `ScenarioError` says which parts cannot be used."""
        state, errors = cls.read(query)
        if errors.messages:
            raise ScenarioError(str(errors))
        return state

    @classmethod
    def usable(cls, query: str | None) -> Self:
        """The state of an address without the parts that cannot be used."""
        return cls.read(query)[0]

    def query(self) -> str:
        """The part of its address after `?`."""
        return urlencode(self.parts(), safe=READABLE, quote_via=quote)

    def path(self) -> str:
        """Its address."""
        query = self.query()
        return f"{self.PATH}?{query}" if query else self.PATH

    def _changed_parts(self, *left_out: str) -> list[tuple[str, str]]:
        """The fields that differ from those of the page's plain address."""
        plain = type(self)()
        names = [field.name for field in fields(self) if field.name not in left_out]
        return [(n, str(getattr(self, n))) for n in names if getattr(self, n) != getattr(plain, n)]


def changed[State: PageState](**values: Any) -> Change[State]:
    """The change that replaces these fields."""
    return lambda state: replace(state, **values)
