"""The field's words in plain English: phrases that readers stumbled over do not come back."""

import re
from pathlib import Path

import pytest

BANNED = {
    r"in so many of the": "share of paired runs",
    r"about so many|\b[Ss]o many\b": "the number n",
    r"\blives? all of them|\blives? a log\b": "runs, replays",
    r"\bhangs? on the address|\bhow outcomes hang\b": "depends on",
    r"\btold in the changelog": "listed in the changelog",
    r"\bstands here as\b|\bpay of hubs\b": "is given as, payments to hubs",
    r"common luck": "common random numbers",
    r"fresh luck": "new random seeds",
    r"natural (Mesa|twin)": "plain Mesa, the reference implementation",
    r"\bghost\b|\bhaunt": "the counterfactual",
    r"[Ww]ho has what of it": "who gains what",
    r"[Nn]o class is on": "no class session is running",
    r"the worlds begin": "the simulation starts",
    r"the promise was": "over-optimistic",
    r"\bdone apart\b": "run in a child process",
    r"the number of this machine": "this machine's IP address",
}
"What must not be written, and what to write instead."

PLACES = ("dashboard", "experiments", "scenarios", "sim", "docs", "README.md", "CONTRIBUTING.md")
KINDS = {".py", ".md", ".j2", ".vue", ".toml"}


def files(root: Path) -> list[Path]:
    """Everything that somebody reads, except the code of others and these tests."""
    found = [root / place for place in PLACES if (root / place).is_file()]
    for place in PLACES:
        found += [p for p in (root / place).rglob("*") if p.suffix in KINDS and "cdn" not in p.parts]
    return found


@pytest.mark.parametrize("phrase", BANNED)
def test_a_phrase_that_readers_stumbled_over_is_gone(root: Path, phrase: str) -> None:
    places = [
        f"{path.relative_to(root)}:{number}: {line.strip()[:100]} -> {BANNED[phrase]}"
        for path in files(root)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(phrase, line)
    ]
    assert places == []
