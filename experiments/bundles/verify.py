"""Whether a bundle is as it was written, and whether repeating it gives the same.

At equal versions of everything that decides bytes, each file has to be equal. Otherwise the numbers in the tables
are compared: they have to agree within a relative `TOLERANCE`, which rounding in another version of a library may
use up and a changed draw does not. Another version of the model is not compared at all.
"""

import json
import math
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kith.experiments.bundles.bundle import KIND, NOT_REPEATED, PROVENANCE
from kith.experiments.bundles.crate import checksums
from kith.experiments.bundles.inputs import INPUTS, WITHOUT, sha256, without
from kith.experiments.bundles.provenance import versions
from kith.experiments.errors import RequestError
from kith.experiments.files import MANIFEST, user_path
from kith.sim.engine import MODEL_VERSION

TOLERANCE = 1e-9
"relative, of numbers in tables where versions differ"
LARGEST = 20_000_000
"bytes of a manifest"
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("run",),
    ("compare",),
    ("robust",),
    ("forecast",),
    ("study", "export"),
    ("study", "optimise"),
    ("study", "break-even"),
    ("study", "discover"),
    ("study", "regret"),
    ("study", "replicate"),
    ("study", "tip"),
)
CODE = "--run-code"
READING = dict.fromkeys(
    ("--fails", "--scenario", "--frame", "--every", "--each-day", "--outcome", "--policy"), 1
) | {
    "--netcdf": 0,
    "--prim": 0,
    "--lower": 0,
}
"options of commands that read a store, which `study run` does not have, with how many words follow"
STORED = ("export", "discover", "regret")
"commands that read a store, which has to be filled first"


@dataclass(frozen=True)
class Held:
    """A bundle that was read."""

    folder: Path
    words: tuple[str, ...]
    made_with: Mapping[str, str]
    checksums: Mapping[str, str]
    left_out: Mapping[str, str]

    @property
    def same_versions(self) -> bool:
        """Whether everything here that decides bytes has the version that made the bundle."""
        return dict(self.made_with) == versions()

    @contextmanager
    def in_place(self, scratch: Path) -> Iterator[Path]:
        """A folder with the inputs, and with the files that were not copied, if they are in the current folder."""
        scratch.mkdir()
        if (self.folder / INPUTS).is_dir():
            shutil.copytree(self.folder / INPUTS, scratch / INPUTS)
        for name, digest in self.left_out.items():
            path = Path.cwd() / name
            if not path.is_file() or sha256(path) != digest:
                raise RequestError(
                    f"{name} is not in the bundle; put the file with SHA-256 {digest[:12]}… into the current folder"
                )
            (scratch / name).symlink_to(path)
        yield scratch


@dataclass(frozen=True)
class Verdict:
    """What was compared, and what differs."""

    same_versions: bool
    files: int
    changed: tuple[str, ...] = ()
    "files that differ from the manifest"
    repeated: bool = False
    differing: tuple[str, ...] = ()
    "files that came out otherwise"

    @property
    def holds(self) -> bool:
        """Whether the bundle is whole and nothing came out otherwise."""
        return not self.changed and not self.differing

    @property
    def reason(self) -> str:
        """Why it does not hold."""
        names = self.changed or self.differing
        what = "differ from the manifest" if self.changed else "came out otherwise"
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        return f"{', '.join(names[:3])}{more} {what}"

    def plain(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "holds": self.holds,
            "files": self.files,
            "same_versions": self.same_versions,
            "repeated": self.repeated,
            "compared": self._by,
            "changed": list(self.changed),
            "differing": list(self.differing),
        }

    def lines(self) -> list[str]:
        """What to tell."""
        out = [f"{self.files - len(self.changed)} of {self.files} files are as the manifest says"]
        if self.repeated:
            same = "nothing differs" if not self.differing else f"{len(self.differing)} files differ"
            out.append(f"repeated, compared by {self._by}: {same}")
        return out

    @property
    def _by(self) -> str:
        if self.same_versions:
            return "bytes"
        return f"the numbers in tables, within a relative {TOLERANCE:g}, because versions differ"


