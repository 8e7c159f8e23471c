"""The names that `kith` offers: declared once for type checkers and once for use, and the same."""

import ast
from pathlib import Path

import pytest

import kith


def test_every_public_name_is_there_and_says_what_it_is() -> None:
    assert set(kith.__all__) <= set(dir(kith))
    for name in kith.__all__:
        assert name in ("MODEL_VERSION", "TICK") or getattr(kith, name).__doc__, name


def test_type_checkers_are_told_the_same_homes(root: Path) -> None:
    tree = ast.parse((root / "src" / "kith" / "__init__.py").read_text("utf-8"))
    (typed,) = (node for node in tree.body if isinstance(node, ast.If))
    declared = {a.name: n.module for n in typed.body if isinstance(n, ast.ImportFrom) for a in n.names}
    assert declared == kith._HOMES
    assert sorted(declared) == sorted(kith.__all__)


def test_a_name_that_is_not_there_is_missing() -> None:
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        kith.lode  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'lode'"):
        from kith import lode  # type: ignore[attr-defined]  # noqa: F401
