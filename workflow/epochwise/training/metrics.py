"""What is measured after every epoch: one definition for all backends, always in float64.

A metric is one entry of `METRICS`. It is written for any array library whose functions are
named as NumPy's, so that a compiled loop measures with the same lines as the host. In NumPy
they equal scikit-learn's `mean_squared_error`, `mean_absolute_error`, `log_loss`, `accuracy_score`
and `balanced_accuracy_score` to the last bit, without the seconds that importing scikit-learn costs.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from epochwise.arrays import Array
from epochwise.errors import StudyError, in_quotes
from epochwise.training.contract import Partition, Problem

EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Metric:
    """One thing that is measured on every partition.

    Parameters
    ----------
    name : its part of a column's name, as in `validation_loss`.
    tasks : for which tasks it is measured.
    compute : takes an array library, the target (rows, outputs) and the network's outputs
        (..., rows, outputs), regression's in the target's own units, both float64; gives (...,).
    label, unit : what it is called in words.
    """

    name: str
    tasks: tuple[str, ...]
    compute: Callable[[Any, Any, Any], Any]
    label: str
    unit: str


def squared_error_of_each(xp: Any, target: Any, outputs: Any) -> Any:
    """Average (target - output)² over rows, (..., outputs)."""
    error = target - outputs
    return xp.sum(error * error, axis=-2) / error.shape[-2]


def mean_squared_error(xp: Any, target: Any, outputs: Any) -> Any:
    """Average (target - output)² over rows, then over outputs."""
    return over_outputs(xp, squared_error_of_each(xp, target, outputs))


def mean_absolute_error(xp: Any, target: Any, outputs: Any) -> Any:
    """Average the size of target - output over rows, then over outputs."""
    return over_outputs(xp, xp.sum(xp.abs(target - outputs), axis=-2) / target.shape[-2])


def over_outputs(xp: Any, each: Any) -> Any:
    """Average (..., outputs) over outputs, of one without the time that a sum takes."""
    return each[..., 0] if each.shape[-1] == 1 else xp.sum(each, axis=-1) / each.shape[-1]


def log_loss(xp: Any, target: Any, probability: Any, epsilon: float = EPSILON) -> Any:
    """Average -log of the probability given to the true class.

    One output is the probability of class 1, several are one per class. Probabilities are kept
    at least `epsilon` away from 0 and 1: the machine epsilon of their type, as in scikit-learn.
    """
    logarithm = xp.log(xp.clip(probability, epsilon, 1 - epsilon))
    if probability.shape[-1] == 1:
        other = xp.log(xp.clip(1 - probability, epsilon, 1 - epsilon))
        per_row = -((1 - target) * other + target * logarithm)[..., 0]
    else:
        per_row = -xp.sum(target * logarithm, axis=-1)
    return xp.sum(per_row, axis=-1) / per_row.shape[-1]


def right(xp: Any, target: Any, probability: Any) -> Any:
    """Tell where the likeliest class is the true one, 1.0 or 0.0; at exactly 0.5 it is class 0."""
    if probability.shape[-1] == 1:
        same = (probability[..., 0] > 0.5) == (target[..., 0] > 0.5)
    else:
        same = xp.argmax(probability, axis=-1) == xp.argmax(target, axis=-1)
    one = xp.ones_like(target[..., 0])
    return xp.where(same, one, 0 * one)


def accuracy(xp: Any, target: Any, probability: Any) -> Any:
    """Give the share of rows whose likeliest class is the true one."""
    return xp.sum(right(xp, target, probability), axis=-1) / target.shape[-2]


def balanced_accuracy(xp: Any, target: Any, probability: Any) -> Any:
    """Average the shares that are right of each class's rows; a class without rows does not count."""
    members = (
        xp.stack([1 - target[..., 0], target[..., 0]], -1) if target.shape[-1] == 1 else target
    )
    rows = xp.sum(members, axis=-2)  # (classes,)
    hits = xp.matmul(right(xp, target, probability), members)  # (..., classes)
    one = xp.ones_like(rows)
    shares = hits / xp.where(rows > 0, rows, one)
    return xp.sum(shares, axis=-1) / xp.sum(xp.where(rows > 0, one, 0 * one))


