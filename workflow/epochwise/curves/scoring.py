"""Scores, of which the greatest is best, and losses that may be negative: in terms of which all answers hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from epochwise.arrays import Floats
from epochwise.curves.histories import LOSSES, History
from epochwise.curves.words import is_loss, is_score
from epochwise.errors import CurvesError

GREATEST = "greatest"
PER_CENT = 100.0


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


JUDGED = tuple(one.name for one in fields(Judging))  # the options that no reader sees


def check_named(judging: Judging, options: Mapping[str, Any]) -> None:
    """Refuse what is said of the values where it does not go together.

    Parameters
    ----------
    options : all that the user says, by name.

    Raises
    ------
    CurvesError
        A score that is not named, a loss beside a score, the greatest value of what is no score, more
        rows in the partitions than in all.
    """
    named = {role: options[role] for role in LOSSES if isinstance(options.get(role), str)}
    if judging.is_score and "validation_loss" not in options:
        raise CurvesError(
            "best: greatest: say which column, list, tag or metric is the score (validation_loss: NAME), and "
            "where there is one, its training and test score (train_loss: NAME, test_loss: NAME)."
        )
    if judging.out_of != 1 and not judging.is_score:
        raise CurvesError(
            f"out_of: {judging.out_of:g} is the greatest value of a score; say best: greatest, or leave it out."
        )
    for role, name in named.items():
        if judging.is_score and is_loss(name) and not is_loss(named.get("validation_loss", name)):
            raise CurvesError(
                f"{role}: {name!r} is a loss by its name, and {named['validation_loss']!r} a score; name the score "
                f"that goes with it, or {role}: false."
            )
    _check_rows(judging.rows)


def _check_rows(rows: Mapping[str, int]) -> None:
    parts = {name: count for name, count in rows.items() if name != "all"}
    if sum(parts.values()) > rows.get("all", np.inf):
        raise CurvesError(
            f"rows: {' + '.join(parts)} are {sum(parts.values()):,} rows, more than all, {rows['all']:,}; all is "
            "the whole data set, before it was cut."
        )


def check_scores(history: History, judging: Judging) -> None:
    """Refuse scores beyond what they can be, and those that were taken for losses.

    Raises
    ------
    CurvesError
        Names the file and the value.
    """
    _check_names(history, judging)
    _check_per_cent(history, judging)
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


def _check_names(history: History, judging: Judging) -> None:
    """Refuse as a loss what is a score by its name and rises."""
    for role, name in history.taken.items():
        if judging.is_score or role not in LOSSES or not is_score(name):
            continue
        for run in history.runs:
            values = run.columns.get(role, np.empty(0))
            values = values[np.isfinite(values)]
            if len(values) > 1 and values[-1] > values[0]:
                raise CurvesError(
                    f"{history.path}: {role}: {name!r} is a score by its name, and rises; say best: greatest, and "
                    f"out_of: 100 if it is in per cent. Beside a loss, leave it out ({role}: false)."
                )


def doubts(history: History, judging: Judging) -> list[str]:
    """Give a note where what is no loss by its name is lowest where every run begins."""
    name = history.taken.get("validation_loss", "loss")
    if judging.is_score or is_loss(name):
        return []
    every = [run.columns["validation_loss"] for run in history.runs]
    measured = [values[np.isfinite(values)] for values in every]
    if not all(len(values) > 1 and values[0] == values.min() < values[-1] for values in measured):
        return []
    return [
        f"{name!r} is lowest where it begins; if its greatest value is best, say best: greatest"
    ]


def _check_per_cent(history: History, judging: Judging) -> None:
    """Refuse shares where per cent were told."""
    every = np.concatenate([run.columns["validation_loss"] for run in history.runs])
    greatest = np.max(every, where=np.isfinite(every), initial=0.0)
    if judging.is_score and judging.out_of == PER_CENT and 0 < greatest <= 1:
        raise CurvesError(
            f"{history.path}: the greatest {history.taken.get('validation_loss', 'score')!r} is {greatest:g}, a share "
            "rather than per cent; leave out_of out, or write all files alike."
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
