"""Many rows are predicted a block at a time, few at once."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochwise.plugins.registry import load_backend
from epochwise.training.contract import Partition, Problem
from epochwise.training.defaults import hyperparameters
from epochwise.training.parameters import initial_state, split_layers
from epochwise.training.row_blocks import MULTIPLE, VALUES, WHOLE, row_blocks
from helpers import PLUGINS


@given(st.integers(1, 10**6), st.lists(st.integers(1, 5000), min_size=2, max_size=5))
def test_blocks_are_all_rows_in_order_and_small(rows, sizes):
    blocks = row_blocks(rows, sizes)
    assert (blocks[0].start, blocks[-1].stop) == (0, rows)
    assert all(one.stop == other.start for one, other in pairwise(blocks))
    lengths = [one.stop - one.start for one in blocks]
    most = max(MULTIPLE, VALUES // sum(sizes[1:]))
    whole = rows * sum(sizes[1:]) <= WHOLE
    assert whole == (len(blocks) == 1) or rows < 2 * MULTIPLE
    assert whole or max(lengths) < 2 * most
    assert len(set(lengths[:-1])) <= 1
    assert not any(one % MULTIPLE for one in lengths[:-1])
    assert len(blocks) == 1 or lengths[-1] >= lengths[0]


def test_few_rows_are_one_block_whatever_the_network():
    assert row_blocks(2 * MULTIPLE - 1, (10, 4000, 4000, 1)) == [slice(0, 2 * MULTIPLE - 1)]


@pytest.mark.parametrize("task", ["regression", "binary"])
def test_the_backends_cut_alike_and_predict_as_all_rows_at_once(task, monkeypatch):
    monkeypatch.setattr("epochwise.training.row_blocks.WHOLE", 0)
    draw = np.random.default_rng(0)
    x = draw.normal(size=(5000, 20))
    y = (x[:, :1] > 0) * 1.0
    part = Partition(x, y, y)
    hp = hyperparameters(hidden_layer_sizes=(400, 300))
    problem = Problem(task, {"train": part, "validation": part}, hp)
    assert len(row_blocks(len(x), problem.layer_sizes)) == 4
    numpy, sklearn = (
        load_backend(PLUGINS, name).value(problem, initial_state(problem, [3, 4])).predict(x)
        for name in ("numpy", "sklearn")
    )
    assert numpy.tobytes() == sklearn.tobytes()
    values, layers = x, split_layers(initial_state(problem, [4])["weights"][0], problem.layer_sizes)
    for number, (weights, biases) in enumerate(layers, start=1):  # all rows at once
        values = values @ weights + biases
        values = np.maximum(values, 0) if number < len(layers) else values
    wanted = values if task == "regression" else 1 / (1 + np.exp(-values))
    np.testing.assert_allclose(numpy[1], wanted, rtol=1e-12, atol=1e-14)
