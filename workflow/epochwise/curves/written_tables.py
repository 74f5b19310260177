"""A table as a tool wrote it: cells that may be texts, each with the line that it stands in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from epochwise.arrays import Array, Bools, Floats
from epochwise.errors import CurvesError, shorten, unknown

NOT_MEASURED = ("", "na", "n/a", "none", "null", "-", "--")  # "nan" is a loss that was measured
USUAL = frozenset({None, "", "NA"})  # what most tools write, found quickly


Cells = Sequence[Any] | Array


@dataclass(frozen=True, eq=False)
class WrittenTable:
    """A table as it is written.

    Parameters
    ----------
    columns : names to cells (rows,): texts, or what a file with types has.
    lines : (rows,) where in the file each row stands, counted from 1.
    notes : what was left out, in sentences.
    """

    path: Path
    columns: Mapping[str, Cells]
    lines: Sequence[int]
    notes: Sequence[str] = ()

    def cells(self, name: str) -> Cells:
        """Give a column.

        Raises
        ------
        CurvesError
            There is none of this name.
        """
        if name not in self.columns:
            raise CurvesError(f"{self.path}: {unknown('column', name, self.columns)}")
        return self.columns[name]

    def numbers(self, name: str) -> Floats:
        """Give a column as numbers (rows,): NaN is what was not measured, infinite what is not finite.

        Raises
        ------
        CurvesError
            There is no such column, or a text in it; names line, column and value.
        """
        cells = self.cells(name)
        try:
            values = np.array([np.nan if cell in USUAL else float(cell) for cell in cells])
        except (TypeError, ValueError):
            pairs = zip(cells, self.lines, strict=True)
            values = np.array([self._number(name, cell, line) for cell, line in pairs])
        written = np.ones(len(values), np.bool_)
        for row in np.flatnonzero(np.isnan(values)).tolist():
            written[row] = not is_missing(cells[row])
        return infinite_where_not_finite(values, written)

    def _number(self, name: str, cell: Any, line: int) -> float:
        if is_missing(cell):
            return np.nan
        try:
            return float(cell)
        except (TypeError, ValueError):
            comma = re.fullmatch(r"\s*[-+]?\d+,\d+(e[-+]?\d+)?\s*", str(cell), re.IGNORECASE)
            what = "write decimals with a point" if comma else "correct it"
            raise CurvesError(
                f"{self.path}: line {line}: column {name!r} has {shorten(repr(cell))} where a number must "
                f"stand; {what}, or leave the cell empty if nothing was measured."
            ) from None


def is_missing(cell: Any) -> bool:
    """Tell whether a cell says that nothing was measured."""
    return cell is None or (isinstance(cell, str) and cell.strip().lower() in NOT_MEASURED)


def infinite_where_not_finite(values: Floats, written: Bools) -> Floats:
    """Make infinite the losses at the end of a column that were measured as NaN: the run diverged.

    A loop that validates now and then may write "nan" for an epoch without validation. So a NaN
    means a network beyond repair only where no number follows, and where more of them stand at
    the end than ever in between.

    Parameters
    ----------
    values : (rows,); written : (rows,) whether the file has a value there at all, NaN or not.
    """
    nan = np.isnan(values) & written
    if not nan.any():
        return values
    places = np.flatnonzero(np.isfinite(values))
    counts = np.diff(np.concatenate([[0], np.cumsum(nan)[places], [nan.sum()]]))
    if counts[-1] > counts[:-1].max(initial=0):
        nan[: places[-1] if len(places) else 0] = False
        values = np.where(nan, np.inf, values)
    return values
