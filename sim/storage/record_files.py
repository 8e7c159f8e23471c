"""Record files: a record written as a folder of Parquet files and read back exactly.

The public functions are `Record.to_parquet` and `Record.from_parquet`; this module handles frames and
plain values and does not import the class.

`series`, `monthly`, `members`, `ties`, `summary` and `diary` (the source of `Record.events`) are Parquet
files; `record.json` contains the plan and other metadata, and `arrays.npz` the numbers of a founding
log or graph, if there is one. `record.json` also contains checksums of all files, so that damage is
detected. Reading executes no code from the folder. A folder is written under a temporary name and
then renamed.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kith.sim.storage.atomic_write import whole_folder
from kith.sim.storage.plan_limits import check_saved_plan
from kith.sim.storage.serialise import Arrays, packed, unpacked

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 2
ABOUT, ARRAYS = "record.json", "arrays.npz"
FRAMES = ("series", "monthly", "members", "ties")
FILES = frozenset({ABOUT, ARRAYS, *(f"{name}.parquet" for name in (*FRAMES, "summary", "diary"))})


class RecordError(ValueError):
    """A record cannot be written to a folder, or a folder contains no readable record."""


@dataclass(frozen=True)
class RecordContents:
    """The contents of a record: plain values and frames by name, the summary, and the event diary."""

    plain: dict[str, Any]
    frames: "dict[str, pd.DataFrame]"
    summary: "pd.Series"
    diary: "Diary | None"


def write_record_files(contents: RecordContents, folder: str | os.PathLike[str]) -> None:
    """Write a record into a folder atomically.

    Raises
    ------
    RecordError
        If the path is a file, contains other files, or cannot be written to.
    """
    target = _check_place(folder)
    arrays: Arrays = []
    plain = {name: packed(value, name, arrays) for name, value in contents.plain.items()}
    frames, summary, diary = contents.frames, contents.summary, contents.diary
    about = {"format": FORMAT, "record": plain, "arrays": len(arrays)}
    about["columns"] = {name: _columns(frame) for name, frame in frames.items()}
    about["units"] = {name: frame.attrs for name, frame in (frames | {"summary": summary}).items()}
    try:
        with whole_folder(target) as partial:
            for name, frame in frames.items():
                frame.to_parquet(partial / f"{name}.parquet", index=False)
            _summary_frame(summary).to_parquet(partial / "summary.parquet", index=False)
            if diary is not None:
                _diary_frame(diary).to_parquet(partial / "diary.parquet", index=False)
            if arrays:
                np.savez(partial / ARRAYS, *arrays)
            about["checks"] = {path.name: _checksum(path.read_bytes()) for path in partial.iterdir()}
            about["check"] = _own_check(json.loads(json.dumps(about)))
            (partial / ABOUT).write_text(json.dumps(about), encoding="utf-8")
    except OSError as error:
        raise RecordError(f"{folder}: cannot be written ({error.strerror}); choose another place") from None


def read_record_files(folder: str | os.PathLike[str]) -> RecordContents:
    """Read what `write_record_files` wrote.

    Raises
    ------
    RecordError
        If the folder contains no record, one of another format, or a damaged one.
    """
    place = Path(folder)
    if not (place / ABOUT).is_file():
        raise RecordError(
            f"{folder}: contains no {ABOUT}, so it is no record; name a folder written by Record.to_parquet"
        )
    try:
        about = json.loads((place / ABOUT).read_text("utf-8"))
        if about["format"] == FORMAT:
            _check_files(place, about)
            return _contents(place, about)
    except MemoryError:
        raise
    except Exception as error:  # damage shows in many ways
        raise RecordError(f"{folder}: is incomplete or damaged; copy it again, or repeat the run") from error
    raise RecordError(
        f"{folder}: has format {about['format']!r}, this version reads {FORMAT}; read it with the version that wrote it"
    )


def _check_files(place: Path, about: dict[str, Any]) -> None:
    """Raise ValueError unless every file has the checksum that it had when it was written."""
    if about.pop("check") != _own_check(about):
        raise ValueError(f"{ABOUT} is not what was written")
    present = {path.name for path in place.iterdir()} & (FILES - {ABOUT})
    for name in present | about["checks"].keys():
        if not (place / name).is_file() or _checksum((place / name).read_bytes()) != about["checks"][name]:
            raise ValueError(f"{name} is not what was written")


def _own_check(about: dict[str, Any]) -> str:
    return _checksum(json.dumps(about, sort_keys=True).encode())


def _checksum(content: bytes) -> str:
    return hashlib.blake2b(content).hexdigest()[:16]


def _contents(place: Path, about: dict[str, Any]) -> RecordContents:
    import pandas as pd

    arrays: Arrays = []
    if about["arrays"]:
        with np.load(place / ARRAYS, allow_pickle=False) as archive:
            arrays = [archive[f"arr_{k}"] for k in range(about["arrays"])]
    plain = {name: unpacked(value, arrays) for name, value in about["record"].items()}
    check_saved_plan(plain["plan"])  # an invalid plan could crash Python when it is run again
    frames = {name: _frame(place, name, about) for name in FRAMES}
    summary = pd.read_parquet(place / "summary.parquet")
    values = pd.Series(summary["value"].to_numpy(), summary["indicator"].tolist(), name="value", dtype=float)
    values.attrs = about["units"]["summary"]
    diary = place / "diary.parquet"
    entries = _diary(pd.read_parquet(diary)) if diary.is_file() else None
    return RecordContents(plain, frames, values, entries)


def _check_place(folder: str | os.PathLike[str]) -> Path:
    target = Path(folder).resolve()
    if target.is_file():
        raise RecordError(f"{folder}: is a file; name a folder")
    inside = {entry.name for entry in target.iterdir()} if target.is_dir() else set()
    others = sorted(inside - FILES)
    if others or (inside and ABOUT not in inside):
        first = (others or sorted(inside))[0]
        raise RecordError(f"{folder}: contains {first}, which is not part of a record; name a new folder")
    if target == Path.cwd():
        raise RecordError(f"{folder}: is the current folder; name a new one")
    return target


# -- frames --------------------------------------------------------------------------------


def _columns(frame: "pd.DataFrame") -> dict[str, Any]:
    """Column -> its dtype or all its categories, because Parquet keeps only those that occur."""
    import pandas as pd

    return {
        name: frame[name].cat.categories.tolist()
        if isinstance(frame[name].dtype, pd.CategoricalDtype)
        else str(frame[name].dtype)
        for name in frame.columns
    }


def _frame(place: Path, name: str, about: dict[str, Any]) -> "pd.DataFrame":
    import pandas as pd

    columns, read = about["columns"][name], pd.read_parquet(place / f"{name}.parquet")
    if not columns:  # there was no complete month
        frame = pd.DataFrame([])
        frame.attrs = about["units"][name]
        return frame
    content = {
        column: pd.Categorical(read[column], kind) if isinstance(kind, list) else read[column].astype(kind)
        for column, kind in columns.items()
    }
    frame = pd.DataFrame(content)
    frame.attrs = about["units"][name]
    return frame


def _summary_frame(summary: "pd.Series") -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame({"indicator": summary.index.astype("str"), "value": summary.to_numpy()})


type Diary = list[tuple[int, str, npt.NDArray[np.int64], npt.NDArray[np.int64]]]


def _diary_frame(diary: Diary) -> "pd.DataFrame":
    """One row per event in the order of the diary; `entry` is the number of the diary entry."""
    import pandas as pd

    sizes = [len(who) for _, _, who, _ in diary]
    empty = [np.empty(0, np.int64)]
    return pd.DataFrame(
        {
            "entry": np.repeat(np.arange(len(diary)), sizes),
            "day": np.repeat(np.array([day for day, *_ in diary], np.int64), sizes),
            "action": pd.Categorical(np.repeat(np.array([action for _, action, *_ in diary], object), sizes)),
            "person": np.concatenate(empty + [who for _, _, who, _ in diary]),
            "target": np.concatenate(empty + [_targets(who, target) for _, _, who, target in diary]),
        }
    )


def _targets(who: npt.NDArray[np.int64], target: Any) -> npt.NDArray[np.int64]:
    return np.full(len(who), -1, np.int64) if target is None else target


def _diary(frame: "pd.DataFrame") -> Diary:
    """The entries of a diary; empty ones are not restored."""
    edges = np.flatnonzero(np.diff(frame["entry"].to_numpy(), prepend=-1))
    persons, targets = frame["person"].to_numpy(), frame["target"].to_numpy()
    days, actions = frame["day"].to_numpy(), frame["action"].to_numpy()
    ends = np.append(edges, len(frame))[1:].tolist()
    return [
        (int(days[a]), str(actions[a]), persons[a:b], targets[a:b])
        for a, b in zip(edges.tolist(), ends, strict=True)
        if b > a
    ]


__all__ = ["RecordContents", "RecordError", "read_record_files", "write_record_files"]
