"""Which rows of a loss table are which run."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from epochwise import parquet
from epochwise.arrays import Array, Ints
from epochwise.columns import COUNTS
from epochwise.errors import DataError
from epochwise.tables.pieces import Pieces

AGAIN = "Make it again by running the workflow."
Row = dict[str, Any]


class Runs:
    """The runs of a loss table, in its order.

    Parameters
    ----------
    pieces : the table.
    name : what to call it.
    keys : the columns that name dataset, swept hyperparameters and backend.

    Raises
    ------
    DataError
        Where the table has no rows, is not sorted by run and epoch, or counts in anything but
        whole numbers.
    """

    def __init__(self, pieces: Pieces, name: str, keys: Sequence[str]) -> None:
        self.pieces, self.name, self.key_columns = pieces, name, list(keys)

    @cached_property
    def starts(self) -> Ints:
        """Row numbers at which runs start, and the number of rows, (runs + 1,)."""
        self._require_whole("epoch")
        before, found = -1, []
        for number, values in enumerate(self.pieces.each("epoch")):
            epoch = parquet.array(values).astype(np.int64, copy=False)
            step = np.diff(epoch, prepend=before)
            if (step[epoch != 0] != 1).any():
                raise self._not_sorted()
            found.append(np.flatnonzero(epoch == 0) + self.pieces.starts[number])
            before = epoch[-1]
        if not found:
            raise DataError(f"{self.name} has no rows, so there is no answer: train a run first.")
        return np.append(np.concatenate(found), len(self.pieces))

    def _not_sorted(self) -> DataError:
        return DataError(
            f"{self.name} must be sorted by run and epoch, each run with every epoch from 0 "
            f"exactly once. {AGAIN}"
        )

    @cached_property
    def _ends(self) -> tuple[pa.Table, Ints]:
        """The first rows of each run, its last, and which rows they are."""
        first, after = self.starts[:-1], self.starts[1:]
        rows = np.unique(np.concatenate([first, np.minimum(first + 1, after - 1), after - 1]))
        counts = [name for name in COUNTS if name in self.pieces.schema.names]
        return self.pieces.take([*self.key_columns, *counts], rows), rows

    def _at(self, column: str, rows: Ints) -> pa.ChunkedArray:
        table, known = self._ends
        return table[column].take(pa.array(np.searchsorted(known, rows)))

    @cached_property
    def keys(self) -> list[Row]:
        """What names each run's dataset, point and backend."""
        first, last = (
            [self._at(name, rows).to_pylist() for name in self.key_columns]
            for rows in (self.starts[:-1], self.starts[1:] - 1)
        )
        if first != last:
            raise self._not_sorted()
        return [dict(zip(self.key_columns, one, strict=True)) for one in zip(*first, strict=True)]

    @cached_property
    def points(self) -> list[list[int]]:
        """Which runs each point has, in the order of the table."""
        points: dict[str, list[int]] = {}
        for run, key in enumerate(self.keys):
            points.setdefault(repr(key), []).append(run)
        return list(points.values())

    @cached_property
    def counts(self) -> dict[str, Array]:
        """Of each run: fold, seed, rows per batch, and iterations and samples in one epoch."""
        starts, trained = self.starts[:-1], np.diff(self.starts) > 1
        counts: dict[str, Array] = {}
        for name in ("fold", "seed"):
            counts[name] = self._whole(name, starts)
            if (counts[name] != self._whole(name, self.starts[1:] - 1)).any():
                raise self._not_sorted()
        for name in ("iteration", "samples"):
            counts[name] = np.full(len(starts), np.nan)
            if self.pieces.nulls(name) < len(self.pieces):  # what others trained may not say
                counts[name][trained] = self._whole(name, starts[trained] + 1)
        counts["rows_per_batch"] = np.full(len(starts), np.nan)
        if "rows_per_batch" in self.pieces.schema.names:
            counts["rows_per_batch"] = self._whole("rows_per_batch", starts).astype(float)
        return counts

    def _whole(self, name: str, rows: Ints) -> Ints:
        self._require_whole(name)
        return parquet.array(self._at(name, rows)).astype(np.int64, copy=False)

    def _require_whole(self, name: str) -> None:
        kind = self.pieces.schema.field(name).type
        if not pa.types.is_integer(kind) or self.pieces.nulls(name):
            raise DataError(f"column {name!r} of {self.name} must hold whole numbers, not {kind}.")

    @cached_property
    def longest(self) -> int:
        """The last epoch of the longest run."""
        return int(np.diff(self.starts).max()) - 1
