"""Where runs ended and how often they were validated: said where it was not alike, and only there."""

import dataclasses

import numpy as np

from answers.made import loss_table, read
from epochwise.answers.case import Case
from epochwise.answers.extent import resolution, rows_of
from epochwise.answers.settings import AnswerSettings


def case(validation, histories=True, planned=None):
    (curves,) = read(loss_table(np.asarray(validation, float))).curves()
    if planned is not None:
        curves = dataclasses.replace(curves, planned=planned)
    return Case(dataclasses.replace(curves, histories=histories), AnswerSettings.of())


def test_runs_that_were_stopped_and_those_that_diverged_are_counted_apart():
    nan = np.nan
    made = case(
        [[5, 4, 3, 2, nan], [5, 4, 3, nan, nan], [5, 4, nan, nan, nan], [5, 4, 3, 2, 1]], planned=2
    )
    assert rows_of(made) == [
        {
            "runs": 4,
            "diverged_runs": 1,
            "stopped_runs": 2,
            "first_end": 2,
            "last_end": 4,
            "compared_to": 2,
            "resolution": 1,
        }
    ]


def test_the_resolution_is_the_longest_stretch_between_two_validations_of_a_run():
    nan = np.nan
    assert resolution(np.array([[nan, 3, nan, 2, nan, nan, 1], [nan, 3, 2, 1, 1, 1, 1]])) == 3
    assert resolution(np.array([[nan, 3.0], [nan, nan]])) == 1
    assert rows_of(case([[9, nan, 8, nan, 7]]))[0]["resolution"] == 2


def test_nothing_is_said_of_runs_that_are_alike_or_trained_here():
    assert rows_of(case([[5, 4, 3], [5, 4, 3]])) == []
    assert rows_of(case([[9, np.nan, 8]], histories=False)) == []
    assert rows_of(case([[5, 4, np.nan], [5, 4, np.nan]], planned=2)) == []  # all diverged
