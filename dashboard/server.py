"""The server behind the pages: Solara on this machine alone, with everything it needs on disk.

Solara's defaults are for the open internet (usage statistics, a content network, a secret that everybody
knows); all of them are settled here before it is imported.
"""

import os
import secrets
import signal
import socket
import sys
import warnings
from collections.abc import MutableMapping
from pathlib import Path

from dashboard.guard import HOMES, App, Guard, addresses
from dashboard.not_found import NotFound

HERE = Path(__file__).parent
FRONT_END = HERE / "assets" / "cdn"
"""What Solara would fetch from a content network, see `dashboard/assets/fetch.py`."""

STUDIES = "KITH_STUDIES"
"""The environment variable that carries the folder of studies from the command line to the pages."""


def settle(environment: MutableMapping[str, str]) -> None:
    """Put Solara's settings in place; to be called before `solara` is imported."""
    environment.update(
        {
            "SOLARA_APP": "dashboard.app",
            "SOLARA_ASSETS_PROXY_CACHE_DIR": str(FRONT_END),
            "SOLARA_ASSETS_CDN": "http://127.0.0.1:9/nothing-is-fetched/",
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


def serve(host: str, port: int, room_at: str | None = None) -> None:
    """Serve the pages until stopped.

    Parameters
    ----------
    host, port : where to listen.
    room_at : the name of this machine in a room whose people may come in, too.
    """
    settle(os.environ)
    import uvicorn
    from solara.server import settings
    from solara.server.starlette import app

    from dashboard.app import PAGES  # imported here also so that a mistake is told at once
    from dashboard.conductor import CONDUCTOR
    from dashboard.pool import shared_pool

    # Ours are lax, and the pages are in no frame.
    warnings.filterwarnings("ignore", message="Cookies with samesite=none")
    settings.main.host = host
    shared_pool().warm()
    inside: App = NotFound(app, PAGES)
    names, sockets = list(HOMES), None
    if room_at is not None:
        inside = _with_room(inside, room_at, port)
        names.append(room_at)
        sockets = [_listening(name, port) for name in ("127.0.0.1", room_at)]
    guarded = Guard(inside, addresses(port, names))
    config = uvicorn.Config(
        guarded, host=host, port=port, log_level="warning", access_log=False, proxy_headers=False
    )
    signal.signal(signal.SIGTERM, _end)
    try:
        uvicorn.Server(config).run(sockets)
    except KeyboardInterrupt:
        pass  # Ctrl+C is how it ends
    finally:
        CONDUCTOR.close()
        shared_pool().close()


def _end(*_: object) -> None:
    """End as on Ctrl+C, so that processes and what they share are put away."""
    raise KeyboardInterrupt


def _with_room(app: App, name: str, port: int) -> App:
    """The pages behind a door, and what the room has to know on the terminal."""
    from dashboard.door import Door
    from dashboard.room import Room, open_room

    room = Room(name, port)
    open_room(room)
    sys.stdout.write(room.told())
    sys.stdout.flush()
    return Door(app, room, addresses(port))


def _listening(name: str, port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((name, port))
    return made