def opened(folder: Path) -> Held:
    """The bundle of a folder.

    Raises
    ------
    RequestError
        The folder is no bundle, or what it says cannot be repeated.
    """
    path = user_path(folder).resolve()
    crate, told = (_object(path, name) for name in (MANIFEST, PROVENANCE))
    try:
        if told["kind"] != KIND:
            raise KeyError("kind")
        words = tuple(str(word) for word in told["words"])
        made_with = {str(k): str(v) for k, v in told["versions"].items()}
        left_out = {Path(str(k)).name: str(v) for k, v in told["files_left_out"].items()}
        return Held(path, words, made_with, checksums(crate), left_out)
    except (KeyError, TypeError, AttributeError):
        raise RequestError(f"{folder}: its manifest or its {PROVENANCE} is not that of a bundle") from None


def damaged(held: Held) -> tuple[str, ...]:
    """Files that are missing, or differ from the manifest."""
    wrong = []
    for name, digest in held.checksums.items():
        path = (held.folder / name).resolve()
        if not path.is_relative_to(held.folder) or not path.is_file() or sha256(path) != digest:
            wrong.append(name)
    return tuple(wrong)


def repeatable(held: Held, again: Path, workers: int | None, run_code: bool = False) -> list[list[str]]:
    """The command lines that make the bundle once more, in the folder `again`."""
    words = list(held.words)
    if not words:
        raise RequestError(
            f"the bundle was made in Python, which its {PROVENANCE} cannot repeat; use --files-only"
        )
    verb = next((verb for verb in COMMANDS if tuple(words[: len(verb)]) == verb), None)
    if verb is None or any(word.partition("=")[0] in WITHOUT for word in words):
        raise RequestError(f"{' '.join(words)[:80]}: is no command that a bundle can be repeated with")
    if held.made_with.get("model") != MODEL_VERSION:
        raise RequestError(
            f"the bundle is of model {held.made_with.get('model')}, and this is model {MODEL_VERSION}; "
            "install the version of kith that made it, or use --files-only"
        )
    if CODE in words and not run_code:
        raise RequestError(f"the bundle runs Python of its own; read it, and allow it with {CODE}")
    by = [] if workers is None else ["--workers", str(workers)]
    out = ["--out", str(again)]
    if verb[0] != "study":
        if any(word.partition("=")[0] == "--until" for word in words):
            out += ["--save", str(again.with_name("saved"))]
        return [[*words, *out, *(by if verb != ("run",) else [])]]
    store = ["--store", str(again.with_name("store"))]
    first = [["study", "run", *without(words[2:], READING), *store, *by]]
    last = [*words, *store, *out, *([] if verb[1] in STORED else by)]
    return [*(first if verb[1] in STORED else []), last]


def compared(held: Held, again: Path) -> Verdict:
    """The bundle beside its repetition."""
    same = held.same_versions
    names = [
        name for name in held.checksums if name not in NOT_REPEATED and not name.startswith(f"{INPUTS}/")
    ]
    differing = []
    for name in names:
        other = again / name
        if not other.is_file():
            differing.append(name)
        elif same:
            if sha256(other) != held.checksums[name]:
                differing.append(name)
        elif name.endswith(".parquet") and not _alike(held.folder / name, other):
            differing.append(name)
    return Verdict(same, len(held.checksums), repeated=True, differing=tuple(differing))


def _alike(first: Path, second: Path) -> bool:
    """Whether two tables have the same columns and rows, and numbers within the tolerance."""
    import pandas as pd

    a, b = pd.read_parquet(first), pd.read_parquet(second)
    if list(a) != list(b) or len(a) != len(b):
        return False
    return all(
        _equal(x, y)
        for name in a
        if name != "run_id"
        for x, y in zip(a[name].tolist(), b[name].tolist(), strict=True)
    )


def _equal(x: Any, y: Any) -> bool:
    if isinstance(x, float) and isinstance(y, float):
        both = math.isnan(x) and math.isnan(y)
        return both or math.isclose(x, y, rel_tol=TOLERANCE, abs_tol=1e-12)
    return bool(x == y)


def _object(folder: Path, name: str) -> Any:
    path = folder / name
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError("it is too large")
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise RequestError(
            f"{folder.name}/{name} cannot be read ({why}); give a folder that --out wrote"
        ) from None
