"""Measurements that were logged apart, put on one grid."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from epochwise.arrays import Floats
from epochwise.curves.written_tables import WrittenTable

Series = tuple[Floats, Floats]  # where each value was measured, and the value: both (values,)


def join_series(series: Mapping[str, Series]) -> dict[str, Floats]:
    """Put series on the union of their grids; what is not measured there is NaN.

    Of several values at one place the last wins: it is of the end of the epoch, or of the run that
    was resumed.

    Returns
    -------
    columns, each (rows,): `epoch`, increasing, and one for each of the series.
    """
    grid = np.unique(np.concatenate([np.empty(0), *(places for places, _ in series.values())]))
    columns = {"epoch": grid}
    for name, (places, values) in series.items():
        columns[name] = np.full(len(grid), np.nan)
        columns[name][np.searchsorted(grid, places)] = values  # in order, so that the last stays
    return columns


def stack_runs(path: Path, runs: Mapping[str, Mapping[str, Floats]]) -> WrittenTable:
    """Put the columns of several runs below each other, with the run's name in a column `run`.

    Parameters
    ----------
    runs : by name, columns each (rows,); what one of them lacks is not measured there.
    """
    names = dict.fromkeys(name for columns in runs.values() for name in columns)
    stacked: dict[str, list[float | str | None]] = {name: [] for name in (*names, "run")}
    for run, columns in runs.items():
        rows = len(next(iter(columns.values()), ()))
        stacked["run"] += [run] * rows
        for name in names:
            values = columns.get(name, np.full(rows, np.nan)).tolist()
            stacked[name] += [None if value != value else value for value in values]  # NaN
    return WrittenTable(path, stacked, range(1, len(stacked["run"]) + 1))
