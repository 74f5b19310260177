"""Where a curve is lowest: one rule for every table, answer, figure and page.

Two losses that differ by no more than the rounding of a mean are the same loss: without this,
another unit of the loss could move an epoch by breaking a tie. Of equal losses the earliest
counts.
"""

import numpy as np

from epochwise.arrays import Floats, Ints

TIE = 1e-12  # relative

# Losses of runs that diverge are finite until they overflow in a sum or a square;
# what comes of them is infinite or NaN and is reported as "not known".
quiet = np.errstate(over="ignore", invalid="ignore", divide="ignore")


def highest_equal(lowest: Floats) -> Floats:
    """Give the highest loss that counts as equal to the lowest ones."""
    return lowest + TIE * np.abs(lowest)


def first_minimum(values: Floats) -> Ints:
    """Return the first epoch whose loss is the lowest one, over the last axis.

    NaN is passed over; -1 where nothing is finite.
    """
    lowest = np.min(values, axis=-1, keepdims=True, initial=np.inf, where=np.isfinite(values))
    first = np.argmax(values <= highest_equal(lowest), axis=-1)
    return np.where(np.isfinite(lowest[..., 0]), first, -1)


def without_rounding(values: Floats) -> Floats:
    """Make equal, over the last axis, what differs from the next lower value by rounding alone.

    For values that were computed and that a strict comparison takes at their word: the lowest of
    those that are equal stands for all of them. NaN stays.
    """
    order = np.argsort(values, axis=-1)
    ranked = np.take_along_axis(values, order, axis=-1)
    place = np.broadcast_to(np.arange(values.shape[-1]), values.shape).copy()
    place[..., 1:][ranked[..., 1:] <= highest_equal(ranked[..., :-1])] = 0
    lowest = np.take_along_axis(ranked, np.maximum.accumulate(place, axis=-1), axis=-1)
    found = np.empty_like(values)
    np.put_along_axis(found, order, lowest, axis=-1)
    return found


def last_finite(values: Floats) -> Ints:
    """Return the last column that is finite in each row; -1 for none."""
    numbered: Ints = np.where(np.isfinite(values), np.arange(values.shape[1]), -1)
    last: Ints = np.max(numbered, axis=1, initial=-1)
    return last


def rank(lost: bool, loss: float | None) -> tuple[bool, float]:
    """Order what is compared by its lowest validation loss.

    Parameters
    ----------
    lost : whether every run diverged: that comes last, since nothing can be recommended.
    loss : the lowest mean validation loss; None where it is not known.
    """
    return lost or loss is None, np.inf if loss is None else loss
