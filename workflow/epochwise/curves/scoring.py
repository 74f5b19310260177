"""Scores, of which the greatest is best, and losses that may be negative: in terms of which all answers hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from epochwise.arrays import Floats
from epochwise.curves.histories import LOSSES, History
from epochwise.errors import CurvesError

GREATEST = "greatest"


@dataclass(frozen=True)
class Judging:
    """Which value of the curves of a name is best, and what the values are.

    Parameters
    ----------
    best : "lowest", or "greatest" of scores.
    out_of : the greatest value that a score can have; what it lacks to it is then the loss.
    label : what the loss or score is.
    rows : by partition how many rows it has, and how many there are in `all`.
    """

    best: str = "lowest"
    out_of: float = 1.0
    label: str = ""
    rows: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_score(self) -> bool:
        """Whether the greatest is best."""
        return self.best == GREATEST

    def losses(self, values: Floats) -> Floats:
        """Turn what was read into losses, of which the lowest is best."""
        return self.out_of - values if self.is_score else values

    def labels(self, taken: str) -> dict[str, tuple[str, str]]:
        """Tell by metric what it is and its unit.

        Parameters
        ----------
        taken : what the files call what chooses the epoch.
        """
        name = self.label or taken
        if not self.is_score:
            return {"loss": (self.label or "loss", "")}
        return {"score": (name, ""), "loss": (f"{self.out_of:g} - {name}", "")}


def check_scores(history: History, judging: Judging) -> None:
    """Refuse scores beyond what they can be.

    Raises
    ------
    CurvesError
        Names the file and the value.
    """
    for run in history.runs:
        for name in LOSSES:
            values = run.columns.get(name, np.empty(0))
            beyond = values[np.isfinite(values) & (values > judging.out_of)]
            if judging.is_score and len(beyond):
                percent = (
                    " (per cent: out_of: 100)"
                    if 1 < values[np.isfinite(values)].max() <= 100
                    else ""
                )
                raise CurvesError(
                    f"{history.path}: a score of {beyond[0]:g} in {history.taken.get(name, name)!r} is beyond "
                    f"{judging.out_of:g}, the greatest that it can be; say its greatest value with out_of{percent}, or, "
                    "where it has none, write its negative as a loss, without best: greatest."
                )


def zero_of(settings: Sequence[Mapping[str, Floats]]) -> dict[str, Any] | None:
    """Choose from where shares of losses are counted that may be negative; None where they may not.

    Of such a loss, 2 % more would mean nothing. What means something in any unit, and from any zero,
    is a share of how far the loss fell: from the epoch a tenth of the way to the best epoch (the
    first ones are often far off) to the best, on the mean validation curve of the best setting.

    Parameters
    ----------
    settings : for each setting its losses by name, (runs, epochs + 1) each, NaN where not measured.

    Returns
    -------
    ``zero``, the loss from which shares are counted, so that the best is as far above it as it fell
    since the epoch ``since``; None where it did not fall, and the whole range counts.
    """
    if not any((matrix < 0).any() for losses in settings for matrix in losses.values()):
        return None
    means = [_mean(losses["validation_loss"]) for losses in settings]
    mean = min(means, key=lambda one: np.fmin.reduce(one, initial=np.inf))
    epochs = np.flatnonzero(np.isfinite(mean))
    if not len(epochs):
        return None
    best = int(np.nanargmin(mean))
    before = epochs[(epochs >= max(1, best // 10)) & (epochs < best)]
    since = int(before[0]) if len(before) else None
    least = float(mean[best])
    fall = float(np.nanmax(mean) if since is None else mean[since]) - least
    return {"zero": least - (fall or abs(least) or 1.0), "since": since}


def _mean(runs: Floats) -> Floats:
    """Average over the runs that were measured there, (epochs + 1,); NaN where none was."""
    measured = np.isfinite(runs)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(measured, runs, 0.0).sum(axis=0) / measured.sum(axis=0))
