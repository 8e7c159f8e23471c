"""A checkpoint is there whole or not at all, and anything else is refused."""

import hashlib
import json
import os
import pickle
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kith.sim.checkpoints.checkpoint
from kith.sim.checkpoints.checkpoint import ABOUT, KINDS, STATE, CheckpointError, check_place, resume, save
from kith.sim.engine import Simulation
from kith.sim.schema.plan import Plan
from kith.sim.storage.serialise import packed

type Content = dict[str, Any]


@pytest.fixture
def saved(plan_of: Callable[..., Plan], tmp_path: Path) -> Path:
    """A checkpoint of a busy web, 5 of 60 days old."""
    simulation = Simulation(plan_of("web", "busy", phases={3: {"monetisation": {"model": "ads"}}}), days=60)
    simulation.advance(5)
    save(simulation, tmp_path / "run.kith")
    return tmp_path / "run.kith"


def digest(simulation: Simulation) -> str:
    """What tells one state from another."""
    arrays: list[Any] = []
    parts = (simulation.community, simulation.recorder)
    text = json.dumps([packed(part, "", arrays, KINDS) for part in parts])
    whole = hashlib.sha256(text.encode())
    for array in arrays:
        whole.update(array.tobytes())
    return whole.hexdigest()


def test_a_file_that_is_cut_short_is_refused(saved: Path) -> None:
    whole = saved.read_bytes()
    for length in [*range(0, 60, 7), *range(60, len(whole), len(whole) // 50), len(whole) - 1]:
        saved.write_bytes(whole[:length])
        with pytest.raises(CheckpointError, match="is not a checkpoint|is incomplete or damaged"):
            resume(saved)


def places_to_damage(whole: bytes) -> Iterator[int]:
    """Every byte of the archive's own words, and some of the content."""
    yield from range(120)
    yield from range(len(whole) - 300, len(whole))
    yield from np.random.default_rng(0).integers(0, len(whole), 150).tolist()


def test_damage_is_refused_or_harmless(saved: Path) -> None:
    whole, state = saved.read_bytes(), digest(resume(saved))
    refused = 0
    for place in places_to_damage(whole):
        saved.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            assert digest(resume(saved)) == state
        except CheckpointError:
            refused += 1
    assert refused > 150


def changed(path: Path, name: str, change: Callable[[Content], object]) -> None:
    """Rewrite one JSON member of a checkpoint, checksums and all."""
    with zipfile.ZipFile(path) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    content = json.loads(members[name])
    change(content)
    members[name] = json.dumps(content).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for each, data in members.items():
            archive.writestr(each, data)


STRANGERS: dict[str, tuple[str, Callable[[Content], object], str]] = {
    "model": (ABOUT, lambda a: a.update(model_version="0"), "model_version is '0', this version has '"),
    "format": (ABOUT, lambda a: a.update(format=99), "format is 99, this version has 1; resume it with"),
    "attribute": (ABOUT, lambda a: a["layout"].pop("Community.items"), "Community.items has another layout than in this version; resume it with"),
    "column": (ABOUT, lambda a: a["layout"]["Population.members"].pop(), "Population.members has another layout"),
    "series": (ABOUT, lambda a: a["layout"]["Recorder.series"].pop(), "Recorder.series has another layout"),
    "another day": (ABOUT, lambda a: a.update(day=7), "damaged"),
    "nothing": (ABOUT, lambda a: a.clear(), "damaged"),
    "plan": (
        STATE,
        lambda s: s["community"]["Community"]["plan"]["Plan"]["phases"]["tuple"].pop(),
        "damaged",
    ),
    "parameter": (
        STATE,
        lambda s: s["community"]["Community"]["parameters"]["Parameters"].update(luck=1.0),
        "damaged",
    ),
    "objects": (STATE, lambda s: s["arrays"].__setitem__(0, ["|O", [1]]), "damaged"),
    "class": (STATE, lambda s: s.update(recorder={"Popen": {"args": "ls"}}), "damaged"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "change", "reason"), STRANGERS.values(), ids=STRANGERS)
def test_another_kiths_checkpoint_is_refused(
    saved: Path, name: str, change: Callable[[Content], object], reason: str
) -> None:
    changed(saved, name, change)
    with pytest.raises(CheckpointError, match=reason):
        resume(saved)


def test_foreign_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("days = 180")
    (tmp_path / "pickle").write_bytes(pickle.dumps(print))
    with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
        archive.writestr("notes.txt", "hello")
    np.savez(tmp_path / "numpy.npz", a=np.arange(3))
    for path in [*tmp_path.iterdir(), tmp_path, Path(os.devnull)]:
        with pytest.raises(CheckpointError, match="is not a checkpoint; name a file"):
            resume(path)
    with pytest.raises(CheckpointError, match="No such file or directory; name a checkpoint"):
        resume(tmp_path / "missing.kith")


# Where it is written


def test_a_stranger_is_not_overwritten(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "scenario.toml").write_text("days = 180")
    with pytest.raises(CheckpointError, match="is an existing file that is no checkpoint"):
        save(resume(saved), tmp_path / "scenario.toml")
    assert (tmp_path / "scenario.toml").read_text() == "days = 180"


def test_places_that_cannot_hold_a_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="is a folder; name a file"):
        check_place(tmp_path)
    with pytest.raises(CheckpointError, match="does not exist; create it"):
        check_place(tmp_path / "none" / "run.kith")


def test_a_failed_save_leaves_what_was_there(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = saved.read_bytes()

    def full(file: Any, *_: Any) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kith.sim.checkpoints.checkpoint, "_write", full)
    with pytest.raises(CheckpointError, match="cannot be written .No space left on device.; choose another"):
        save(resume(saved), saved)
    assert saved.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [saved.name]
