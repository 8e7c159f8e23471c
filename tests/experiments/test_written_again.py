"""A folder of results can be written again: all that a command writes there is known to be ours."""

from pathlib import Path

import pytest

from kith.experiments.cli.app import exit_code
from kith.experiments.credibility.patterns import PATTERNS
from kith.experiments.files import OURS, check_folder

SMALL = ["--set", "market.size=300", "--set", "market.founders=40", "--workers", "1"]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(
            ["compare", "pool", "web", "--runs", "1", "--days", "210", "--stress", *SMALL],
            marks=pytest.mark.slow,
        ),
        ["run", "web", "--days", "40", *SMALL[:-2]],
        ["robust", "pool", "web", "--worlds", "2", "--days", "40", *SMALL],
        ["measure", "college_msg"],
    ],
    ids=lambda words: words[0],
)
def test_the_same_command_writes_its_folder_twice(command: list[str], tmp_path: Path) -> None:
    out = ["--out", str(tmp_path / "out")]
    assert exit_code([*command, *out]) == 0
    assert check_folder(tmp_path / "out", overwrite=True)
    assert exit_code([*command, *out, "--overwrite"]) == 0


def test_the_figure_of_every_pattern_is_ours() -> None:
    assert {f"{pattern.code}.svg" for pattern in PATTERNS} <= OURS
