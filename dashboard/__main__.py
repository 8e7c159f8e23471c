"""Start the pages: `python -m kith.dashboard [--port N] [--no-open] [--studies FOLDER] [--class]`.

`kith dashboard` runs it as a process.
"""

import argparse
import os
import socket
import sys
import threading
import webbrowser
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

from kith.dashboard.access.classroom import local_address
from kith.dashboard.live.study_catalogue import STUDIES
from kith.dashboard.server import serve
from kith.experiments.escaping import for_message

PORT = 8765
LAST_PORT = 65_535


def main(arguments: list[str] | None = None) -> None:
    """Read the arguments, print the address, serve the pages."""
    parser = argparse.ArgumentParser(prog="python -m kith.dashboard", description="kith in the browser")
    parser.add_argument("--port", type=int, default=PORT, help="port to listen on; 0: any that is free")
    parser.add_argument("--no-open", action="store_true", help="do not open a browser")
    parser.add_argument("--studies", type=Path, help="folder of study files and their results")
    parser.add_argument(
        "--class", dest="room", action="store_true", help="let others on the local network join, with a PIN"
    )
    parser.add_argument(
        "--address", default="", help="this machine's name or IP address on the local network, if not found"
    )
    given = parser.parse_args(arguments)
    if given.studies is not None:
        if given.studies.exists() and not given.studies.is_dir():
            parser.exit(2, f"kith: {for_message(f'--studies {given.studies}: is not a folder')}\n")
        os.environ[STUDIES] = str(given.studies.resolve())
    if not 0 <= given.port <= LAST_PORT:
        parser.exit(2, f"kith: --port {given.port}: must be from 0 to {LAST_PORT}\n")
    room_at = _room_at(parser, given.address) if given.room else None
    port = given.port or _free_port()
    for name in ("127.0.0.1", *([room_at] if room_at else [])):
        why = _refused(name, port)
        if why:
            parser.exit(1, f"kith: port {port} {why} give another with --port\n")
    address = f"http://localhost:{port}/"
    _say(f"kith is starting at {address}  (Ctrl+C stops it)")

    def up() -> None:
        _say(f"kith is running at {address}")
        if not given.no_open:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    with suppress(KeyboardInterrupt):  # stopped while starting
        serve("localhost", port, room_at, up)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _room_at(parser: argparse.ArgumentParser, given: str) -> str:
    """The name of this machine on the local network, checked by binding a socket to it."""
    try:
        name = given.strip().lower() or local_address()
        number = socket.gethostbyname(name)
        with socket.socket() as probe:
            probe.bind((number, 0))
    except (OSError, UnicodeError) as error:
        what = (
            f"--address {given[:60]}: is not an address of this machine"
            if given
            else "this machine is not connected to a network"
        )
        why = getattr(error, "strerror", None) or "not a valid address"
        parser.exit(2, f"kith: {for_message(what)} ({why}); give its IP address with --address\n")
    address = ip_address(number)
    if number == "127.0.0.1" or address.is_unspecified or address.is_multicast or address.is_reserved:
        what = f"--address {name[:60]}: is not this machine's IP address on the local network"
        parser.exit(
            2,
            f"kith: {for_message(what)}, so nobody could join; give that address, or leave --address out\n",
        )
    return name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _taken(port: int, name: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((name, port)) == 0


def _refused(name: str, port: int) -> str:
    """Why the server cannot listen there; empty if it can."""
    if _taken(port, name):
        return "is in use; stop what uses it, or"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((name, port))
        except OSError as error:
            return f"cannot be used ({error.strerror});"
    return ""


if __name__ == "__main__":
    main()
