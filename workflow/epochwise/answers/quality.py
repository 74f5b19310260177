"""How good the network is at its best epoch, in every quantity, beside predicting a constant."""

import numpy as np

from epochwise.answers.case import Case, Rows
from epochwise.answers.statistics import inflation, standard_error
from epochwise.arrays import Floats
from epochwise.tables.curves import Curves
from epochwise.tables.minima import quiet
from epochwise.tables.scores import baseline_scores, scores_at


@quiet
def rows(curves: Curves) -> Rows:
    """Return a row for each partition and metric: the mean over units at the best epoch."""
    if curves.best < 0:
        return []
    epochs = np.full(len(curves.fold), curves.best)
    found: Rows = []
    for partition in curves.partitions():
        constants = baseline_scores(curves, partition)
        for metric, values in scores_at(curves, partition, epochs).items():
            if np.isfinite(values[curves.used]).any():
                own = {"partition": partition, "metric": metric}
                found.append(own | estimate(curves, values, constants.get(metric)))
    return found


def estimate(curves: Curves, values: Floats, constants: Floats | None) -> dict[str, float | None]:
    """Give the mean of values (runs,) over units, its standard error, and the constant's mean."""
    units = curves.units(values[curves.used])
    return {
        "value": float(units.mean()),
        "value_error": inflation(curves) * float(standard_error(units)),
        "baseline": None
        if constants is None
        else float(curves.units(constants[curves.used]).mean()),
    }


def rows_of(case: Case) -> Rows:
    """Give the rows of the table; see `epochwise.tables.catalogue`."""
    return rows(case.curves)
