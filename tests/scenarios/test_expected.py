"""What an answer rests on is written down, checked, and refused in one sentence if it is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kith.scenarios.description import about, expected_of
from kith.scenarios.errors import ScenarioError
from kith.scenarios.load import load

type Write = Callable[..., Path]

ROW = '[[expected]]\nindicator = "active"\nagainst = "web"\nsign = "+"\n'


def test_an_expectation_belongs_to_its_own_file_only(write: Write) -> None:
    base = write(f'title = "Base"\nanswer = "More."\n{ROW}', "base.toml")
    heir = write('extends = "base.toml"\ntitle = "Heir"', "heir.toml")
    assert [(one.indicator, one.sign, one.role) for one in expected_of(base)] == [("active", "+", "effect")]
    assert expected_of(heir) == ()
    assert (about(base).answer, about(heir).answer) == ("More.", "")


def test_what_the_other_side_has_instead_is_in_dotted_names(write: Write) -> None:
    path = write(f"{ROW}but = {{ organisation = {{ staff = 1.0 }} }}")
    assert expected_of(path)[0].but == {"organisation.staff": 1.0}


def test_an_expectation_changes_nothing_in_the_plan(write: Write) -> None:
    assert load(write(ROW, "a.toml")).content() == load(write("", "b.toml")).content()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (ROW.replace("active", "activ"), "did you mean active"),
        (ROW.replace('"+"', '"more"'), "sign"),
        (ROW.replace('against = "web"\n', ""), "either against"),
        (ROW + 'experiment = "badge"', "either against"),
        (ROW.replace('against = "web"', 'experiment = "badge"'), "an experiment allows the outcomes"),
        (ROW.replace("active", "stays"), "is an outcome of experiments only"),
        (ROW + "day = 0", "day"),
        (ROW + "within = 2.0", "within"),
        (ROW + "dya = 3", "dya"),
        (ROW + 'but = "web"', "must be a table"),
        (ROW + "but = { organisation = { stuff = 1 } }", "stuff"),
        ("expected = 3", "expected"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(write: Write, row: str, message: str) -> None:
    path = write(row)
    for read in (load, about, expected_of):
        with pytest.raises(ScenarioError, match=message) as error:
            read(path)
        assert "\n" not in str(error.value)
        assert "mine.toml" in str(error.value)
