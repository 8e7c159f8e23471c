"""The page of patterns judged anew: `python docs/measures/patterns_again.py [NEWER.json ...]`.

What was observed of each seed is in docs/explanation/patterns/patterns.json; a file that `kith patterns CODE --json`
has printed replaces what is there of its patterns. Bands, further quantities and figures are those of the code. So a
pattern can be run again, or its bands made narrower, without running the others.
"""

import json
import sys
from pathlib import Path

from tables_on_pages import EXPLANATION

from kith.experiments.credibility.patterns import FULL, PATTERNS
from kith.experiments.credibility.patterns.findings import observed_in
from kith.experiments.credibility.patterns.judge import judged
from kith.experiments.reports.patterns import write_patterns
from kith.sim.engine import MODEL_VERSION

FOLDER = EXPLANATION / "patterns"


def main(newer: list[str]) -> None:
    """Write the page; exits with a message, and writes nothing, if a file is of another model."""
    observed = {}
    for path in (FOLDER / "patterns.json", *map(Path, newer)):
        told = json.loads(path.read_text("utf-8"))
        if (told["size"], told["model_version"]) != (FULL.name, MODEL_VERSION):
            raise SystemExit(
                f"{path}: size {told['size']} of model {told['model_version']}; needed is {FULL.name} of "
                f"{MODEL_VERSION}: run `kith patterns CODE --json` with this version"
            )
        observed |= observed_in(told)
    findings = [finding for pattern in PATTERNS for finding in judged(pattern, observed[pattern.code])]
    write_patterns(findings, FULL, FOLDER)


if __name__ == "__main__":
    main(sys.argv[1:])
