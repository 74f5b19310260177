"""The order of the rows in each epoch: addressed, so that nothing drawn before changes it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochwise.training.randomness import BATCH_ORDER, BatchOrders

pytestmark = pytest.mark.versions
SEEDS = st.integers(0, 2**32 - 1)
ASKED = st.lists(st.tuples(SEEDS, st.integers(1, 10**9)), min_size=1, max_size=5)


@given(st.integers(1, 300), ASKED)
def test_a_fresh_order_is_that_of_its_seed_and_epoch_whatever_was_asked_before(rows, asked):
    orders = BatchOrders("every_epoch", rows, [3, 1], "relu")
    for seed, epoch in asked:
        bits = np.random.Philox(key=[seed, BATCH_ORDER], counter=[0, 0, 0, epoch])
        wanted = np.random.RandomState(bits).permutation(rows)
        assert orders([seed], epoch).tolist() == [wanted.tolist()]
