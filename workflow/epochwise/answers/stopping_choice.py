"""The early stopping to use, judged on runs that did not choose it."""

from collections.abc import Sequence

import numpy as np

from epochwise.answers.case import Case, Rows
from epochwise.answers.frontier import REGRET, SAVED, levels
from epochwise.answers.replay import Outcome, to_the_end
from epochwise.answers.settings import AnswerSettings
from epochwise.answers.statistics import inflation, standard_error
from epochwise.arrays import Bools, Floats
from epochwise.study.schema import FEWEST_UNITS
from epochwise.tables.curves import Curves
from epochwise.tables.minima import highest_equal, quiet

QUANTITIES = (SAVED, REGRET, "validation_loss", "validation_accuracy")
TO_THE_END = -1  # the place of no criterion, after all of them


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
        return facts | means(case, [picked] * saved.shape[1]) | {"recommended": False}
    picks = left_out(saved, regret, settings, factor)
    lost = judged(of_units(case.curves, with_the_end(case), REGRET), picks)
    if not np.isfinite(lost).all():  # any loss is infinitely more than none
        return {}
    upper = float(lost.mean() + bound(lost, settings.confidence, factor))
    return {
        **facts,
        **means(case, picks),
        "regret_upper_percent": upper,
        "recommended": bool(acceptable(np.asarray(upper), settings)),
    }


def means(case: Case, picks: Sequence[int]) -> dict[str, object]:
    """Give the means over units of what each saves and loses by the criterion picked for it."""
    every = with_the_end(case)
    own = {name: judged(of_units(case.curves, every, name), picks) for name in QUANTITIES}
    return {name: float(values.mean()) for name, values in own.items()}


def with_the_end(case: Case) -> list[Outcome]:
    """Give what each criterion does and, the last of them, what training to the end does."""
    return [*case.outcomes, to_the_end(case.curves)]


def judged(values: Floats, picks: Sequence[int]) -> Floats:
    """Give each unit's value by the criterion picked for it: (criteria, units) -> (units,)."""
    own: Floats = values[list(picks), np.arange(values.shape[1])]
    return own


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
    margins = bound(regret.T, settings.confidence, factor)
    costs = regret.mean(axis=1) + np.nan_to_num(margins)
    able = (saved.mean(axis=1) > 0) & acceptable(costs, settings)
    best = np.argmax(np.where(able, levels(saved.mean(axis=1)), -np.inf))
    return int(best) if able.any() else None


def acceptable(regret: Floats, settings: AnswerSettings) -> Bools:
    """Tell which regrets in per cent are no more than is acceptable, whatever rounding leaves over."""
    return regret <= highest_equal(np.asarray(100 * settings.acceptable_regret))


def bound(values: Floats, confidence: float, factor: float) -> Floats:
    """Return how far above the mean over units its one-sided upper bound is; NaN for one.

    Parameters
    ----------
    values : (units, ...).
    """
    from scipy.special import stdtrit

    margin: Floats = factor * stdtrit(len(values) - 1, confidence) * standard_error(values)
    return margin


def left_out(saved: Floats, regret: Floats, settings: AnswerSettings, factor: float) -> list[int]:
    """Give for each unit the criterion that the others choose.

    Where they choose none it is `TO_THE_END`, by which nothing is saved and nothing lost.
    """
    picks = (
        pick(np.delete(saved, unit, 1), np.delete(regret, unit, 1), settings, factor)
        for unit in range(saved.shape[1])
    )
    return [TO_THE_END if one is None else one for one in picks]


def rows_of(case: Case) -> Rows:
    """Give the rows of the table; see `epochwise.tables.catalogue`."""
    found = row(case)
    return [found] if found else []
