"""The summary table: a row per run."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from epochwise.arrays import Array, Floats, Ints
from epochwise.data.partitions import PARTITIONS
from epochwise.tables.curves import Curves
from epochwise.tables.minima import first_minimum
from epochwise.tables.reading import LossTable


def summarise(losses: LossTable) -> pd.DataFrame:
    """Summarise every run.

    Returns
    -------
    table with a row per run, in the loss table's order: ``epochs`` (the last one with a
        finite loss), ``best_epoch`` (the first with the lowest validation loss),
        losses there and at the end (for classes accuracies beside them), the
        generalisation gap (validation loss minus train loss) at both, iterations and
        samples at the best epoch, and whether the run diverged: whether it ended
        before its time.
    """
    names = [n for n in losses.schema.names if n in (*losses.keys, "fold", "seed")]
    names = [name for name in names if name != "epochs"]  # what was asked; what was reached is told
    others = [metric for metric in losses.metrics if metric != "loss"]
    every = losses.curves(losses.measured)
    parts = [pd.DataFrame(_names(one, names) | _facts(one, others)) for one in every]
    table = pd.concat(parts).set_axis(losses.places)  # point after point, but folds come first
    return table.sort_index()


def _names(curves: Curves, names: Sequence[str]) -> dict[str, Any]:
    """Say which runs they are."""
    own = {"fold": curves.fold, "seed": curves.seed}
    return {name: own.get(name, [curves.key.get(name)] * len(curves.fold)) for name in names}


def _facts(curves: Curves, others: Sequence[str]) -> dict[str, Array]:
    """Say what the runs did; `others` are the metrics besides the loss."""
    best, last = first_minimum(curves.validation), curves.last
    at_best = {part: _at(curves, f"{part}_loss", best) for part in PARTITIONS}
    final = {part: _at(curves, f"{part}_loss", last) for part in PARTITIONS}
    facts = {
        "epochs": last,
        "best_epoch": best,
        "best_validation_loss": at_best["validation"],
        "train_loss_at_best": at_best["train"],
        "test_loss_at_best": at_best["test"],
        **{f"final_{part}_loss": final[part] for part in PARTITIONS},
        "generalisation_gap_at_best": at_best["validation"] - at_best["train"],
        "generalisation_gap_final": final["validation"] - final["train"],
    }
    for name in (f"{part}_{metric}" for metric in others for part in PARTITIONS):
        facts[f"{name}_at_best"] = _at(curves, name, best)
        facts[f"final_{name}"] = _at(curves, name, last)
    return facts | {
        "iterations_at_best": _times(best, curves.iterations_per_epoch),
        "samples_at_best": _times(best, curves.training_rows),
        "diverged": last < curves.planned,
    }


def _at(curves: Curves, column: str, epochs: Ints) -> Floats:
    """Give each run's value of a column at its own epoch, (runs,); NaN where it has none."""
    matrix = curves.losses.get(column)
    if matrix is None:
        return np.full(len(epochs), np.nan)
    return np.where(epochs < 0, np.nan, matrix[np.arange(len(epochs)), epochs])


def _times(epochs: Ints, per_epoch: Floats) -> Ints:
    """Count what each run has done by its own epoch, (runs,); one that ended at epoch 0 did nothing."""
    return np.where(epochs > 0, epochs * np.nan_to_num(per_epoch), 0).astype(np.int64)
