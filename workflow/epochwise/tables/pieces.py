"""A table that is read piece by piece, so that no more of it is in memory than is looked at."""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from epochwise.arrays import Ints
from epochwise.parquet import GROUP, damage_told


class Pieces(ABC):
    """A table in pieces.

    Parameters
    ----------
    schema : its columns.
    lengths : the rows of each piece.
    """

    def __init__(self, schema: pa.Schema, lengths: Iterable[int]) -> None:
        self.schema = schema
        self.starts = [0, *accumulate(lengths)]  # (pieces + 1,)

    @abstractmethod
    def read(self, number: int, columns: Iterable[str]) -> pa.Table:
        """Read columns of one piece."""

    def __len__(self) -> int:
        """Give the number of rows."""
        return self.starts[-1]

    def holding(self, row: int) -> int:
        """Give the number of the piece that a row is in."""
        return bisect_right(self.starts, row) - 1

    def each(self, column: str) -> Iterator[pa.ChunkedArray]:
        """Read one column, piece after piece."""
        for number in range(len(self.starts) - 1):
            yield self.read(number, [column])[column]

    def take(self, columns: Iterable[str], rows: Ints) -> pa.Table:
        """Read columns of some rows, in increasing order."""
        columns, found = list(columns), []
        bounds = np.searchsorted(rows, self.starts)
        for number, (first, last) in enumerate(pairwise(bounds)):
            if first < last:
                own = rows[first:last] - self.starts[number]
                found.append(self.read(number, columns).take(pa.array(own)))
        empty = pa.schema([self.schema.field(name) for name in columns]).empty_table()
        return pa.concat_tables(found or [empty]).unify_dictionaries()

    def nulls(self, column: str) -> int:
        """Count what is missing in a column."""
        known = self._statistics(column)
        if known is None:
            return sum(values.null_count for values in self.each(column))
        return sum(one.null_count for one in known)

    def lowest(self, column: str) -> Any:
        """Give the lowest number in a column; None where there is none."""
        known = self._statistics(column)
        if known is None or not all(one.has_min_max or one.num_values == 0 for one in known):
            every = [pc.min(values).as_py() for values in self.each(column)]
        else:
            every = [one.min for one in known if one.has_min_max]
        return min((one for one in every if one is not None), default=None)

    def _statistics(self, _column: str) -> list[Any] | None:
        """Give what is known of a column in each piece; None where nothing is."""
        return None


class Stretches(Pieces):
    """Stretches of a table in memory."""

    def __init__(self, table: pa.Table) -> None:
        whole, rest = divmod(len(table), GROUP)
        super().__init__(table.schema, [GROUP] * whole + [rest] * bool(rest))
        self._table = table

    def read(self, number: int, columns: Iterable[str]) -> pa.Table:
        """Give columns of one stretch."""
        start, end = self.starts[number : number + 2]
        return self._table.select(list(columns))[start:end]


class RowGroups(Pieces):
    """The row groups of a Parquet file.

    Raises
    ------
    OSError, pyarrow.ArrowException
        When the file is missing or is not Parquet.
    """

    def __init__(self, path: str | Path) -> None:
        self._path, self._file = path, pq.ParquetFile(path)
        about = self._file.metadata
        self._groups = [about.row_group(number) for number in range(about.num_row_groups)]
        super().__init__(self._file.schema_arrow, [group.num_rows for group in self._groups])

    def read(self, number: int, columns: Iterable[str]) -> pa.Table:
        """Read columns of one row group."""
        with damage_told(self._path):
            return self._file.read_row_group(number, columns=list(columns), use_threads=False)

    def _statistics(self, column: str) -> list[Any] | None:
        place = self.schema.names.index(column)
        found = [group.column(place).statistics for group in self._groups]
        return found if all(one is not None and one.has_null_count for one in found) else None
