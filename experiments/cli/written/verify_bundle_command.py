"""`kith verify-bundle`: is a bundle as it was written, and does it come out the same when it is repeated?"""

import io
import json
import time
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from kith.experiments.cli.manners import output
from kith.experiments.cli.options import Json, Workers
from kith.experiments.escaping import say

Bundle = Annotated[
    Path, typer.Argument(metavar="BUNDLE", help="A folder that --out wrote.", show_default=False)
]


def verify_bundle(
    context: typer.Context,
    bundle: Bundle,
    files_only: Annotated[
        bool, typer.Option("--files-only", help="Only compare the files with the manifest; repeat nothing.")
    ] = False,
    run_code: Annotated[
        bool, typer.Option("--run-code", help="Allow a study to run Python of the modules that it names.")
    ] = False,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Repeat a result from its bundle: equal bytes at equal versions, else equal numbers within a stated tolerance."""
    from kith.experiments.bundles.verify import Verdict, compared, damaged, opened, repeatable

    began = time.monotonic()
    held = opened(bundle)
    changed = damaged(held)
    if changed or files_only:
        verdict = Verdict(held.same_versions, len(held.checksums), changed=changed)
    else:
        with TemporaryDirectory(prefix="kith-") as scratch:
            again = Path(scratch) / "again"
            with held.in_place(Path(scratch) / "bundle") as folder, chdir(folder):
                for words in repeatable(held, again, workers, run_code):
                    _run(context, words)
            verdict = compared(held, again)
    seconds = time.monotonic() - began
    if json:
        say(_as_text(verdict.plain() | {"seconds": round(seconds, 1)}))
    else:
        for line in verdict.lines():
            say(line)
        say(f"{seconds:.1f} s")
    if not verdict.holds:
        raise RuntimeError(f"{bundle}: {verdict.reason}")


def _run(context: typer.Context, words: list[str]) -> None:
    """A command in this process, without its output."""
    output.words = tuple(words)
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        context.find_root().command.main(args=words, prog_name="kith", standalone_mode=False)


def _as_text(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
