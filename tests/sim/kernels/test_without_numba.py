"""Without numba, as in a browser, the engine is the same model in plain Python.

Members' numbers are kept in single precision. Compiled code computes with them in double precision and rounds when it
stores; NumPy's scalars stay single in between. So a sum over members may differ in the eighth digit, and a decision
that lies on such a digit could go the other way; in these runs none does.
"""

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import kith
from kith import load, run
from kith.sim.results.record import Record

SIZE = {"market.size": 400, "market.founders": 20}
DAYS = 10
NAMES = ("web", "hub", "fee")
ROOT = Path(kith.__file__).parents[1]

RUN = f"""
import pickle, sys
sys.modules["numba"] = sys.modules["llvmlite"] = None
from kith import compare, load, run
records = {{name: run(load(name, overrides={SIZE}), seed=3, days={DAYS}) for name in {NAMES}}}
assert not [name for name in sys.modules if name.startswith(("numba.", "llvmlite."))]
paired = compare(["web", "hub"], runs=2, days={DAYS}, overrides={SIZE}, workers=1)
pickle.dump({{name: (r.series, r.members) for name, r in records.items()}}, sys.stdout.buffer)
"""


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    paths = [str(ROOT), *(os.environ.get("PYTHONPATH") or "").split(os.pathsep)]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN],
        capture_output=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
        timeout=600,
    )
    assert done.returncode == 0, done.stderr.decode()[-2_000:]
    found: dict[str, Any] = pickle.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def compiled() -> dict[str, Record]:
    return {name: run(load(name, overrides=SIZE), seed=3, days=DAYS) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_members_are_the_same_to_the_last_bit(
    name: str, plain: dict[str, Any], compiled: dict[str, Record]
) -> None:
    pd.testing.assert_frame_equal(plain[name][1], compiled[name].members, check_exact=True)


@pytest.mark.parametrize("name", NAMES)
def test_days_are_the_same_to_the_precision_of_what_members_keep(
    name: str, plain: dict[str, Any], compiled: dict[str, Record]
) -> None:
    pd.testing.assert_frame_equal(plain[name][0], compiled[name].series, rtol=1e-7, atol=0)


def test_few_files_load_numba() -> None:
    loading = [
        path.relative_to(ROOT).as_posix()
        for folder in ("sim", "scenarios", "experiments", "dashboard")
        for path in sorted((ROOT / "kith" / folder).rglob("*.py"))
        if any(
            line.strip().startswith(("import numba", "from numba"))
            for line in path.read_text("utf-8").splitlines()
        )
    ]
    kernels = [f"kith/sim/kernels/{name}.py" for name in ("compilation", "lean_numba", "linked", "structs")]
    assert loading == [*kernels, "kith/experiments/cli/manners/compiling.py"]
