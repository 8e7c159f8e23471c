"""A dashboard in processes of its own, as a test starts, asks and ends it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from websockets.sync.client import ClientConnection, connect

DIRECT = (sys.executable, "-m", "kith.dashboard")
BY_KITH = (sys.executable, "-c", "from kith.experiments.cli.app import main; main()", "dashboard")


@dataclass
class Served:
    """A dashboard that was started, with every process of its session."""

    process: "subprocess.Popen[str]"
    port: int
    pages: ExitStack = field(default_factory=ExitStack)
    "connections to close at its end"

    def answer(self, request: bytes) -> tuple[int, bytes]:
        """Status and the rest of what is answered to these bytes; 0 if the connection is closed without a word."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(request)
            answered = b""
            while part := connection.recv(1 << 16):
                answered += part
        status = re.match(rb"HTTP/1\.1 (\d+)", answered)
        return (int(status[1]) if status else 0), answered

    def ask(
        self, path: str, method: str = "GET", *headers: str, host: str | None = None
    ) -> tuple[int, bytes]:
        """What is answered to a request of a browser."""
        lines = [f"Host: {host or f'localhost:{self.port}'}", "Connection: close", *headers]
        return self.answer("\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode("latin-1"))

    def members(self) -> dict[int, str]:
        """The processes of its session that have not ended, and what they are."""
        commands = {}
        for folder in Path("/proc").iterdir():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                command = (folder / "cmdline").read_text()
            except OSError:
                continue
            if int(fields[3]) == self.process.pid and fields[0] not in "ZX":
                commands[int(folder.name)] = command.replace("\0", " ").strip()
        return commands

    def open(self, path: str) -> ClientConnection:
        """The connection of a page at an address, once its runs are under way; nobody reads it any further."""
        at = f"ws://localhost:{self.port}/jupyter/api/kernels/{uuid4()}/channels?session_id={uuid4()}"
        made = self.pages.enter_context(connect(at, max_size=None, ping_interval=None))
        comm = uuid4().hex
        made.send(_message("comm_open", {"comm_id": comm, "target_name": "solara.control", "data": {}}))
        run = {"method": "run", "args": {"path": path, "appName": None, "dark": False, "themes": THEMES}}
        made.send(_message("comm_msg", {"comm_id": comm, "data": run}))
        for message in made:
            raw = message.encode() if isinstance(message, str) else message
            if b'class=\\"run\\"' in raw:
                break
        return made

    def worked(self) -> float:
        """Seconds of processor that its pool has used."""
        ticks = 0
        for number in self.workers():
            with suppress(OSError):
                fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def workers(self) -> list[int]:
        """The processes of its pool."""
        return [number for number, command in self.members().items() if "multiprocessing-fork" in command]

    def ended(self, number: int) -> float:
        """Send a signal; seconds until every process is gone, or a failed test."""
        begun = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=60)
        while self.members():
            assert time.monotonic() - begun < 60, self.members()
            time.sleep(0.05)
        return time.monotonic() - begun


THEMES = {"light": {}, "dark": {}}


def _message(kind: str, content: dict[str, Any]) -> str:
    header = {
        "msg_id": uuid4().hex,
        "msg_type": kind,
        "session": uuid4().hex,
        "username": "",
        "version": "5.3",
        "date": "2026-01-01T00:00:00Z",
    }
    return json.dumps(
        {
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "channel": "shell",
            "buffers": [],
        }
    )


@contextmanager
def served(
    folder: Path, *options: str, command: Sequence[str] = DIRECT, cache: Path | None = None, up: bool = True
) -> Iterator[Served]:
    """A dashboard for the length of a block.

    Parameters
    ----------
    folder : where it is started; a package `dashboard` there is the one that is run.
    options : of the command.
    cache : where its kernels are compiled; by default where they are already.
    up : whether to wait until it answers.
    """
    root = Path(__file__).resolve().parents[2]
    paths = os.pathsep.join((str(root / "src"), str(root)))
    environment = os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= {"XDG_CACHE_HOME": str(cache)} if cache else {}
    process = subprocess.Popen(
        [*command, "--port", "0", "--no-open", *options],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=folder,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        address = re.search(r"http://localhost:(\d+)/", process.stdout.readline())
        assert address
        made = Served(process, int(address[1]))
        while up and not _answers(made):
            assert process.poll() is None, "it ended before it answered"
            time.sleep(0.1)
        with made.pages:
            yield made
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _answers(made: Served) -> bool:
    try:
        return made.ask("/readyz")[0] == 200
    except OSError:
        return False
