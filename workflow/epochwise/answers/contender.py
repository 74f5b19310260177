"""A case as it is compared with others: what is kept of it when its curves no longer are."""

from dataclasses import dataclass

import numpy as np

from epochwise.answers.case import Case
from epochwise.answers.settings import AnswerSettings
from epochwise.answers.statistics import inflation
from epochwise.arrays import Floats, Ints
from epochwise.tables.minima import quiet


@dataclass(frozen=True, eq=False)
class Contender:
    """One point and backend of a dataset.

    Parameters
    ----------
    best : its best epoch; -1 for none, and then no loss is known.
    lost : whether every run ended before the last epoch.
    rank : see `epochwise.tables.minima.rank`.
    beaten : whether it is better than the baseline; None where that is not known.
    fold, seed : (runs used,) which runs make its mean curve.
    units : (units,) validation losses at the best epoch.
    inflation : see `epochwise.answers.statistics.inflation`.
    loss, train_loss : means at the best epoch.
    lowest_train_loss : of the mean curve, at whichever epoch.
    """

    point: str
    settings: AnswerSettings
    best: int
    lost: bool
    rank: tuple[bool, float]
    beaten: bool | None
    fold: Ints
    seed: Ints
    units: Floats
    inflation: float
    loss: float = np.nan
    train_loss: float = np.nan
    lowest_train_loss: float = np.nan


@quiet
def contender(case: Case) -> Contender:
    """Keep what a comparison needs."""
    curves, best = case.curves, case.curves.best
    losses, units = {}, np.empty(0)
    if best >= 0:
        # a copy, since a view would keep all epochs
        units = curves.units(curves.runs("validation_loss")[:, best]).copy()
        train, validation = curves.mean("train_loss"), curves.mean("validation_loss")
        losses = {
            "loss": float(validation[best]),
            "train_loss": float(train[best]),
            "lowest_train_loss": float(np.fmin.reduce(train)),
        }
    return Contender(
        curves.point,
        case.settings,
        best,
        curves.lost,
        curves.rank,
        case.baseline.beaten,
        curves.fold[curves.used],
        curves.seed[curves.used],
        units,
        inflation(curves),
        **losses,
    )
