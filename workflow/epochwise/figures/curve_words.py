"""What loss curves show, in words."""

from collections.abc import Sequence

import numpy as np

from epochwise.figures import style
from epochwise.figures.lines import FEWEST_BANDED, MOST_SINGLES
from epochwise.figures.panels import Panel
from epochwise.tables.curves import Curves
from epochwise.tables.results import Row, Tables


def what_lines_are(panels: Sequence[Panel]) -> str:
    """Say how many runs a mean is of."""
    numbers = sorted({len(panel.curves.used) for panel in panels} - {0, 1})
    if not numbers:
        return ""
    span = " to ".join(str(number) for number in dict.fromkeys((numbers[0], numbers[-1])))
    folds = max(len(np.unique(panel.curves.fold)) for panel in panels)
    of = f" (over {folds} cuts, the seeds of each averaged first)" if folds > 1 else ""
    band = " The band reaches from the 10th to the 90th percentile of the runs at each epoch."
    singles = f" More than {MOST_SINGLES} are not drawn one by one."
    notes = [
        band if numbers[-1] >= FEWEST_BANDED else "",
        singles if numbers[-1] > MOST_SINGLES else "",
    ]
    return f"Lines are means of {span} runs{of}." + "".join(notes)


def finding(panels: Sequence[Panel], tables: Tables) -> str:
    """Say in one line what the curves show."""
    known = [panel for panel in panels if panel.curves.best >= 0]
    if not known or all(panel.curves.lost for panel in panels):
        return "Every run diverged: no epoch can be recommended"
    datasets = dict.fromkeys(panel.curves.dataset for panel in known)
    if len(datasets) > 1:
        best = [panel.curves.best for panel in known]
        low, high = style.count(min(best)), style.count(max(best))
        if low == high:
            return f"The lowest validation loss comes at epoch {low} everywhere"
        return f"The lowest validation loss comes at epochs {low} to {high}, by dataset and point"
    leader = min(known, key=lambda panel: panel.curves.rank).curves
    where = f"{leader.dataset}{f', {leader.point}' if len(panels) > 1 and leader.point else ''}"
    return f"{where}: {finding_of(leader, tables.row('best_epoch', leader.key))}"


def finding_of(curves: Curves, facts: Row) -> str:
    """Say what the curves of one point show; `facts` is its row of `best_epoch`."""
    best, last = style.count(curves.best), style.count(curves.horizon)
    if curves.horizon == 0:
        return "only the untrained network was measured"
    if np.ptp(curves.mean("validation_loss")) == 0:
        return "the validation loss is the same at every epoch"
    if facts.get("beats_baseline") is False:
        return "never better than predicting a constant"
    if curves.best == 0:
        return "training never improves on the untrained network"
    if facts.get("censored"):
        return f"the validation loss is still falling at epoch {last}: the best epoch is at least {best}"
    return f"the validation loss is lowest at epoch {best} of {last}"
