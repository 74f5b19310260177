"""The losses that are reported, one definition for all backends, always in float64.

They equal scikit-learn's `mean_squared_error`, `log_loss` and `accuracy_score` to the last
bit, without the seconds that importing scikit-learn costs.
"""

import numpy as np

from epochwise.arrays import Array
from epochwise.training.contract import Partition, Problem


def mean_squared_error(target: Array, prediction: Array) -> float:
    """Average (target - prediction)² over rows, then over outputs; both (rows, outputs)."""
    error = target - prediction
    np.square(error, out=error)
    per_output = np.add.reduce(error, axis=0) / len(error)
    return float(np.add.reduce(per_output) / len(per_output))


def log_loss(target: Array, probability: Array) -> float:
    """Average -log of the probability given to the true class.

    Both (rows, outputs): one output is the probability of class 1, several are
    one per class. Probabilities are kept at least the machine's epsilon away
    from 0 and 1, as in scikit-learn.
    """
    if target.shape[1] == 1:
        target, probability = (
            np.hstack([1 - target, target]),
            np.hstack([1 - probability, probability]),
        )
    eps = np.finfo(probability.dtype).eps
    clipped = np.clip(probability, eps, 1 - eps)
    per_row = -(target * np.log(clipped)).sum(axis=1)
    return float(np.add.reduce(per_row) / len(per_row))


def accuracy(target: Array, probability: Array) -> float:
    """Share of rows whose likeliest class is the true one; both (rows, outputs)."""
    if target.shape[1] == 1:
        right = (probability > 0.5) == (target > 0.5)
    else:
        right = probability.argmax(axis=1) == target.argmax(axis=1)
    return float(np.mean(right))


def loss_columns(problem: Problem) -> list[str]:
    """Name what is measured: a loss, for classes also an accuracy, for each partition."""
    metrics = ["loss"] if problem.task == "regression" else ["loss", "accuracy"]
    return [f"{partition}_{metric}" for partition in problem.partitions for metric in metrics]


def measure(problem: Problem, partition: Partition, outputs: Array) -> list[float]:
    """Measure one network's outputs (rows, outputs) on one partition, in the target's own units."""
    outputs = outputs.astype(np.float64, copy=False)
    if problem.task != "regression":
        return [log_loss(partition.target, outputs), accuracy(partition.target, outputs)]
    if problem.target_scale is not None:
        outputs = outputs * problem.target_scale + problem.target_mean
    return [mean_squared_error(partition.target, outputs)]
