"""`kith dashboard`: the pages in the browser, served by a process of its own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from kith.experiments.cli.exit_codes import DONE, STOPPED, WRONG
from kith.experiments.cli.requests import announce_compilation
from kith.experiments.errors import RequestError


def dashboard(
    port: Annotated[int, typer.Option(help="Port to listen on; 0: any that is free.")] = 8765,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
    studies: Annotated[
        Path | None,
        typer.Option(
            help="Folder of study files and of their results; by default out/studies.", metavar="DIR"
        ),
    ] = None,
    room: Annotated[
        bool, typer.Option("--class", help="Let the room in, with a link, a QR code and a PIN.")
    ] = False,
    address: Annotated[
        str, typer.Option(help="With --class: the number of this machine in the room's network.")
    ] = "",
) -> None:
    """The pages in the browser, on this machine alone or for a class: prints and opens their address."""
    if not 0 <= port <= 65_535:
        raise RequestError(f"--port {port}: must be 0 to 65535")
    if address and not room:
        raise RequestError(f"--address {address}: is for --class; give both, or neither")
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
    _become(command)


def _become(command: list[str]) -> None:
    """Go on as another program, so that whoever ends this one ends that one; where there is no such thing, wait for it."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        os.execv(command[0], command)
    code = subprocess.run(command).returncode
    if code == WRONG:
        raise typer.Exit(WRONG)  # it has said why
    if code not in (DONE, STOPPED, -2):
        raise RuntimeError("the dashboard has stopped; what it said stands above")


def _folder_of_studies(given: Path) -> Path:
    """The folder, which need not be there yet; refused if it cannot be one."""
    from kith.experiments.files import user_path

    path = user_path(given)
    if path.exists() and not path.is_dir():
        raise RequestError(f"--studies {given}: is no folder; name one")
    return path
