"""The points and backends of a dataset beside each other: who leads, who shares it, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from epochwise.answers import wording
from epochwise.answers.case import Case, Rows
from epochwise.answers.statistics import inflation, standard_error
from epochwise.answers.terms import BEHIND, DIVERGED, LEADS, NO_BETTER, SHARES
from epochwise.tables.curves import Curves
from epochwise.tables.minima import quiet


@dataclass(frozen=True)
class Standing:
    """A point beside the leader: where it stands, how much higher its loss is, and why."""

    name: str
    above: float | None = None  # as a fraction of the leader's loss
    against: str | None = None  # underfits or overfits


@quiet
def rows(cases: Sequence[Case]) -> Rows:
    """Return a row for each case of one dataset, in their order."""
    leader = leading(cases)
    return [row(case, leader) for case in cases]


def leading(cases: Sequence[Case]) -> Case | None:
    """Find the case that stands for its dataset; None where every run of all of them diverged.

    It has the lowest validation loss among those that beat the baseline, if any do. Of the
    backends of its point whose loss equals the lowest, the first listed stands for all.
    """
    known = [case for case in cases if case.curves.best >= 0 and not case.curves.lost]
    able = [case for case in known if case.baseline.beaten is not False] or known
    if not able:
        return None
    lowest = min(able, key=lambda case: case.curves.rank)
    same = [case for case in able if case.curves.point == lowest.curves.point]
    return next(case for case in same if equal(case, lowest))


def row(case: Case, leader: Case | None) -> dict[str, Any]:
    """Return the row of one case."""
    found = beside(case, leader)
    known = case.curves.best >= 0
    return {
        "standing": found.name,
        "best_epoch": case.curves.best if known else None,
        "validation_loss": loss(case.curves) if known else None,
        "above_lowest_percent": None if found.above is None else 100 * found.above,
        "against_leader": found.against,
        "comparison": in_words(found, case, leader),
    }


def beside(case: Case, leader: Case | None) -> Standing:
    """Compare a case with the leader of its dataset."""
    if leader is None or case.curves.best < 0 or case.curves.lost:
        return Standing(DIVERGED)
    above = higher_by(loss(case.curves), loss(leader.curves))
    if case.baseline.beaten is False:
        return Standing(NO_BETTER, above)
    if case is leader:
        return Standing(LEADS, 0.0)
    if equal(case, leader):
        return Standing(SHARES, above)
    return Standing(BEHIND, above, against(case, leader))


def loss(curves: Curves, partition: str = "validation") -> float:
    """Give a mean loss at the best epoch."""
    return float(curves.mean(f"{partition}_loss")[curves.best])


def higher_by(own: float, lowest: float) -> float:
    """Give by which fraction a loss is above the lowest; infinite where that alone is zero."""
    if lowest:
        return own / lowest - 1
    return float("inf") if own else 0.0


def equal(case: Case, leader: Case) -> bool:
    """Tell whether a case's lowest loss is no higher than the leader's.

    Within `tolerance` of it, or within `standard_errors` standard errors of the paired difference
    where both have the same runs.
    """
    settings, lowest = case.settings, loss(leader.curves)
    difference = loss(case.curves) - lowest
    allowed = np.fmax(
        settings.tolerance * lowest, settings.standard_errors * paired_error(case, leader)
    )
    return bool(difference <= allowed)


def paired_error(case: Case, leader: Case) -> float:
    """Give the standard error of the difference of two cases' lowest losses; NaN if not paired."""
    one, other = case.curves, leader.curves
    same = all(
        np.array_equal(a[one.used], b[other.used])
        for a, b in ((one.fold, other.fold), (one.seed, other.seed))
    )
    if not same:
        return float("nan")
    units = (c.units(c.runs("validation_loss"))[:, c.best] for c in (one, other))
    return inflation(one) * float(standard_error(next(units) - next(units)))


def against(case: Case, leader: Case) -> str | None:
    """Say whether a case that is behind under- or overfits against the leader.

    It underfits if its training loss, however long it trains, stays above the leader's at the
    leader's best epoch: it cannot even fit the training rows as well. It overfits if its training
    loss is lower, at its own best epoch, and only the validation loss higher.
    """
    best, margin = loss(leader.curves, "train"), case.settings.tolerance
    if np.nanmin(case.curves.mean("train_loss")) > best * (1 + margin):
        return "underfits"
    return "overfits" if loss(case.curves, "train") < best * (1 - margin) else None


def in_words(found: Standing, case: Case, leader: Case | None) -> str:
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
    lowest = float(np.nanmin(case.curves.mean("train_loss")))
    train = lowest if found.against == "underfits" else loss(case.curves, "train")
    best = wording.loss(loss(leader.curves, "train"))
    never = "never below " if found.against == "underfits" else ""
    return (
        f"{found.against} compared with the leader: {higher}, training loss {never}{wording.loss(train)} "
        f"against {best}"
    )


def rows_of(cases: Sequence[Case]) -> list[Rows]:
    """Give the rows of the table, a list for each case; see `epochwise.tables.catalogue`."""
    return [[one] for one in rows(cases)]
