"""A covering array: few combinations of settings that hold every pair of settings, greedily.

Many mistakes show only where two settings meet, and few need more than three (Kuhn, Wallace
and Gallo, 2004). What a backend refuses is known only by asking it, so the array is built
around the refusals as they come.
"""

from collections.abc import Callable, Iterator, Sequence
from math import prod

import numpy as np

from epochwise.arrays import Array

TRIES = 40  # rows that are offered for a target before it counts as refused

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
    targets, first = number_targets(rows, groups)
    chosen, possible = [*chosen], possible.copy()
    left = held(targets[possible], first[-1])
    left[targets[chosen]] = False
    while left.any():
        target = left.argmax()
        holds = targets[:, np.searchsorted(first, target, "right") - 1] == target
        holders = np.flatnonzero(holds & possible)
        offered = in_order(rows, holders, left[targets[holders]].sum(axis=1), chosen)
        row = next(filter(accepts, offered), None)
        if row is None:
            possible &= ~holds
            left &= held(targets[possible], first[-1])
        else:
            left[targets[row]] = False
            chosen.append(row)
    return chosen


def number_targets(rows: Array, groups: Sequence[Group]) -> tuple[Array, Array]:
    """Give the combinations of levels numbers, group after group.

    Returns
    -------
    (rows, groups) those that each row holds, and (groups + 1,) the first number of each group.
    """
    levels = rows.max(axis=0) + 1
    shapes = [tuple(int(levels[factor]) for factor in group) for group in groups]
    first = np.cumsum([0, *map(prod, shapes)])
    columns = [
        start + np.ravel_multi_index(tuple(rows[:, group].T), shape)
        for start, group, shape in zip(first, groups, shapes, strict=False)
    ]
    return np.stack(columns, axis=1), first


def held(targets: Array, count: int) -> Array:
    """Tell of each target whether some row holds it, (count,) bool."""
    some = np.zeros(count, bool)
    some[targets] = True
    return some


def in_order(rows: Array, holders: Array, news: Array, chosen: Sequence[int]) -> Iterator[int]:
    """Order the rows to offer: the one that holds most that is new, then those like the chosen."""
    yield int(holders[news.argmax()])
    apart = np.array([(rows[holders] != rows[row]).sum(axis=1) for row in chosen]).min(axis=0)
    for number in np.lexsort((-news, apart))[:TRIES]:
        yield int(holders[number])
