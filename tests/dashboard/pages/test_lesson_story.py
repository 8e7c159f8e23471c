"""A lesson as a file: its page and its command say the same."""

import re
from pathlib import Path
from typing import Any

import pytest

from kith.dashboard.teaching import lessons as content
from kith.dashboard.teaching.lesson_story import lesson_page, verdict
from kith.experiments.cli.app import exit_code
from kith.experiments.comparison.comparison import gathered
from kith.experiments.reports.story import OUTCOMES
from kith.experiments.runs.runner import Job, execute


def test_a_lesson_is_written_by_the_command_with_the_verdict_of_every_guess(
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    small = replace(content.lessons()["3-hub-leaves"], people=300, days=60, runs=4)
    monkeypatch.setattr(content, "lessons", lambda: {small.name: small})
    path = tmp_path / "lesson.html"
    assert exit_code(["lesson", small.name, "--out", str(path), "--workers", "1"]) == 0
    page = path.read_text("utf-8")
    assert all(f">{choice}</button>" in page for choice in small.prediction.choices)
    assert "The simulation" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    plans = small.plans()
    done = [execute(Job(plan, seed, 60, key=label), 1) for seed in range(4) for label, plan in plans.items()]
    outcomes = tuple(dict.fromkeys((small.prediction.outcome, *OUTCOMES)))
    comparison = gathered(plans, 60, (0, 1, 2, 3), outcomes, done)
    assert page.rstrip() == lesson_page(small, comparison).rstrip()
    assert f"<code>kith lesson {small.name}</code>" in page
    earlier = gathered(plans, 60, (0, 1), outcomes, done[: 2 * len(plans)])
    assert f"--story kith-lesson-{small.name}.html</code>" in lesson_page(small, earlier)
    assert "You predicted" in verdict(small, 0, comparison)
    assert exit_code(["lesson", "4-hub-leaves"]) == 2
    assert "did you mean 3-hub-leaves?" in capsys.readouterr().err


def test_the_lessons_are_listed(capsys: Any) -> None:
    assert exit_code(["lesson"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in content.lessons())
