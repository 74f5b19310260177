"""Whatever form of table a reader gives, as columns of numbers: in one place, so that readers may choose."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from epochwise.arrays import Array
from epochwise.curves.histories import LOSSES, MEASURED
from epochwise.errors import CurvesError, PluginError, shorten, unknown

COLUMNS = ("epoch", *MEASURED, "run", "line")


def as_columns(table: Any, path: Any, source: str) -> dict[str, Array]:
    """Give the columns (rows,) of a table: numbers as float64, runs as texts.

    Parameters
    ----------
    table : as `Logged.table`.
    path, source : the file that was read and the plugin that did, for messages.

    Raises
    ------
    PluginError
        It is no table, has a column that means nothing here, or lacks `epoch`.
    CurvesError
        A text in a column of numbers, no rows, no loss.
    """
    raw = _raw(table)
    if raw is None:
        raise PluginError(
            f"{source}: gives {type(table).__name__} for {path}; give a mapping from names to columns, a "
            "pyarrow table, a pandas data frame, or Logged with one of them."
        )
    strange = [name for name in raw if name not in COLUMNS]
    if strange or "epoch" not in raw:
        said = unknown("column", strange[0], COLUMNS) if strange else "no column 'epoch'."
        raise PluginError(f"{source}: gives for {path} {said}")
    if len({len(column) for column in raw.values()}) > 1:
        raise PluginError(f"{source}: gives for {path} columns of different lengths.")
    if not len(raw["epoch"]):
        raise CurvesError(f"{path}: has no rows; was an epoch trained?")
    columns = {name: _column(name, column, path) for name, column in raw.items()}
    _require_losses(columns, path)
    return columns


def _raw(table: Any) -> dict[str, Sequence[Any] | Array] | None:
    """Give the columns of a table in any form, as they are; None where it is no table."""
    if isinstance(table, Mapping):
        return {str(name): _list(column) for name, column in table.items()}
    if hasattr(table, "column_names"):  # pyarrow's, without importing it
        return {name: table[name].to_pylist() for name in table.column_names}
    if hasattr(table, "columns"):  # pandas'
        return {str(name): table[name].tolist() for name in table.columns}
    if isinstance(table, list) and table and all(isinstance(row, Mapping) for row in table):
        names = dict.fromkeys(name for row in table for name in row)
        return {str(name): [row.get(name) for row in table] for name in names}
    return None


def _list(column: Any) -> Sequence[Any] | Array:
    return column if isinstance(column, np.ndarray) else list(column)


def _column(name: str, cells: Sequence[Any] | Array, path: Any) -> Array:
    if name == "run":
        return np.array(["" if cell is None else str(cell) for cell in cells], dtype=object)
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "fiu":
        return cells.astype(np.float64)
    try:
        return np.array([np.nan if cell is None else cell for cell in cells], np.float64)
    except (TypeError, ValueError):
        row, cell = next((n, c) for n, c in enumerate(cells, 1) if not _is_number(c))
        raise CurvesError(
            f"{path}: row {row}: {name} is {shorten(repr(cell))}, which is no number."
        ) from None


def _is_number(cell: Any) -> bool:
    try:
        return cell is None or float(cell) is not None
    except (TypeError, ValueError):
        return False


def _require_losses(columns: dict[str, Array], path: Any) -> None:
    """Leave out the losses that were never measured; at least one that decides must be left."""
    for name in LOSSES:
        if name in columns and np.isnan(columns[name]).all():
            del columns[name]
    if "train_loss" not in columns and "validation_loss" not in columns:
        raise CurvesError(f"{path}: has no value of a train or validation loss in any row.")
