"""Errors of means, and what they have to be multiplied by."""

import numpy as np

from epochwise.arrays import Floats
from epochwise.tables.curves import Curves
from epochwise.tables.minima import quiet


@quiet
def standard_error(units: Floats) -> Floats:
    """Return the standard error of the mean over the first axis; NaN with one unit."""
    if len(units) < 2:
        return np.full(units.shape[1:], np.nan)
    error: Floats = np.std(units, axis=0, ddof=1) / np.sqrt(len(units))
    return error


def inflation(curves: Curves, number: int | None = None) -> float:
    """Return the factor of standard errors over units: above 1 where the units are cuts of one data set.

    Cuts share most of their training rows, so their losses are correlated and the mean over n cuts
    is less sure than that over n independent data sets: √(1 + n · rows validating / rows
    training) (Nadeau and Bengio, "Inference for the generalization error", Machine Learning 52,
    2003). For seeds on one cut it is 1: they are independent, and only they vary.

    Parameters
    ----------
    number : of units; by default as many as there are.
    """
    if curves.unit == "run" or not tells_rows(curves):
        return 1.0
    train, validation = (curves.rows[name][curves.used].mean() for name in ("train", "validation"))
    return float(np.sqrt(1 + (number or len(curves.folds)) * validation / train))


def tells_rows(curves: Curves) -> bool:
    """Tell whether it is known how many rows train and validate, and so how much cuts share."""
    return {"train", "validation"} <= curves.rows.keys()


def margin(units: Floats, coverage: float, factor: float = 1.0) -> float:
    """Return half the width of a t interval of the mean of values (units,); NaN with one unit."""
    from scipy.special import stdtrit

    return float(factor * stdtrit(len(units) - 1, (1 + coverage) / 2) * standard_error(units))
