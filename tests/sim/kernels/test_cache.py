"""Where compiled kernels are kept, and for how long."""

import os
import time
from pathlib import Path

import pytest

from kith.sim.kernels import cache


def test_kernels_in_use_stay_and_forgotten_ones_go(tmp_path: Path) -> None:
    used, forgotten = tmp_path / "used", tmp_path / "forgotten"
    for folder, age in ((used, 5 * 86_400), (forgotten, 31 * 86_400)):
        folder.mkdir()
        os.utime(folder, (time.time() - age,) * 2)
    own = cache._cache_folder(tmp_path)
    assert own.is_dir() and used.is_dir() and not forgotten.exists()
    assert own.name == cache._content_hash()


def test_a_run_ends_well_though_its_cache_has_vanished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "_READY", tmp_path / "gone" / "ready")
    cache.mark_compiled()
    assert not cache._READY.exists()


def test_where_nothing_is_compiled_whole_days_are_not_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "whole-day"
    mark.touch()
    monkeypatch.setattr(cache, "_WHOLE_DAY", mark)
    monkeypatch.delenv("NUMBA_DISABLE_JIT", raising=False)
    assert cache.is_whole_day_compiled()
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert cache.is_compiled() and not cache.is_whole_day_compiled()


def test_a_user_without_a_home_has_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.setattr(cache.tempfile, "gettempdir", lambda: str(tmp_path))
    root = cache._cache_root()
    assert root.is_dir() and root.parent == tmp_path
