"""A bootstrap interval for the epoch of the lowest mean loss."""

import json
from collections.abc import Mapping
from itertools import combinations
from math import factorial
from zlib import crc32

import numpy as np

from epochwise.arrays import Floats, Ints
from epochwise.tables.minima import TIE, first_minimum

MOST_ENUMERATED = 7  # units: 1,716 resamples; of 8 there are 6,435
AT_ONCE = 1_000_000  # losses of resampled curves, 8 MB


def bootstrap_interval(
    units: Floats,
    coverage: float,
    resamples: int,
    seed: np.random.SeedSequence,
    inflation: float = 1.0,
    number: int | None = None,
) -> tuple[int, int]:
    """Return an interval for the epoch of the lowest mean loss.

    Whole units are drawn with replacement, each keeping its curve, and the minimum of the mean
    curve is found anew (Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapter
    13). The quantiles that are taken are those of `expanded_tail`. With few units all resamples
    there can be are made, each counted as often as it comes.

    Parameters
    ----------
    units
        Validation losses (units, epochs), two units or more.
    coverage
        Nominal coverage of the interval.
    resamples
        Number of resamples where not all are made.
    seed
        Address of the draws: the same one gives the same interval.
    inflation
        By how much the interval is stretched about the best epoch; see `epochwise.answers.statistics.inflation`.
    number
        Of units that the interval is for, as far as those at hand tell; by default their own.
    """
    count = len(units)
    number = number or count
    draws, weights = (
        every_draw(count)
        if number == count <= MOST_ENUMERATED
        else some(count, resamples, seed, number)
    )
    candidates = possible_minima(units)
    curves = units[:, candidates]
    block = max(1, AT_ONCE // len(candidates))
    best = [
        first_minimum(draws[start : start + block] @ curves)  # a sum is lowest where its mean is
        for start in range(0, len(draws), block)
    ]
    epochs = candidates[np.concatenate(best)]
    tail = expanded_tail(coverage, count, number)
    low, high = quantile(epochs, weights, tail), quantile(epochs, weights, 1 - tail)
    centre, last = int(first_minimum(units.mean(axis=0))), units.shape[1] - 1
    low = centre - int(np.ceil(inflation * max(0, centre - low)))
    high = centre + int(np.ceil(inflation * max(0, high - centre)))
    return max(low, 0), min(high, last)


def expanded_tail(coverage: float, count: int, number: int | None = None) -> float:
    """Return the share of resamples to cut off at each end so that the interval covers enough.

    A percentile interval is too short with few units: the bootstrap's spread lacks the factor
    n / (n - 1) and its quantiles are the normal's. The remedy is Hesterberg's ("What teachers
    should know about the bootstrap", The American Statistician 69, 2015): Φ(-√(n/(n-1)) t).

    Parameters
    ----------
    count
        Of units at hand, n.
    number
        Of units in a resample, whose t it is; by default n.
    """
    from scipy.special import ndtr, stdtrit

    student = stdtrit((number or count) - 1, (1 + coverage) / 2)
    return float(ndtr(-np.sqrt(count / (count - 1)) * student))


def every_draw(count: int) -> tuple[Ints, Floats]:
    """Return how often each unit is drawn in every possible resample, and its probability."""
    bars = np.array(list(combinations(range(2 * count - 1), count - 1)))
    edges = np.pad(bars, ((0, 0), (1, 1)), constant_values=((0, 0), (-1, 2 * count - 1)))
    draws = np.diff(edges, axis=1) - 1  # stars and bars: (resamples, units)
    ways = np.array([factorial(times) for times in range(count + 1)])
    return draws, factorial(count) / ways[draws].prod(axis=1) / float(count) ** count


def some(
    count: int, resamples: int, seed: np.random.SeedSequence, number: int
) -> tuple[Ints, Floats]:
    """Return how often each unit is drawn in some resamples of a number, and the share of each."""
    draws = np.random.default_rng(seed).multinomial(number, [1 / count] * count, size=resamples)
    draws, times = np.unique(draws, axis=0, return_counts=True)
    return draws, times / resamples


def quantile(values: Ints, weights: Floats, share: float) -> int:
    """Return the lowest value up to which the weights make the share."""
    order = np.argsort(values)
    upto = np.cumsum(weights[order])
    place = int(np.searchsorted(upto, share * (1 - TIE)))
    return int(values[order][min(place, len(values) - 1)])


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
