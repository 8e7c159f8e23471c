"""Levers turn numbers from 0 to 1 into values that the schema allows; designs choose those numbers."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, norm

from kith.experiments.errors import StudyError
from kith.experiments.studies.designs import Grid, LatinHypercube, Listed, Morris, Random, Sobol, table
from kith.experiments.studies.formulas import Formula
from kith.experiments.studies.levers import Lever, check_levers
from kith.experiments.studies.priors import quantile, two_piece
from kith.sim.schema.parameter_set import dotted_names, field_of

PRICE = Lever(name="monetisation.price", low=0, high=30, steps=4)
GROUP = Lever(name="affiliation.group_size", low=2, high=5)
FORM = Lever(name="affiliation.form", values=("open", "groups"))
THANKS = Lever(name="thanks", options={"none": {}, "badge": {"incentives": {"badges": 1.0}}})
OPEN = Lever(name="opened", on={"contribution.doors_open": 0.5})
CASH = Lever(name="cash", low=0, high=1)


def test_a_range_is_even() -> None:
    assert PRICE.at(np.array([0.0, 0.5, 1.0])) == [0.0, 15.0, 30.0]
    assert Lever(name="market.size", low=10, high=1000, scale="log").at(np.array([0.0, 1.0])) == [10, 1000]


def test_a_log_range_has_equal_ratios() -> None:
    lever = Lever(name="monetisation.price", low=1, high=100, scale="log")
    assert lever.at(np.array([0, 0.5, 1.0])) == pytest.approx([1, 10, 100])


def test_whole_numbers_are_whole_and_equally_likely() -> None:
    drawn = GROUP.at(np.linspace(0, 1, 4000, endpoint=False))
    assert {type(value) for value in drawn} == {int}
    assert np.bincount(drawn)[2:].tolist() == [1000] * 4


def test_whole_numbers_on_a_log_scale_have_equal_ratios() -> None:
    lever = Lever(name="market.founders", low=10, high=1000, scale="log", steps=3)
    assert lever.grid() == [10, 100, 1000]
    drawn = np.array(lever.at(np.linspace(0, 1, 9000)))
    assert np.median(drawn) == pytest.approx(100, rel=0.02)
    assert (drawn.min(), drawn.max()) == (10, 1000)
    ones = Lever(name="market.founders", low=1, high=3, scale="log").at(
        np.linspace(0, 1, 3000, endpoint=False)
    )
    assert np.bincount(ones)[1:] / 3000 == pytest.approx(np.log([2, 3 / 2, 4 / 3]) / np.log(4), abs=0.01)


def test_choices_are_equally_likely() -> None:
    drawn = FORM.at(np.linspace(0, 1, 100, endpoint=False))
    assert (drawn.count("open"), drawn.count("groups")) == (50, 50)
    assert FORM.at(np.array([1.0])) == ["groups"]


def test_a_switch_is_false_or_true_and_true_means_its_settings() -> None:
    assert OPEN.grid() == [False, True]
    assert OPEN.settings(False) == {}
    assert OPEN.settings(True) == {"contribution.doors_open": 0.5}


def test_an_option_stands_for_its_settings() -> None:
    assert THANKS.settings("badge") == {"incentives.badges": 1.0}
    assert THANKS.settings("none") == {}


def test_a_quantity_sets_nothing_by_itself() -> None:
    assert CASH.settings(0.4) == {}


# Priors


def test_a_two_piece_normal_has_its_mode_and_its_interval() -> None:
    drawn = two_piece(100.0, 30.0, 200.0)
    share = drawn.share_below
    assert 2 * share * norm.cdf((30 - 100) / drawn.below) == pytest.approx(0.05)
    assert 2 * (1 - share) * norm.sf((200 - 100) / drawn.above) == pytest.approx(0.05)
    # One density on both sides of the mode: share / below == (1 - share) / above.
    assert share / drawn.below == pytest.approx((1 - share) / drawn.above)


def test_a_symmetric_prior_is_a_cut_normal() -> None:
    u = (np.arange(2000) + 0.5) / 2000
    sigma = 1 / norm.ppf(0.95)
    cut = lambda x: (norm.cdf(x, 5, sigma) - 0.05) / 0.9  # noqa: E731
    assert kstest(quantile((5.0, 4.0, 6.0), u), cut).statistic < 1e-3


def with_priors() -> list[str]:
    return [name for name in dotted_names() if "prior" in (field_of(name).json_schema_extra or {})]


@pytest.mark.parametrize("name", with_priors())
def test_every_prior_of_the_schema_can_be_drawn_and_stays_in_its_interval(name: str) -> None:
    lever = Lever(name=name, prior=True)
    lever.check()
    mode, low, high = field_of(name).json_schema_extra["prior"]
    drawn = np.array(lever.at(np.linspace(0, 1, 101)), float)
    assert drawn[0] == pytest.approx(low)
    assert drawn[-1] == pytest.approx(high)
    assert (np.diff(drawn) > 0).all()
    # The mode is where values lie closest together.
    closest = int(np.argmin(np.diff(drawn)))
    assert drawn[closest] - (high - low) / 50 <= mode <= drawn[closest + 1] + (high - low) / 50


# Designs


def test_a_grid_has_every_combination_once() -> None:
    drawn = table(Grid(kind="grid"), [PRICE, FORM, OPEN])
    assert len(drawn) == len(drawn.drop_duplicates()) == 4 * 2 * 2
    assert sorted(drawn["monetisation.price"].unique()) == [0, 10, 20, 30]


def test_constraints_keep_the_points_that_satisfy_them() -> None:
    drawn = table(Grid(kind="grid"), [PRICE, CASH], [Formula("monetisation.price + 10 * cash <= 20")])
    assert len(drawn) > 0
    assert (drawn["monetisation.price"] + 10 * drawn["cash"] <= 20).all()


def test_a_random_design_has_as_many_points_as_asked_for_whatever_its_constraints() -> None:
    design = Random(kind="random", points=50, seed=3)
    drawn = table(design, [PRICE, CASH], [Formula("cash < 0.2")])
    assert len(drawn) == 50
    assert (drawn["cash"] < 0.2).all()
    assert table(design, [PRICE, CASH], [Formula("cash < 0.2")]).equals(drawn)
    other = Random(kind="random", points=50, seed=4)
    assert not table(other, [PRICE, CASH]).equals(table(design, [PRICE, CASH]))


def test_a_latin_hypercube_divides_every_range_evenly() -> None:
    unit = LatinHypercube(kind="latin_hypercube", points=40).unit(3)
    for column in unit.T:
        assert sorted((column * 40).astype(int)) == list(range(40))


def test_sobol_has_the_points_of_saltellis_scheme() -> None:
    levers = [PRICE, CASH, GROUP]
    assert len(table(Sobol(kind="sobol", base=8), levers)) == 8 * (3 + 2)
    assert len(table(Sobol(kind="sobol", base=8, second_order=True), levers)) == 8 * (2 * 3 + 2)
    with pytest.raises(StudyError, match=r"base = 12: must be a power of two, such as 8 or 16"):
        table(Sobol(kind="sobol", base=12), levers)


def test_morris_moves_one_lever_at_a_time() -> None:
    unit = Morris(kind="morris", trajectories=5).unit(3).reshape(5, 4, 3)
    moved = np.diff(unit, axis=1) != 0
    assert (moved.sum(axis=2) == 1).all()
    assert (moved.sum(axis=1) == 1).all()


def test_a_list_is_taken_as_it_is_written() -> None:
    design = Listed(kind="list", points=({"cash": 0.1}, {"cash": 0.9}))
    assert table(design, [])["cash"].tolist() == [0.1, 0.9]


@pytest.mark.parametrize("kind", [Sobol(kind="sobol", base=4), Morris(kind="morris", trajectories=2)])
def test_patterns_in_which_every_point_counts_refuse_constraints(kind: Any) -> None:
    with pytest.raises(StudyError, match="cannot have constraints"):
        table(kind, [CASH], [Formula("cash < 0.5")])


@pytest.mark.parametrize(
    "design",
    [Grid(kind="grid"), Random(kind="random", points=5), LatinHypercube(kind="latin_hypercube", points=5)],
)
def test_an_empty_design_is_refused(design: Any) -> None:
    with pytest.raises(StudyError, match="cash > 2"):
        table(design, [CASH], [Formula("cash > 2")])
    with pytest.raises(StudyError, match="needs levers"):
        table(design, [])


# What is wrong


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "monetisation.price"}, "give exactly one of"),
        ({"name": "monetisation.price", "low": 0, "high": 1, "prior": True}, "give exactly one of"),
        ({"name": "monetisation.price", "low": 1}, "needs low and high"),
        ({"name": "monetisation.price", "low": 3, "high": 1}, "low = 3 must be below high = 1"),
        ({"name": "monetisation.price", "low": 0, "high": 1, "scale": "log"}, "above 0 on a log scale"),
        ({"name": "monetisation.price", "low": 0, "high": float("inf")}, "both finite"),
        ({"name": "monetisation.price", "on": {}}, "need a name without a dot"),
        ({"name": "x", "values": (1, "a")}, "all be numbers, all words"),
    ],
)
def test_a_lever_that_means_nothing_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Lever(**given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "monetisation.prise", "low": 0, "high": 1}, "did you mean monetisation.price"),
        ({"name": "monetisation.price", "low": 0, "high": 1e9}, r"1000000000.*at most 100000"),
        ({"name": "monetisation.price", "low": -1, "high": 1}, "at least 0"),
        ({"name": "monetisation.price", "prior": True}, "has no prior"),
        ({"name": "monetisation.model", "low": 0, "high": 1}, "is not a number; give values"),
        ({"name": "monetisation.model", "values": ("add",)}, "must be 'none', 'ads'"),
        ({"name": "thanks", "options": {"a": {"incentives": {"badge": 1}}}}, "did you mean"),
    ],
)
def test_a_lever_that_the_schema_does_not_know_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        check_levers([Lever(**given)])


def test_a_lever_is_there_once() -> None:
    with pytest.raises(StudyError, match="cash is defined twice"):
        check_levers([CASH, CASH])


# Formulas


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_formulas_compute_what_python_computes(a: float, b: float) -> None:
    values = {"a": a, "b.c": b}
    assert Formula("a + 2 * b.c - -a / 4")(values) == a + 2 * b - -a / 4
    assert Formula("max(a, b.c, 0) >= abs(a) and not a < b.c")(values) == (
        max(a, b, 0) >= abs(a) and not a < b
    )
    assert Formula("0 <= a <= b.c or a == b.c")(values) == (0 <= a <= b or a == b)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "open('x')",
        "a.__class__",
        "[a for a in (1,)]",
        "(lambda: 1)()",
        "9 ** 9 ** 9",
        "a if a else a",
        "'x'.join('y')",
        "f'{a}'",
    ],
)
def test_formulas_cannot_act(text: str) -> None:
    with pytest.raises(StudyError, match="formula"):
        Formula(text)({"a": 1.0})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a +", "cannot be read"),
        ("cahs < 1", "cahs is not a lever of this study; did you mean cash"),
        ("1 / (cash - cash)", r"division by zero\) where cash = 0.5"),
        ("cash < 'x'", "not supported"),
        ("1 +" * 200 + "1", "longer than"),
    ],
)
def test_a_bad_formula_is_refused_with_its_text(text: str, message: str) -> None:
    with pytest.raises(StudyError, match=message):
        Formula(text)({"cash": 0.5})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("9" * 390 + " / 2 < b", "integer division result too large for a float"),
        ("b / 0 < 1", "division by zero"),
        ("'a' * 99999999999 == b", "'a' is a word, and words can only be compared"),
        ("word + 1 < 2", "'open' is a word"),
        ("-word == b", "'open' is a word"),
        ("word < 1", "word"),
        ("min(word, 1) < 2", "not supported between instances"),
        ("abs(word) < 2", "bad operand type"),
    ],
)
def test_a_formula_that_cannot_be_computed_says_so_in_one_sentence(text: str, why: str) -> None:
    values = {"b": 2.0, "word": "open", "other": 3.0}
    for compute in (Formula(text), Formula(text).excess):
        with pytest.raises(StudyError, match="cannot be computed") as refused:
            compute(values)
        assert why in str(refused.value)
        assert "other" not in str(refused.value)


@pytest.mark.parametrize("text", ["-" * 399 + "1", "not " * 99 + "1", "(" * 199 + "1" + ")" * 199])
def test_a_formula_that_is_nested_deeply_is_computed_or_refused(text: str) -> None:
    try:
        Formula(text)({})
    except StudyError as refused:
        assert "nested too deeply" in str(refused) or "cannot be read" in str(refused)


def test_words_can_be_compared() -> None:
    assert Formula("word == 'open'")({"word": "open"}) is True
    assert Formula("word != 'open'").excess({"word": "open"}) == 1.0


def test_a_formula_of_odd_numbers_and_strings_warns_nobody(recwarn: pytest.WarningsRecorder) -> None:
    assert Formula("1or 2")({}) is True
    assert Formula(r"a == '\d'")({"a": 1}) is False
    assert not recwarn.list
