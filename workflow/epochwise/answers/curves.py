"""The loss table as matrices: one row a run, one column an epoch."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from epochwise.answers.loss_table import LOSSES, integers, is_key, loss_values, require_table
from epochwise.answers.statistics import last_finite
from epochwise.errors import DataError


@dataclass(frozen=True, eq=False)
class Curves:
    """The loss curves of one configuration: dataset, point and backend.

    Column *e* of a matrix is epoch *e*, so column 0 is the untrained network.
    What a run did not measure is NaN, and so is a loss that is not finite.
    """

    key: dict[str, Any]  # column -> value, in the table's order
    fold: NDArray[np.int64]  # (runs,)
    seed: NDArray[np.int64]  # (runs,)
    train: NDArray[np.float64]  # (runs, epochs + 1)
    validation: NDArray[np.float64]  # (runs, epochs + 1)
    test: NDArray[np.float64]  # (runs, epochs + 1), NaN throughout without a test partition
    training_rows: NDArray[np.float64]  # (runs,), NaN for a run that ended before epoch 1
    iterations_per_epoch: NDArray[np.float64]  # (runs,), NaN likewise

    @property
    def epochs(self) -> int:
        """The number of epochs that a run was to train for."""
        return int(self.validation.shape[1]) - 1

    @property
    def has_test(self) -> bool:
        """Whether there is a test partition."""
        return bool(np.isfinite(self.test).any())

    @cached_property
    def last(self) -> NDArray[np.int64]:
        """The last epoch of each run with a finite validation loss; -1 for none, (runs,)."""
        return last_finite(self.validation)


def configurations(losses: pd.DataFrame, epochs: int | None = None) -> list[Curves]:
    """Turn a loss table into the curves of each configuration, in order of appearance.

    Parameters
    ----------
    losses
        The loss table; its rows may stand in any order.
    epochs
        How long a run was to be. By default as long as the longest of the
        table; a column named `epochs` (a swept key) has precedence. A run that
        is shorter has diverged.

    Raises
    ------
    DataError
        When the table is empty, lacks a column, misses or repeats an epoch,
        or holds what cannot be a loss.
    """
    require_table(losses)
    key_columns = [name for name in losses.columns if is_key(name)]
    configuration = _codes(losses, key_columns)
    run = _codes_of([configuration, integers(losses, "fold"), integers(losses, "seed")])
    epoch = integers(losses, "epoch")
    first = np.unique(run, return_index=True)[1]  # one row of each run
    _require_every_epoch(run, epoch, losses, first)

    order = np.argsort(configuration[first], kind="stable")  # configuration by configuration
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    table = _Scatter(place[run], epoch)
    bounds = np.flatnonzero(np.diff(configuration[first][order], prepend=-1))
    owner = first[order]
    keys = [_key(losses, key_columns, owner[bound]) for bound in bounds]
    matrices = [table.matrix(loss_values(losses, name)) for name in LOSSES]
    counts = [table.at_epoch(integers(losses, name), 1) for name in ("samples", "iteration")]
    fold, seed = (integers(losses, name)[owner] for name in ("fold", "seed"))
    longest = max(table.epochs, epochs or 0)
    groups = []
    for key, start, stop in zip(keys, bounds, [*bounds[1:], len(owner)], strict=True):
        runs = slice(start, stop)
        planned = key.get("epochs")
        width = (planned if isinstance(planned, int) else longest) + 1
        groups.append(
            Curves(
                key,
                fold[runs],
                seed[runs],
                *(_widen(matrix[runs], width) for matrix in matrices),
                *(count[runs] for count in counts),
            )
        )
    return groups


def _codes(losses: pd.DataFrame, columns: Iterable[str]) -> NDArray[np.int64]:
    """Give each distinct combination of columns a number, (rows,)."""
    return _codes_of([losses[name] for name in columns])


def _codes_of(columns: Iterable[Any]) -> NDArray[np.int64]:
    codes: NDArray[np.int64] | None = None
    for column in columns:
        own = pd.factorize(column, use_na_sentinel=False)[0].astype(np.int64)
        pair = own if codes is None else codes * (own.max() + 1) + own
        codes = pd.factorize(pair)[0].astype(np.int64)  # keeps the numbers small
    assert codes is not None
    return codes


def _key(losses: pd.DataFrame, columns: list[str], row: int) -> dict[str, Any]:
    """Return the values of the key columns in one row, as plain Python values."""
    values = {name: losses[name].iloc[row] for name in columns}
    missing = {name for name, value in values.items() if pd.isna(value)}
    return {
        name: None if name in missing else getattr(value, "item", lambda value=value: value)()
        for name, value in values.items()
    }


def _require_every_epoch(
    run: NDArray[np.int64],
    epoch: NDArray[np.int64],
    losses: pd.DataFrame,
    first: NDArray[np.int64],
) -> None:
    """Check that each run has the epochs 0, 1, 2, … each once."""
    rows = np.bincount(run)  # (runs,)
    last = np.zeros(len(rows), dtype=np.int64)
    np.maximum.at(last, run, epoch)
    wrong = (rows != last + 1) | (np.bincount(run, weights=epoch < 0) > 0)
    if not wrong.any():  # as many rows as epochs: a repeated epoch implies a missing one
        seen = np.zeros((len(rows), int(last.max()) + 1), dtype=bool)
        seen[run, epoch] = True
        wrong = seen.sum(axis=1) != rows
    if wrong.any():
        row = losses.iloc[first[np.argmax(wrong)]]
        name = ", ".join(str(row[column]) for column in losses.columns if is_key(column))
        raise DataError(
            f"the run {name}, fold {row['fold']}, seed {row['seed']} of the loss table must have "
            "every epoch from 0 exactly once. Make the table again by running the workflow."
        )


class _Scatter:
    """Puts a column of the table where its run and epoch are."""

    def __init__(self, run: NDArray[np.int64], epoch: NDArray[np.int64]):
        self.run, self.epoch = run, epoch
        self.runs, self.epochs = int(run.max()) + 1, int(epoch.max())

    def matrix(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (runs, epochs + 1), NaN where the table has no row."""
        matrix = np.full((self.runs, self.epochs + 1), np.nan)
        matrix[self.run, self.epoch] = values
        return matrix

    def at_epoch(self, values: NDArray[np.int64], epoch: int) -> NDArray[np.float64]:
        """Return a column's value at one epoch for each run, NaN for runs that lack it."""
        rows = self.epoch == epoch
        chosen = np.full(self.runs, np.nan)
        chosen[self.run[rows]] = values[rows]
        return chosen


def _widen(matrix: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Cut or pad a matrix with NaN to so many epochs."""
    if matrix.shape[1] >= width:
        return matrix[:, :width]
    padding = np.full((len(matrix), width - matrix.shape[1]), np.nan)
    return np.hstack([matrix, padding])
