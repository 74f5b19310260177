"""A network beside a constant: when it counts as better, and when that is not known."""

from dataclasses import replace

import numpy as np
import pytest

from answers.made import curves
from epochwise.answers.baseline import beside_baseline
from epochwise.answers.settings import AnswerSettings

SETTINGS = AnswerSettings.of(tolerance=0.01, standard_errors=1)


def beside(validation, baseline, **more):
    return beside_baseline(curves(validation, baseline=baseline, **more), SETTINGS)


@pytest.mark.parametrize(("loss", "beaten"), [(99.5, False), (98.5, True)])
@pytest.mark.parametrize("unit", [1, 1e-6, 1e6])
def test_the_tolerance_is_a_share_of_the_constants_loss(loss, beaten, unit):
    found = beside(np.array([300, loss, 200]) * unit, 100 * unit)
    assert found == (pytest.approx(100 * unit), beaten)


@pytest.mark.parametrize("validation", [[1.0, 2, 3], [3.0, 1, 2]])
def test_the_untrained_network_and_that_after_one_epoch_are_compared_like_any(validation):
    assert beside(validation, 2.0).beaten is True
    assert beside(validation, 1.0).beaten is False


def test_of_two_that_make_no_mistake_neither_is_better():
    assert beside([1.0, 0, 0], 0.0).beaten is False


def of_cuts(*constants):
    """Two cuts, whose constants are not the same."""
    one = curves([[3.0, 1, 2], [3, 2, 3]], fold=[0, 1])
    return beside_baseline(
        replace(one, baselines={"training_mean": {"validation_loss": np.array(constants)}}),
        SETTINGS,
    )


def test_each_cut_is_compared_with_the_constant_of_its_own_rows():
    # losses of 1 and 2: gains of 0.2 and 0.2, sure; of 1.1 and -0.7, with an error of 0.9
    assert of_cuts(1.2, 2.2) == (pytest.approx(1.7), True)
    assert of_cuts(2.1, 1.3) == (pytest.approx(1.7), False)


@pytest.mark.parametrize("unknown", [np.nan, np.inf])
def test_a_constant_whose_loss_is_not_known_of_every_cut_is_not_compared(unknown):
    assert of_cuts(2.0, unknown) == (None, None)
    assert beside([3.0, 1, 2], None) == (None, None)


def test_without_a_best_epoch_the_constants_loss_is_known_and_nothing_compared():
    overflowing = np.full((2, 3), 1.5e308)
    assert beside(overflowing, 2.0) == (2.0, None)
