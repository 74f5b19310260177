"""Minima and errors of curves, indifferent to the unit of the loss."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# Two losses that differ by no more than the rounding of a mean are the same loss:
# without this, another unit of the loss could move an epoch by breaking a tie.
TIE = 1e-12

# Losses of runs that diverge are finite until they overflow in a sum or a square;
# what comes of them is infinite or NaN and is reported as "not known".
quiet = np.errstate(over="ignore", invalid="ignore", divide="ignore")


def first_minimum(values: Floats) -> Ints:
    """Return the first epoch whose loss is the least one, over the last axis.

    Losses within a relative 1e-12 of the least are ties, and the earliest
    wins. NaN is passed over; -1 where nothing is finite.
    """
    least = np.min(values, axis=-1, keepdims=True, initial=np.inf, where=np.isfinite(values))
    first = np.argmax(values <= least + TIE * np.abs(least), axis=-1)  # ties go to the earliest
    return np.where(np.isfinite(least[..., 0]), first, -1)


@quiet
def standard_error(units: Floats) -> Floats:
    """Return the standard error of the mean over the first axis; NaN with one unit."""
    if len(units) < 2:
        return np.full(units.shape[1:], np.nan)
    error: Floats = np.std(units, axis=0, ddof=1) / np.sqrt(len(units))
    return error


def last_finite(values: Floats) -> Ints:
    """Return the last column that is finite in each row; -1 for none."""
    numbered: Ints = np.where(np.isfinite(values), np.arange(values.shape[1]), -1)
    last: Ints = np.max(numbered, axis=1, initial=-1)
    return last
