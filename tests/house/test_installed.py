"""kith as it is installed: one importable name, which shadows nothing of a user's, and whose types a user sees."""

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

OWN = {"sim/mine.py": "WHAT = 'my simulator'", "experiments/mine.py": "WHAT = 'my experiments'"}
"What a user has beside kith: folders that happen to be called as ours are."

SCRIPT = """
import sim.mine, experiments.mine
from kith import CommunityModel, compare, load, run

def main():
    plan = load("web", overrides={"market.size": 40, "market.founders": 8}, days=3)
    assert run(plan, seed=1).days == CommunityModel(plan, rng=1).community.days == 3
    found = compare(["pool", "web"], runs=4, days=3, workers=2, overrides={"market.size": 40, "market.founders": 8})
    assert not found.failures, found.failures[0].error
    print(sim.mine.WHAT, experiments.mine.WHAT, found.runs)

if __name__ == "__main__":
    main()
"""

DASK = """
import sim.mine
from kith.experiments.runs.pools import pool
from kith.experiments.runs.runner import Job, run_chunks
from kith import load

if __name__ == "__main__":
    plan = load("web", overrides={"market.size": 40, "market.founders": 8}, days=3)
    with pool("local", 2) as workers:
        outcomes = [outcome for chunk in run_chunks([Job(plan, seed, key=seed) for seed in range(4)], workers) for outcome in chunk]
    assert not any(outcome.failed for outcome in outcomes), outcomes[0].error
    print(len(outcomes))
"""


@pytest.fixture(scope="session")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment in which the wheel is installed, with our dependencies."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    site = Path(
        succeed([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], folder).strip()
    )
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python


def succeed(command: list[str | Path], folder: Path, **environment: str) -> str:
    """The standard output of a command, which has nothing of this checkout on its path."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}
    }
    done = subprocess.run(
        command,
        cwd=folder,
        env=inherited | {"NUMBA_DISABLE_JIT": "1"} | environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return done.stdout


def own_folders(place: Path, regular: bool) -> None:
    """A user's `sim/` and `experiments/`, as regular packages or without `__init__.py`."""
    for name, text in OWN.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
        if regular:
            (path.parent / "__init__.py").write_text("", encoding="utf-8")


@pytest.mark.parametrize(
    ("where", "regular"),
    [
        pytest.param("in the working directory", True, marks=pytest.mark.slow),
        ("beside the script", False),
        pytest.param("on PYTHONPATH", True, marks=pytest.mark.slow),
    ],
)
def test_a_users_folders_and_kith_both_work(python: Path, tmp_path: Path, where: str, regular: bool) -> None:
    work, script, path = tmp_path / "work", tmp_path / "scripts" / "study.py", tmp_path / "path"
    for folder in (work, script.parent, path):
        folder.mkdir()
    environment = {}
    if where == "in the working directory":
        script = work / "study.py"
    own_folders({"on PYTHONPATH": path}.get(where, script.parent), regular)
    if where == "on PYTHONPATH":
        environment = {"PYTHONPATH": str(path)}
    script.write_text(SCRIPT, encoding="utf-8")
    assert succeed([python, script], work, **environment) == "my simulator my experiments 4\n"


@pytest.mark.slow
def test_a_dask_worker_finds_kith_beside_a_users_folders(python: Path, tmp_path: Path) -> None:
    own_folders(tmp_path, regular=True)
    (tmp_path / "study.py").write_text(DASK, encoding="utf-8")
    assert succeed([python, "study.py"], tmp_path) == "4\n"


def test_nothing_else_of_ours_is_importable(python: Path, tmp_path: Path) -> None:
    look = (
        "import importlib.util as u; print([n for n in ('sim', 'scenarios', 'experiments', 'dashboard', 'tests', "
        "'kith') if u.find_spec(n)])"
    )
    for interpreter in (python, Path(sys.executable)):
        assert succeed([interpreter, "-c", look], tmp_path) == "['kith']\n"


def test_the_command_works_in_an_empty_folder(python: Path, tmp_path: Path) -> None:
    """The library and the templates are found where they are installed, not where they are written."""
    assert "web" in succeed([python, "-m", "kith", "list"], tmp_path)
    place = succeed([python, "-c", "import kith; print(kith.__file__)"], tmp_path)
    assert Path(place.strip()).is_relative_to(python.parents[1])


def test_the_logs_that_ship_are_installed_with_their_licences(
    python: Path, wheel: Path, tmp_path: Path
) -> None:
    code = "from kith.scenarios.catalogue import logs; print(*sorted(path.stem.partition('.')[0] for path in logs().values()))"
    names = succeed([python, "-c", code], tmp_path).split()
    assert "college_msg" in names
    packed = set(zipfile.ZipFile(wheel).namelist())
    beside = {f"kith/scenarios/library/examples/LICENSES/{name}.txt" for name in names}
    declared = {name.rpartition("/")[2] for name in packed if ".dist-info/licenses/" in name}
    assert beside <= packed
    assert "kith/scenarios/library/examples/PROVENANCE.md" in packed
    assert {"LICENSE", *(f"{name}.txt" for name in names)} <= declared


