"""What the rows of a table of the answers are computed from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from epochwise.answers import replay
from epochwise.answers.settings import AnswerSettings
from epochwise.answers.stopping import Criterion
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
    def stopping(self) -> Rows:
        """A row per criterion, which two tables need."""
        return replay.rows(self.curves, self.criteria)


def stopping_rows(case: Case) -> Rows:
    """Give the rows of the table `stopping`."""
    return case.stopping


def frontier_rows(case: Case) -> Rows:
    """Give the rows of the table `frontier`."""
    return replay.frontier(case.stopping)
