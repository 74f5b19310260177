"""Randomness is addressed, not carried: (seed, purpose, epoch) is the same draw for whoever asks.

Every draw comes from NumPy's legacy `RandomState`, whose streams are frozen for
all future versions (NEP 19).
"""

import hashlib
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from epochwise.arrays import Array

BATCH_ORDER = 1  # the purpose, one half of the key of the counter-based generator
UNUSED = {  # the state of that generator, but for its address, before anything is drawn
    "bit_generator": "Philox",
    "buffer": (0, 0, 0, 0),
    "buffer_pos": 4,
    "has_uint32": 0,
    "uinteger": 0,
}


def weights_stream(
    seed: int, layer_sizes: Sequence[int], activation: str
) -> tuple[Array, np.random.RandomState]:
    """Draw scikit-learn's initial weights; also give the generator as it stands after them."""
    random_state = np.random.RandomState(seed)
    factor = 2.0 if activation == "logistic" else 6.0
    pieces = []
    for fan_in, fan_out in pairwise(layer_sizes):
        bound = np.sqrt(factor / (fan_in + fan_out))
        pieces.append(random_state.uniform(-bound, bound, fan_in * fan_out))
        pieces.append(random_state.uniform(-bound, bound, fan_out))
    return np.concatenate(pieces), random_state


def framework_seed(seed: int, epoch: int) -> int:
    """Give what a framework's own generator is seeded with for an epoch, from 0 to 2³² - 1."""
    return int.from_bytes(hashlib.sha256(f"{seed} {epoch}".encode()).digest()[:4], "big")


class BatchOrders:
    """The order in which each epoch visits the training rows.

    Parameters
    ----------
    shuffle : str
        "every_epoch", a fresh permutation each epoch; "never"; or
        "scikit_learn", what a loop over `MLPRegressor.partial_fit` with an
        integer `random_state` does: the first epoch's order continues the
        stream of the weights, every later epoch repeats one order, because
        each call seeds anew.
    rows : int
        Training rows.
    layer_sizes, activation : what the weights are drawn for.
    """

    def __init__(
        self, shuffle: str, rows: int, layer_sizes: Sequence[int], activation: str
    ) -> None:
        self.rows = rows
        self.layer_sizes = tuple(layer_sizes)
        self.activation = activation
        draws: dict[str, Callable[[int, int], Array]] = {
            "every_epoch": self._fresh,
            "never": self._as_they_stand,
            "scikit_learn": self._after_the_weights,
        }
        self._draw = draws[shuffle]
        self._bits = np.random.Philox(0)  # made once: each takes as long as a small permutation
        self._random_state = np.random.RandomState(self._bits)
        self._distinct = {"never": 1, "scikit_learn": 2}.get(shuffle, sys.maxsize)
        self._latest = lru_cache(maxsize=1)(self._drawn)

    def __call__(self, seeds: Sequence[int], epoch: int) -> Array:
        """Give the rows in the order of epoch `epoch` (1 is the first), (seeds, rows).

        Nobody may write to it: where an order repeats, it is the same array.
        """
        return self._latest(tuple(seeds), min(epoch, self._distinct))

    def _drawn(self, seeds: tuple[int, ...], epoch: int) -> Array:
        orders = np.stack([self._draw(seed, epoch) for seed in seeds])
        orders.flags.writeable = False
        return orders

    def _fresh(self, seed: int, epoch: int) -> Array:
        address = {"key": (seed, BATCH_ORDER), "counter": (0, 0, 0, epoch)}
        state: Any = {**UNUSED, "state": address}
        self._bits.state = state
        return self._random_state.permutation(self.rows)

    def _as_they_stand(self, seed: int, epoch: int) -> Array:
        return np.arange(self.rows)

    def _after_the_weights(self, seed: int, epoch: int) -> Array:
        random_state = np.random.RandomState(seed)
        if epoch == 1:
            _, random_state = weights_stream(seed, self.layer_sizes, self.activation)
        return random_state.permutation(self.rows)
