"""How good the network is at its best epoch: each quantity averaged by hand."""

from dataclasses import replace

import numpy as np
import pytest

from answers.made import curves
from epochwise.answers.quality import rows

VALIDATION = np.array([[9.0, 4, 5], [9, 6, 6], [9, 5, 6], [9, 9, 9]])
FOLD = [0, 0, 1, 1]
ROWS = {"train": 60, "validation": 30}


def of(found, partition, metric):
    (one,) = (row for row in found if (row["partition"], row["metric"]) == (partition, metric))
    return [one[name] for name in ("value", "value_error", "baseline")]


def test_every_partition_and_metric_has_its_mean_over_cuts_with_an_inflated_error():
    one = curves(
        VALIDATION, VALIDATION * 10, VALIDATION + 1, fold=FOLD, partition_rows=ROWS, baseline=7.0
    )
    found = rows(one)
    assert [(row["partition"], row["metric"]) for row in found] == [
        ("train", "loss"),
        ("validation", "loss"),
        ("test", "loss"),
    ]
    # at epoch 1 the cuts' means are 5 and 7: their error is 1, inflated by √(1 + 2 · 30 / 60)
    assert of(found, "train", "loss") == [60, pytest.approx(10 * 2**0.5), None]
    assert of(found, "validation", "loss") == [6, pytest.approx(2**0.5), 7]
    assert of(found, "test", "loss") == [7, pytest.approx(2**0.5), None]


def test_a_constant_is_averaged_over_the_cuts_that_are_used():
    broken = np.vstack([VALIDATION, [[9, np.nan, np.nan]]])
    one = curves(broken, fold=[*FOLD, 2])
    constants = np.array([10.0, 10, 20, 20, 1000])
    known = replace(one, baselines={"training_mean": {"validation_loss": constants}})
    assert of(rows(known), "validation", "loss") == [6, pytest.approx(1), 15]


def test_a_metric_that_no_run_has_at_the_best_epoch_is_left_out():
    one = curves(VALIDATION[:1])
    gone = {"validation_accuracy": np.full((1, 3), np.nan)}
    there = {"validation_accuracy": np.array([[0.1, 0.7, np.nan]])}
    for more, metrics in ((gone, ["loss"]), (there, ["loss", "accuracy"])):
        found = rows(replace(one, losses={**one.losses, **more}))
        assert [row["metric"] for row in found if row["partition"] == "validation"] == metrics


def test_a_metric_that_some_runs_have_is_there_and_its_mean_is_not_known():
    one = curves(VALIDATION[:2])
    some = {"validation_accuracy": np.array([[0.1, 0.7, 0.7], [0.1, np.nan, np.nan]])}
    value, error, _ = of(
        rows(replace(one, losses={**one.losses, **some})), "validation", "accuracy"
    )
    assert np.isnan([value, error]).all()


def test_the_untrained_network_may_be_the_best_and_without_a_best_epoch_there_is_nothing():
    assert of(rows(curves([1.0, 2, 3])), "validation", "loss")[0] == 1
    assert rows(curves(np.full((2, 3), np.nan))) == []
