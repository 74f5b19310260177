"""The summary table: a row per run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from epochwise.arrays import Array, Floats, Ints
from epochwise.data.partitions import PARTITIONS
from epochwise.tables.curves import Curves
from epochwise.tables.minima import first_minimum
from epochwise.tables.reading import LossTable
from epochwise.tables.scores import Scores, baseline_scores, scores_at


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
    every = [(_names(one, names), _known(one)) for one in losses.curves(losses.measured)]
    metrics = dict.fromkeys(m for _, one in every for ends in one.final.values() for m in ends)
    others = [metric for metric in metrics if metric != "loss"]
    parts = [pd.DataFrame(name | _facts(one, others)) for name, one in every]
    table = pd.concat(parts).set_axis(losses.places)  # point after point, but folds come first
    return table.sort_index()


@dataclass(frozen=True, eq=False)
class Known:
    """What the runs of a point did.

    Parameters
    ----------
    at_best, final : by partition, the scores at each run's best epoch and at its last.
    best, last : (runs,) these epochs.
    counts : by column, what else there is of each run, (runs,).
    """

    at_best: Mapping[str, Scores]
    final: Mapping[str, Scores]
    best: Ints
    last: Ints
    counts: Mapping[str, Array]


def _names(curves: Curves, names: Sequence[str]) -> dict[str, Any]:
    """Say which runs they are."""
    own = {"fold": curves.fold, "seed": curves.seed}
    return {name: own.get(name, [curves.key.get(name)] * len(curves.fold)) for name in names}


def _known(curves: Curves) -> Known:
    best, last = first_minimum(curves.validation), curves.last
    at_best, final = (
        {part: scores_at(curves, part, epochs) for part in PARTITIONS} for epochs in (best, last)
    )
    none = np.full(len(best), np.nan)
    counts = {
        "iterations_at_best": _times(best, curves.iterations_per_epoch, curves.histories),
        "samples_at_best": _times(best, curves.training_rows, curves.histories),
        "baseline_validation_loss": baseline_scores(curves, "validation").get("loss", none),
        "diverged": last < curves.planned,
        **({"stopped": curves.stopped} if curves.histories else {}),
        "censored": (best == last) & (last == curves.planned),
    }
    return Known(at_best, final, best, last, counts)


def _facts(known: Known, others: Sequence[str]) -> dict[str, Array]:
    """Say what the runs did; `others` are the metrics besides the loss."""
    at_best, final = known.at_best, known.final
    none = np.full(len(known.best), np.nan)
    losses = {part: at_best[part].get("loss", none) for part in PARTITIONS}
    ends = {part: final[part].get("loss", none) for part in PARTITIONS}
    facts = {
        "epochs": known.last,
        "best_epoch": known.best,
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
    return {**facts, **known.counts}


def _times(epochs: Ints, per_epoch: Floats, histories: bool) -> Array:
    """Count what each run has done by its own epoch, (runs,); one that ended at epoch 0 did nothing.

    Null where others have trained, who do not say it.
    """
    if histories and not np.isfinite(per_epoch).any():
        return np.full(len(epochs), pd.NA, dtype=object)
    return np.where(epochs > 0, epochs * np.nan_to_num(per_epoch), 0).astype(np.int64)
