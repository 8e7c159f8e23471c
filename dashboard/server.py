"""The server behind the pages: Solara on this machine alone, with everything it needs on disk.

Solara's defaults are for the open internet (usage statistics, a content delivery network, a public secret); they are
overridden here before it is imported.
"""

import os
import secrets
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, MutableMapping
from multiprocessing import active_children
from pathlib import Path
from types import FrameType

import uvicorn

from kith.dashboard.access.host_check import HOMES, App, HostCheck, addresses
from kith.dashboard.access.not_found import NotFound
from kith.dashboard.access.routes import CDN, Routes, solara_files
from kith.sim.kernels.cache import CACHE

HERE = Path(__file__).parent
FRONT_END = HERE / "assets" / "cdn"
"""What Solara would fetch from a content delivery network; only `dashboard/assets/fetch.py` writes there.

Solara's own mount for it stores what it fetches, and deletes a folder that is requested like a file. It is turned off:
`kith.dashboard.access.routes` serves these files.
"""

PATIENCE = 4.0
"""Seconds after which the server ends at the latest, whatever it is doing."""

VANISHED = 7
"""Seconds without any acknowledgement after which a connection counts as lost."""


def settle(environment: MutableMapping[str, str]) -> None:
    """Set Solara's settings; to be called before `solara` is imported.

    What it and IPython keep goes beside the compiled engine, not into the user's home.
    """
    environment.setdefault("IPYTHONDIR", str(CACHE.parent / "ipython"))
    environment.update(
        {
            "SOLARA_APP": "kith.dashboard.app",
            "SOLARA_HOME": str(CACHE.parent / "solara"),
            "SOLARA_ASSETS_PROXY": "false",
            "SOLARA_ASSETS_CDN": CDN.rstrip("/"),
            "SOLARA_ROOT_PATH": "",
            "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
            "SOLARA_THEME_SHOW_BANNER": "false",
            "SOLARA_THEME_TITLE": "kith",
            "SOLARA_THEME_VARIANT": "light",
            "SOLARA_ASSETS_EXTRA_LOCATIONS": str(HERE / "assets" / "own"),
            "SOLARA_ASSETS_FONTAWESOME_ENABLED": "false",
            "SOLARA_MODE": "production",
            "SOLARA_KERNEL_CULL_TIMEOUT": "10m",
            "SOLARA_SESSION_SECRET_KEY": secrets.token_urlsafe(32),
            "SOLARA_SESSION_HTTP_ONLY": "true",
        }
    )


def serve(host: str, port: int, room_at: str | None, when_up: Callable[[], None]) -> None:
    """Serve the pages until stopped.

    Parameters
    ----------
    host, port : where to listen.
    room_at : the name of this machine on the local network, if a class may join.
    when_up : called once, as soon as pages are answered.
    """
    signal.signal(signal.SIGTERM, _end)
    settle(os.environ)
    from solara.server import settings
    from solara.server.starlette import app

    from kith.dashboard.app import PAGES  # imported here also so that an error in it appears at once
    from kith.dashboard.fitting.fit_job import FIT_RUNNER
    from kith.dashboard.live.shared_workers import shared_pool
    from kith.dashboard.live.study_job import STUDY_RUNNER

    # Our cookies are `lax`, and the pages are in no frame.
    warnings.filterwarnings("ignore", message="Cookies with samesite=none")
    settings.main.host = host
    inside: App = NotFound(Routes(app, FRONT_END, solara_files()), PAGES)
    names, sockets = list(HOMES), None
    if room_at is not None:
        inside = _with_room(inside, room_at, port)
        names.append(room_at)
        sockets = [_listening(name, port) for name in ("127.0.0.1", room_at)]
    guarded = HostCheck(inside, addresses(port, names))
    config = uvicorn.Config(
        guarded,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    try:
        shared_pool().warm_up()
        _Server(config, when_up).run(sockets)
    except KeyboardInterrupt:
        pass  # safe: Ctrl+C is how it ends, and what it started is ended below
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)  # already ending
        _end_in_time()
        STUDY_RUNNER.stop()
        FIT_RUNNER.close()
        shared_pool().close()
        STUDY_RUNNER.close()


class _Server(uvicorn.Server):
    """Uvicorn's server, which waits for open requests; here it ends after `PATIENCE` seconds, and says when it is up."""

    def __init__(self, config: uvicorn.Config, when_up: Callable[[], None]) -> None:
        super().__init__(config)
        self._when_up = when_up

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, then say so."""
        await super().startup(sockets)
        if self.started:
            self._when_up()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end."""
        _end_in_time()
        super().handle_exit(sig, frame)


def _end(*_: object) -> None:
    """End as on Ctrl+C, so that processes and shared memory are cleaned up."""
    _end_in_time()
    raise KeyboardInterrupt


def _end_in_time() -> None:
    """Make sure that the process ends within `PATIENCE` seconds."""

    def end() -> None:
        time.sleep(PATIENCE)
        for child in active_children():
            child.kill()
        os._exit(0)

    threading.Thread(target=end, daemon=True).start()


def _with_room(app: App, name: str, port: int) -> App:
    """The pages behind the PIN gate; prints the invitation on the terminal."""
    from kith.dashboard.access.classroom import Room, open_room
    from kith.dashboard.access.pin_gate import PinGate

    room = Room(name, port)
    open_room(room)
    sys.stdout.write(room.invitation_text())
    sys.stdout.flush()
    return PinGate(app, room, addresses(port))


def _listening(name: str, port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _notice_who_vanishes(made)
    made.bind((name, port))
    return made


def _notice_who_vanishes(listening: socket.socket) -> None:
    """Let connections end within `VANISHED` seconds if the other side vanishes, as on a lost wireless network.

    Accepted connections inherit these options. The operating system checks, not pings of the WebSocket: those are read
    only when a page is ready for its next message, so a busy page would look like one that has gone.
    """
    options = {
        "TCP_KEEPIDLE": VANISHED - 4,
        "TCP_KEEPINTVL": 2,
        "TCP_KEEPCNT": 2,
        "TCP_USER_TIMEOUT": 1_000 * VANISHED,
    }
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in options.items():
        if hasattr(socket, name):
            listening.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
