"""What is compared with others stands for its curves, and keeps none of them in memory."""

import gc
import weakref

import numpy as np
import pytest

from answers.made import curves
from epochwise.answers.case import Case
from epochwise.answers.contender import contender
from epochwise.answers.settings import AnswerSettings


def case(validation, **more):
    return Case(curves(validation, **more), AnswerSettings.of())


def test_it_has_what_its_curves_have_at_the_best_epoch():
    validation = np.array([[9.0, 2, 4], [9, 4, 6], [9, np.nan, np.nan]])
    train = np.array([[8.0, 3, 1], [8, 5, 2], [8, np.nan, np.nan]])
    found = contender(case(validation, train=train, alpha=0.5))
    assert (found.point, found.best, found.lost, found.beaten) == ("alpha=0.5", 1, False, None)
    assert (found.loss, found.train_loss, found.lowest_train_loss) == (3, 4, 1.5)
    assert (found.units.tolist(), found.seed.tolist()) == ([2, 4], [0, 1])
    assert found.rank == (False, 3)


@pytest.mark.parametrize("fold", [[0, 0, 0], [0, 0, 1]])
def test_no_curve_is_kept(fold):
    one = case(np.random.default_rng(0).random((3, 50)), fold=fold)
    found, gone = contender(one), weakref.ref(one.curves)
    assert found.units.base is None
    del one
    gc.collect()
    assert gone() is None


def test_where_nothing_is_finite_there_is_no_loss():
    found = contender(case(np.full((2, 3), np.nan)))
    assert (found.best, len(found.units)) == (-1, 0)
    assert np.isnan([found.loss, found.train_loss, found.lowest_train_loss]).all()
