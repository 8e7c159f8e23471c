"""A story holds everything that it shows: the runs, the lever's values, the verdicts; and nothing in it can run away."""

import html
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from kith.experiments.analyses.sweep import parse_sweep, sweep_jobs, swept
from kith.experiments.cli.app import exit_code
from kith.experiments.comparison.comparison import Comparison, compare
from kith.experiments.errors import RequestError
from kith.experiments.reports.story import OUTCOMES, Question, Story, Sweep, story_page
from kith.experiments.runs.runner import execute
from kith.scenarios.load import load
from kith.sim.schema.parameter_set import ParameterError

SMALL = {"market.size": 300, "market.founders": 60}
EVIL = "</script><b>&"


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(["pool", "hub"], runs=4, days=60, overrides=SMALL, outcomes=OUTCOMES, workers=1)


def embedded(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_a_story_has_the_runs_day_by_day_with_the_numbers_of_the_comparison(comparison: Comparison) -> None:
    data = embedded(story_page(Story(comparison)))
    assert [arm["label"] for arm in data["arms"]] == ["pool", "hub"]
    active = next(column for column in data["columns"] if column["title"] == "active members")
    series = comparison.series
    last = series[(series["scenario"] == "hub") & (series["column"] == "active")].iloc[-1]
    assert active["lines"][1]["day"][-1] == last["day"]
    assert active["lines"][1]["median"][-1] == pytest.approx(last["median"], rel=1e-4)


def test_a_story_reaches_for_nothing_and_no_text_ends_its_data(comparison: Comparison) -> None:
    sweep = Sweep(EVIL, EVIL, (1.0, 2.0), {})
    question = Question("Which?", (EVIL, "b"), (f"<p>{EVIL}</p>", "no"), "<p>before</p>", "<p>after</p>")
    page = story_page(Story(comparison, title=EVIL, sweep=sweep, question=question))
    assert "default-src 'none'" in page
    assert not re.search(r'(?:src|href)="', page)
    assert page.count("</script>") == 2
    assert embedded(page)["verdicts"][0] == f"<p>{EVIL}</p>"
    assert '<div id="results" hidden>' in page


def test_a_sweep_is_the_runs_at_each_value() -> None:
    label, lever, values = parse_sweep("my web value.product=0.8,0.2")
    assert (label, lever, values) == ("my web", "value.product", (0.2, 0.8))
    jobs = sweep_jobs(load("web", SMALL), lever, values, (0, 1, 2, 3), 40)
    found = swept([execute(job, 1) for job in jobs], values, "active")
    assert found[0].mean < found[1].mean
    assert found[0].low < found[0].mean < found[0].high
    whole = sweep_jobs(load("web", SMALL), "governance.council_size", (5.0,), (0,), 40)
    assert whole[0].plan.parameters.governance.council_size == 5


@pytest.mark.parametrize(
    "text", ["web", "web value.product", "web value.product=1", "web monetisation.model=fee,ads"]
)
def test_a_sweep_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises((RequestError, ParameterError)):
        parse_sweep(text)


def test_the_command_writes_a_story_that_says_how_to_repeat_it_and_refuses_what_is_none(
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = [word for name, value in SMALL.items() for word in ("--set", f"{name}={value}")]
    plain = ["compare", "pool", "web", *sizes, "--runs", "2", "--days", "30", "--workers", "1"]
    path = tmp_path / "story.html"
    assert exit_code([*plain, "--story", str(path), "--sweep", "web value.product=0.2,0.8"]) == 0
    data = embedded(path.read_text("utf-8"))
    assert data["sweep"]["values"] == [0.2, 0.8]
    assert len(data["sweep"]["outcomes"]) == len(OUTCOMES)
    command = html.unescape(re.search(r'<pre class="command"><code>(.*?)</code>', path.read_text("utf-8"))[1])  # type: ignore[index]
    assert "--story story.html" in command and "--sweep 'web value.product=0.2,0.8'" in command
    again = tmp_path / "again"
    again.mkdir()
    monkeypatch.chdir(again)
    assert exit_code([*shlex.split(command)[1:], "--workers", "1"]) == 0
    assert (again / "story.html").read_bytes() == path.read_bytes()
    for wrong in (["--story", str(tmp_path / "story.txt")], ["--sweep", "web value.product=0.2,0.8"]):
        assert exit_code([*plain, *wrong]) == 2
    capsys.readouterr()
