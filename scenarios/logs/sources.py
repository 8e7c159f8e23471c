"""Where a log comes from: a file, a folder, a zip, a gzip, standard input or bytes in memory.

Whatever it is becomes a list of files that can be opened as streams, each checked while it is read:
how much it unpacks to, how long its lines are, and whether it is text at all. Nothing is unpacked to
disk under a name that came with the data.
"""

import gzip
import io
import os
import shutil
import struct
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, cast

from kith.scenarios.errors import LogError, shown

LIMIT = 20_000_000_000
"bytes of a log, unpacked, all files together"
FILES = 200_000
"files in a folder or zip"
LINE = 16_000_000
"bytes of a line of text"
HEAD = 65_536
"bytes from which a format is recognised"
BUFFER = 1 << 20
IN_MEMORY = 200_000_000
"bytes that are unpacked in memory where a reader goes back; more go to a temporary file"

MANIFEST, EVENTS = "ro-crate-metadata.json", "events.parquet"
"in the folder that a run leaves behind: the list of its files, and its event log"
GZIP, ZIP, PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PAR1"
OTHER_KINDS = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Office document; save it as CSV",
    b"PK\x05\x06": "an empty zip",
    b"BZh": "packed by bzip2; unpack it first",
    b"7z\xbc\xaf": "a 7z archive; unpack it first",
    b"\xfd7zXZ": "packed by xz; unpack it first",
    b"\x28\xb5\x2f\xfd": "packed by zstd; unpack it first",
    b"Rar!": "a RAR archive; unpack it first",
    b"SQLite format 3": "an SQLite database; export the table as CSV",
    b"\x7fELF": "a program",
    b"\xff\xfe": "UTF-16 text; save it as UTF-8",
    b"\xfe\xff": "UTF-16 text; save it as UTF-8",
}
SKIPPED = ("__MACOSX/", ".DS_Store", "Thumbs.db")

type Source = str | os.PathLike[str] | bytes


@dataclass(frozen=True)
class File:
    """One file of a log."""

    name: str
    "its path inside the folder or zip, with `/`"
    label: str
    "how messages name it"
    open_raw: Callable[[], BinaryIO] = field(repr=False)
    budget: "Budget" = field(repr=False)
    path: Path | None = None
    "where it is, if it is a file of its own"

    @contextmanager
    def binary(self, lines: bool = True) -> Iterator[BinaryIO]:
        """The bytes, unpacked; with `lines`, only text in lines of a bearable length."""
        with self.open_raw() as raw:
            checked = _Checked(raw, self.label, self.budget, lines)
            with io.BufferedReader(checked, BUFFER) as stream:
                yield stream

    @contextmanager
    def text(self, lines: bool = True) -> Iterator[IO[str]]:
        """The text, UTF-8 with or without a byte order mark, line ends as they are."""
        with self.decoded(), self.binary(lines) as stream:
            yield io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")

    @contextmanager
    def decoded(self) -> Iterator[None]:
        """Name the line, if something inside finds that the file is not UTF-8."""
        try:
            yield
        except UnicodeDecodeError:
            raise LogError(
                f"{self.label}: line {self._line_of_bad_text()} is not UTF-8; save the log as UTF-8"
            ) from None

    def head(self) -> bytes:
        """The first bytes, unpacked."""
        budget, spare = self.budget, self.budget.left
        with self.binary(lines=False) as stream:
            head = stream.read(HEAD)
        budget.left = spare
        return head

    @contextmanager
    def seekable(self) -> Iterator[BinaryIO]:
        """The bytes in a stream that can go back, unpacked if need be: in memory, or into a temporary file if they are many."""
        with self.open_raw() as raw:
            if raw.seekable() and isinstance(raw, io.BufferedReader | io.BytesIO):
                yield raw
                return
        with self.binary(lines=False) as stream, tempfile.SpooledTemporaryFile(IN_MEMORY) as spool:
            shutil.copyfileobj(stream, spool, BUFFER)
            spool.seek(0)
            yield cast(BinaryIO, spool)

    def _line_of_bad_text(self) -> int:
        with self.binary() as stream:
            for line, content in enumerate(stream, 1):
                try:
                    content.decode("utf-8-sig")
                except UnicodeDecodeError:
                    return line
        return 1


