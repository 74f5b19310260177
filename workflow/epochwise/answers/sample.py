"""Which runs make the mean curve of a configuration, and what counts as independent."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from epochwise.answers.curves import Curves
from epochwise.answers.statistics import Floats, Ints, first_minimum, quiet


@dataclass(frozen=True, eq=False)
class Sample:
    """Which runs of a configuration make its mean curve, and what counts as independent.

    The runs that reached the last epoch make the curve; where none did, all
    that began, up to the epoch that they share (a mean over fewer and fewer
    runs would jump wherever one drops out).

    The *unit* of every error, test and resample is the run; with several
    folds it is the fold, its seeds averaged. Runs on one fold share their
    rows and are not independent, so counting each of them would make the
    answer look surer than it is (clustered data: Davison and Hinkley,
    "Bootstrap methods and their application", 1997, section 3.8). Folds
    overlap in their training rows, so even this is somewhat too sure
    (Bengio and Grandvalet, 2004; Nadeau and Bengio, 2003). With one fold, only
    the seeds' share of the uncertainty is seen: the cut of the data is fixed.
    """

    curves: Curves
    rows: Ints  # (runs used,)
    horizon: int  # the last epoch of the mean curve; -1 when there is none

    @cached_property
    def folds(self) -> Ints:
        """The distinct folds of the runs used."""
        return np.unique(self.curves.fold[self.rows])

    @property
    def unit(self) -> str:
        """What counts as one independent observation: `run` or `fold`."""
        return "fold" if len(self.folds) > 1 else "run"

    def take(self, matrix: Floats) -> Floats:
        """Cut a matrix of the curves to the runs used, up to the horizon."""
        return matrix[self.rows, : self.horizon + 1]

    def units(self, values: Floats) -> Floats:
        """Average values (runs used, ...) over each unit: (units, ...)."""
        if self.unit == "run":
            return values
        fold = self.curves.fold[self.rows]
        return np.stack([values[fold == each].mean(axis=0) for each in self.folds])


def sample(curves: Curves) -> Sample:
    """Choose the runs that make the mean curve of a configuration."""
    complete = np.flatnonzero(curves.last == curves.epochs)
    if len(complete):
        return Sample(curves, complete, curves.epochs)
    begun = np.flatnonzero(curves.last >= 0)
    return Sample(curves, begun, int(curves.last[begun].min()) if len(begun) else -1)


@quiet
def best_of_mean(curves: Curves) -> int:
    """Return the epoch of least mean validation loss of a configuration; -1 for none."""
    chosen = sample(curves)
    if chosen.horizon < 0:
        return -1
    return int(first_minimum(chosen.units(chosen.take(curves.validation)).mean(axis=0)))
