"""The best epoch of a dataset, point and backend, and how sure that is."""

import numpy as np

from epochwise.answers.bootstrap import address, bootstrap_interval
from epochwise.answers.case import Case, Rows
from epochwise.answers.settings import AnswerSettings
from epochwise.answers.statistics import standard_error
from epochwise.arrays import Floats, Ints
from epochwise.tables.curves import Curves
from epochwise.tables.minima import TIE, first_minimum, quiet


@quiet
def row(curves: Curves, settings: AnswerSettings) -> dict[str, object]:
    """Return the row of a dataset, point and backend; what cannot be stated is left out."""
    facts: dict[str, object] = {
        "last_epoch": curves.planned,
        "runs": len(curves.fold),
        "folds": len(np.unique(curves.fold)),
        "diverged_runs": curves.diverged,
    }
    if curves.horizon < 0:
        return facts | {"note": "no finite validation loss"}
    units = curves.units(curves.runs("validation_loss"))
    best = curves.best
    if best < 0:
        return facts | {"note": "no finite mean validation loss"}
    facts |= {
        "sampling_unit": curves.unit,
        "sampling_units": len(units),
        "best_epoch": best,
        "train_loss": float(curves.mean("train_loss")[best]),
        "validation_loss": float(curves.mean("validation_loss")[best]),
    }
    if len(units) < 2:
        return facts | {"note": why_unsure(curves)}
    return facts | uncertainty(curves, units, settings)


def uncertainty(curves: Curves, units: Floats, settings: AnswerSettings) -> dict[str, object]:
    """Return everything that says how sure the best epoch is, from two units on."""
    best, own = curves.best, first_minimum(curves.runs("validation_loss"))  # own: (runs used,)
    plateau = plateau_range(units, best, settings.plateau_level)
    seed = address(settings.resampling_seed, "best_epoch", curves.key)
    low, high = bootstrap_interval(units, settings.interval, settings.resamples, seed)
    return {
        "validation_loss_error": float(standard_error(units[:, best])),
        **spread_of(own),
        "one_standard_error_epoch": one_standard_error_epoch(units, best),
        "plateau_first": plateau[0],
        "plateau_last": plateau[1],
        "plateau_level": settings.plateau_level,
        "interval_low": low,
        "interval_high": high,
        "interval_coverage": settings.interval,
        "note": what_varies(curves),
    }


def why_unsure(curves: Curves) -> str:
    """Say why a single run says nothing of its uncertainty."""
    single = "one run" if len(curves.fold) == 1 else "only one run did not diverge"
    return f"{single}: there is no uncertainty to state"


def what_varies(curves: Curves) -> str:
    """Say which uncertainty the runs can show."""
    if curves.horizon < curves.planned:
        return f"every run diverged: only the epochs that all share, up to {curves.horizon}"
    if curves.unit == "fold":
        return "over folds, the seeds of each averaged"
    return "over seeds; the cut of the data is one and the same"


def spread_of(own: Ints) -> dict[str, object]:
    """Return median, quartiles and range of the runs' own best epochs."""
    low, middle, high = np.quantile(own, [0.25, 0.5, 0.75])
    return {
        "run_best_epoch_median": float(middle),
        "run_best_epoch_q25": float(low),
        "run_best_epoch_q75": float(high),
        "run_best_epoch_min": int(own.min()),
        "run_best_epoch_max": int(own.max()),
    }


def one_standard_error_epoch(units: Floats, best: int) -> int:
    """Return the earliest epoch whose mean loss is within one standard error of the lowest.

    The standard error is that of the mean at the best epoch, as in the rule
    that Breiman, Friedman, Olshen and Stone ("Classification and regression
    trees", 1984, section 3.4.3) use to choose the simplest model that is not
    noticeably worse; fewer epochs play the part of the simpler model.
    """
    mean = units.mean(axis=0)
    limit = mean[best] + standard_error(units[:, best])
    return int(np.argmax(mean <= limit * (1 + TIE)))


def plateau_range(units: Floats, best: int, level: float) -> tuple[int, int]:
    """Return the first and last epoch that cannot be told from the best one.

    An epoch cannot be told from the best when a two-sided paired t-test of
    the units' differences to their loss at the best epoch does not reject
    equality at `level`. The plateau reaches from the first such epoch to the
    last, so that isolated rejections inside it do not cut it short.

    The tests are made epoch by epoch with no correction for their number,
    and the best epoch was picked on the same runs, which makes its loss look
    lower than it is and rejecting easier. Reaching from first to last works
    the other way. The plateau is therefore a description, not a confidence
    set; a formal one would be Hsu's comparison with the best (1984) or the
    model confidence set (Hansen, Lunde and Nason, 2011).

    Parameters
    ----------
    units
        Validation losses (units, epochs), two units or more.
    """
    from scipy.stats import t as student

    difference = units - units[:, [best]]
    mean = difference.mean(axis=0)
    error = standard_error(difference)
    critical = student.ppf(1 - level / 2, len(units) - 1)
    equal = np.abs(mean) <= TIE * units.mean(axis=0)  # equal losses, whatever rounding left over
    alike = np.flatnonzero(equal | (np.abs(mean) <= critical * error))
    return int(alike[0]), int(alike[-1])


def rows_of(case: Case) -> Rows:
    """Give the rows of the table; see `epochwise.tables.catalogue`."""
    return [row(case.curves, case.settings)]