@dataclass
class Budget:
    """Bytes that a log may still unpack to."""

    left: int
    label: str
    capacity: int = 0

    def __post_init__(self) -> None:
        self.capacity = self.left

    def take(self, count: int) -> None:
        """Count bytes that were read."""
        self.left -= count
        if self.left < 0:
            raise LogError(
                f"{self.label} holds more than {self.capacity / 1e6:,.0f} MB, unpacked; cut it to the months that matter"
            )


@contextmanager
def opened(source: Source, label: str, limit: int | None = None) -> Iterator[list[File]]:
    """The files of a source; a temporary copy of standard input, and an open zip, end with the block.

    Raises
    ------
    LogError
        The source does not exist, is broken, encrypted or too large, or holds unsafe paths.
    """
    budget = Budget(LIMIT if limit is None else limit, label)
    with ExitStack() as stack:
        yield list(_files(source, label, budget, stack))


def _files(source: Source, label: str, budget: Budget, stack: ExitStack) -> Iterator[File]:
    if isinstance(source, bytes):
        yield from _of_stream(lambda: io.BytesIO(source), label, label, budget, stack)
        return
    if os.fspath(source) == "-":
        spool = stack.enter_context(tempfile.NamedTemporaryFile())  # noqa: SIM115
        _spool(cast(BinaryIO, sys.stdin.buffer), cast(BinaryIO, spool), budget)
        path = Path(spool.name)
    else:
        path = Path(source)
    with _reading(label):
        folder, file = path.is_dir(), path.is_file()
    if folder:
        yield from _of_folder(path, label, budget)
    elif file:
        yield from _of_stream(_opening(path), path.name, label, budget, stack)
    else:
        raise LogError(
            f"{label} does not exist or is not a file; give the path of a log, a folder or a zip of "
            "its files, or - for standard input"
        )


