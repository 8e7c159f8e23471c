"""`kith odd`: the ODD protocol of a scenario."""

from pathlib import Path
from typing import Annotated

from kith.experiments.cli.options import Days, Log, OverwriteFile, Scenario, Settings, Shocks, option
from kith.experiments.cli.requests import checked, checked_file, overrides
from kith.experiments.errors import OutputError
from kith.experiments.escaping import say

OutProtocol = Annotated[
    Path | None,
    option(
        "--out",
        "The file: .md, .html or .tex; the references are written beside it as .bib. Default: Markdown on the screen.",
        "FILE",
    ),
]


def odd(
    scenario: Scenario,
    set: Settings = None,
    shock: Shocks = None,
    days: Days = None,
    from_log: Log = None,
    out: OutProtocol = None,
    overwrite: OverwriteFile = False,
) -> None:
    """Write the ODD protocol of this scenario: only what acts in it, with values, ranges and sources."""
    from kith.experiments.files import write_text
    from kith.experiments.reports.odd.protocol import FORMATS, references_of, rendered
    from kith.scenarios.load import load
    from kith.scenarios.settings import parse_shock

    checked(None, days=days)
    if out is not None and out.suffix.lower() not in FORMATS:
        raise OutputError(f"--out {out}: the name ends in {', '.join(FORMATS[:-1])} or {FORMATS[-1]}")
    target = checked_file(out, overwrite)
    if target is not None:
        _check_references(target.with_suffix(".bib"), out)
    plan = load(
        scenario,
        overrides=overrides(set),
        shocks=[parse_shock(text) for text in shock or ()],
        days=days,
        log=from_log,
    )
    if target is None:
        say(rendered(plan, ".md"))
        return
    write_text(target, rendered(plan, target.suffix.lower(), target.stem))
    write_text(target.with_suffix(".bib"), references_of(plan))
    say(f"{out}, with the references in {target.with_suffix('.bib').name}")


def _check_references(beside: Path, out: Path | None) -> None:
    """Refuse to replace references that somebody else wrote."""
    from kith.experiments.reports.odd.references import HEAD

    checked_file(beside, overwrite=True)
    if not beside.exists():
        return
    with beside.open(encoding="utf-8", errors="replace") as file:
        if file.readline().strip() != HEAD:
            raise OutputError(
                f"--out {out}: the references would replace {beside.name} beside it, which kith did not write; "
                "choose another name"
            )
