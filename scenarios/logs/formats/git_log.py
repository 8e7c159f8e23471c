"""Git: what `git log --format=%aI,%aE,%cE` writes: when, who, and who committed it.

A commit is addressed to whoever committed it, if that was not the author: who takes a patch in has
looked at it. GitHub itself, which commits merges, is nobody.
"""

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kith.scenarios.errors import LogError
from kith.scenarios.logs.builder import TableBuilder
from kith.scenarios.logs.formats.delimited import Table, batches
from kith.scenarios.logs.formats.head import Head
from kith.scenarios.logs.rows import Rows, Texts

NAME, TITLE = "git_log", "git log"
NOBODY = "noreply@github.com"
_LINE = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:?\d{2})([,;\t|])[^,;\t|]*@[^,;\t|]*(?:\1[^,;\t|]*)?"
)


def claims(head: Head) -> bool:
    """Whether the first line is a moment with a zone and one or two mail addresses."""
    return _LINE.fullmatch(head.first_line) is not None


def read(heads: Sequence[Head], builder: TableBuilder) -> None:
    """The commits of all files."""
    builder.columns |= {"member": "author", "time": "author date", "target": "committer"}
    for head in heads:
        first = _LINE.fullmatch(head.first_line)
        if first is None:
            raise LogError(
                f"{head.file.label} is no log of commits; write it with git log --format=%aI,%aE,%cE"
            )
        width = head.first_line.count(first[1]) + 1
        table = Table(first[1], [""] * width, has_header=False)
        for columns, places in batches(head.file, table, builder, f"{head.name} " if len(heads) > 1 else ""):
            author = _lower(columns[1])
            committer = _lower(columns[2]) if width > 2 else author
            bot = pc.or_(pc.match_substring(author, "[bot]"), pc.equal(author, NOBODY))
            other = pc.and_(pc.not_equal(author, committer), pc.not_equal(committer, NOBODY))
            builder.add(
                Rows(
                    author,
                    columns[0],
                    "commit",
                    target=pc.if_else(other, committer, ""),
                    bot=bot.to_numpy(zero_copy_only=False).astype(np.bool_),
                    places=places,
                )
            )


def _lower(texts: Texts) -> pa.Array:
    return pc.utf8_lower(pc.utf8_trim_whitespace(pa.array(texts, pa.string())))
