"""The shape of a curve, by hand; `test_phases` says what is made of it."""

import numpy as np
import pytest

from epochwise.answers.settings import AnswerSettings
from epochwise.answers.shapes import shape

EPOCH = np.arange(1001)


def found(*points, **changed):
    """The shape of the curve through some points, (epoch, loss); some losses are changed."""
    mean = np.interp(EPOCH, *zip(*points, strict=True))
    for epoch, loss in changed.get("but", {}).items():
        mean[epoch] = loss
    return of(mean)


def of(mean):
    mean = np.array(mean, float)
    return shape(mean, np.full(len(mean), np.nan), AnswerSettings.of())


@pytest.mark.parametrize("unit", [1, 3, 1e-5, 7e6])
def test_a_curve_is_constant_up_to_a_spread_of_just_the_tolerance(unit):
    """1 % of the lowest loss, which in floats is a little more, and not of the highest."""
    assert of(np.array([1.01, 1]) * unit).kind == "constant"
    assert of(np.array([1.01005, 1]) * unit).kind == "settles"


def test_what_falls_to_zero_or_is_zero_has_not_risen():
    for losses in ([0, 0, 0], [1, 0, 0]):
        assert (of(losses).rise, of(losses).peak, of(losses).peak_rise) == (0, None, 0)
    assert of([1, 0, 1]).rise == np.inf


@pytest.mark.parametrize(("epoch", "kind"), [(900, "settles"), (901, "underfits")])
def test_a_curve_that_falls_is_improving_if_its_best_epoch_is_in_the_last_tenth(epoch, kind):
    assert found((0, 5), (900, 1.3), (1000, 1), but={epoch: 0.97}).kind == kind


def test_a_rise_at_the_start_is_no_hump_however_short_the_run():
    assert (of([1, 3, 2, 1]).kind, of([1, 3, 2, 1]).peak) == ("settles", None)


@pytest.mark.parametrize("loss", [1.2, 9])
def test_one_strange_epoch_at_the_peak_changes_the_rise_hardly(loss):
    hump = (0, 5), (100, 1), (300, 1.5), (340, 1.5), (800, 0.8), (1000, 0.8)
    for epoch in (250, *range(295, 306), 340):
        one = found(*hump, but={epoch: loss})
        assert (one.kind, one.first_minimum, one.best) == ("double_descent", 100, 800)
        assert abs(one.peak - 300) <= 5
        assert one.peak_rise == pytest.approx(0.5, abs=0.01)
