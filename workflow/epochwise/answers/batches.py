"""Epochs, iterations and batches, so that batch sizes can be compared on updates and samples."""

from math import ceil, isfinite

import numpy as np

from epochwise.answers.case import Case, Rows
from epochwise.tables.curves import Curves


def row(curves: Curves) -> dict[str, object]:
    """Return the row of a dataset, point and backend; the counts are those of its largest fold.

    `iterations_per_epoch` is ceil(rows / batch size), as the last batch of an
    epoch may be short. Iterations and samples at the best epoch are that
    epoch times iterations per epoch and times training rows.
    """
    best = curves.best
    facts: dict[str, object] = {"best_epoch": best if best >= 0 else None}
    trained = np.flatnonzero(np.isfinite(curves.training_rows))
    if not len(trained):
        if curves.histories:
            what = "iterations" if "train" in curves.rows else "rows and iterations"
            return facts | {"note": f"the loss histories do not say {what}"}
        return facts | {"note": "no run reached epoch 1, so rows and iterations are not known"}
    largest = trained[np.argmax(curves.training_rows[trained])]
    rows, iterations, size = (
        float(values[largest])
        for values in (curves.training_rows, curves.iterations_per_epoch, curves.rows_per_batch)
    )
    facts |= {
        "training_rows": int(rows),
        "training_rows_least": int(curves.training_rows[trained].min()),
        "rows_per_batch": int(size) if isfinite(size) else None,
        "iterations_per_epoch": int(iterations),
    }
    if best >= 0:
        facts |= {
            "iterations_at_best": best * int(iterations),
            "samples_at_best": best * int(rows),
        }
    if not isfinite(size):
        facts["note"] = "the loss table does not say the batch size"
    return facts


def iterations_per_epoch(rows: int, batch_size: int) -> int:
    """Return how many batches a complete pass takes; the last one may be short."""
    return ceil(rows / batch_size)


def rows_of(case: Case) -> Rows:
    """Give the rows of the table; see `epochwise.tables.catalogue`."""
    return [row(case.curves)]
