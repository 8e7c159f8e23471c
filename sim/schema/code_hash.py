"""A hash of the code behind a function, so that a result names the code that made it.

It covers the whole text of the function's module, on which helpers and constants of a function may depend; of a
function without a file, as one typed into a session, its compiled code.
"""

import hashlib
import inspect
import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from types import CodeType
from typing import Any

LENGTH = 16


def code_hash(function: Callable[..., Any]) -> str:
    """The hash, 16 hexadecimal digits."""
    if isinstance(function, partial):
        return _short(repr((code_hash(function.func), function.args, function.keywords)).encode())
    plain: Any = inspect.unwrap(getattr(function, "__func__", function))
    plain = plain if hasattr(plain, "__code__") else type(plain).__call__
    name = getattr(plain, "__qualname__", "")
    text = _module_text(getattr(plain, "__module__", ""))
    if text is not None and "<lambda>" not in name:
        return _short(name.encode() + b"\0" + text)
    code = getattr(plain, "__code__", None)
    return _short(_compiled(code) if code is not None else name.encode())


def _module_text(module: str) -> bytes | None:
    file = getattr(sys.modules.get(module), "__file__", None)
    try:
        return _text(file, Path(file).stat().st_mtime_ns) if file and file.endswith(".py") else None
    except OSError:
        return None


@cache
def _text(file: str, changed: int) -> bytes:
    """The text of a file as of when it was changed last."""
    return Path(file).read_bytes()


def _compiled(code: CodeType) -> bytes:
    """The instructions, names and constants of a function, and of the functions inside it."""
    inner = b"".join(_compiled(value) for value in code.co_consts if isinstance(value, CodeType))
    plain = [value for value in code.co_consts if not isinstance(value, CodeType)]
    return code.co_code + repr((code.co_names, code.co_varnames, plain)).encode() + inner


def _short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:LENGTH]
