"""What choosing the epoch on validation data cost, measured on the test partition."""

import numpy as np

from epochwise.answers.case import Case, Rows
from epochwise.answers.statistics import inflation, margin, standard_error
from epochwise.arrays import Floats, Ints
from epochwise.tables.curves import Curves
from epochwise.tables.minima import first_minimum, quiet
from epochwise.tables.scores import at


@quiet
def rows(curves: Curves, coverage: float) -> list[dict[str, object]]:
    """Return the cost of two choices: one epoch for all runs, and each run's own.

    `mean_curve` is one epoch, the best of the mean curve. `each_run` is what
    a person with a single run would do; its losses are averages over the
    runs, its epochs medians. The test partition judges and chooses nothing.

    The optimism is test loss less validation loss. Part of it is the choice
    (a minimum over epochs is lower than what it estimates), part is that
    the two partitions hold different rows, which only more folds average out.

    Parameters
    ----------
    coverage : of the t interval of the optimism.
    """
    best, validation = curves.best, curves.take(curves.validation)
    if best < 0:
        return [{"choice": "mean_curve", "note": "no finite validation loss"}]
    test = curves.take(curves.test)
    test_mean = curves.units(test).mean(axis=0)
    one_epoch = (np.full(len(test), best), np.full(len(test), first_minimum(test_mean)))
    own_epoch = (first_minimum(validation), first_minimum(test))
    return [
        {"choice": choice, **cost(curves, picked, ideal, coverage)}
        for choice, (picked, ideal) in {"mean_curve": one_epoch, "each_run": own_epoch}.items()
    ]


def cost(curves: Curves, picked: Ints, ideal: Ints, coverage: float) -> dict[str, object]:
    """Return the losses at the picked epochs (runs used,) and at the ideal ones for the test."""
    validation = at(curves.take(curves.validation), picked)
    facts: dict[str, object] = {
        "chosen_epoch": float(np.median(picked)),
        **estimate(curves, "validation_loss", validation),
    }
    if not curves.has_test:
        note = "no test partition: the validation loss may be too low, by how much is not known"
        return facts | {"note": note}
    test, least = (at(curves.take(curves.test), epochs) for epochs in (picked, ideal))
    here, ideal_loss = mean(curves, validation), mean(curves, least)
    return {
        **facts,
        **estimate(curves, "test_loss", test),
        **estimate(curves, "optimism", test - validation),
        "optimism_margin": margin(curves.units(test - validation), coverage, inflation(curves)),
        "optimism_percent": percent(mean(curves, test - validation), here),
        "test_baseline_loss": float(curves.baseline("test_loss").mean())
        if len(curves.baseline("test_loss"))
        else None,
        "test_best_epoch": float(np.median(ideal)),
        "test_best_loss": ideal_loss,
        **estimate(curves, "excess", test - least),
        "excess_percent": percent(mean(curves, test - least), ideal_loss),
    }


def mean(curves: Curves, values: Floats) -> float:
    """Return the mean over units of values (runs used,)."""
    return float(curves.units(values).mean())


def estimate(curves: Curves, name: str, values: Floats) -> dict[str, float]:
    """Return the mean over units and its standard error (NaN with one unit); see `inflation`."""
    error = inflation(curves) * float(standard_error(curves.units(values)))
    return {name: mean(curves, values), f"{name}_error": error}


def percent(part: float, whole: float) -> float:
    """Return a part in per cent of the whole; NaN where the whole is zero."""
    return 100 * part / whole if whole else float("nan")


def rows_of(case: Case) -> Rows:
    """Give the rows of the table; see `epochwise.tables.catalogue`."""
    return rows(case.curves, case.settings.confidence)
