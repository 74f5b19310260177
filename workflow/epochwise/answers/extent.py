"""Where the runs of a point ended, and how often they were validated, if that was not alike."""

import numpy as np

from epochwise.answers.case import Case, Rows
from epochwise.arrays import Floats


def rows_of(case: Case) -> Rows:
    """Give the row of a point; none where every run has every epoch, or ended by diverging."""
    curves = case.curves
    gap = resolution(curves.validation) if curves.histories else 1
    if curves.lost or not (curves.stopped.any() or gap > 1):
        return []
    ends = curves.last[curves.last >= curves.planned]
    return [
        {
            "runs": len(curves.fold),
            "diverged_runs": curves.diverged,
            "stopped_runs": int(curves.stopped.sum()),
            "first_end": int(ends.min()),
            "last_end": int(ends.max()),
            "compared_to": curves.planned,
            "resolution": gap,
        }
    ]


def resolution(validation: Floats) -> int:
    """Return the longest stretch of epochs without a loss between two of a run's, (runs, epochs + 1) -> k."""
    steps = [np.diff(np.flatnonzero(np.isfinite(run))) for run in validation]
    return max(int(each.max(initial=1)) for each in steps)
