"""Errors of means."""

import numpy as np

from epochwise.arrays import Floats
from epochwise.tables.minima import quiet


@quiet
def standard_error(units: Floats) -> Floats:
    """Return the standard error of the mean over the first axis; NaN with one unit."""
    if len(units) < 2:
        return np.full(units.shape[1:], np.nan)
    error: Floats = np.std(units, axis=0, ddof=1) / np.sqrt(len(units))
    return error
