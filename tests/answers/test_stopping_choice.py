"""Which early stopping is recommended: chosen and judged by hand, and what it states of fresh runs."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t as student

from answers.made import curves, valleys
from epochwise.answers.case import Case
from epochwise.answers.settings import AnswerSettings
from epochwise.answers.stopping import Patience
from epochwise.answers.stopping_choice import (
    bound,
    judged,
    left_out,
    of_units,
    pick,
    row,
    with_the_end,
)

SETTINGS = AnswerSettings.of()
WIDE = AnswerSettings.of(acceptable_regret=1.0)


def test_it_saves_most_of_those_whose_mean_regret_is_acceptable():
    saved = np.array([[20.0], [60], [70], [80], [0]])
    regret = np.array([[0.0], [0.9], [1.1], [np.nan], [0]])
    assert pick(saved, regret, SETTINGS, 1.0) == 1
    assert pick(saved, regret, AnswerSettings.of(acceptable_regret=0.02), 1.0) == 2
    assert pick(saved[3:], regret[3:], SETTINGS, 1.0) is None
    assert pick(saved[:1], np.ones((1, 1)), SETTINGS, 1.0) == 0  # as much as is acceptable
    assert pick(saved[:1], np.full((1, 1), 1.005), SETTINGS, 1.0) is None
    assert pick(np.full((1, 1), 0.5), np.zeros((1, 1)), SETTINGS, 1.0) == 0  # a little is saved
    assert pick(np.empty((0, 0)), np.empty((0, 0)), SETTINGS, 1.0) is None


def test_rounding_chooses_nothing():
    one_per_cent = 100 * (1.01 / 1 - 1)
    assert one_per_cent > 1
    assert pick(np.array([[20.0]]), np.array([[one_per_cent]]), SETTINGS, 1.0) == 0
    assert pick(np.array([[20.0]]), np.array([[1 + 1e-9]]), SETTINGS, 1.0) is None
    alike = np.array([[0.3, 0.2, 0.1], [0.1, 0.2, 0.3]])  # the first listed of equals
    assert alike[0].mean() < alike[1].mean()
    assert pick(alike, np.zeros((2, 3)), SETTINGS, 1.0) == 0


def test_with_several_units_the_upper_bound_must_be_acceptable_too():
    saved, sure, unsure = np.full((2, 3), 50.0), [0.5, 0.5, 0.5], [0.0, 0.1, 1.4]
    saved[1] = 60
    assert pick(saved, np.array([sure, unsure]), SETTINGS, 1.0) == 0
    by_hand = student.ppf(0.95, 2) * np.std(unsure, ddof=1) / 3**0.5
    assert bound(np.array(unsure), 0.95, 2.0) == pytest.approx(2 * by_hand)
    assert bound(np.array([0.0, 1.0]), 0.95, 1.0) == pytest.approx(student.ppf(0.95, 1) / 2)
    assert np.isnan(bound(np.array([1.0]), 0.95, 1.0))


def test_each_unit_is_judged_by_what_the_others_choose():
    # without unit 2 the bold criterion costs nothing; with it, it costs too much
    saved = np.array([[10.0, 10, 10], [90, 90, 90]])
    regret = np.array([[0.0, 0, 0], [0, 0, 50]])
    picks = left_out(saved, regret, SETTINGS, 1.0)
    assert judged(saved, picks).tolist() == [10, 10, 90]
    assert judged(regret, picks).tolist() == [0, 0, 50]


def test_where_the_others_choose_none_a_unit_is_trained_to_the_end():
    none = np.full((1, 3), 99.0)
    picks = left_out(none, none, SETTINGS, 1.0)
    case = Case(curves(valleys(runs=3)), SETTINGS, [Patience(1), Patience(2)])
    every = with_the_end(case)
    saved, regret, loss = (
        judged(of_units(case.curves, every, name), picks)
        for name in ("epochs_saved_percent", "validation_regret_percent", "validation_loss")
    )
    assert saved.tolist() == regret.tolist() == [0, 0, 0]
    assert loss.tolist() == case.curves.validation[:, 1:].min(axis=1).tolist()


@pytest.mark.parametrize("runs", [3, 6])
def test_the_loss_and_accuracy_that_it_reaches_are_told(runs):
    made = curves(valleys(runs=runs))
    accuracy = np.random.default_rng(1).random(made.validation.shape)
    of_classes = replace(made, losses={**made.losses, "validation_accuracy": accuracy})
    case = Case(of_classes, WIDE, [Patience(3)])
    found, own = row(case), case.outcomes[0]
    assert found["validation_loss"] == pytest.approx(own["validation_loss"].mean())
    at = own["selected_epoch"].astype(int)
    expected = np.mean([accuracy[run, epoch] for run, epoch in enumerate(at)])
    assert found["validation_accuracy"] == pytest.approx(expected)
    assert np.isnan(row(Case(made, WIDE, [Patience(3)]))["validation_accuracy"])


def test_units_are_folds_where_there_are_several():
    case = Case(curves(valleys(runs=6), fold=[0, 0, 1, 1, 2, 2]), SETTINGS, [Patience(3)])
    (one,) = case.outcomes
    own = of_units(case.curves, case.outcomes, "epochs_saved_percent")
    assert own.tolist() == [one["epochs_saved_percent"].reshape(3, 2).mean(axis=1).tolist()]


def test_runs_that_ended_before_an_epoch_belong_to_no_unit():
    nan = np.nan
    validation = [[9, 5, 4, 3.0], [9, nan, nan, nan], [9, 5, nan, nan], [9, 8, 4, 3]]
    case = Case(curves(validation, fold=[0, 0, 1, 1]), SETTINGS, [Patience(9)])
    losses = of_units(case.curves, case.outcomes, "validation_loss")
    assert losses.tolist() == [[3, (5 + 3) / 2]]


def test_two_units_are_enough_for_a_bound():
    expected = student.ppf(0.95, 1) * np.std([0, 1], ddof=1) / 2**0.5
    assert bound(np.array([0.0, 1.0]), 0.95, 1.0) == pytest.approx(expected)
    assert np.isnan(bound(np.array([1.0]), 0.95, 1.0))


def test_units_are_those_of_the_runs_that_trained_at_all():
    validation = valleys(runs=6)
    validation[0, 1:] = np.nan  # nothing of it is replayed
    validation[1, 2:] = np.nan
    case = Case(curves(validation, fold=[0, 0, 0, 1, 1, 1]), SETTINGS, [Patience(3)])
    (one,) = case.outcomes
    saved = one["epochs_saved_percent"]
    own = of_units(case.curves, case.outcomes, "epochs_saved_percent")
    assert own.tolist() == [[saved[:2].mean(), saved[2:].mean()]]


@pytest.mark.parametrize(("runs", "judged"), [(1, False), (4, False), (5, True)])
def test_below_five_units_nothing_is_recommended(runs, judged):
    found = row(Case(curves(valleys(runs=runs)), WIDE, [Patience(3)]))
    assert found["units"] == runs
    assert found["recommended"] is judged
    assert ("regret_upper_percent" in found) == judged


def test_where_nothing_is_recommended_no_stopping_is():
    falling = np.tile(5 - np.arange(101) / 25, (6, 1))
    assert row(Case(curves(falling), WIDE, [Patience(3)])) == {}
    poor = curves(valleys(runs=6), baseline=0.5)
    assert row(Case(poor, WIDE, [Patience(3)])) == {}


def test_where_the_lowest_loss_is_zero_and_some_runs_would_stop_above_it_there_is_none():
    """Ten runs reach zero at once; the last reaches it late, after an epoch without improvement."""
    zero = np.maximum(0, 1 - np.arange(61) / np.full((10, 1), 20.0))
    zero[-1, 18:40] = 0.1
    assert row(Case(curves(zero[:-1]), SETTINGS, [Patience(10)]))["recommended"]
    assert row(Case(curves(zero), SETTINGS, [Patience(10), Patience(30)])) == {}


def test_what_is_stated_is_what_fresh_runs_lose():
    """Over many studies the regret that is stated equals that of the criterion on new runs."""
    rng, stated, fresh = np.random.default_rng(5), [], []

    def runs(count):
        walk = np.cumsum(rng.normal(size=(count, 121)), axis=1) * 0.01
        return valleys(runs=count, epochs=120, best=50, seed=int(rng.integers(2**31))) + walk

    every = [Patience(n) for n in (2, 4, 8, 16, 32)]
    for _ in range(60):
        found = row(Case(curves(runs(8)), WIDE, every))
        chosen = next(one for one in every if one.label == found["criterion"])
        (outcome,) = Case(curves(runs(40)), WIDE, [chosen]).outcomes
        stated.append(found["validation_regret_percent"])
        assert found["regret_upper_percent"] > found["validation_regret_percent"]
        fresh.append(outcome["validation_regret_percent"].mean())
    assert np.mean(stated) == pytest.approx(np.mean(fresh), rel=0.25)
