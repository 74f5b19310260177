"""What choosing the epoch on validation data cost, measured on the test partition."""

import numpy as np

from epochwise.answers.curves import Curves
from epochwise.answers.sample import Sample, sample
from epochwise.answers.statistics import Floats, Ints, first_minimum, quiet, standard_error

COLUMNS = {
    "choice": "string",
    "chosen_epoch": "float64",
    "validation_loss": "float64",
    "validation_loss_error": "float64",
    "test_loss": "float64",
    "test_loss_error": "float64",
    "optimism": "float64",
    "optimism_error": "float64",
    "optimism_percent": "float64",
    "test_best_epoch": "float64",
    "test_best_loss": "float64",
    "excess": "float64",
    "excess_error": "float64",
    "excess_percent": "float64",
    "note": "string",
}


@quiet
def rows(curves: Curves) -> list[dict[str, object]]:
    """Return the cost of two choices: one epoch for all runs, and each run's own.

    `mean_curve` is one epoch, the best of the mean curve. `each_run` is what
    a person with a single run would do; its losses are averages over the
    runs, its epochs medians. The test partition judges and chooses nothing.

    The optimism is test loss less validation loss. Part of it is the choice
    (a minimum over epochs is lower than what it estimates), part is that
    the two partitions hold different rows, which only more folds average out.
    """
    chosen = sample(curves)
    validation = chosen.take(curves.validation)
    best = int(first_minimum(chosen.units(validation).mean(axis=0))) if validation.size else -1
    if best < 0:
        return [{"choice": "mean_curve", "note": "no finite validation loss"}]
    test = chosen.take(curves.test)
    test_mean = chosen.units(test).mean(axis=0)
    one_epoch = (np.full(len(test), best), np.full(len(test), first_minimum(test_mean)))
    own_epoch = (first_minimum(validation), first_minimum(test))
    return [
        {"choice": choice, **cost(chosen, picked, ideal)}
        for choice, (picked, ideal) in {"mean_curve": one_epoch, "each_run": own_epoch}.items()
    ]


def cost(chosen: Sample, picked: Ints, ideal: Ints) -> dict[str, object]:
    """Return the losses at the picked epochs (runs used,) and at the ideal ones for the test."""
    validation = at(chosen.take(chosen.curves.validation), picked)
    facts: dict[str, object] = {
        "chosen_epoch": float(np.median(picked)),
        **estimate(chosen, "validation_loss", validation),
    }
    if not chosen.curves.has_test:
        note = "no test partition: the validation loss is optimistic, by how much is not known"
        return facts | {"note": note}
    test, least = (at(chosen.take(chosen.curves.test), epochs) for epochs in (picked, ideal))
    here, ideal_loss = mean(chosen, validation), mean(chosen, least)
    return {
        **facts,
        **estimate(chosen, "test_loss", test),
        **estimate(chosen, "optimism", test - validation),
        "optimism_percent": percent(mean(chosen, test - validation), here),
        "test_best_epoch": float(np.median(ideal)),
        "test_best_loss": ideal_loss,
        **estimate(chosen, "excess", test - least),
        "excess_percent": percent(mean(chosen, test - least), ideal_loss),
    }


def at(matrix: Floats, epochs: Ints) -> Floats:
    """Return each run's loss at its own epoch, (runs,)."""
    losses: Floats = matrix[np.arange(len(matrix)), epochs]
    return losses


def mean(chosen: Sample, values: Floats) -> float:
    """Return the mean over units of values (runs used,)."""
    return float(chosen.units(values).mean())


def estimate(chosen: Sample, name: str, values: Floats) -> dict[str, float]:
    """Return the mean over units and its standard error (NaN with one unit)."""
    error = float(standard_error(chosen.units(values)))
    return {name: mean(chosen, values), f"{name}_error": error}


def percent(part: float, whole: float) -> float:
    """Return a part in per cent of the whole; NaN where the whole is zero."""
    return 100 * part / whole if whole else float("nan")
