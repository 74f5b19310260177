"""The curves of one point: which runs make the mean, what is independent, and the best epoch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from answers.made import curves, loss_table, read

NAN = np.nan


def test_the_runs_that_reached_the_last_epoch_make_the_mean():
    found = curves([[4, 2, 3], [4, 1, NAN], [2, 4, 1]])
    assert found.used.tolist() == [0, 2]
    assert (found.diverged, found.lost, found.horizon) == (1, False, 2)
    assert found.mean("validation_loss").tolist() == [3, 3, 2]
    assert found.runs("validation_loss").tolist() == [[4, 2, 3], [2, 4, 1]]
    assert found.best == 2


def test_where_every_run_diverged_the_mean_goes_as_far_as_all_that_began():
    found = curves([[4, 2, 3, NAN, NAN], [2, 4, 1, 9, NAN], [NAN] * 5])
    assert found.used.tolist() == [0, 1]
    assert (found.diverged, found.lost, found.horizon) == (3, True, 2)
    assert found.mean("validation_loss").tolist() == [3, 3, 2]


def test_where_no_run_began_there_is_no_mean_and_no_best_epoch():
    found = curves(np.full((2, 3), NAN))
    assert (found.used.tolist(), found.horizon, found.best, found.lost) == ([], -1, -1, True)
    assert found.mean("validation_loss").tolist() == []
    assert found.rank == (True, np.inf)


def test_a_run_may_be_longer_than_another_one_was_planned():
    table = loss_table([[3, 2, 1, 1], [3, 2, NAN, NAN]])
    (found,) = read(table, epochs=1).curves()
    assert (found.diverged, found.used.tolist(), found.horizon) == (0, [0, 1], 1)


def test_the_run_is_the_unit_on_one_fold_and_the_fold_on_several():
    validation = np.array([[1.0, 2], [3, 4], [5, 6], [8, 10]])
    one, several = curves(validation, fold=np.full(4, 3)), curves(validation, fold=[0, 0, 4, 4])
    assert (one.unit, several.unit) == ("run", "fold")
    assert one.units(validation).tolist() == validation.tolist()
    assert several.units(validation).tolist() == [[2, 3], [6.5, 8]]
    assert several.units(validation[:, 0]).tolist() == [2, 6.5]


def test_a_fold_of_more_seeds_weighs_no_more_in_the_mean_curve():
    found = curves([[0.0, 0], [3, 6], [3, 6], [3, 6]], fold=[0, 1, 1, 1])
    assert found.mean("validation_loss").tolist() == [1.5, 3]


def test_folds_whose_every_run_diverged_are_no_units():
    found = curves([[1.0, 2, NAN], [3, 4, 5], [5, 6, 7]], fold=[0, 1, 1])
    assert (found.unit, found.folds.tolist()) == ("run", [1])


def test_each_partition_has_its_own_mean():
    validation = np.array([[3.0, 1, 2], [5, 3, 4]])
    found = curves(validation, train=validation / 2, test=validation + 1)
    assert found.mean("train_loss").tolist() == [2, 1, 1.5]
    assert found.mean("test_loss").tolist() == [5, 3, 4]
    assert found.partitions() == ["train", "validation", "test"]


def test_matrices_are_cut_to_the_runs_that_make_the_mean():
    found = curves([[4, 2, NAN], [2, 4, 1]], train=[[1, 2, 3]])
    assert found.take(found.validation - found.train).tolist() == [[1, 2, -2]]


def test_a_point_is_named_by_what_was_swept():
    found = curves([1.0], batch_size=16, alpha=0.1)
    assert found.swept == {"batch_size": 16, "alpha": 0.1}
    assert found.point == "batch_size=16, alpha=0.1"
    assert (found.dataset, found.backend) == ("made", "numpy")
    named = curves([1.0], point="wide", alpha=0.1)
    assert (named.point, named.swept) == ("wide", {"alpha": 0.1})


def test_the_best_epoch_is_that_of_the_mean_curve_and_the_earliest_of_equals():
    assert curves([[3, 0, 2, 2], [3, 4, 2, 2.0]]).best == 1
    assert curves([[3, 1, 2, 2], [3, 4, 2, 2.0]]).best == 2


def test_of_points_the_one_that_diverged_ranks_last_however_low_it_was():
    low, high, lost = curves([2.0, 1]), curves([3.0, 2]), curves([[1, 0, NAN]])
    assert sorted([lost, high, low], key=lambda one: one.rank) == [low, high, lost]
    assert low.rank == (False, 1.0)
    assert lost.rank == (True, 0.0)


def test_losses_near_overflow_give_no_mean_and_no_warning():
    found = curves([[1e308, 1.0], [1e308, 3.0]])
    assert found.mean("validation_loss").tolist() == [np.inf, 2]
    assert found.best == 1


@given(
    arrays(
        float,
        st.tuples(st.integers(1, 5), st.integers(1, 8)),
        elements=st.floats(0, 8, width=16) | st.just(NAN),
    ),
    st.data(),
)
def test_the_mean_curve_is_what_a_loop_over_folds_and_epochs_gives(validation, data):
    fold = np.array(data.draw(st.lists(st.integers(0, 2), min_size=5, max_size=5)))
    fold = fold[: len(validation)]
    found = curves(validation, fold=fold)
    last = [max(np.flatnonzero(~np.isnan(run)), default=-1) for run in validation]
    used = [run for run, end in enumerate(last) if end == validation.shape[1] - 1]
    used = used or [run for run, end in enumerate(last) if end >= 0]
    assert found.last.tolist() == last
    assert found.used.tolist() == used
    if not used:
        return
    horizon = min(last[run] for run in used)
    folds = sorted({int(fold[run]) for run in used})
    mean = []
    for epoch in range(horizon + 1):
        of_folds = [np.mean([validation[r, epoch] for r in used if fold[r] == f]) for f in folds]
        mean.append(np.mean(of_folds))
    assert found.horizon == horizon
    assert found.mean("validation_loss").tolist() == pytest.approx(mean, nan_ok=True)


def test_a_partition_has_losses_where_any_run_has_one_and_epoch_0_may_be_best():
    found = curves([[1, 2, NAN], [1, 2, 3]])
    assert found.partitions() == ["train", "validation"]
    assert (found.best, found.rank) == (0, (False, 1.0))
