"""A bootstrap interval for the epoch of the lowest mean loss."""

import json
from collections.abc import Mapping
from zlib import crc32

import numpy as np

from epochwise.arrays import Floats, Ints
from epochwise.tables.minima import TIE, first_minimum

AT_ONCE = 1_000_000  # losses of resampled curves, 8 MB


def bootstrap_interval(
    units: Floats, coverage: float, resamples: int, seed: np.random.SeedSequence
) -> tuple[int, int]:
    """Return a percentile bootstrap interval for the epoch of the lowest mean loss.

    Whole units are drawn with replacement, each keeping its curve, and the
    minimum of the mean curve is found anew (Efron and Tibshirani, "An
    introduction to the bootstrap", 1993, chapter 13; for folds this is the cluster
    bootstrap, see `Sample`). With few units it is coarse: five folds have 126
    distinct resamples.

    Parameters
    ----------
    units
        Validation losses (units, epochs), two units or more.
    coverage
        Nominal coverage of the interval.
    resamples
        Number of resamples.
    seed
        Address of the draws: the same one gives the same interval.
    """
    count = len(units)
    draws = np.random.default_rng(seed).multinomial(count, [1 / count] * count, size=resamples)
    draws, times = np.unique(draws, axis=0, return_counts=True)  # few units repeat themselves
    candidates = possible_minima(units)
    curves = units[:, candidates]
    block = max(1, AT_ONCE // len(candidates))
    best = [
        first_minimum(draws[start : start + block] @ curves)  # a sum is lowest where its mean is
        for start in range(0, len(draws), block)
    ]
    epochs = np.repeat(candidates[np.concatenate(best)], times)
    tails = [(1 - coverage) / 2, (1 + coverage) / 2]
    low, high = np.quantile(epochs, tails, method="inverted_cdf")
    return int(low), int(high)


def possible_minima(units: Floats) -> Ints:
    """Return the epochs at which some resample may have its minimum, usually few.

    Where every unit is worse than at the best epoch, so is every resample.
    """
    finite = np.isfinite(units).all(axis=0)
    best = first_minimum(units.mean(axis=0))
    dominated = (units > units[:, [best]] * (1 + 2 * TIE)).all(axis=0)
    return np.flatnonzero(finite & ~dominated)


def address(seed: int, purpose: str, key: Mapping[str, object]) -> np.random.SeedSequence:
    """Return the draws' address, so that what else is in the table changes nothing."""
    name = json.dumps([purpose, key], sort_keys=True, default=str)
    return np.random.SeedSequence([seed, crc32(name.encode())])
