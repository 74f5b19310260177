"""Curves of another metric than the loss: which there are, and those that follow from the loss."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from epochwise.arrays import Floats
from epochwise.data.partitions import PARTITIONS
from epochwise.tables.curves import Curves
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
    roots = {kind: _roots(values) for kind, values in curves.baselines.items()}
    return replace(curves, losses=_roots(curves.losses), baselines=roots)


def _roots(values: Mapping[str, Floats]) -> dict[str, Floats]:
    names = [f"{partition}_loss" for partition in PARTITIONS]
    found = {n.replace("_loss", "_rmse"): np.sqrt(values[n]) for n in names if n in values}
    return {**values, **found}
