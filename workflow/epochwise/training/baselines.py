"""What predicting a constant reaches: what a network must beat to have learnt anything."""

from collections.abc import Mapping

import numpy as np

from epochwise.arrays import Array
from epochwise.training.contract import Problem
from epochwise.training.metrics import columns_of, measure

Values = dict[str, float]  # by column of the losses


def baselines(problem: Problem) -> Mapping[str, Values]:
    """Measure constants on every partition, by the metrics that the network is measured with.

    Returns
    -------
    ``training_mean`` : of predicting the training rows' mean of the target or, of classes, their
        shares among the training rows, which makes the largest class the likeliest.
    ``own_mean`` : of predicting each partition's own mean, which R² compares with;
        for regression only.
    """
    found = {"training_mean": _measured(problem, of="train")}
    if problem.task == "regression":
        found["own_mean"] = _measured(problem)
    return found


def _measured(problem: Problem, of: str | None = None) -> Values:
    values = [
        value
        for name, part in problem.partitions.items()
        for value in _constant(problem, part.target, problem.partitions[of or name].target)
    ]
    return dict(zip(map(str, columns_of(problem)), values, strict=True))


def _constant(problem: Problem, target: Array, seen: Array) -> list[float]:
    """Measure the mean of the rows seen, (rows, outputs), on a target (rows, outputs)."""
    outputs = np.broadcast_to(seen.mean(axis=0), target.shape)
    return [float(value) for value in measure(np, problem.task, target, outputs)]
