"""Curves of another metric than the loss: which there are, and those that follow from the loss."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from epochwise.arrays import Floats
from epochwise.data.partitions import PARTITIONS
from epochwise.tables.curves import Curves
from epochwise.tables.matrices import Deferred
from epochwise.tables.results import Tables

DERIVED = {"rmse": "loss"}  # by metric, what it is the root of
IN_SHARES = ("accuracy", "balanced_accuracy", "score")  # of rows, or of what can be reached


def curves_of(tables: Tables, metrics: Sequence[str]) -> list[Curves]:
    """Read the curves of every point: of the loss, and of each metric where its task has it.

    Parameters
    ----------
    metrics : such as `accuracy`; `rmse` is made of the loss, run by run.
    """
    measured = ["loss", *(DERIVED.get(metric, metric) for metric in metrics)]
    columns = [f"{part}_{metric}" for metric in dict.fromkeys(measured) for part in PARTITIONS]
    return [
        with_roots(one) if "rmse" in tables.metrics(one.dataset) and "rmse" in metrics else one
        for one in tables.curves(columns)
    ]


def with_roots(curves: Curves) -> Curves:
    """Add the root of each partition's loss, and of what constants reach."""
    every = curves.losses
    makers = {name: partial(every.__getitem__, name) for name in every}
    makers |= {rmse: partial(_root, every, loss) for rmse, loss in _rooted(every).items()}
    baselines = {
        kind: {**values, **{rmse: np.sqrt(values[loss]) for rmse, loss in _rooted(values).items()}}
        for kind, values in curves.baselines.items()
    }
    return replace(curves, losses=Deferred(makers), baselines=baselines)


def _rooted(columns: Iterable[str]) -> dict[str, str]:
    """Name the roots that there are, each with the loss that it is of."""
    names = [f"{partition}_loss" for partition in PARTITIONS]
    return {name.replace("_loss", "_rmse"): name for name in names if name in columns}


def _root(every: Mapping[str, Floats], loss: str) -> Floats:
    return np.sqrt(every[loss])
