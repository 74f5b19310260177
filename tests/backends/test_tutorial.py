"""The default study is the tutorial's script, bit for bit, over all 5,000 epochs."""

import numpy as np
import pytest

import tutorial
from epochwise.study import study
from helpers import ROOT, train_whole, tutorial_problem

STUDY = ROOT / "config" / "studies" / "diabetes.yaml"


@pytest.fixture(scope="module")
def reference():
    return tutorial.losses(5000)


@pytest.fixture(scope="module")
def prepared():
    return tutorial_problem()


@pytest.mark.parametrize("backend", ["numpy", "sklearn"])
def test_every_loss_is_the_tutorials_to_the_last_bit(reference, prepared, backend):
    curves = train_whole(backend, *prepared)
    np.testing.assert_array_equal(curves[1:, 0, ::2], reference)  # mean absolute errors between


def test_the_tutorials_index_is_our_epoch_less_one(reference):
    assert study.load(STUDY).seeds == [42]
    index = int(np.argmin(reference[:, 1]))
    assert index + 1 == 2024
    assert round(reference[index, 1], 4) == 2620.0227
