"""A covering array: few combinations of settings that hold every pair of settings, greedily.

Many mistakes show only where two settings meet, and few need more than three (Kuhn, Wallace
and Gallo, 2004). What a backend refuses is known only by asking it, so the array is built
around the refusals as they come.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from epochwise.arrays import Array

TRIES = 100  # rows that are offered for a target before it counts as refused

Group = tuple[int, ...]  # factors whose levels are to meet in every combination
Accepts = Callable[[int], bool]  # tells of a row, by its number, whether it can be had


def cover(
    rows: Array, possible: Array, groups: Sequence[Group], accepts: Accepts, chosen: list[int]
) -> list[int]:
    """Choose rows that together hold every combination of levels of each group: the targets.

    Parameters
    ----------
    rows : (rows, factors) levels as whole numbers.
    possible : (rows,) bool, which rows may be chosen.
    groups : which factors are to meet; the first are served first.
    chosen : the rows that have been accepted already, at least one.

    Returns
    -------
    The numbers of the rows chosen here and before. A target is left out where the first `TRIES`
    rows that hold it are refused; those most like what was accepted are offered first.
    """
    targets, chosen, possible = number_targets(rows, groups), [*chosen], possible.copy()
    left = np.zeros(targets.max() + 1, bool)
    left[targets[possible]] = True
    left[targets[chosen]] = False
    while left.any():
        holds = (targets == left.argmax()).any(axis=1)
        holders = np.flatnonzero(holds & possible)
        offered = in_order(rows, holders, left[targets[holders]].sum(axis=1), chosen)
        row = next(filter(accepts, offered), None)
        if row is None:
            possible &= ~holds
            left &= np.isin(np.arange(len(left)), targets[possible])
        else:
            left[targets[row]] = False
            chosen.append(row)
    return chosen


def number_targets(rows: Array, groups: Sequence[Group]) -> Array:
    """Give the combinations of levels that each row holds, as numbers (rows, groups)."""
    levels = rows.max(axis=0) + 1
    numbers, start = np.zeros((len(rows), len(groups)), int), 0
    for column, group in enumerate(groups):
        shape = [int(levels[factor]) for factor in group]
        numbers[:, column] = start + np.ravel_multi_index(tuple(rows[:, group].T), shape)
        start += int(np.prod(shape))
    return numbers


def in_order(rows: Array, holders: Array, news: Array, chosen: Sequence[int]) -> Iterator[int]:
    """Order the rows to offer: the one that holds most that is new, then those like the chosen."""
    yield int(holders[news.argmax()])
    apart = np.array([(rows[holders] != rows[row]).sum(axis=1) for row in chosen]).min(axis=0)
    for number in np.lexsort((-news, apart))[:TRIES]:
        yield int(holders[number])
