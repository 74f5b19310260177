"""The kit's cases meet in pairs, whatever a backend refuses."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epochwise.conformance.cases import FACTORS, Case
from epochwise.conformance.choosing import (
    choose,
    every,
    everything,
    few,
    fewest,
    makes_sense,
    single,
    whole_array,
)
from epochwise.conformance.covering import cover


def meetings(cases, number=2):
    """List what meets in the cases: so many levels of different factors."""
    numbered = [list(enumerate(case)) for case in cases]
    return {some for levels in numbered for some in combinations(levels, number)}


@pytest.fixture(scope="module")
def possible():
    """All pairs that there are in float64."""
    return meetings(case for case in everything()[0] if case.dtype == "float64")


def test_all_pairs_meet_in_float64(possible):
    assert meetings(every(whole_array())) == possible


def test_every_level_is_there_in_float32():
    wanted = {(number, level) for number, factor in enumerate(FACTORS.values()) for level in factor}
    assert {pair for case in single(whole_array()) for pair in enumerate(case)} == (
        wanted - {(len(FACTORS) - 1, "float64")}
    )


@pytest.mark.parametrize("choice", [few, fewest])
def test_every_level_is_there_in_the_few(choice):
    assert {level for case in choice(whole_array()) for level in case} == {
        level for factor in FACTORS.values() for level in factor
    }


def test_each_solver_is_there_in_both_precisions():
    both = set(product(FACTORS["solver"], FACTORS["dtype"]))
    assert {(case.solver, case.dtype) for case in few(whole_array())} == both


def test_the_same_cases_are_chosen_each_time_and_they_are_few():
    assert choose(lambda case: True) == whole_array()
    assert len(every(whole_array())) < 65
    assert len(set(whole_array())) == len(whole_array())
    assert all(makes_sense(case) for case in whole_array())


REFUSALS = {
    "an activation": lambda case: case.activation == "relu",
    "all but one activation": lambda case: case.activation != "tanh",
    "a pair": lambda case: case.task == "2 classes" and case.solver == "adam",
    "many pairs": lambda case: ("layers" in case.layers) == ("sgd" in case.solver),
    "float64": lambda case: case.dtype == "float64",
    "almost everything": lambda case: (
        (case.task, case.activation, case.layers, case.dtype)
        != ("5 classes", "logistic", "three hidden layers", "float32")
    ),
}


@pytest.mark.parametrize("refused", REFUSALS.values(), ids=REFUSALS)
def test_all_pairs_meet_that_are_not_refused(refused):
    taken = [case for case in everything()[0] if not refused(case)]
    cases = choose(lambda case: not refused(case))
    assert set(cases) <= set(taken)
    main = [case for case in taken if case.dtype == cases[0].dtype]
    assert meetings(every(cases)) == meetings(main)


def test_where_everything_is_refused_there_are_no_cases():
    assert choose(lambda case: False) == ()


def test_the_plainest_case_comes_first():
    assert whole_array()[0] == Case()
    assert choose(lambda case: case.activation == "tanh")[0] == Case(activation="tanh")


@settings(max_examples=30)
@given(
    st.lists(st.integers(1, 4), min_size=2, max_size=4),
    st.sets(st.integers(0, 300)),
)
def test_what_can_meet_does(sizes, refused):
    rows = np.array(list(product(*map(range, sizes))))
    left = [row for row in range(len(rows)) if row not in refused]
    pairs = list(combinations(range(len(sizes)), 2))
    if left:
        everywhere = np.ones(len(rows), bool)
        chosen = cover(rows, everywhere, pairs, lambda row: row not in refused, left[:1])
        assert not refused & set(chosen)
        assert meetings(map(tuple, rows[chosen])) == meetings(map(tuple, rows[left]))
