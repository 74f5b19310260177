"""How good a network is at an epoch, in every quantity that people know."""

from collections.abc import Mapping

import numpy as np

from epochwise.arrays import Floats, Ints
from epochwise.tables.curves import Curves
from epochwise.tables.minima import quiet

LABELS = {
    "loss": "loss",
    "rmse": "RMSE",
    "mae": "MAE",
    "r2": "R²",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "score": "score",
}
Scores = dict[str, Floats]  # by metric, (runs,)


def scores_at(curves: Curves, partition: str, epochs: Ints) -> Scores:
    """Give what was measured on a partition at an epoch of each run, and what follows from it.

    Parameters
    ----------
    epochs : (runs,) an epoch of each run; -1 for a run that has none.

    Returns
    -------
    by metric, (runs,), NaN where a run has none; {} for a partition that there is not. Of
        regression also ``rmse``, the root of the loss, and ``r2``, as scikit-learn's
        `r2_score`: 1 - loss / loss of predicting the partition's own mean, with several
        targets the mean of theirs.
    """
    found = {
        metric: at(matrix, epochs)
        for metric, matrix in (
            (column.removeprefix(f"{partition}_"), matrix)
            for column, matrix in curves.losses.items()
            if column.startswith(f"{partition}_")
        )
    }
    return _with_derived(found, _constants(curves, "own_mean", partition))


def baseline_scores(curves: Curves, partition: str) -> Scores:
    """Give what predicting the training mean, or the classes' shares, reaches there, (runs,)."""
    found = _constants(curves, "training_mean", partition)
    return _with_derived(found, _constants(curves, "own_mean", partition))


def at(matrix: Floats, epochs: Ints) -> Floats:
    """Give each run's value at its own epoch, (runs,); NaN for epoch -1."""
    values: Floats = np.where(epochs < 0, np.nan, matrix[np.arange(len(epochs)), epochs])
    return values


def _constants(curves: Curves, kind: str, partition: str) -> Scores:
    values: Mapping[str, Floats] = curves.baselines.get(kind, {})
    start = f"{partition}_"
    return {c.removeprefix(start): own for c, own in values.items() if c.startswith(start)}


@quiet
def _with_derived(found: Scores, own_mean: Scores) -> Scores:
    """Add RMSE and R² after each squared error; regression alone has a mean of its own."""
    every: Scores = {}
    for name, values in found.items():
        every[name] = values
        if name in own_mean and name.startswith("loss"):
            of = name.removeprefix("loss")
            every[f"rmse{of}"] = np.sqrt(values)
            every[f"r2{of}"] = 1 - values / np.where(own_mean[name] > 0, own_mean[name], np.nan)
    targets = [values for name, values in every.items() if name.startswith("r2_")]
    return every | ({"r2": np.mean(targets, axis=0)} if targets else {})
