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
from epochwise.tables.scores import baseline_scores, scores_at


def summarise(losses: LossTable) -> pd.DataFrame:
    """Summarise every run.

    Returns
    -------
    table with a row per run, in the loss table's order: ``epochs`` (the last one with a
        finite loss), ``best_epoch`` (the first with the lowest validation loss),
        losses there and at the end, the generalisation gap (validation loss minus train
        loss) at both, what else `epochwise.tables.scores` knows, iterations and samples at
        the best epoch, the validation loss of the baseline, whether the run diverged: whether
        it ended before its time (of loss histories that others have left also whether it was
        ``stopped``: whether it ended before others did, by choice), and whether its best epoch is ``censored``: whether it is
        the last of all, so that more epochs may be better.
    """
    names = [n for n in losses.schema.names if n in (*losses.keys, "fold", "seed")]
    names = [name for name in names if name != "epochs"]  # what was asked; what was reached is told
    every = losses.curves(losses.measured)
    pairs = [(one, part) for one in every for part in PARTITIONS]
    known = dict.fromkeys(m for one, part in pairs for m in scores_at(one, part, one.last))
    others = [metric for metric in known if metric != "loss"]
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
    at_best, final = (
        {part: scores_at(curves, part, epochs) for part in PARTITIONS} for epochs in (best, last)
    )
    none = np.full(len(best), np.nan)
    losses = {part: at_best[part].get("loss", none) for part in PARTITIONS}
    ends = {part: final[part].get("loss", none) for part in PARTITIONS}
    facts = {
        "epochs": last,
        "best_epoch": best,
        "best_validation_loss": losses["validation"],
        "train_loss_at_best": losses["train"],
        "test_loss_at_best": losses["test"],
        **{f"final_{part}_loss": ends[part] for part in PARTITIONS},
        "generalisation_gap_at_best": losses["validation"] - losses["train"],
        "generalisation_gap_final": ends["validation"] - ends["train"],
    }
    for metric in others:
        for part in PARTITIONS:
            facts[f"{part}_{metric}_at_best"] = at_best[part].get(metric, none)
            facts[f"final_{part}_{metric}"] = final[part].get(metric, none)
    return facts | {
        "iterations_at_best": _times(best, curves.iterations_per_epoch, curves.histories),
        "samples_at_best": _times(best, curves.training_rows, curves.histories),
        "baseline_validation_loss": baseline_scores(curves, "validation").get("loss", none),
        "diverged": last < curves.planned,
        **({"stopped": curves.stopped} if curves.histories else {}),
        "censored": (best == last) & (last == curves.planned),
    }


def _times(epochs: Ints, per_epoch: Floats, histories: bool) -> Array:
    """Count what each run has done by its own epoch, (runs,); one that ended at epoch 0 did nothing.

    Null where others have trained, who do not say it.
    """
    if histories and not np.isfinite(per_epoch).any():
        return np.full(len(epochs), pd.NA, dtype=object)
    return np.where(epochs > 0, epochs * np.nan_to_num(per_epoch), 0).astype(np.int64)
