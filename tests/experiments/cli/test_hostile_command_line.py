"""Whatever is written on the command line, the answer is one sentence and exit code 2, or work begins; no file is touched.

Every command and every option is found by asking the command line itself, so a new one is tested from its first day.
"""

import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from kith.experiments.bundles.bundle import bundle
from kith.experiments.cli.app import app, exit_code
from kith.experiments.escaping import LONGEST_MESSAGE
from tests.experiments.calibration.bundles import write_made_up_bundle
from tests.experiments.calibration.conftest import rows_of, write_log
from tests.experiments.cli.test_study_cli import TINY

SMALL = ["--set", "market.size=300", "--set", "market.founders=40"]
ASKS = """
[optimise]
maximise = ["margin"]

[break_even]
lever = "monetisation.price"
outcome = "margin"

[discover]
fails = "margin < 0"
"""
EXPECTING = "extends = 'web'\n[[expected]]\nindicator = 'active'\nagainst = 'pool'\nsign = '-'\n"

SOUND: dict[str, list[str]] = {
    "list": [],
    "show": ["web"],
    "run": ["web", "--days", "3", *SMALL],
    "compare": ["web", "pool", "--runs", "1", "--workers", "1", "--days", "3", *SMALL],
    "answers": ["mine.toml", "--runs", "4", "--workers", "1"],
    "claims": ["futures", "--runs", "4", "--workers", "1"],
    "schema": [],
    "new": ["scenario", "begun.toml"],
    "doctor": [],
    "bench": ["--sizes", "300", "--threads", "1"],
    "verify": ["--quick"],
    "verify-bundle": ["bundle", "--files-only"],
    "patterns": ["SF3", "--quick", "--workers", "1", "--seeds", "4"],
    "robust": ["web", "pool", "--worlds", "2", "--days", "3", "--workers", "1", *SMALL],
    "graph": ["web", "--days", "3", "--out", "net.graphml", *SMALL],
    "odd": ["web", "--out", "web.md", *SMALL],
    "levers": ["web", "--parameter", "value.peers", "--runs", "4", "--days", "3", "--workers", "1"],
    "lesson": [],
    "dashboard": ["--no-open"],
    "measure": ["tiny.csv", "--replicates", "0"],
    "calibrate": ["web", "village.csv", "--points", "32", "--workers", "1"],
    "forecast": ["fitted", "--days", "30", "--workers", "1"],
    "customers": ["tiny.csv"],
    "study list": [],
    "study run": ["tiny.toml", "--workers", "1"],
    "study status": ["tiny.toml"],
    "study export": ["tiny.toml", "--out", "new"],
    "study optimise": ["tiny.toml", "--workers", "1"],
    "study discover": ["tiny.toml"],
    "study break-even": ["tiny.toml", "--workers", "1"],
    "study regret": ["tiny.toml"],
    "study replicate": ["tiny.toml", "--runs", "4", "--budget", "3", "--workers", "1"],
    "study tip": ["tiny.toml", "--runs", "4", "--points", "4", "--workers", "1"],
}
"""A request that each command takes; one of its words is made hostile at a time."""

HOSTILE = [
    *("", " ", "-", "--", "0", "-1", "1.5", "nan", "inf", "-inf", "1e400", "9" * 30, "9" * 5000),
    *("x" * 300, "x" * 5000, "deep/" + "y" * 300 + "/er", "../..", "/", "~nobody0/x", "a/" * 3000),
    *("afile", "afile/below", "empty", "full", "pipe", "loop", "bytes", "locked", "/dev/null", "/proc/nothing"),
    *("\x1b[31mred", "two\nlines", "\u202eabc", "\x9b2J", "a\x00b", "\udce9", "=1+1", "é" * 300, "a " * 2500),
    *("monetisation.price=nan", "monetisation.price=1e400", "market.size=1e9", "=", "market.size=" + "9" * 5000),
    *("nan hub_departs", "1 members_leave share=nan", "1e9 hub_departs", "1 " * 500),
    *("tcp://", "tcp://127.0.0.1:1", "tcp://[::1", "http://x:99999999", "margin < 'a'", "1e308 * 1e308 < 1"),
]  # fmt: skip

SOME = [
    *HOSTILE[:2],
    "nan",
    "1e400",
    "9" * 30,
    "9" * 5000,
    "x" * 300,
    "~nobody0/x",
    "afile",
    "pipe",
    "\x1b[31mred",
    "a " * 2500,
]
"""What of these finds most; `make slow` tries all of them."""


class Begun(BaseException):
    """The request was taken, and work would begin."""


