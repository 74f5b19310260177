"""One rule for the lowest point of a curve, and every table that follows it."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from answers.made import loss_table, read
from epochwise.answers.settings import AnswerSettings
from epochwise.answers.stopping import Patience
from epochwise.answers.tables import compute
from epochwise.tables.agreement import compare
from epochwise.tables.minima import (
    TIE,
    first_minimum,
    highest_equal,
    last_finite,
    rank,
    without_rounding,
)
from epochwise.tables.summary import summarise

NAN = np.nan

levels = st.sampled_from([0.0, 1.0, 1 + 1e-13, 1 + 4e-13, 1 + 1e-11, 2.0, 3.0])  # many ties
losses = levels | st.floats(0, 1e6) | st.just(1 / 3)
signed = losses | losses.map(lambda value: -value)
missing = st.just(NAN)
EPOCHS = st.integers(1, 25)


# ---- the rule itself ----


def test_the_earliest_of_equal_losses_wins():
    assert first_minimum(np.array([3, 1, 2, 1.0])) == 1
    assert first_minimum(np.array([3, 1 + 1e-15, 2, 1.0])) == 1
    assert first_minimum(np.array([[NAN, 2.0, 1], [NAN] * 3])).tolist() == [2, -1]
    assert first_minimum(np.array([1.0, 0, 0])) == 1


def test_what_differs_by_more_than_rounding_is_no_tie():
    assert first_minimum(np.array([3, 1 + 1e-11, 2, 1.0])) == 3
    assert first_minimum(np.array([1e-300, 0.0])) == 1


def test_negative_values_are_compared_as_positive_ones_are():
    assert first_minimum(np.array([-1.0, -3, -3, -2])) == 1
    assert first_minimum(np.array([-3 * (1 - 1e-15), -3.0])) == 0
    assert first_minimum(np.array([-3 * (1 - 1e-11), -3.0])) == 1
    assert highest_equal(np.array([-4.0, 0, 4])).tolist() == [-4 + 4 * TIE, 0, 4 + 4 * TIE]


def test_infinity_is_passed_over():
    assert first_minimum(np.array([np.inf, 2.0, np.inf])) == 1
    assert first_minimum(np.array([np.inf, np.inf])) == -1


def plainly(values):
    """Find the first minimum epoch by epoch."""
    finite = [value for value in values if np.isfinite(value)]
    if not finite:
        return -1
    limit = min(finite) + TIE * abs(min(finite))
    return next(epoch for epoch, value in enumerate(values) if value <= limit)


@given(arrays(float, EPOCHS, elements=signed | missing))
def test_the_first_minimum_is_what_a_loop_finds(values):
    assert first_minimum(values) == plainly(values)


def test_a_slow_fall_within_rounding_is_a_tie_with_the_lowest_not_with_its_neighbour():
    # each step is a tie with the one before, the last none with the first
    values = 1 - 4e-13 * np.arange(6.0)
    assert first_minimum(values) == 3


scalable = levels | st.floats(1e-250, 1e6)  # a unit that makes a loss vanish is none


@given(arrays(float, EPOCHS, elements=scalable), st.integers(-40, 40))
def test_the_unit_of_the_loss_moves_no_minimum(values, power):
    assert first_minimum(values * 2.0**power) == first_minimum(values)


def test_what_differs_by_rounding_alone_is_made_equal_and_nothing_else():
    values = np.array(
        [[2.0, 1 + 1e-15, NAN, 1, 2 - 1e-15, 1 + 1e-11], [0, -3 + 1e-15, 0, -3, 5, 5]]
    )
    expected = [[2 - 1e-15, 1, NAN, 1, 2 - 1e-15, 1 + 1e-11], [0, -3, 0, -3, 5, 5]]
    np.testing.assert_array_equal(without_rounding(values), expected)
    assert without_rounding(np.empty((2, 0))).shape == (2, 0)
    assert without_rounding(np.array([np.inf, 1, np.inf])).tolist() == [np.inf, 1, np.inf]


@given(arrays(float, st.tuples(st.integers(0, 3), EPOCHS), elements=signed | missing))
def test_making_equal_changes_no_order_and_no_digit_that_counts(values):
    found = without_rounding(values)
    np.testing.assert_allclose(found, values, rtol=len(values.T) * TIE, atol=0)
    for before, after in zip(values, found, strict=True):
        known = np.isfinite(before)
        ranked = after[known][np.argsort(before[known])]
        assert (np.diff(ranked) >= 0).all()
        assert set(after[known]) <= set(before[known])


def test_the_last_finite_column():
    values = np.array([[1, NAN, 2, NAN], [NAN] * 4, [1, 2, 3, np.inf], [1, 2, 3, 4]])
    assert last_finite(values).tolist() == [2, -1, 2, 3]
    assert last_finite(np.empty((2, 0))).tolist() == [-1, -1]


def test_the_rank_puts_the_lowest_loss_first_and_what_diverged_last():
    known = {"low": (False, 1.0), "high": (False, 2.0), "lost": (True, 0.5), "none": (False, None)}
    assert sorted(known, key=lambda name: rank(*known[name])) == ["low", "high", "lost", "none"]
    assert rank(False, None) == (True, np.inf)
    assert rank(True, None) == (True, np.inf)
    assert rank(False, 1.0) < rank(True, 0.0)


# ---- and everybody who follows it ----

SETTINGS = AnswerSettings.of(resamples=5)
NEVER_STOPS = Patience(10**6)


def best_epochs(validation):
    """Ask every table for the best epoch of one run; the last of them leaves out epoch 0."""
    losses = read(loss_table(validation), epochs=len(validation) - 1)
    tables = compute(losses, SETTINGS, [NEVER_STOPS])
    (curves,) = losses.curves()
    replayed = {"stopping.csv": tables["stopping"]["selected_epoch_mean"].item()}
    found = {
        "summary.csv": summarise(losses)["best_epoch"].item(),
        "best_epoch.csv": tables["best_epoch"]["best_epoch"].item(),
        "choice_cost.csv": tables["choice_cost"]["chosen_epoch"].iloc[0],
        "batches.csv": tables["batches"]["best_epoch"].item(),
        "curves": curves.best,
        "of the run": int(first_minimum(curves.validation)[0]),
    }
    return found, replayed


def test_every_table_names_the_same_epoch_where_the_curve_levels_out_below_rounding():
    epoch = np.arange(121)
    validation = 1 + 5 * np.exp(-epoch / 2)
    lowest = validation[-1]
    assert validation.argmin() > plainly(validation)  # the exact minimum comes later
    expected = int(np.argmax(validation <= lowest + TIE * lowest))
    found, replayed = best_epochs(validation)
    assert found | replayed == dict.fromkeys([*found, *replayed], expected)
    phases = compute(read(loss_table(validation)), SETTINGS, [])["phases"]
    assert phases["best_epoch"].item() == expected


@settings(max_examples=60)
@given(
    arrays(float, st.integers(2, 25), elements=losses),
    st.integers(0, 10),
    st.booleans(),
)
@example(np.array([3.0, 1, 1, 1, 2]), 0, False)
@example(np.array([2, 1 + 4e-13, 1, 1 - 4e-13, 1]), 2, False)
def test_every_table_names_the_same_epoch_of_any_curve(values, ended, flat):
    """Ties and plateaus, and a run that diverged before its time."""
    validation = np.repeat(values, 3) if flat else values.copy()
    ended = min(ended, len(validation) - 1)
    validation[len(validation) - ended :] = NAN
    found, replayed = best_epochs(validation)
    expected = plainly(validation)
    assert found == dict.fromkeys(found, expected)
    watched = plainly(validation[1:]) + 1  # a criterion does not look at the untrained network
    if watched:
        assert replayed == dict.fromkeys(replayed, watched)
    if expected > 0:
        assert watched == expected


@settings(max_examples=60)
@given(arrays(float, st.tuples(st.just(2), st.integers(2, 25)), elements=losses))
def test_runs_and_backends_are_compared_at_the_epochs_of_the_summary(validation):
    losses = read(loss_table(validation))
    each = summarise(losses)["best_epoch"]
    (row,) = compute(losses, SETTINGS, [])["best_epoch"].to_dict("records")
    assert (row["run_best_epoch_min"], row["run_best_epoch_max"]) == (each.min(), each.max())
    one, other = (read(loss_table(run)).curves()[0] for run in validation)
    apart = compare(one, other)["max_best_epoch_difference"]
    assert apart == abs(each[0] - each[1])
    assert [one.best, other.best] == each.tolist()


@pytest.mark.parametrize("factor", [1e-3, 1.0, 7e5])
def test_the_mean_of_runs_that_tie_keeps_the_earliest_epoch_in_any_unit(factor):
    draw = np.random.default_rng(0)
    run = 1 + draw.random(30)
    run[[7, 19, 26]] = 0.9
    validation = factor * np.outer([0.1, 0.7, 1.3], run)
    losses = read(loss_table(validation))
    assert losses.curves()[0].best == 7
    assert summarise(losses)["best_epoch"].tolist() == [7, 7, 7]
