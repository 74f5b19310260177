"""Errors of means, by hand, and what cuts of one data set multiply them by."""

import numpy as np
import pytest
from scipy.stats import t as student

from answers.made import curves
from epochwise.answers.statistics import inflation, margin, standard_error

UNITS = np.array([1.0, 2, 6])  # mean 3, variance (4 + 1 + 9) / 2 = 7


def test_the_error_of_a_mean_is_that_of_its_units():
    both = np.stack([UNITS, 10 * UNITS], axis=1)
    assert standard_error(both) == pytest.approx([(7 / 3) ** 0.5, 10 * (7 / 3) ** 0.5])
    assert np.isnan(standard_error(np.ones((1, 4)))).tolist() == [True] * 4


def test_a_margin_is_half_a_t_interval():
    by_hand = student.ppf(0.95, df=2) * (7 / 3) ** 0.5
    assert margin(UNITS, 0.9) == pytest.approx(by_hand)
    assert margin(UNITS, 0.9, 1.5) == pytest.approx(1.5 * by_hand)
    assert margin(UNITS[:2], 0.9) == pytest.approx(student.ppf(0.95, df=1) * 0.5)
    assert np.isnan(margin(UNITS[:1], 0.9))


def test_cuts_are_less_sure_by_their_number_and_by_the_rows_that_train():
    rows = {"train": 60, "validation": 30}
    validation, fold = np.tile([3.0, 1, 2], (6, 1)), [0, 0, 1, 1, 2, 2]
    assert inflation(curves(validation, fold=fold, partition_rows=rows)) == pytest.approx(2.5**0.5)
    validation[:2, 1:] = np.nan  # a cut whose every run diverged is none of those averaged
    assert inflation(curves(validation, fold=fold, partition_rows=rows)) == pytest.approx(2**0.5)


@pytest.mark.parametrize("rows", [None, {"train": 60}, {"validation": 30}])
def test_seeds_are_independent_and_so_are_cuts_of_unknown_size(rows):
    validation = np.tile([3.0, 1, 2], (3, 1))
    assert inflation(curves(validation, partition_rows=rows)) == 1
    assert inflation(curves(validation, fold=[0, 1, 2], partition_rows=rows)) == 1
