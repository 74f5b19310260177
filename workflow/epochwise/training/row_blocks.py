"""Predicting many rows a block at a time: in memory that stays small, and in the cache.

Backends that cut rows alike agree to the last bit. All rows at once may give other last bits: BLAS sums
a small product in another order than a large one. So only what is large is cut.
"""

from collections.abc import Sequence

WHOLE = 2**24  # of all layers for all rows, 128 MB in float64: up to here nothing is cut
VALUES = 2**20  # of all layers for a block, 8 MB in float64
MULTIPLE = 1024  # rows: none is left over beside the tiles that BLAS computes at a time


def row_blocks(rows: int, layer_sizes: Sequence[int]) -> list[slice]:
    """Cut rows into blocks for a forward pass, where all at once would take much memory.

    All blocks have as many rows but the last, which has what is left besides, less than as much again.

    Parameters
    ----------
    layer_sizes : units per layer, from the features to the outputs.
    """
    if rows * sum(layer_sizes[1:]) <= WHOLE:
        return [slice(0, rows)]
    tiles = VALUES // (sum(layer_sizes[1:]) * MULTIPLE)
    size = MULTIPLE * max(1, tiles)
    count = max(1, rows // size)
    ends = [*(size * number for number in range(1, count)), rows]
    return [slice(start, end) for start, end in zip([0, *ends], ends, strict=False)]
