"""What is being written is there whole or not at all; what a killed process began is removed by the next one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kith.experiments.files import write_text
from kith.experiments.studies.store import Store
from kith.sim.storage.atomic_write import beside, partial_file, remove_abandoned, whole_folder

WRITER = """
import sys, time
from pathlib import Path
from kith.sim.storage.atomic_write import partial_file, whole_folder

with {kind}(Path(sys.argv[1])) as _:
    print("writing", flush=True)
    time.sleep(600)
"""


@contextmanager
def writing(kind: str, target: Path, root: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that has begun to write and does not end."""
    command = [sys.executable, "-c", WRITER.format(kind=kind), str(target)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        try:
            yield process
        finally:
            process.kill()


def write_folder(target: Path) -> None:
    with whole_folder(target) as partial:
        (partial / "a").write_text("whole", encoding="utf-8")


def write_file(target: Path) -> None:
    write_text(target, "whole")


WAYS: dict[str, Callable[[Path], None]] = {"partial_file": write_file, "whole_folder": write_folder}


@pytest.mark.parametrize("kind", WAYS)
def test_what_a_killed_process_began_is_removed_by_the_next_and_what_a_live_one_writes_is_left(
    kind: str, tmp_path: Path, root: Path
) -> None:
    target = tmp_path / "result"
    with writing(kind, target, root) as process:
        assert len(list(tmp_path.glob(".result.*.partial"))) == 1
        WAYS[kind](target)
        assert len(list(tmp_path.glob(".result.*.partial"))) == 1  # its writer lives
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert len(list(tmp_path.glob(".result.*.partial"))) == 1
    WAYS[kind](target)
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_a_number_of_a_process_that_another_has_by_now_protects_nothing(tmp_path: Path) -> None:
    """The name that kith once gave to such files held the number of the writer: here it is this process's own."""
    left = tmp_path / f".result.{os.getpid()}.partial"
    left.write_text("half", encoding="utf-8")
    write_file(tmp_path / "result")
    assert not left.exists()


def test_only_what_was_begun_for_the_same_target_is_removed(tmp_path: Path) -> None:
    others = [".other.1.partial", ".resulting.1.partial", "result.1.partial", ".result.1.part"]
    for name in others:
        (tmp_path / name).write_text("not ours", encoding="utf-8")
    write_file(tmp_path / "result")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*others, "result"])


def test_a_folder_that_a_killed_process_put_aside_comes_back_or_goes(tmp_path: Path) -> None:
    target = tmp_path / "result"
    write_folder(target)
    aside = beside(target, ".old")
    target.rename(aside)  # as between the two renames of a swap
    remove_abandoned(target)
    assert (target / "a").read_text("utf-8") == "whole"
    write_folder(beside(target, ".old"))
    remove_abandoned(target)
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_a_link_that_looks_like_something_begun_is_left(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / ".result.1.partial").symlink_to("precious")
    write_file(tmp_path / "result")
    assert (tmp_path / "precious").is_dir()


def test_a_file_is_not_there_before_it_is_whole(tmp_path: Path) -> None:
    def broken_off() -> None:
        with partial_file(tmp_path / "result") as (_, file):
            file.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_off()
    assert list(tmp_path.iterdir()) == []


def test_many_writers_of_one_file_do_not_remove_each_others(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda k: write_text(tmp_path / "result", str(k)), range(200)))
        list(threads.map(lambda k: write_folder(tmp_path / f"folder{k % 2}") if k < 2 else None, range(8)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder0", "folder1", "result"]


def test_a_store_is_freed_of_what_killed_processes_had_begun(tmp_path: Path) -> None:
    from kith.experiments.runs.runner import RunResult

    folder = tmp_path / "store" / "results"
    folder.mkdir(parents=True)
    (folder / ".abc.parquet.123.partial").write_bytes(b"half")
    store = Store(tmp_path / "store")
    with partial_file(folder / "other.parquet") as (live, _):
        store.add([RunResult("run", 0, "run", "2", {"margin": 1.0})])
        assert live.exists()
    assert [path.name for path in folder.glob(".*")] == []


def test_a_saved_run_is_freed_of_what_a_killed_process_had_begun(tmp_path: Path) -> None:
    from kith.scenarios.load import load
    from kith.sim.checkpoints.checkpoint import save
    from kith.sim.engine import Simulation

    (tmp_path / ".half.kith.123.partial").write_bytes(b"half")
    small = load("web", overrides={"market.size": 300, "market.founders": 40}, days=3)
    save(Simulation(small, 1), tmp_path / "half.kith")
    assert [path.name for path in tmp_path.iterdir()] == ["half.kith"]


def test_a_pipe_among_what_was_begun_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".result.1.partial")
    begin = time.monotonic()
    write_file(tmp_path / "result")
    assert time.monotonic() - begin < 60


@pytest.mark.parametrize(
    "make", [os.mkfifo, lambda path: path.write_bytes(b"mine")], ids=["a pipe", "a file"]
)
def test_a_folder_never_takes_the_place_of_what_is_no_folder(
    make: Callable[[Path], object], tmp_path: Path
) -> None:
    make(tmp_path / "place")
    before = (tmp_path / "place").stat()
    with pytest.raises(NotADirectoryError), whole_folder(tmp_path / "place"):
        pass
    assert (tmp_path / "place").stat().st_ino == before.st_ino
    assert [path.name for path in tmp_path.iterdir()] == ["place"]


def test_a_file_never_takes_the_place_of_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "place")
    with pytest.raises(OSError, match="regular file"), partial_file(tmp_path / "place"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["place"]
    assert (tmp_path / "place").is_fifo()