def commands(group: Any = None, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every command with its name."""
    for part, command in (group or typer.main.get_command(app)).commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{part} ")
        else:
            yield f"{name}{part}", command


PLACES = [
    pytest.param(name, parameter, id=f"{name} {parameter.name}")
    for name, command in commands()
    for parameter in command.params
    if not getattr(parameter, "is_flag", False) and parameter.name != "help"
]


def with_hostile(name: str, parameter: Any, value: str) -> list[str]:
    """The sound request of a command with a hostile value in one place."""
    words = list(SOUND[name])
    if parameter.param_type_name == "argument":
        return [*name.split(), value, *words[1:]]
    option = parameter.opts[0]
    if option in words and option != "--set":
        place = words.index(option)
        del words[place : place + 2]
    return [*name.split(), *words, option, value]


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle to be copied."""
    write_made_up_bundle(target := tmp_path_factory.mktemp("bundle") / "fitted")
    return target


@pytest.fixture
def folder(tmp_path: Path, fitted: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one of each kind of thing that can be in the way; work is over where it would begin."""

    def begin(*_: Any, **__: Any) -> None:
        raise Begun

    for where in (
        "runs.runner",
        "studies.execute",
        "analyses.optimise",
        "analyses.break_even",
        "analyses.replicate",
        "analyses.tipping",
    ):
        monkeypatch.setattr(f"kith.experiments.{where}.pool", begin)
    monkeypatch.setattr("kith.experiments.calibration.running.pool", begin)
    monkeypatch.setattr("kith.sim.engine.Simulation.__init__", begin)
    monkeypatch.setattr(
        "kith.experiments.cli.dashboard_command._replace_process", begin
    )  # it would replace this process
    monkeypatch.setattr("kith.experiments.speed.bench.bench", begin)
    monkeypatch.setattr("kith.experiments.evidence.measure.measure", begin)
    monkeypatch.setattr("kith.experiments.calibration.customers.judged.judged", begin)
    monkeypatch.setattr("kith.experiments.credibility.verify.verify", begin)
    monkeypatch.setattr("kith.experiments.speed.throughput.throughput", begin)
    monkeypatch.setattr("kith.sim.kernels.cache.is_compiled", lambda: True)
    monkeypatch.chdir(tmp_path)
    ranged = TINY.replace("values = [5.0, 10.0]", "low = 0.0\nhigh = 40.0\nsteps = 2")
    (tmp_path / "tiny.toml").write_text(ranged + ASKS, encoding="utf-8")
    (tmp_path / "mine.toml").write_text(EXPECTING, encoding="utf-8")
    (tmp_path / "tiny.csv").write_text(
        "member_id,timestamp,action\na,2024-01-01,post\nb,2024-01-02,post\na,2024-01-03,post\n"
    )
    write_log(tmp_path / "village.csv", rows_of())
    shutil.copytree(fitted, tmp_path / "fitted")
    with bundle(tmp_path / "bundle", "nothing") as made:
        made.text("report.html", "empty", "a report")
    (tmp_path / "afile").write_text("hello", encoding="utf-8")
    (tmp_path / "bytes").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "locked").write_text("hello", encoding="utf-8")
    (tmp_path / "locked").chmod(0)
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("dear", encoding="utf-8")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


def reads_a_log(request: list[str]) -> bool:
    """Whether a command reads an event log."""
    return request[0] in ("measure", "calibrate", "customers") or not {"--from-log", "--replay"}.isdisjoint(
        request
    )


def seen(folder: Path) -> list[str]:
    """All that is in a folder, with its size."""
    return sorted(f"{path.relative_to(folder)} {path.lstat().st_size}" for path in folder.rglob("*"))


def test_every_command_has_a_sound_request() -> None:
    assert {name for name, _ in commands()} == set(SOUND)


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_request_is_taken(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code: Any = exit_code([*name.split(), *SOUND[name]])
    except Begun:
        code = 0
    needs_runs = name in ("study export", "study discover", "study regret")
    assert (code, "is empty" in capsys.readouterr().err) == ((2, True) if needs_runs else (0, False))


@pytest.mark.parametrize(
    "values", [pytest.param(SOME, id="some"), pytest.param(HOSTILE, id="all", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize(("name", "parameter"), PLACES)
def test_every_hostile_value_of_every_option_is_answered_in_one_sentence(
    name: str,
    parameter: Any,
    values: list[str],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = seen(folder)
    for value in values:
        request = with_hostile(name, parameter, value)
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))  # what "-" reads: nothing
        try:
            code: Any = exit_code(request)
        except Begun:
            code = 0
        said = capsys.readouterr()
        shown = f"{request}: exit code {code}, {said.err[-300:]!r}"[:900]
        assert code in (0, 2), shown
        assert "Traceback" not in said.err, shown
        if code == 2:
            *notes, message = (
                said.err.splitlines()
            )  # what was read of a log is printed before what is wrong with it
            assert message.startswith("kith: ") and (not notes or reads_a_log(request)), shown
            assert said.out == "", shown
            assert len(message) <= LONGEST_MESSAGE + 10, shown
        assert not [c for c in said.out + said.err if (c < " " and c not in "\n\t") or c in "\u202e\x9b"], (
            shown
        )
        assert seen(folder) == before, shown


def test_a_name_as_long_as_names_may_be_is_a_good_one(folder: Path) -> None:
    from kith.experiments.files import check_folder, write_text
    from kith.sim.storage.atomic_write import whole_folder

    with whole_folder(check_folder(Path("n" * 255))) as made:
        (made / "summary.json").write_text("{}", encoding="utf-8")
    write_text(folder / ("m" * 255), "text")
    assert sum(len(path.name) == 255 for path in folder.iterdir()) == 2
    assert not list(folder.glob(".*"))
    shutil.rmtree(folder / ("n" * 255))
