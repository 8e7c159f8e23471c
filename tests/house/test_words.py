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
    r"the same luck\b(?! with)|luck is the same|names the luck": "the same random draws",
    r"is there for ever|in a dependency more|a package more": "stays for good, another dependency, another package",
    r"is read truly|read apart\b": "what is read in addition, read in a child process",
    r"\bhangs on (the hub|one)\b": "depends on, rests on",
    r"; nobody left[\"'.]|[Rr]easons? for leaving|cause of leaving grows|why members le(ft|ave)\b": "stopped coming: most fall silent",
    r"\bfor 1 days\b|\bare points? \{": "the singular of one",
    r"does the organisation have earned": "has the organisation earned",
    r"without_interference": "without the interventions",
    r"Baseline leaving": "churn",
}
"What must not be written, and what to write instead."

PLACES = ("dashboard", "experiments", "scenarios", "sim", "docs", "README.md", "CONTRIBUTING.md")
KINDS = {".py", ".md", ".j2", ".vue", ".toml", ".ipynb"}


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
