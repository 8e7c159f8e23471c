"""What a test lets another process do with a file."""

import time

from kith.scenarios.errors import LogError


def hungry(name: str, content: bytes) -> int:
    return len(bytes(3_000_000_000))


def strange(name: str, content: bytes) -> None:
    raise LogError(f"{name} is strange", ("line 1", "line 2"))


def stuck(name: str, content: bytes) -> None:
    time.sleep(600)


def length(name: str, content: bytes) -> int:
    return len(content)
