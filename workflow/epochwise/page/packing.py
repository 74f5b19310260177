"""Curves as the page has them: thinned, as base64 of little-endian numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from epochwise.arrays import Floats, Ints
from epochwise.figures.lines import BAND
from epochwise.figures.thinning import thin
from epochwise.page.embedding import as_base64
from epochwise.tables.curves import Curves


@dataclass(frozen=True)
class Packing:
    """How curves are written: how many points each, and in which numbers."""

    most: int
    kind: str


def precision(every: Sequence[Curves]) -> str:
    """Choose the numbers of the losses: "f4" where all of them fit, else "f8"."""
    return "f4" if all(_fits(matrix) for one in every for matrix in one.losses.values()) else "f8"


def _fits(matrix: Floats) -> bool:
    limits = np.finfo(np.float32)
    known = matrix[np.isfinite(matrix) & (matrix != 0)]
    return not len(known) or bool(limits.tiny <= known.min() <= known.max() <= limits.max)


def pack(values: Floats, packing: Packing, best: int) -> list[str]:
    """Thin a curve, but keep the best epoch, and write its epochs and losses."""
    kept = thin(values, packing.most)
    if 0 <= best < len(values) and np.isfinite(values[best]):
        kept = np.union1d(kept, [best])
    return packed_at(kept, packing, values)


def pack_band(matrix: Floats, packing: Packing) -> list[str]:
    """Thin a band and write its epochs, its lower and its upper edge."""
    low, high = np.percentile(matrix, BAND, axis=0)
    kept = np.union1d(thin(low, packing.most // 2), thin(high, packing.most // 2))
    return packed_at(kept, packing, low, high)


def packed_at(kept: Ints, packing: Packing, *columns: Floats) -> list[str]:
    """Write the kept epochs, and each column at them."""
    return [as_base64(kept, "u4"), *(as_base64(column[kept], packing.kind) for column in columns)]