def _opening(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")


def _spool(stream: BinaryIO, spool: BinaryIO, budget: Budget) -> None:
    spare = budget.left
    while block := stream.read(BUFFER):
        budget.take(len(block))
        spool.write(block)
    spool.flush()
    budget.left = spare


def _of_folder(path: Path, label: str, budget: Budget) -> Iterator[File]:
    with _reading(label):
        files = [path / EVENTS] if _is_bundle(path) else _files_below(path, label)
    if not files:
        raise LogError(f"{label} is a folder without files; give the folder of an export")
    for file in files:
        name = _printable(file.relative_to(path).as_posix())
        if not _is_skipped(name):
            yield File(name, f"{label}/{name}", _unpacked(_opening(file), f"{label}/{name}"), budget, file)


def _is_bundle(path: Path) -> bool:
    """Whether `kith run --out` wrote the folder: of all its tables one is the log."""
    return all((path / name).is_file() for name in (MANIFEST, EVENTS))


def _files_below(path: Path, label: str) -> list[Path]:
    """The files of a folder and of the folders in it, in order; links are left out.

    Looking ends as soon as it cannot be an export: where another file system begins (as below `/`), where a
    folder may not be read, or at more files than are read.
    """

    def refuse(problem: OSError) -> None:
        raise problem

    paths: list[Path] = []
    for where, folders, names in os.walk(path, onerror=refuse):
        for folder in folders:
            if Path(where, folder).is_mount():
                raise LogError(
                    f"{label} holds another file system, {shown(folder)}; give the folder of an export"
                )
        files = (Path(where, name) for name in names)
        paths += [file for file in files if not file.is_symlink() and file.is_file()]
        _check_number(len(paths), label)
    return sorted(paths)


def _of_stream(
    open_raw: Callable[[], BinaryIO], name: str, label: str, budget: Budget, stack: ExitStack
) -> Iterator[File]:
    with _reading(label), open_raw() as stream:
        magic = stream.read(4)
    if magic != ZIP:
        yield File(name, label, _unpacked(open_raw, label), budget)
        return
    with _reading(label):
        archive = stack.enter_context(zipfile.ZipFile(stack.enter_context(open_raw())))
    yield from _of_zip(archive, label, budget)


def _of_zip(archive: zipfile.ZipFile, label: str, budget: Budget) -> Iterator[File]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    _check_number(len(entries), label)
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" in names:
        raise LogError(f"{label} is an Office document; save its table as CSV")
    if sum(entry.file_size for entry in entries) > budget.left:
        budget.take(budget.left + 1)
    for entry in sorted(entries, key=lambda entry: entry.filename):
        _check_entry(entry, label)
        if not _is_skipped(entry.filename):
            name = _printable(entry.filename)
            opening = _unpacked(_entry(archive, entry), f"{label}/{name}")
            yield File(name, f"{label}/{name}", opening, budget)


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    return lambda: cast(BinaryIO, archive.open(entry))


def _printable(name: str) -> str:
    """A name that keeps to one line."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:200]


def _check_number(files: int, label: str) -> None:
    if files > FILES:
        raise LogError(
            f"{label} holds {files:,} files, and at most {FILES:,} are read; choose a part of them"
        )


def _check_entry(entry: zipfile.ZipInfo, label: str) -> None:
    path = PurePosixPath(entry.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in "".join(path.parts[:1]):
        raise LogError(
            f"{label} holds the path {shown(entry.filename)}, which leads out of the archive; pack it again"
        )
    if entry.flag_bits & 1:
        raise LogError(f"{label} is encrypted; unpack it, and give the folder")


def _is_skipped(name: str) -> bool:
    return (
        name.startswith(SKIPPED)
        or PurePosixPath(name).name in SKIPPED
        or PurePosixPath(name).name.startswith("._")
    )


def _unpacked(open_raw: Callable[[], BinaryIO], label: str) -> Callable[[], BinaryIO]:
    """The same file, unpacked if it is gzipped, whatever its name."""

    def opening() -> BinaryIO:
        with _reading(label):
            with open_raw() as stream:
                packed = stream.read(2) == GZIP
            again = open_raw()
        return cast(BinaryIO, _Gunzip(again)) if packed else again

    return opening


class _Gunzip(gzip.GzipFile):
    """An unpacking stream that closes the packed one with it, and cannot go back."""

    def __init__(self, packed: BinaryIO) -> None:
        super().__init__(fileobj=packed, mode="rb")
        self._packed = packed

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._packed.close()


@contextmanager
def _reading(label: str) -> Iterator[None]:
    """Say in a sentence what is wrong with a file or archive that cannot be read."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise LogError(f"{label} is a broken gzip file ({error}); copy or pack it again") from None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OverflowError, struct.error) as error:
        raise LogError(f"{label} is a broken zip file ({error}); copy or pack it again") from None
    except OSError as error:
        raise LogError(f"{label} cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        if isinstance(error, LogError):
            raise
        raise LogError(f"{label} cannot be read: {error}; copy or pack it again") from None


class _Checked(io.RawIOBase):
    """A stream whose content is looked at as it passes."""

    def __init__(self, raw: BinaryIO, label: str, budget: Budget, lines: bool) -> None:
        self._raw, self._label, self._budget, self._lines = raw, label, budget, lines
        self._line, self._length = 1, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _reading(self._label):
            block = self._raw.read(len(buffer))
        self._budget.take(len(block))
        if self._lines:
            self._check(block)
        buffer[: len(block)] = block
        return len(block)

    def _check(self, block: bytes) -> None:
        nul = block.find(b"\0")
        if nul >= 0:
            raise LogError(
                f"{self._label}: line {self._line + block.count(b'\n', 0, nul)} holds NUL bytes, so this is no text; "
                "save the log as text in UTF-8"
            )
        end = max(block.rfind(b"\n"), block.rfind(b"\r"))
        self._length = self._length + len(block) if end < 0 else len(block) - end - 1
        if self._length > LINE:
            raise LogError(
                f"{self._label}: line {self._line} is longer than {LINE // 1_000_000} MB; "
                "give a file with one event per line"
            )
        self._line += block.count(b"\n")


def kind_of_other(head: bytes) -> str | None:
    """What a file is that is no log: a picture, a document, an archive of another kind."""
    return next((kind for magic, kind in OTHER_KINDS.items() if head.startswith(magic)), None)
