from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t as student

from answers.made import curves
from epochwise.answers.cost import rows as rows_at


def rows(curves):
    return rows_at(curves, 0.95)


VALIDATION = np.array([[5, 3, 1, 2.0], [5, 1, 2, 3]])  # mean 5 2 1.5 2.5: best epoch 2
TEST = np.array([[6, 4, 3, 2.0], [6, 3, 4, 5]])  # mean 6 3.5 3.5 3.5: best epoch 1


def test_the_cost_by_hand():
    mean_curve, each_run = rows(curves(VALIDATION, test=TEST))
    assert mean_curve["choice"] == "mean_curve"
    assert mean_curve["chosen_epoch"] == 2
    assert mean_curve["validation_loss"] == pytest.approx(1.5)
    assert mean_curve["test_loss"] == pytest.approx(3.5)
    assert mean_curve["optimism"] == pytest.approx(2)
    assert mean_curve["optimism_error"] == pytest.approx(0, abs=1e-12)  # 2 in both runs
    assert mean_curve["optimism_percent"] == pytest.approx(100 * 2 / 1.5)
    assert mean_curve["test_best_epoch"] == 1
    assert mean_curve["excess"] == pytest.approx(0)

    assert each_run["choice"] == "each_run"
    assert each_run["chosen_epoch"] == 1.5  # the median of 2 and 1
    assert each_run["validation_loss"] == pytest.approx(1)
    assert each_run["test_loss"] == pytest.approx(3)
    assert each_run["test_best_loss"] == pytest.approx(2.5)
    assert each_run["excess"] == pytest.approx(0.5)
    assert each_run["excess_error"] == pytest.approx(0.5)  # 1 and 0
    assert each_run["excess_percent"] == pytest.approx(20)


def test_the_margin_of_the_optimism_is_a_t_interval_s_stretched_for_cuts():
    draw = np.random.default_rng(2)
    validation, test = 1 + 0.1 * draw.standard_normal((2, 6, 4))
    validation[:, 2] -= 0.5  # the best epoch
    by_hand = student.ppf(0.975, 5) * np.std(test[:, 2] - validation[:, 2], ddof=1) / 6**0.5
    seeds = curves(validation, test=test)
    assert rows(seeds)[0]["optimism_margin"] == pytest.approx(by_hand)
    sizes = {"train": 80, "validation": 20}
    cuts = curves(validation, test=test, fold=np.arange(6), partition_rows=sizes)
    factor = (1 + 6 * 20 / 80) ** 0.5  # Nadeau and Bengio 2003
    assert rows(cuts)[0]["optimism_margin"] == pytest.approx(factor * by_hand)
    assert np.isnan(rows(curves(validation[0], test=test[0]))[0]["optimism_margin"])


def test_the_baseline_on_the_test_rows_is_the_mean_over_runs():
    made = curves(VALIDATION, test=TEST)
    known = replace(made, baselines={"training_mean": {"test_loss": np.array([3.0, 5.0])}})
    assert [found["test_baseline_loss"] for found in rows(known)] == [4, 4]
    assert [found["test_baseline_loss"] for found in rows(made)] == [None, None]


def test_without_a_test_partition_it_says_so():
    for found in rows(curves(VALIDATION)):
        assert found["note"].startswith("no test partition")
        assert "test_loss" not in found
        assert "optimism" not in found


def test_choosing_among_noise_is_optimistic():
    # validation and test measure the same flat truth with independent noise: whatever
    # the chosen epoch, its test loss is 1, and its validation loss looks lower
    draw = np.random.default_rng(0)
    validation, test = 1 + 0.1 * draw.standard_normal((2, 200, 50))
    _, each_run = rows(curves(validation, test=test))
    expected = 1 - validation.min(axis=1).mean()
    assert each_run["optimism"] == pytest.approx(expected, abs=3 * each_run["optimism_error"])
    assert each_run["optimism"] > 10 * each_run["optimism_error"]


def test_the_test_partition_chooses_nothing():
    other = TEST[:, ::-1]
    for one, two in zip(
        rows(curves(VALIDATION, test=TEST)), rows(curves(VALIDATION, test=other)), strict=True
    ):
        assert one["chosen_epoch"] == two["chosen_epoch"]
        assert one["validation_loss"] == two["validation_loss"]


def test_nothing_finite_and_zero_losses():
    (found,) = rows(curves(np.full((2, 3), np.nan)))
    assert found == {"choice": "mean_curve", "note": "no finite validation loss"}
    mean_curve, _ = rows(curves(np.zeros((2, 3)), test=np.ones((2, 3))))
    assert mean_curve["optimism"] == 1
    assert np.isnan(mean_curve["optimism_percent"])
