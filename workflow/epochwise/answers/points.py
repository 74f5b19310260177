"""The points and backends of a dataset beside each other: who leads, who shares it, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from epochwise.answers import wording
from epochwise.answers.case import Rows
from epochwise.answers.contender import Contender
from epochwise.answers.statistics import standard_error
from epochwise.answers.terms import BEHIND, DIVERGED, LEADS, NO_BETTER, SHARES
from epochwise.tables.minima import quiet


@dataclass(frozen=True)
class Standing:
    """A point beside the leader: where it stands, how much higher its loss is, and why."""

    name: str
    above: float | None = None  # as a fraction of the leader's loss
    against: str | None = None  # underfits or overfits


@quiet
def rows(cases: Sequence[Contender]) -> Rows:
    """Return a row for each case of one dataset, in their order."""
    leader = leading(cases)
    return [row(case, leader) for case in cases]


def leading(cases: Sequence[Contender]) -> Contender | None:
    """Find the case that stands for its dataset; None where every run of all of them diverged.

    It has the lowest validation loss among those that beat the baseline, if any do. Of the
    backends of its point whose loss equals the lowest, the first listed stands for all.
    """
    known = [case for case in cases if case.best >= 0 and not case.lost]
    able = [case for case in known if case.beaten is not False] or known
    if not able:
        return None
    lowest = min(able, key=lambda case: case.rank)
    same = [case for case in able if case.point == lowest.point]
    return next(case for case in same if equal(case, lowest))


def row(case: Contender, leader: Contender | None) -> dict[str, Any]:
    """Return the row of one case."""
    found = beside(case, leader)
    known = case.best >= 0
    return {
        "standing": found.name,
        "best_epoch": case.best if known else None,
        "validation_loss": case.loss if known else None,
        "above_lowest_percent": None if found.above is None else 100 * found.above,
        "against_leader": found.against,
        "comparison": in_words(found, case, leader),
    }


def beside(case: Contender, leader: Contender | None) -> Standing:
    """Compare a case with the leader of its dataset."""
    if leader is None or case.best < 0 or case.lost:
        return Standing(DIVERGED)
    above = higher_by(case.loss, leader.loss)
    if case.beaten is False:
        return Standing(NO_BETTER, above)
    if case is leader:
        return Standing(LEADS, 0.0)
    if equal(case, leader):
        return Standing(SHARES, above)
    return Standing(BEHIND, above, against(case, leader))


def higher_by(own: float, lowest: float) -> float:
    """Give by which fraction a loss is above the lowest; infinite where that alone is zero."""
    if lowest:
        return own / lowest - 1
    return float("inf") if own else 0.0


def equal(case: Contender, leader: Contender) -> bool:
    """Tell whether a case's lowest loss is no higher than the leader's.

    Within `tolerance` of it, or within `standard_errors` standard errors of the paired difference
    where both have the same runs.
    """
    settings, lowest = case.settings, leader.loss
    difference = case.loss - lowest
    allowed = np.fmax(
        settings.tolerance * lowest, settings.standard_errors * paired_error(case, leader)
    )
    return bool(difference <= allowed)


def paired_error(case: Contender, leader: Contender) -> float:
    """Give the standard error of the difference of two cases' lowest losses; NaN if not paired."""
    same = all(
        np.array_equal(*pair) for pair in ((case.fold, leader.fold), (case.seed, leader.seed))
    )
    if not same:
        return float("nan")
    return case.inflation * float(standard_error(case.units - leader.units))


def against(case: Contender, leader: Contender) -> str | None:
    """Say whether a case that is behind under- or overfits against the leader.

    It underfits if its training loss, however long it trains, stays above the leader's at the
    leader's best epoch: it cannot even fit the training rows as well. It overfits if its training
    loss is lower, at its own best epoch, and only the validation loss higher.
    """
    best, margin = leader.train_loss, case.settings.tolerance
    if case.lowest_train_loss > best * (1 + margin):
        return "underfits"
    return "overfits" if case.train_loss < best * (1 - margin) else None


def in_words(found: Standing, case: Contender, leader: Contender | None) -> str:
    """Say it in a few words."""
    if leader is None or found.name == DIVERGED:
        return "diverged"
    if found.name == LEADS:
        return "the lowest validation loss"
    if found.name == NO_BETTER:
        return NO_BETTER
    above = found.above or 0.0
    higher = f"validation loss {wording.percent(above)} above the lowest"
    if not np.isfinite(above):
        higher = "validation loss above the lowest, which is zero"
    if found.name == SHARES:
        return f"shares the lead: {higher}" if above > 0 else "shares the lead"
    if found.against is None:
        return higher
    underfits = found.against == "underfits"
    train = case.lowest_train_loss if underfits else case.train_loss
    best = wording.loss(leader.train_loss)
    never = "never below " if underfits else ""
    return (
        f"{found.against} compared with the leader: {higher}, training loss {never}{wording.loss(train)} "
        f"against {best}"
    )


def rows_of(cases: Sequence[Contender]) -> list[Rows]:
    """Give the rows of the table, a list for each case; see `epochwise.tables.catalogue`."""
    return [[one] for one in rows(cases)]
