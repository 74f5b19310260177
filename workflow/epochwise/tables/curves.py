"""The loss curves of one point: which runs make the mean curve, and what counts as independent."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from epochwise.arrays import Bools, Floats, Ints
from epochwise.data.partitions import PARTITIONS
from epochwise.tables import minima
from epochwise.tables.minima import first_minimum, last_finite, quiet


@dataclass(frozen=True, eq=False)
class Curves:
    """The loss curves of a dataset, a point and a backend.

    Column *e* of a matrix is epoch *e*, so column 0 is the untrained network. What a run did
    not measure is NaN, and so is a loss that is not finite.

    The runs that reached the last epoch make the mean curve; where none did, all that began,
    up to the epoch that they share (a mean over fewer and fewer runs would jump wherever one
    drops out).

    The *unit* of every mean, error, test and resample is the run; with several folds it is the
    fold, its seeds averaged. Runs on one fold share their rows and are not independent, so
    counting each of them would make the answer look surer than it is (clustered data: Davison
    and Hinkley, "Bootstrap methods and their application", 1997, section 3.8). Folds overlap in
    their training rows, so even this is somewhat too sure (Bengio and Grandvalet, 2004; Nadeau
    and Bengio, 2003). With one fold, only the seeds' share of the uncertainty is seen: the cut
    of the data is fixed.

    Parameters
    ----------
    key : column and value of the dataset, the swept hyperparameters and the backend.
    fold, seed : (runs,) which run each row of a matrix is.
    losses : by column of the loss table, such as `validation_loss`, a matrix
        (runs, epochs + 1) as wide as the longest of the runs. They may be read when they are asked
        for; whoever goes through many points keeps none of them.
    planned : epochs that a run was to train for.
    training_rows, iterations_per_epoch : (runs,); NaN for a run that ended before epoch 1.
    rows_per_batch : (runs,) the batch size; NaN where it is not known.
    rows : by partition, how many rows it has, (runs,); {} where it is not known.
    baselines : what constants reach, by kind (see `epochwise.training.baselines`) and column of
        the loss table, (runs,); {} where it is not known.
    histories : whether others have trained: it is not known then in what the runs differ.
    zero : the loss from which shares are counted; not 0 where losses may be negative.
    """

    key: Mapping[str, Any]
    fold: Ints
    seed: Ints
    losses: Mapping[str, Floats]
    planned: int
    training_rows: Floats
    iterations_per_epoch: Floats
    rows_per_batch: Floats
    rows: Mapping[str, Floats]
    baselines: Mapping[str, Mapping[str, Floats]] = field(default_factory=dict)
    histories: bool = False
    zero: float = 0.0

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

    @property
    def train(self) -> Floats:
        """The training losses, (runs, epochs + 1)."""
        return self.losses["train_loss"]

    @property
    def validation(self) -> Floats:
        """The validation losses, (runs, epochs + 1)."""
        return self.losses["validation_loss"]

    @property
    def test(self) -> Floats:
        """The test losses, (runs, epochs + 1); NaN throughout without a test partition."""
        if "test_loss" in self.losses:
            return self.losses["test_loss"]
        return np.full(self.validation.shape, np.nan)

    def partitions(self) -> list[str]:
        """Name the partitions that have losses."""
        return list(self._partitions)

    @cached_property
    def _partitions(self) -> list[str]:
        columns = {name: f"{name}_loss" for name in PARTITIONS}
        known = {name: column for name, column in columns.items() if column in self.losses}
        return [name for name, column in known.items() if np.isfinite(self.losses[column]).any()]

    @property
    def has_test(self) -> bool:
        """Whether there is a test partition."""
        return "test" in self.partitions()

    @cached_property
    def last(self) -> Ints:
        """The last epoch of each run with a finite validation loss; -1 for none, (runs,)."""
        return last_finite(self.validation)

    @property
    def diverged(self) -> int:
        """How many runs ended before the last epoch."""
        return int((self.last < self.planned).sum())

    @property
    def stopped(self) -> Bools:
        """Which runs ended before others did, by choice and not because they diverged, (runs,)."""
        ended: Bools = (self.last >= self.planned) & (self.last < self.last.max(initial=-1))
        return ended

    @property
    def lost(self) -> bool:
        """Whether every run ended before the last epoch: nothing can be recommended."""
        return self.diverged == len(self.fold)

    @cached_property
    def used(self) -> Ints:
        """The runs that make the mean curve, by their rows."""
        complete = np.flatnonzero(self.last >= self.planned)
        return complete if len(complete) else np.flatnonzero(self.last >= 0)

    @cached_property
    def horizon(self) -> int:
        """The last epoch of the mean curve, which all runs used have; -1 for none."""
        return int(self.last[self.used].min()) if len(self.used) else -1

    @cached_property
    def folds(self) -> Ints:
        """The distinct folds of the runs used."""
        return np.unique(self.fold[self.used])

    @property
    def unit(self) -> str:
        """What counts as one independent observation: `run` or `fold`."""
        return "fold" if len(self.folds) > 1 else "run"

    def above_zero(self) -> "Curves":
        """Give the curves with every loss counted from `zero`."""
        if not self.zero:
            return self
        losses = {
            name: values - self.zero if name.endswith("_loss") else values
            for name, values in self.losses.items()
        }
        return replace(self, losses=losses, zero=0.0)

    def take(self, matrix: Floats) -> Floats:
        """Cut a matrix to the runs used, up to the horizon, (runs used, horizon + 1)."""
        return matrix[self.used, : self.horizon + 1]

    def runs(self, column: str) -> Floats:
        """Return the curves of the runs used, (runs used, horizon + 1)."""
        return self.take(self.losses[column])

    def units(self, values: Floats) -> Floats:
        """Average values (runs used, ...) over each unit: (units, ...)."""
        if self.unit == "run":
            return values
        fold = self.fold[self.used]
        return np.stack([values[fold == each].mean(axis=0) for each in self.folds])

    @quiet
    def mean(self, column: str) -> Floats:
        """Return the mean curve over units, (horizon + 1,)."""
        return self.units(self.runs(column)).mean(axis=0) if len(self.used) else np.empty(0)

    @quiet
    def baseline(self, column: str = "validation_loss") -> Floats:
        """Return what predicting a constant reaches, (units,); empty where it is not known."""
        values = self.baselines.get("training_mean", {}).get(column)
        return np.empty(0) if values is None else self.units(values[self.used])

    @cached_property
    def best(self) -> int:
        """The epoch of the lowest mean validation loss, the earliest among equals; -1 for none."""
        mean = self.mean("validation_loss")
        return int(first_minimum(mean)) if len(mean) else -1

    @cached_property
    def rank(self) -> tuple[bool, float]:
        """How the point compares with others; see `minima.rank`."""
        lowest = float(self.mean("validation_loss")[self.best]) if self.best >= 0 else None
        return minima.rank(self.lost, lowest)
