"""The best epoch of a dataset, point and backend, and how sure that is."""

import numpy as np

from epochwise.answers.bootstrap import address, bootstrap_interval
from epochwise.answers.case import Case, Rows
from epochwise.answers.safe_range import safe_range
from epochwise.answers.statistics import inflation, margin, standard_error, tells_rows
from epochwise.answers.terms import AS_INDEPENDENT, HISTORY
from epochwise.arrays import Floats, Ints
from epochwise.errors import counted
from epochwise.study.schema import FEWEST_UNITS
from epochwise.tables.curves import Curves
from epochwise.tables.minima import first_minimum, quiet

Facts = dict[str, object]


@quiet
def row(case: Case) -> Facts:
    """Return the row of a dataset, point and backend; what cannot be stated is left out."""
    curves = case.curves
    facts: Facts = {
        "last_epoch": curves.planned,
        "runs": len(curves.fold),
        "folds": len(np.unique(curves.fold)),
        "diverged_runs": curves.diverged,
    }
    if curves.horizon < 0:
        return facts | {"note": "no finite validation loss"}
    if curves.best < 0:
        return facts | {"note": "no finite mean validation loss"}
    units = curves.units(curves.runs("validation_loss"))
    facts |= {
        "sampling_unit": HISTORY if curves.histories and curves.unit == "run" else curves.unit,
        "sampling_units": len(units),
        "best_epoch": curves.best,
        "censored": case.censored,
        "train_loss": float(curves.mean("train_loss")[curves.best]),
        "validation_loss": float(curves.mean("validation_loss")[curves.best]),
        "objection": case.objection,
        "baseline_loss": case.baseline.loss,
        "beats_baseline": case.baseline.beaten,
    }
    if len(units) >= 2:
        facts |= of_several(case, units)
    if len(units) >= FEWEST_UNITS and not curves.lost:
        facts |= interval(case, units)
        facts |= {} if case.shape is None or case.shape.improving else safe(case, units)
    return facts | {"note": note(curves, len(units))}


def of_several(case: Case, units: Floats) -> Facts:
    """Return what two units are enough for: errors of the loss, and the runs' own best epochs."""
    curves, coverage, factor = case.curves, case.settings.confidence, inflation(case.curves)
    unseen = left_out(units)
    return {
        "validation_loss_error": factor * float(standard_error(units[:, curves.best])),
        "left_out_loss": float(unseen.mean()),
        "left_out_margin": margin(unseen, coverage, factor),
        **spread_of(first_minimum(curves.runs("validation_loss"))),
    }


def interval(case: Case, units: Floats, number: int | None = None) -> Facts:
    """Return the bootstrap interval of the best epoch; open above where that is a lower bound.

    Parameters
    ----------
    number : of units that it is for, as far as those at hand tell; by default their own.
    """
    settings = case.settings
    seed = address(settings.resampling_seed, "best_epoch", case.curves.key)
    spread = settings.confidence, settings.resamples, seed, inflation(case.curves, number)
    low, high = bootstrap_interval(units, *spread, number)
    facts: Facts = {"interval_low": low, "interval_coverage": settings.interval}
    return facts if case.censored else facts | {"interval_high": high}


def safe(case: Case, units: Floats, number: int | None = None) -> Facts:
    """Return the safe range, if there is one; `number` as for `interval`."""
    found = safe_range(units, case.settings.confidence, inflation(case.curves, number), number)
    if found is None:
        return {}
    return {
        "safe_low": found.first,
        "safe_high": found.last,
        "safe_cost_percent": 100 * found.cost,
    }


def left_out(units: Floats) -> Floats:
    """Return each unit's loss at the epoch that the other units choose, (units,).

    Nothing is chosen on what is measured, so the mean is no lower than what to expect of a new
    unit at that epoch (leave-one-out cross-validation: Stone, 1974).
    """
    others = units.sum(axis=0) - units  # a sum is lowest where its mean is
    losses: Floats = units[np.arange(len(units)), first_minimum(others)]
    return losses


def note(curves: Curves, units: int) -> str:
    """Say which uncertainty the runs can show, and if none, why."""
    if curves.lost:
        return f"every run diverged: only the epochs that all share, up to {curves.horizon}"
    if units < FEWEST_UNITS:
        left = "" if len(curves.fold) == len(curves.used) else " that did not diverge"
        unit = "cut" if curves.unit == "fold" else curves.unit
        return f"{counted(units, unit)}{left} cannot say how sure that is: make {FEWEST_UNITS} at least, 10 to be useful"
    if curves.unit == "fold":
        known = tells_rows(curves) or not curves.histories
        return "over cuts of this data set" if known else AS_INDEPENDENT
    if curves.histories:
        return "over runs that differ from each other as these do"
    return "over seeds on one cut of the data; another cut may move it"


def spread_of(own: Ints) -> Facts:
    """Return median, quartiles and range of the runs' own best epochs."""
    low, middle, high = np.quantile(own, [0.25, 0.5, 0.75])
    return {
        "run_best_epoch_median": float(middle),
        "run_best_epoch_q25": float(low),
        "run_best_epoch_q75": float(high),
        "run_best_epoch_min": int(own.min()),
        "run_best_epoch_max": int(own.max()),
    }


def rows_of(case: Case) -> Rows:
    """Give the rows of the table; see `epochwise.tables.catalogue`."""
    return [row(case)]
