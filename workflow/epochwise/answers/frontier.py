"""The criteria of early stopping that no other beats."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from epochwise.answers.replay import QUANTITIES
from epochwise.arrays import Floats
from epochwise.tables.minima import without_rounding

SAVED, REGRET = "epochs_saved_percent", "validation_regret_percent"
TOLD = [name for name in QUANTITIES if not name.endswith("_epoch")]


def frontier(stopping: Iterable[dict[str, Any]]) -> list[dict[str, object]]:
    """Return the criteria that no other beats for a dataset, point and backend.

    Each row holds for a range of savings: to save more than the one and up to
    the other per cent of the epochs, no criterion has less mean validation
    regret. Among equals, the one that saves more, then the one listed first.
    The test regret is told and chooses nothing.
    """
    points = [
        {"criterion": row["criterion"], **{name: row.get(f"{name}_mean") for name in TOLD}}
        for row in stopping
    ]
    best = undominated([one for one in points if known(one[REGRET])])
    levels = [None, *(point[SAVED] for point in best)]
    return [
        {"saved_more_than_percent": below, "saved_up_to_percent": point[SAVED], **point}
        for below, point in zip(levels, best, strict=False)
    ]


def undominated(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep the points to which no other is preferable, from the least saved to the most."""
    saved, regret = (levels([point[name] for point in points]) for name in (SAVED, REGRET))
    best: list[int] = []
    for place in sorted(range(len(points)), key=lambda one: (-saved[one], regret[one])):
        if not best or regret[place] < regret[best[-1]]:
            best.append(place)
    return [points[place] for place in reversed(best)]


def levels(percents: ArrayLike) -> Floats:
    """Make means of percentages equal that differ by rounding alone, beside the whole of 100."""
    return without_rounding(100 + np.asarray(percents, float))


def known(value: object) -> bool:
    """Tell whether a mean is a number."""
    return isinstance(value, float) and bool(np.isfinite(value))
