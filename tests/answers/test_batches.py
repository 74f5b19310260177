import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers.made import curves, loss_table, read
from epochwise.answers import refit
from epochwise.answers.batches import iterations_per_epoch, row
from epochwise.answers.case import Case
from epochwise.answers.settings import AnswerSettings

LOSSES = [3, 2, 1, 2.0]


def test_the_example_of_the_tutorial():
    """1,000 samples in batches of 100 are 10 iterations per epoch."""
    assert iterations_per_epoch(1000, 100) == 10
    found = row(curves(LOSSES, rows=1000, iterations=10, rows_per_batch=100))
    assert found == {
        "best_epoch": 2,
        "training_rows": 1000,
        "training_rows_least": 1000,
        "rows_per_batch": 100,
        "iterations_per_epoch": 10,
        "iterations_at_best": 20,
        "samples_at_best": 2000,
    }


def test_a_short_last_batch_counts():
    found = row(curves(LOSSES, rows=353, iterations=2, rows_per_batch=200))
    assert (found["rows_per_batch"], found["iterations_at_best"]) == (200, 4)


@given(st.integers(1, 2000), st.integers(1, 2000))
def test_iterations_are_as_many_as_it_takes_batches_to_hold_the_rows(rows, size):
    iterations = iterations_per_epoch(rows, size)
    assert (iterations - 1) * size < rows <= iterations * size


@pytest.mark.parametrize("asked", ["auto", "50", 50, 200])
def test_the_batch_size_that_was_used_counts_whatever_was_asked_for(asked):
    found = row(curves(LOSSES, rows=100, iterations=2, rows_per_batch=50, batch_size=asked))
    assert found["rows_per_batch"] == 50


def test_folds_may_differ_in_rows_and_the_largest_is_told():
    table = loss_table([LOSSES] * 2, fold=[0, 1], rows=153, iterations=1)
    second = table.fold == 1
    table.loc[second, "samples"] = 154 * table.epoch[second]
    table = table.assign(rows_per_batch=153 + second)  # auto: all rows, where they are so few
    found = row(read(table).curves()[0])
    assert (found["training_rows"], found["training_rows_least"]) == (154, 153)
    assert found["rows_per_batch"] == 154
    assert found["samples_at_best"] == 2 * 154


def test_an_unknown_batch_size_is_said_to_be_unknown():
    found = row(curves(LOSSES, rows=353, iterations=2, rows_per_batch=None))
    assert found["rows_per_batch"] is None
    assert found["iterations_at_best"] == 4
    assert found["note"] == "the loss table does not say the batch size"


def test_runs_that_ended_at_once():
    found = row(curves([[1, float("nan"), float("nan")]]))
    assert found["note"].startswith("no run reached epoch 1")
    assert found["best_epoch"] == 0
    assert row(curves([float("nan")] * 3))["best_epoch"] is None


def test_a_refit_keeps_the_updates():
    # 2 x 10 updates; 150 rows in batches of 10 are 15 an epoch: 1.33 epochs
    found = refit.row(curves(LOSSES, rows=100, iterations=10, rows_per_batch=10), 150)
    assert (found["iterations_at_best"], found["iterations_per_epoch"]) == (20, 15)
    assert found["refit_epochs"] == 1
    assert found["refit_epochs_by_passes"] == 2
    assert found["assumption"] == refit.ASSUMPTION


def test_a_refit_rounds_to_the_nearest_epoch():
    for all_rows, expected in ((100, 2), (110, 2), (120, 2), (140, 1), (10_000, 1)):
        found = refit.row(curves(LOSSES, rows=100, iterations=10), all_rows)
        assert found["refit_epochs"] == expected
    untrained = refit.row(curves([1.0, 2, 3], rows=100, iterations=10), 150)
    assert untrained["refit_epochs"] == 0


@pytest.mark.parametrize(
    ("losses", "size", "rows", "sentence"),
    [
        (LOSSES, 10, None, "number of all rows was not given"),
        (LOSSES, 10, 50, "fewer than the training rows"),
        (LOSSES, None, 150, "does not say the batch size"),
        ([float("nan")] * 4, 10, 150, "no run reached epoch 1"),
        ([[1.5e308] * 4] * 2, 10, 150, "no best epoch to carry over"),  # the mean overflows
    ],
)
def test_a_refit_that_cannot_be_told_says_why(losses, size, rows, sentence):
    found = refit.row(curves(losses, rows=100, iterations=10, rows_per_batch=size), rows)
    assert sentence in found["assumption"]
    assert found.get("refit_epochs") is found.get("iterations_per_epoch") is None


def test_where_nothing_is_recommended_there_is_nothing_to_carry_over():
    falls = Case(curves(np.linspace(2, 1, 41)), AnswerSettings.of(), all_rows=150)
    (found,) = refit.rows_of(falls)
    assert found["refit_epochs"] is found["refit_epochs_by_passes"] is None
    assert found["assumption"] == falls.objection
    levels = np.interp(np.arange(41), [0, 20, 40], [2, 1, 1.2])
    (found,) = refit.rows_of(Case(curves(levels), AnswerSettings.of(), all_rows=150))
    assert (found["refit_epochs"], found["refit_epochs_by_passes"]) == (13, 20)


def test_counts_are_whole_numbers_in_the_table():
    assert isinstance(row(curves(LOSSES))["samples_at_best"], int)
    assert isinstance(row(curves(LOSSES))["rows_per_batch"], int)
    assert pd.api.types.is_integer(row(curves(LOSSES))["iterations_per_epoch"])
