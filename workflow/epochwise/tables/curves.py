"""The runs of one configuration as matrices, and the mean curve that a figure draws."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TIE = 1e-12  # relative: losses no further apart than the rounding of a mean are equal
PARTITIONS = ("train", "validation", "test")


def first_minimum(values: Floats) -> int:
    """Return the first position whose value is the least, ties within 1e-12; -1 for none."""
    finite = np.isfinite(values)
    if not finite.any():
        return -1
    least = values[finite].min()
    return int(np.argmax(values <= least + TIE * abs(least)))


@dataclass(frozen=True, eq=False)
class Curves:
    """The loss curves of one configuration: a dataset, a point and a backend.

    Parameters
    ----------
    key : column and value of the dataset, the swept hyperparameters and the backend.
    fold, seed : (runs,) which run each row of a matrix is.
    losses : by column of the loss table, such as `validation_loss`, a matrix
        (runs, epochs + 1); column *e* is epoch *e*, NaN where a run has ended.
    planned : epochs that a run was to train for.
    iterations, samples : (runs,) in one epoch; NaN for a run that ended before epoch 1.
    """

    key: Mapping[str, Any]
    fold: Ints
    seed: Ints
    losses: Mapping[str, Floats]
    planned: int
    iterations: Floats
    samples: Floats

    @property
    def dataset(self) -> str:
        """Name of the dataset."""
        return str(self.key["dataset"])

    @property
    def backend(self) -> str:
        """Name of the backend."""
        return str(self.key["backend"])

    @property
    def swept(self) -> dict[str, Any]:
        """The swept hyperparameters and their values."""
        return {k: v for k, v in self.key.items() if k not in ("dataset", "backend", "point")}

    @property
    def point(self) -> str:
        """The point in a few words: its name, or `batch_size=16, alpha=0.1`."""
        if "point" in self.key:
            return str(self.key["point"])
        return ", ".join(f"{key}={value}" for key, value in self.swept.items())

    @cached_property
    def last(self) -> Ints:
        """The last epoch of each run with a finite validation loss; -1 for none, (runs,)."""
        finite = np.isfinite(self.losses["validation_loss"])
        behind = np.argmax(finite[:, ::-1], axis=1)
        return np.where(finite.any(axis=1), finite.shape[1] - 1 - behind, -1)

    @property
    def diverged(self) -> int:
        """How many runs ended before the last epoch."""
        return int((self.last < self.planned).sum())

    @property
    def lost(self) -> bool:
        """Whether every run ended before the last epoch: nothing can be recommended."""
        return self.diverged == len(self.fold)

    @cached_property
    def used(self) -> Ints:
        """The runs that make the mean curve: those that reached the end, or else all that began."""
        complete = np.flatnonzero(self.last >= self.planned)
        return complete if len(complete) else np.flatnonzero(self.last >= 0)

    @cached_property
    def horizon(self) -> int:
        """The last epoch of the mean curve, which all runs used have; -1 for none."""
        return int(self.last[self.used].min()) if len(self.used) else -1

    def runs(self, column: str) -> Floats:
        """Return the curves of the runs used, (runs used, horizon + 1)."""
        return self.losses[column][self.used, : self.horizon + 1]

    def mean(self, column: str) -> Floats:
        """Return the mean curve, seeds averaged within a fold, then folds, (horizon + 1,)."""
        runs, fold = self.runs(column), self.fold[self.used]
        units = [runs[fold == each].mean(axis=0) for each in np.unique(fold)]
        return np.mean(units, axis=0) if units else np.empty(0)

    @cached_property
    def best(self) -> int:
        """The epoch of the least mean validation loss, the earliest among equals; -1 for none."""
        return first_minimum(self.mean("validation_loss"))

    def partitions(self) -> list[str]:
        """Name the partitions that have losses."""
        columns = {name: self.losses.get(f"{name}_loss") for name in PARTITIONS}
        return [n for n, matrix in columns.items() if matrix is not None and _any(matrix)]


def _any(matrix: Floats) -> bool:
    return bool(np.isfinite(matrix[:, 0]).any()) if matrix.size else False
