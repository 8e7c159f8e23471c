"""Arms of a comparison: scenarios with settings and shocks of their own, in one line each."""

import shlex
from pathlib import Path

import pytest

from kith.experiments.analyses.robust import robustness
from kith.experiments.cli.app import exit_code
from kith.experiments.comparison.arms import arm_from
from kith.experiments.comparison.comparison import compare
from kith.experiments.comparison.labels import labelled
from kith.experiments.comparison.repeat_command import comparison_command
from kith.scenarios.load import load

SMALL = {"market.size": 1_000, "market.founders": 60}


def test_a_line_is_a_scenario_settings_and_shocks_of_several_words() -> None:
    arm = arm_from(
        "web monetisation.price=12 affiliation.form=groups 180 members_leave share=0.3 who=random 200 hub_departs"
    )
    assert arm.scenario == "web"
    assert arm.overrides == {"monetisation.price": 12, "affiliation.form": "groups"}
    assert [dict(shock) for shock in arm.shocks] == [
        {"day": 180, "kind": "members_leave", "share": 0.3, "who": "random"},
        {"day": 200, "kind": "hub_departs"},
    ]


def test_what_is_given_for_all_is_added_and_the_arms_own_wins() -> None:
    given = {
        "overrides": {"monetisation.price": 3.0, "governance.voice": 0.5},
        "shocks": [{"day": 5, "kind": "spam_wave", "items": 9.0}],
    }
    plan = arm_from("web monetisation.price=12 10 spam_wave items=5").plan(given)
    assert (plan.parameters.monetisation.price, plan.parameters.governance.voice) == (12.0, 0.5)
    assert [shock.day for shock in plan.shocks] == [5, 10]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "begin with a scenario"),
        ("monetisation.price=12", "begin with a scenario"),
        ("web price", "is no setting and no day of a shock"),
        ("web 'unclosed", "No closing quotation"),
        ("web monetisation.price=1 monetisation.price=2", "is given twice"),
        ("web 180", "write the day and the kind"),
        ("web 180 members_leave share=0.3 share=0.4", "share is given twice"),
        (": web", "a name has 1 to 40 characters"),
        (" : web", "a name has 1 to 40 characters"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused(line: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        arm_from(line)


@pytest.mark.parametrize("lines", [["fee", "fee: web"], ["mine: fee", "mine: web"]])
def test_a_name_that_was_given_is_never_changed_so_a_second_of_it_is_refused(lines: list[str]) -> None:
    with pytest.raises(ValueError, match="two of the arms would be called (fee|mine)"):
        compare([arm_from(line) for line in lines], runs=1, days=3, overrides=SMALL, workers=1)


def test_two_settings_of_one_scenario_are_compared_and_the_command_repeats_them() -> None:
    lines = ["hub governance.voice=0.5", "hub"]
    result = compare([arm_from(lines[0]), lines[1]], runs=1, days=40, overrides=SMALL, workers=1)
    assert result.labels == ("hub (voice 0.5)", "hub")
    words = shlex.split(comparison_command(result))
    assert [words[i + 1] for i, word in enumerate(words) if word == "--arm"] == lines


def test_the_command_line_takes_arms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = [part for name, value in SMALL.items() for part in ("--set", f"{name}={value}")]
    arguments = [
        "compare",
        "--arm",
        "fee",
        "--arm",
        "fee monetisation.price=12",
        "--runs",
        "1",
        "--days",
        "40",
        "--workers",
        "1",
    ]
    assert exit_code([*arguments, *settings]) == 0
    assert "fee (price 12)" in capsys.readouterr().out
    assert (
        exit_code(
            [
                "compare",
                "web",
                "--arm",
                "web monetisation.price=12",
                "--runs",
                "1",
                "--days",
                "30",
                "--workers",
                "1",
                *settings,
            ]
        )
        == 0
    )
    assert "monetisation.price has no effect here" in capsys.readouterr().err
    assert exit_code(["compare", "--arm", "wed governance.voice=1", "--arm", "web"]) == 2
    assert 'did you mean "web"?' in capsys.readouterr().err
    assert exit_code(["compare", "--arm", "web"]) == 2


def test_an_arm_without_changes_is_the_scenario() -> None:
    assert arm_from("web").plan({}).canonical_content == load("web").canonical_content


def test_an_arm_can_be_named_and_is_called_so_everywhere() -> None:
    arm = arm_from("cheap one: web monetisation.price=5")
    assert (arm.name, arm.scenario, dict(arm.overrides)) == ("cheap one", "web", {"monetisation.price": 5})
    result = compare([arm, "web"], runs=1, days=20, overrides=SMALL, workers=1)
    assert result.labels == ("cheap one", "web")
    assert set(result.values["scenario"]) == {"cheap one", "web"}
    assert "'cheap one: web monetisation.price=5'" in comparison_command(result)


def test_a_name_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="1 to 40 characters"):
        arm_from(f"{'x' * 41}: web")


def test_two_settings_are_compared_across_draws_that_leave_them_alone() -> None:
    arms = [arm_from("web"), arm_from("web value.peers=0.1 10 spam_wave items=5")]
    result = robustness(arms, worlds=2, days=20, overrides=SMALL, workers=1)
    assert (result.first, result.second) == ("web", "web (peers 0.1, spam wave day 10)")
    assert "value.peers" not in result.drawn
    words = shlex.split(result.command)
    assert [words[i + 1] for i, word in enumerate(words) if word == "--arm"] == [arm.text for arm in arms]


def test_a_file_is_called_by_its_title(tmp_path: Path) -> None:
    (tmp_path / "v3_final.toml").write_text('extends = "web"\ntitle = "Half the ties"\n', "utf-8")
    plan = load(tmp_path / "v3_final.toml")
    assert list(labelled([load("web"), plan])) == ["web", "Half the ties"]
