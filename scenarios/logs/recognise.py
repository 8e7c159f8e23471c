"""Which format a log has: told by its content, whatever the names of its files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kith.scenarios.errors import LogError, UndecidedFormat, shown
from kith.scenarios.logs.builder import TableBuilder
from kith.scenarios.logs.formats import (
    delimited,
    discord_csv,
    discord_json,
    discourse,
    git_log,
    github_events,
    json_lines,
    mailing_list,
    parquet,
    shopify,
    slack,
    stack_exchange,
    stripe,
)
from kith.scenarios.logs.formats.head import Head
from kith.scenarios.logs.sources import ZIP, File, kind_of_other


@dataclass(frozen=True)
class Format:
    """One kind of log."""

    name: str
    "what `--format` takes"
    title: str
    "in words"
    claims: Callable[[Head], bool]
    "whether a file of that beginning belongs to a log of this kind"
    read: Callable[[Sequence[Head], TableBuilder], None]
    has_events: Callable[[Head], bool] = lambda head: True
    "of a table: whether its member and time are recognised; among several files, others are left aside"


@dataclass(frozen=True)
class Recognised:
    """The format of a log, its files, and those left aside."""

    format: Format
    files: Sequence[Head]
    not_read: tuple[str, ...] = ()


FORMATS = (
    Format(parquet.RECORD, parquet.RECORD_TITLE, parquet.claims_record, parquet.read_record),
    Format(parquet.NAME, parquet.TITLE, parquet.claims, parquet.read),
    Format(discord_json.NAME, discord_json.TITLE, discord_json.claims, discord_json.read),
    Format(slack.NAME, slack.TITLE, slack.claims, slack.read),
    Format(github_events.NAME, github_events.TITLE, github_events.claims, github_events.read),
    Format(json_lines.NAME, json_lines.TITLE, json_lines.claims, json_lines.read, json_lines.has_events),
    Format(stack_exchange.NAME, stack_exchange.TITLE, stack_exchange.claims, stack_exchange.read),
    Format(mailing_list.NAME, mailing_list.TITLE, mailing_list.claims, mailing_list.read),
    Format(git_log.NAME, git_log.TITLE, git_log.claims, git_log.read),
    Format(discord_csv.NAME, discord_csv.TITLE, discord_csv.claims, discord_csv.read),
    Format(discourse.NAME, discourse.TITLE, discourse.claims, discourse.read),
    Format(shopify.NAME, shopify.TITLE, shopify.claims, shopify.read),
    Format(stripe.NAME, stripe.TITLE, stripe.claims, stripe.read),
    Format(delimited.NAME, delimited.TITLE, delimited.claims, delimited.read, delimited.has_events),
)
"every format, those that are told by more first: a file belongs to the first that claims it"


def format_named(name: str) -> Format:
    """The format that `--format` names."""
    format = next(
        (format for format in FORMATS if format.name == name.strip().lower().replace("-", "_")), None
    )
    if format is None:
        raise LogError(
            f"format {shown(name)} is not known; choose one of {', '.join(f.name for f in FORMATS)}"
        )
    return format


def recognise(
    files: Sequence[File], label: str, format: str | None = None, columns_named: bool = False
) -> Recognised:
    """The format of a log.

    Parameters
    ----------
    files : of the log.
    label : how messages name it.
    format : the name of a format, if somebody named one.
    columns_named : whether somebody named columns, so that a table need not have those that are known.

    Raises
    ------
    LogError
        The files are of no known format, or of several.
    """
    heads = [Head(file, file.head()) for file in files]
    heads = [head for head in heads if head.data.strip()]
    if not heads:
        raise LogError(
            f"{label} is empty; its first line must name the columns, such as {delimited.EXPECTED}"
        )
    if format is not None:
        return _as_wanted(heads, format_named(format))
    claimed, left = _claimed(heads, choosy=len(heads) > 1 and not columns_named)
    if not claimed:
        claimed, left = _claimed(heads, choosy=False)
    if not claimed:
        raise _unknown(left[0], label)
    first = next(form for form in FORMATS if form.name in claimed)
    others = [name for name in claimed if name != first.name]
    if others and len(heads) > 1 and first.name not in WHOLE:
        raise UndecidedFormat(
            f"{label} holds files of several formats ({', '.join(claimed)}); choose one with --format {first.name}"
        )
    if first.name in WHOLE:
        return Recognised(first, claimed[first.name])
    left += [head for name in others for head in claimed[name]]
    return Recognised(first, claimed[first.name], tuple(head.name for head in left))


def _claimed(heads: list[Head], choosy: bool) -> tuple[dict[str, list[Head]], list[Head]]:
    """The files of each format, and those of none; if choosy, tables without events are of none."""
    claimed: dict[str, list[Head]] = {}
    left: list[Head] = []
    for head in heads:
        form = _claiming(head)
        if form is None or (choosy and not form.has_events(head)):
            left.append(head)
        else:
            claimed.setdefault(form.name, []).append(head)
    return claimed, left


WHOLE = {parquet.RECORD, slack.NAME}
"formats whose folders hold files of other kinds, too"


def _claiming(head: Head) -> Format | None:
    if kind_of_other(head.data) is not None or (b"\0" in head.data and not head.data.startswith(b"PAR1")):
        return None
    return next((form for form in FORMATS if form.claims(head)), None)


def _as_wanted(heads: list[Head], form: Format) -> Recognised:
    """The files of a format that somebody named: all that it claims, or the only one there is."""
    mine = [head for head in heads if form.claims(head)] or heads
    return Recognised(form, mine, tuple(head.name for head in heads if head not in mine))


def _unknown(head: Head, label: str) -> LogError:
    kind = kind_of_other(head.data)
    if kind is not None:
        return LogError(f"{label} is no event log: it is {kind}")
    if head.data.startswith(ZIP):
        return LogError(f"{label} holds an archive in an archive, {shown(head.name)}; unpack it first")
    nul = head.data.find(b"\0")
    if nul >= 0:
        line = head.data.count(b"\n", 0, nul) + 1
        return LogError(
            f"{label}: line {line} holds NUL bytes, so this is no text; save the log as text in UTF-8"
        )
    return UndecidedFormat(
        f"{label} is of no known format: it begins with {shown(head.first_line)}; its first line must name the "
        f"columns, such as {delimited.EXPECTED}, or choose one of {', '.join(f.name for f in FORMATS)} with --format"
    )
