"""Tables in Parquet files, to and from NumPy, without importing pandas.

pyarrow imports pandas (half a second) to convert a NumPy array; for plain numbers, memory that is
shared does as well.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from epochwise.arrays import Array
from epochwise.atomic_write import atomic_write
from epochwise.errors import TOO_LARGE, DataError, told_by

GROUP = 131_072  # rows of a row group: what one holds is read at once


def write(table: pa.Table, path: str | Path) -> None:
    """Write a Parquet file; the same table gives the same bytes. It is whole or not there."""
    with atomic_write(path) as beside:
        pq.write_table(table, beside, compression="zstd")


@contextmanager
def writing(path: str | Path, schema: pa.Schema) -> Iterator[Callable[[pa.Table], None]]:
    """Write a Parquet file piece after piece; give what takes the next rows.

    The file is cut into row groups of `GROUP` rows, wherever the pieces end, so that the same
    rows give the same row groups. It is whole or not there.
    """
    waiting, rows = [schema.empty_table()], 0
    with atomic_write(path) as beside, pq.ParquetWriter(beside, schema, compression="zstd") as file:

        def take(piece: pa.Table) -> None:
            nonlocal rows
            waiting.append(piece)
            rows += len(piece)
            if rows >= GROUP:
                joined, whole = pa.concat_tables(waiting), rows - rows % GROUP
                file.write_table(joined[:whole], row_group_size=GROUP)
                waiting[:], rows = [joined[whole:]], rows - whole

        yield take
        if rows:
            file.write_table(pa.concat_tables(waiting))


def table(columns: Mapping[str, Array]) -> pa.Table:
    """Make a table of columns of numbers, each (rows,)."""
    return pa.table({name: column(one) for name, one in columns.items()})


def column(values: Array) -> pa.Array:
    """Make a column of numbers (rows,)."""
    values = np.ascontiguousarray(values)
    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])


def array(chunked: pa.ChunkedArray) -> Array:
    """Give a column of numbers as an array (rows,); missing values are NaN."""
    if chunked.null_count:
        return np.asarray(chunked.to_numpy())
    whole = pa.concat_arrays(chunked.chunks) if chunked.num_chunks else pa.array([], chunked.type)
    return np.from_dlpack(whole)


def read(path: str | Path, columns: list[str] | None = None) -> pa.Table:
    """Read a Parquet file, or some of its columns; folders named `key=value` above it say nothing.

    One thread: quick enough, and the memory is that of the columns alone. (pyarrow's `read_table`
    starts threads all the same, and waits forever for one that the system does not start.)

    Raises
    ------
    DataError
        The file is not there, or is damaged.
    """
    with damage_told(path):
        return plain(path, columns)


def plain(path: str | Path, columns: list[str] | None = None) -> pa.Table:
    """Read a Parquet file as `read` does, and let pyarrow's errors pass."""
    with pq.ParquetFile(path, pre_buffer=False) as file:
        return file.read(columns=columns, use_threads=False)


def read_schema(path: str | Path) -> pa.Schema:
    """Read what columns a Parquet file has.

    Raises
    ------
    DataError
        The file is not there, or is damaged.
    """
    with damage_told(path):
        return pq.read_schema(path)


@contextmanager
def damage_told(path: str | Path) -> Iterator[None]:
    """Say what to do where a file that a job left cannot be read, or is not what it left."""
    try:
        yield
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file; run again to make it.") from None
    except MemoryError:
        raise DataError(f"{path}: {TOO_LARGE}") from None
    except (OSError, ValueError, TypeError, LookupError, pa.ArrowException) as error:
        raise DataError(
            f"{path}: is damaged ({told_by(error)}); delete it and run again."
        ) from None
