"""The beginning of a file, from which its format is recognised."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kith.scenarios.logs.sources import File


@dataclass(frozen=True)
class Head:
    """A file of a log and its first bytes."""

    file: File
    data: bytes

    @property
    def name(self) -> str:
        """The file's path inside its folder or zip."""
        return self.file.name

    @cached_property
    def text(self) -> str:
        """The beginning as text, without a byte order mark; what is no UTF-8 is left out."""
        return self.data.decode("utf-8-sig", errors="ignore")

    @cached_property
    def first_line(self) -> str:
        """The first line that is not blank."""
        return next((line.strip() for line in self.text.splitlines() if line.strip()), "")

    @cached_property
    def first_object(self) -> dict[str, Any] | None:
        """The JSON object on the first line, or the first of a list; None if there is none."""
        for text in (self.first_line, self.text.lstrip().removeprefix("[").lstrip()):
            try:
                value, _ = json.JSONDecoder().raw_decode(text)
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict):
                return value
        return None

    @cached_property
    def cells(self) -> list[str]:
        """The cells of the first line as a table with a header would have them, in lower case."""
        line = self.first_line
        delimiter = max(",;\t|", key=line.count)
        return [cell.strip().strip('"').strip().lower() for cell in line.split(delimiter)]
