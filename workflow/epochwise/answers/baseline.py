"""Whether anything was learnt: the validation loss beside that of predicting a constant."""

from typing import NamedTuple

import numpy as np

from epochwise.answers.settings import AnswerSettings
from epochwise.answers.statistics import inflation, standard_error
from epochwise.tables.curves import Curves
from epochwise.tables.minima import quiet


class Beside(NamedTuple):
    """A network beside a constant: the constant's mean loss, and whether the network is better."""

    loss: float | None
    beaten: bool | None  # None where the constant's loss, or the network's, is not known


@quiet
def beside_baseline(curves: Curves, settings: AnswerSettings) -> Beside:
    """Compare the validation loss at the best epoch with the baseline's on the same rows.

    The baseline predicts the training rows' mean or, of classes, their shares there. It is
    beaten by a loss that is lower by more than `tolerance` of it and, with several units, by more
    than `standard_errors` standard errors of the paired difference; less is what noise makes.
    """
    constant = curves.baseline()  # (units,)
    if not len(constant) or not np.isfinite(constant).all():
        return Beside(None, None)
    loss = float(constant.mean())
    if curves.best < 0:
        return Beside(loss, None)
    gain = constant - curves.units(curves.runs("validation_loss"))[:, curves.best]
    error = inflation(curves) * standard_error(gain)  # one unit has none
    margin = np.fmax(settings.tolerance * loss, settings.standard_errors * error)
    return Beside(loss, bool(gain.mean() > margin))
