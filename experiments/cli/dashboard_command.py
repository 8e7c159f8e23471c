"""`kith dashboard`: the dashboard in the browser, served by a separate process."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from kith.experiments.cli.exit_codes import DONE, STOPPED, WRONG
from kith.experiments.cli.requests import announce_compilation
from kith.experiments.errors import RequestError
from kith.extras import demand


def dashboard(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 picks a free one.")] = 8765,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
    studies: Annotated[
        Path | None,
        typer.Option(help="Folder of study files and their results; default: out/studies.", metavar="DIR"),
    ] = None,
    room: Annotated[
        bool,
        typer.Option(
            "--class",
            help="Open the dashboard to other devices on the local network, with a link, a QR code and a PIN.",
        ),
    ] = False,
    address: Annotated[
        str, typer.Option(help="With --class: this machine's IP address on the local network.")
    ] = "",
) -> None:
    """Start the dashboard, for this machine only or for a class, and open it in the browser."""
    if not 0 <= port <= 65_535:
        raise RequestError(f"--port {port}: must be 0 to 65535")
    if address and not room:
        raise RequestError(f"--address {address}: needs --class; give both or neither")
    demand("dashboard")
    command = [
        sys.executable,
        "-m",
        "kith.dashboard",
        "--port",
        str(port),
        *(["--no-open"] if no_open else []),
    ]
    command += ["--studies", str(_folder_of_studies(studies))] if studies is not None else []
    command += ["--class", *(["--address", address] if address else [])] if room else []
    announce_compilation()
    _replace_process(command)


def _replace_process(command: list[str]) -> None:
    """Replace this process by the command, so that signals reach it; where exec does not exist, run it and wait."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        os.execv(command[0], command)
    code = subprocess.run(command).returncode
    if code == WRONG:
        raise typer.Exit(WRONG)  # the dashboard has printed the reason
    if code not in (DONE, STOPPED, -2):
        raise RuntimeError("the dashboard has stopped; its messages are above")


def _folder_of_studies(given: Path) -> Path:
    """The folder, which need not exist yet; refused if the path is a file."""
    from kith.experiments.files import user_path

    path = user_path(given)
    if path.exists() and not path.is_dir():
        raise RequestError(f"--studies {given}: is not a folder; name a folder")
    return path
