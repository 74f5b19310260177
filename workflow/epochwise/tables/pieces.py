"""A table that is read piece by piece, so that no more of it is in memory than is looked at."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from epochwise.arrays import Ints
from epochwise.parquet import GROUP


class Pieces:
    """The row groups of a Parquet file, or stretches of a table in memory.

    Parameters
    ----------
    source : the file, or the table.

    Raises
    ------
    OSError, pyarrow.ArrowException
        When the file is missing or is not Parquet.
    """

    def __init__(self, source: str | Path | pa.Table) -> None:
        self._table = source if isinstance(source, pa.Table) else None
        self._file = None if isinstance(source, pa.Table) else pq.ParquetFile(source)
        self.schema = source.schema if isinstance(source, pa.Table) else self._file.schema_arrow
        self.starts = np.concatenate([[0], np.cumsum(self._lengths())]).tolist()  # (pieces + 1,)

    def __len__(self) -> int:
        """Give the number of rows."""
        return int(self.starts[-1])

    def _lengths(self) -> list[int]:
        if self._file is None:
            whole, rest = divmod(len(self._table), GROUP)
            return [GROUP] * whole + [rest] * bool(rest)
        about = self._file.metadata
        return [about.row_group(number).num_rows for number in range(about.num_row_groups)]

    def holding(self, row: int) -> int:
        """Give the number of the piece that a row is in."""
        return bisect_right(self.starts, row) - 1

    def read(self, number: int, columns: Iterable[str]) -> pa.Table:
        """Read columns of one piece."""
        if self._file is None:
            start, end = self.starts[number : number + 2]
            return self._table.select(list(columns))[start:end]
        return self._file.read_row_group(number, columns=list(columns), use_threads=False)

    def each(self, column: str) -> Iterator[pa.ChunkedArray]:
        """Read one column, piece after piece."""
        for number in range(len(self.starts) - 1):
            yield self.read(number, [column])[column]

    def take(self, columns: Iterable[str], rows: Ints) -> pa.Table:
        """Read columns of some rows, in increasing order."""
        columns, found = list(columns), []
        bounds = np.searchsorted(rows, self.starts)
        for number, (first, last) in enumerate(zip(bounds[:-1], bounds[1:], strict=True)):
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

    def _statistics(self, column: str) -> list[Any] | None:
        """Give what the file says of a column in each row group; None where it does not say."""
        if self._file is None:
            return None
        about, place = self._file.metadata, self.schema.names.index(column)
        groups = [about.row_group(number) for number in range(about.num_row_groups)]
        found = [group.column(place).statistics for group in groups]
        return found if all(one is not None and one.has_null_count for one in found) else None