CLASSES = ("binary", "multiclass")
METRICS = (
    Metric("loss", ("regression",), mean_squared_error, "mean squared error", "target unit²"),
    Metric("mae", ("regression",), mean_absolute_error, "mean absolute error", "target unit"),
    Metric("loss", CLASSES, log_loss, "log loss", "nats"),
    Metric("accuracy", CLASSES, accuracy, "accuracy", "share of rows"),
    Metric(
        "balanced_accuracy", CLASSES, balanced_accuracy, "balanced accuracy", "mean share of rows"
    ),
)


@lru_cache
def metrics_of(task: str, outputs: int = 1) -> tuple[Metric, ...]:
    """List what is measured for a task; the loss comes first, that of each of several targets last."""
    found = [metric for metric in METRICS if task in metric.tasks]
    if task == "regression" and outputs > 1:
        found += map(loss_of_target, range(outputs))
    return tuple(found)


def known_of(task: str) -> dict[str, tuple[str, str]]:
    """Tell what is known after every epoch, measured or derived: by metric, label and unit."""
    found = {one.name: (one.label, one.unit) for one in metrics_of(task)}
    if "mae" in found:
        found["rmse"] = ("root mean squared error", found["mae"][1])
    return found


def check_known(
    known: Iterable[str], dataset: str, where: str, asked: Iterable[tuple[str, str]]
) -> None:
    """Refuse a metric that is not known of a dataset.

    Parameters
    ----------
    known : the metrics that are; see `known_of`.
    where : the study's file or name.
    asked : pairs of a key and the metric that stands there.
    """
    for key, metric in asked:
        if metric not in known:
            raise StudyError(
                f"{where}: {key}: {in_quotes(metric)} is not known of {in_quotes(dataset)}; it may be: {', '.join(known)}."
            )


def loss_of_target(number: int) -> Metric:
    """Make the metric of one of several targets, counted from 0."""

    def compute(xp: Any, target: Any, outputs: Any) -> Any:
        return squared_error_of_each(xp, target, outputs)[..., number]

    name = f"loss_{number + 1}"
    return Metric(name, ("regression",), compute, "mean squared error", "target unit²")


class Column(NamedTuple):
    """What one column of the losses holds; `target` where it is of one of several."""

    partition: str
    metric: str
    target: str | None = None

    def __str__(self) -> str:
        """Give its name in the loss table."""
        return f"{self.partition}_{self.metric}"


def columns_of(problem: Problem) -> list[Column]:
    """List what is measured, in order: every metric of the task, partition by partition."""
    outputs = problem.layer_sizes[-1]
    names: list[str | None] = [None] * len(metrics_of(problem.task))
    if len(metrics_of(problem.task, outputs)) > len(names):
        names += problem.target_names or [str(number + 1) for number in range(outputs)]
    return [
        Column(part, metric.name if name is None else f"loss_{name}", name)
        for part in problem.partitions
        for metric, name in zip(metrics_of(problem.task, outputs), names, strict=True)
    ]


def measure(xp: Any, task: str, target: Any, outputs: Any) -> list[Any]:
    """Measure one partition with an array library `xp`; see `Metric.compute`.

    Returns
    -------
    list of (...,) float64, in the order of `metrics_of`.
    """
    metrics = metrics_of(task, target.shape[-1])
    return [metric.compute(xp, target, outputs) for metric in metrics]


def measure_network(problem: Problem, partition: Partition, outputs: Array) -> list[float]:
    """Measure one network's outputs (rows, outputs), as `predict` gave them, on one partition."""
    outputs = outputs.astype(np.float64, copy=False)
    if problem.target_scale is not None:
        outputs = outputs * problem.target_scale + problem.target_mean
    return measure(np, problem.task, partition.target, outputs)
