"""Epochs, iterations and batches, so that batch sizes can be compared on updates and samples."""

from math import ceil

import numpy as np

from epochwise.answers.curves import Curves
from epochwise.answers.sample import best_of_mean
from epochwise.errors import DataError

COLUMNS = {
    "training_rows": "Int64",
    "training_rows_least": "Int64",
    "rows_per_batch": "Int64",
    "iterations_per_epoch": "Int64",
    "best_epoch": "Int64",
    "iterations_at_best": "Int64",
    "samples_at_best": "Int64",
    "note": "string",
}
AUTO = 200  # rows: what scikit-learn means by "auto", when there are as many


def row(curves: Curves, batch_size: int | str | None = None) -> dict[str, object]:
    """Return the row of one configuration; the counts are those of its largest fold.

    `iterations_per_epoch` is ceil(rows / batch size), as the last batch of an
    epoch may be short. Iterations and samples at the best epoch are that
    epoch times iterations per epoch and times training rows.

    Parameters
    ----------
    curves
        The curves of the configuration.
    batch_size
        The batch size where it is not swept: rows, or `auto`. A swept one stands in
        the table's column `batch_size`, which has precedence.

    Raises
    ------
    DataError
        When the batch size contradicts the iterations in the table.
    """
    best = best_of_mean(curves)
    facts: dict[str, object] = {"best_epoch": best if best >= 0 else None}
    trained = np.flatnonzero(np.isfinite(curves.training_rows))
    if not len(trained):
        return facts | {"note": "no run reached epoch 1, so rows and iterations are not known"}
    largest = trained[np.argmax(curves.training_rows[trained])]
    rows = int(curves.training_rows[largest])
    iterations = int(curves.iterations_per_epoch[largest])
    size = known_batch_size(curves, rows, iterations, batch_size)
    facts |= {
        "training_rows": rows,
        "training_rows_least": int(curves.training_rows[trained].min()),
        "rows_per_batch": size,
        "iterations_per_epoch": iterations,
    }
    if best >= 0:
        facts |= {"iterations_at_best": best * iterations, "samples_at_best": best * rows}
    if size is None:
        facts["note"] = "the batch size was not given and cannot be told from the iterations"
    return facts


def known_batch_size(
    curves: Curves, rows: int, iterations: int, given: int | str | None
) -> int | None:
    """Return the batch size: swept, given, or the only one that fits; None where several fit."""
    size = curves.key.get("batch_size", given)
    if size is None:
        return only_batch_size(rows, iterations)
    if isinstance(size, str) and size.isdecimal():  # a column that has `auto` too is text
        size = int(size)
    if size != "auto" and (isinstance(size, bool) or not isinstance(size, int) or size < 1):
        raise DataError(
            f"the batch size is {size!r}; it must be a whole number of rows from 1, or 'auto'."
        )
    size = min(AUTO if size == "auto" else int(size), rows)
    if iterations_per_epoch(rows, size) != iterations:
        raise DataError(
            f"a batch size of {size} on {rows} training rows makes "
            f"{iterations_per_epoch(rows, size)} iterations per epoch, but the loss table has "
            f"{iterations}. Give the batch size that the runs were trained with."
        )
    return size


def only_batch_size(rows: int, iterations: int) -> int | None:
    """Return the batch size that makes so many iterations of so many rows, if only one does."""
    if iterations < 2:
        return None
    least = ceil(rows / iterations)
    most = ceil(rows / (iterations - 1)) - 1
    return least if least == most else None


def iterations_per_epoch(rows: int, batch_size: int) -> int:
    """Return how many batches a complete pass takes; the last one may be short."""
    return ceil(rows / batch_size)