def test_importing_kith_loads_nothing_heavy(python: Path, tmp_path: Path) -> None:
    look = "import sys; before = set(sys.modules); import kith; print(sorted(m for m in set(sys.modules) - before if m.startswith('kith') or m in {'numpy', 'numba', 'pandas', 'pydantic'}))"
    assert succeed([python, "-c", look], tmp_path) == "['kith', 'kith.extras', 'kith.lazy']\n"


def test_an_error_inside_shows_its_cause(python: Path, tmp_path: Path) -> None:
    (tmp_path / "numba.py").write_text("raise AttributeError('this numba is broken')\n", encoding="utf-8")
    code = "try:\n    from kith import run\nexcept ImportError as error:\n    print(error, '|', repr(error.__cause__))"
    printed = succeed([python, "-c", code], tmp_path, PYTHONPATH=str(tmp_path))
    assert "this numba is broken" in printed.partition("|")[0]
    assert "AttributeError" in printed.partition("|")[2]


def test_the_engine_runs_where_there_is_no_user_id(python: Path, tmp_path: Path) -> None:
    code = (
        "import os; del os.getuid; os.environ['XDG_CACHE_HOME'] = '/dev/full/x'\n"
        "from kith import load, run\n"
        "print(run(load('web', overrides={'market.size': 40, 'market.founders': 8}, days=2)).days)"
    )
    assert succeed([python, "-c", code], tmp_path) == "2\n"


TYPED = """
from kith import CommunityModel, Comparison, Plan, Record, compare, load, run

plan: Plan = load("web")
record: Record = run(plan, seed=1)
comparison: Comparison = compare(["pool", "web"], runs=4)
model = CommunityModel(plan, rng=1)
days: int = model.day
"""


@pytest.mark.slow
def test_a_users_type_checker_sees_our_types(python: Path, tmp_path: Path) -> None:
    (tmp_path / "right.py").write_text(TYPED, encoding="utf-8")
    (tmp_path / "wrong.py").write_text(TYPED.replace("seed=1)", "seed='one')", 1), encoding="utf-8")
    check = [sys.executable, "-m", "mypy", "--strict", "--python-executable", python, "right.py", "wrong.py"]
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600)
    complaints = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert len(complaints) == 1, done.stdout
    assert complaints[0].startswith("wrong.py") and '"str"; expected "int"' in complaints[0]


def test_checkout_wheel_and_source_archive_hold_the_same_files(
    root: Path, wheel: Path, archive: Path
) -> None:
    packages = ("sim", "scenarios", "experiments", "dashboard")
    shipped = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    with tarfile.open(archive) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    sources = {f"kith/{name}" for name in names if name.startswith(tuple(f"{p}/" for p in packages))}
    own = {name.removeprefix("src/") for name in names if name.startswith("src/kith/")}
    chapters = ("kith/dashboard/assets/model", "kith/dashboard/assets/science")
    assert sources | own == {name for name in shipped if not name.startswith(chapters)}
    for chapter in ("model", "science"):
        pages = {
            f"{chapter}.md",
            *(f"{chapter}/{p.name}" for p in (root / "docs/explanation" / chapter).iterdir()),
        }
        assert pages <= {name.removeprefix("kith/dashboard/assets/") for name in shipped}
    ignored = {"__pycache__"}
    checkout = {
        f"kith/{path.relative_to(root).as_posix()}"
        for package in packages
        for path in (root / package).rglob("*")
        if path.is_file() and not ignored & set(path.parts)
    }
    assert checkout == sources


def metadata(wheel: Path) -> Message:
    """What the wheel says of itself; its payload is the description."""
    with zipfile.ZipFile(wheel) as packed:
        name = next(name for name in packed.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_bytes(packed.read(name))


def test_every_licence_that_is_packed_is_declared(wheel: Path) -> None:
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if "LICENSE" in name}
    licences = {name.removeprefix("kith/") for name in packed if ".dist-info/" not in name}
    declared = set(metadata(wheel).get_all("License-File", []))
    assert licences <= declared
    assert any("/cdn/" in name for name in licences)


def test_the_description_of_the_package_leads_nowhere_and_says_no_word_of_a_checkout(wheel: Path) -> None:
    text = str(metadata(wheel).get_payload(decode=False))
    top = text.partition("<details>")[0]
    assert re.findall(r"!?\[[^\]]*\]\((?!https?:)[^)]*\)", text) == []
    assert "make demo" not in top
    assert "**Then**" not in top
    assert "(more)" not in top
    assert "|  |" not in top
    assert "A lesson for a class" not in top
    assert "$ kith compare pool hub web" in top
    assert "Install it from a checkout or a wheel" in top
