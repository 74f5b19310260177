"""What is known of a point whatever is asked of it, and why nothing is recommended."""

import numpy as np
import pytest

from answers.made import curves
from epochwise.answers.case import Case
from epochwise.answers.settings import AnswerSettings

FALLS, VALLEY = 5 - np.arange(101) / 25, np.abs(np.arange(101) - 50) / 25 + 1
HIGH_AGAIN = np.where(np.arange(101) % 50, 2.0, 1.01)  # two spikes down besides the start
HIGH_AGAIN[0] = 1.0
LOST = np.where(np.arange(101) < 90, FALLS, np.nan)


def case(validation, **more):
    return Case(curves(validation, **more), AnswerSettings.of())


@pytest.mark.parametrize(
    ("made", "objection"),
    [
        (case(VALLEY), None),
        (case(VALLEY, baseline=9.0), None),
        (case(VALLEY, baseline=0.5), "no better than the baseline"),
        (case(FALLS), "still improving at the last epoch: train longer first"),
        (case(np.ones(101), baseline=0.5), "nothing is learnt"),
        (case(1 + np.arange(101) / 50), "no better than the untrained network"),
        (case(HIGH_AGAIN), "no better than the untrained network"),
        (case(HIGH_AGAIN, baseline=0.5), "no better than the baseline"),
        (case(LOST), "no run reached the last epoch"),
        (case(np.full((2, 9), np.nan)), "no run reached the last epoch"),
        (case(np.full((2, 9), 1.5e308)), "nothing is learnt"),  # the mean overflows
    ],
)
def test_what_speaks_against_a_recommendation_is_said_the_gravest_first(made, objection):
    assert made.objection == objection


def test_a_best_epoch_is_a_bound_where_training_ended_too_early_but_not_where_it_failed():
    assert case(FALLS).censored
    assert not case(VALLEY).censored
    assert not case(LOST).censored
    assert not case(np.full((2, 9), np.nan)).censored
