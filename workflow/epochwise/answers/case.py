"""What the rows of a table of the answers are computed from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from epochwise.answers import replay
from epochwise.answers.baseline import Beside, beside_baseline
from epochwise.answers.frontier import frontier
from epochwise.answers.settings import AnswerSettings
from epochwise.answers.shapes import Shape, shape_of
from epochwise.answers.stopping import Criterion
from epochwise.answers.terms import NO_BETTER, NOTHING_LEARNT, UNTRAINED_IS_BEST
from epochwise.tables.curves import Curves

Rows = list[dict[str, Any]]


@dataclass(frozen=True, eq=False)
class Case:
    """One dataset, point and backend, and what is asked of it.

    Parameters
    ----------
    curves : its loss curves.
    settings : the thresholds.
    criteria : the criteria of early stopping to replay.
    all_rows : rows of the whole dataset; None where not known.
    """

    curves: Curves
    settings: AnswerSettings
    criteria: Sequence[Criterion] = ()
    all_rows: int | None = None

    @cached_property
    def baseline(self) -> Beside:
        """How the point compares with predicting a constant, on the validation rows."""
        return beside_baseline(self.curves, self.settings)

    @cached_property
    def shape(self) -> Shape | None:
        """What the mean validation curve does; None where nothing of it is finite."""
        return shape_of(self.curves, self.settings)

    @property
    def censored(self) -> bool:
        """Whether the best epoch is a lower bound."""
        return self.shape is not None and not self.curves.lost and self.shape.censored

    @property
    def objection(self) -> str | None:
        """Why nothing can be recommended; None where something can."""
        if self.curves.lost:
            return "no run reached the last epoch"
        if self.shape is not None and self.shape.kind == "worsens":
            return UNTRAINED_IS_BEST
        if self.shape is not None and self.shape.kind == "constant" and self.shape.train_falls:
            return "what is learnt does not hold for the validation rows"
        if self.shape is None or self.shape.kind in NOTHING_LEARNT:
            return "nothing is learnt"
        if self.baseline.beaten is False:
            return NO_BETTER
        if self.curves.best == 0:
            return UNTRAINED_IS_BEST
        if self.shape.improving:
            return "still improving at the last epoch: train longer first"
        return None

    @cached_property
    def outcomes(self) -> list[replay.Outcome]:
        """What each criterion of early stopping would have done to each run."""
        return replay.outcomes(self.curves, self.criteria)

    @cached_property
    def stopping(self) -> Rows:
        """A row per criterion, which two tables need."""
        return replay.rows(self.outcomes)


def stopping_rows(case: Case) -> Rows:
    """Give the rows of the table `stopping`."""
    return case.stopping


def frontier_rows(case: Case) -> Rows:
    """Give the rows of the table `frontier`."""
    return frontier(case.stopping)
