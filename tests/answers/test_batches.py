import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers.made import curves, loss_table
from epochwise.answers import refit
from epochwise.answers.batches import iterations_per_epoch, only_batch_size, row
from epochwise.answers.curves import configurations
from epochwise.errors import DataError

LOSSES = [3, 2, 1, 2.0]


def test_the_example_of_the_tutorial():
    """1,000 samples in batches of 100 are 10 iterations per epoch."""
    assert iterations_per_epoch(1000, 100) == 10
    found = row(curves(LOSSES, rows=1000, iterations=10), 100)
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
    found = row(curves(LOSSES, rows=353, iterations=2), "auto")
    assert (found["rows_per_batch"], found["iterations_at_best"]) == (200, 4)
    assert row(curves(LOSSES, rows=90, iterations=1), "auto")["rows_per_batch"] == 90
    assert row(curves(LOSSES, rows=90, iterations=1), 500)["rows_per_batch"] == 90


def test_a_swept_batch_size_is_text_where_auto_is_swept_too():
    assert row(curves(LOSSES, rows=100, iterations=2, batch_size="50"))["rows_per_batch"] == 50


def test_a_swept_batch_size_has_precedence():
    assert row(curves(LOSSES, rows=100, iterations=2, batch_size=50), 10)["rows_per_batch"] == 50


def test_folds_may_differ_in_rows_and_the_largest_is_told():
    table = loss_table([LOSSES] * 2, fold=[0, 1], rows=353, iterations=8)
    table.loc[table.fold == 1, "samples"] = 354 * table.epoch[table.fold == 1]
    found = row(configurations(table)[0], 50)
    assert (found["training_rows"], found["training_rows_least"]) == (354, 353)
    assert found["samples_at_best"] == 2 * 354


@given(st.integers(1, 2000), st.integers(1, 2000))
def test_a_batch_size_is_told_from_the_iterations_only_where_no_other_fits(rows, size):
    size = min(size, rows)
    iterations = iterations_per_epoch(rows, size)
    fits = [each for each in range(1, rows + 1) if -(-rows // each) == iterations]
    expected = size if len(fits) == 1 and iterations > 1 else None
    assert only_batch_size(rows, iterations) == expected


def test_an_unknown_batch_size_is_said_to_be_unknown():
    found = row(curves(LOSSES, rows=353, iterations=2))
    assert found["rows_per_batch"] is None
    assert "was not given" in found["note"]


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        (30, "makes 4 iterations per epoch, but the loss table has 10"),
        (0, "whole number of rows"),
        (-5, "whole number of rows"),
        (2.5, "whole number of rows"),
        ("all", "whole number of rows"),
        (True, "whole number of rows"),
    ],
)
def test_a_batch_size_that_cannot_be_gets_a_sentence(size, sentence):
    with pytest.raises(DataError, match=sentence):
        row(curves(LOSSES, rows=100, iterations=10), size)


def test_runs_that_ended_at_once():
    found = row(curves([[1, np.nan, np.nan]]), 10)
    assert found["note"].startswith("no run reached epoch 1")
    assert found["best_epoch"] == 0


def test_a_refit_keeps_the_updates():
    # 2 x 10 updates; 150 rows in batches of 10 are 15 an epoch: 1.33 epochs
    found = refit.row(curves(LOSSES, rows=100, iterations=10), 10, 150)
    assert (found["iterations_at_best"], found["iterations_per_epoch"]) == (20, 15)
    assert found["refit_epochs"] == 1
    assert found["refit_epochs_by_passes"] == 2
    assert found["assumption"] == refit.ASSUMPTION


def test_a_refit_rounds_to_the_nearest_epoch():
    for all_rows, expected in ((100, 2), (110, 2), (120, 2), (140, 1), (10_000, 1)):
        found = refit.row(curves(LOSSES, rows=100, iterations=10), 10, all_rows)
        assert found["refit_epochs"] == expected
    untrained = refit.row(curves([1.0, 2, 3], rows=100, iterations=10), 10, 150)
    assert untrained["refit_epochs"] == 0


@pytest.mark.parametrize(
    ("losses", "size", "rows", "sentence"),
    [
        (LOSSES, 10, None, "number of all rows was not given"),
        (LOSSES, 10, 50, "fewer than the training rows"),
        (LOSSES, None, 150, "batch size was not given"),
        ([np.nan] * 4, 10, 150, "no run reached epoch 1"),
    ],
)
def test_a_refit_that_cannot_be_told_says_why(losses, size, rows, sentence):
    iterations = 10 if size else 2
    found = refit.row(curves(losses, rows=100, iterations=iterations), size, rows)
    assert sentence in found["assumption"]
    assert found.get("refit_epochs") is None


def test_counts_are_whole_numbers_in_the_table():
    assert isinstance(row(curves(LOSSES), 10)["samples_at_best"], int)
    assert pd.api.types.is_integer(row(curves(LOSSES), 10)["iterations_per_epoch"])
