"""The early stopping to use, judged on runs that did not choose it."""

from collections.abc import Sequence

import numpy as np

from epochwise.answers.best_epoch import FEWEST_UNITS
from epochwise.answers.case import Case, Rows
from epochwise.answers.replay import Outcome
from epochwise.answers.settings import AnswerSettings
from epochwise.answers.statistics import inflation, standard_error
from epochwise.arrays import Floats
from epochwise.tables.curves import Curves
from epochwise.tables.minima import quiet

SAVED, REGRET = "epochs_saved_percent", "validation_regret_percent"


@quiet
def row(case: Case) -> dict[str, object]:
    """Return the row of a dataset, point and backend; {} where no criterion saves epochs cheaply.

    The criterion is the one that saves most among those whose mean regret is acceptable, its
    upper bound too where there are several units. What it saves and costs is told from
    units that had no part in the choice: each is left out in turn, the others choose, and it judges.
    """
    saved, regret = (of_units(case.curves, case.outcomes, name) for name in (SAVED, REGRET))
    factor, settings = inflation(case.curves), case.settings
    picked = pick(saved, regret, settings, factor)
    if picked is None or case.objection:
        return {}
    facts: dict[str, object] = {
        "criterion": case.outcomes[picked].criterion,
        "units": saved.shape[1],
    }
    if saved.shape[1] < FEWEST_UNITS:
        few = {SAVED: float(saved[picked].mean()), REGRET: float(regret[picked].mean())}
        return facts | few | {"recommended": False}
    honest = left_out(saved, regret, settings, factor)
    upper = honest[1].mean() + bound(honest[1], settings.interval, factor)
    return facts | {
        SAVED: float(honest[0].mean()),
        REGRET: float(honest[1].mean()),
        "regret_upper_percent": float(upper),
        "recommended": bool(upper <= 100 * settings.acceptable_regret),
    }


def of_units(curves: Curves, every: Sequence[Outcome], quantity: str) -> Floats:
    """Average a quantity over each unit: the run or, with several folds, the fold, (criteria, units)."""
    if not every:
        return np.empty((0, 0))
    values = np.array([one[quantity] for one in every])
    fold = curves.fold[curves.last >= 1]
    if len(np.unique(fold)) < 2:
        return values
    return np.stack([values[:, fold == one].mean(axis=1) for one in np.unique(fold)], axis=1)


def pick(saved: Floats, regret: Floats, settings: AnswerSettings, factor: float) -> int | None:
    """Choose the criterion that saves most at an acceptable regret, (criteria, units) each."""
    if not saved.size:
        return None
    margins = [bound(own, settings.interval, factor) for own in regret]
    costs = regret.mean(axis=1) + np.nan_to_num(margins)
    able = (saved.mean(axis=1) > 0) & (costs <= 100 * settings.acceptable_regret)
    return int(np.argmax(np.where(able, saved.mean(axis=1), -np.inf))) if able.any() else None


def bound(values: Floats, confidence: float, factor: float) -> float:
    """Return how far above the mean of values (units,) its one-sided upper bound is; NaN for one."""
    from scipy.special import stdtrit

    return float(factor * stdtrit(len(values) - 1, confidence) * standard_error(values))


def left_out(
    saved: Floats, regret: Floats, settings: AnswerSettings, factor: float
) -> tuple[Floats, Floats]:
    """Give what each unit saves and loses by the criterion that the others choose, (units,) each.

    Where they choose none it trains to the end: nothing is saved, nothing lost.
    """
    units = saved.shape[1]
    picks = [
        pick(np.delete(saved, unit, 1), np.delete(regret, unit, 1), settings, factor)
        for unit in range(units)
    ]
    pairs = [
        (0.0, 0.0) if one is None else (saved[one, unit], regret[one, unit])
        for unit, one in enumerate(picks)
    ]
    gained, lost = np.array(pairs).T
    return gained, lost


def rows_of(case: Case) -> Rows:
    """Give the rows of the table; see `epochwise.tables.catalogue`."""
    found = row(case)
    return [found] if found else []
