"""Under- and overfitting, named by stated rules on the mean validation curve."""

import numpy as np

from epochwise.answers import wording
from epochwise.answers.case import Case, Rows
from epochwise.answers.settings import AnswerSettings
from epochwise.answers.shapes import Shape
from epochwise.answers.statistics import inflation, margin
from epochwise.errors import counted
from epochwise.tables.curves import Curves
from epochwise.tables.minima import quiet

IN_PART = 0.2  # of a rise: where more is left it is said so
WITHOUT_USE = (
    ", while training loss falls: what fits the training rows does not hold for the validation rows"
)


@quiet
def row(case: Case) -> dict[str, object]:
    """Return the row of a dataset, point and backend."""
    curves, found = case.curves, case.shape
    if curves.lost:
        return {"kind": "diverged", "verdict": _all_diverged(curves)}
    if found is None:
        return {"kind": "unknown", "verdict": _unknown(curves)}
    gaps = curves.units(curves.take(curves.validation - curves.train))  # (units, epochs)
    sure = case.settings.confidence, inflation(curves)
    some = f"; {wording.count(curves.diverged)} of {len(curves.fold)} runs diverged"
    return {
        "kind": found.kind,
        "best_epoch": found.best,
        **_phases(found),
        "rise_percent": 100 * found.rise,
        "first_minimum_epoch": found.first_minimum,
        "peak_epoch": found.peak,
        "peak_rise_percent": None if found.peak is None else 100 * found.peak_rise,
        "generalisation_gap": float(gaps[:, found.best].mean()),
        "generalisation_gap_margin": margin(gaps[:, found.best], *sure),
        "generalisation_gap_last": float(gaps[:, found.last].mean()),
        "generalisation_gap_last_margin": margin(gaps[:, found.last], *sure),
        "verdict": verdict(found, case.settings) + (some if curves.diverged else ""),
    }


def _unknown(curves: Curves) -> str:
    """Say why the mean curve says nothing."""
    if curves.histories and np.isfinite(curves.validation).sum(axis=1).min() < 2:
        return "a run was validated after one epoch alone, which tells nothing about epochs"
    if curves.histories:
        return (
            "there are no two epochs after which all runs were validated, so they cannot be compared: leave out "
            "those that were validated after other epochs"
        )
    return "hardly any mean validation loss is finite: lower the learning rate"


def _all_diverged(curves: Curves) -> str:
    if (curves.last < 0).all():
        return "diverged: no run has a finite validation loss: lower the learning rate"
    return (
        f"diverged: no run reached epoch {wording.count(curves.planned)}, the first ended at "
        f"{wording.count(curves.last.min())}: lower the learning rate"
    )


def _phases(found: Shape) -> dict[str, int | None]:
    """Return first and last epoch of each phase, None for a phase that there is not."""
    if found.improving:
        ranges = {"underfitting": (0, found.last)}
    elif found.plateau is None:
        ranges = {}
    else:
        start, stop = found.plateau
        ranges = {
            "underfitting": (0, start - 1),
            "plateau": found.plateau,
            "overfitting": (stop + 1, stop if found.degrades else found.last),
        }
    return {
        f"{phase}_{end}": epoch
        for phase, (first, last) in ranges.items()
        if first <= last
        for end, epoch in (("first", first), ("last", last))
    }


def verdict(found: Shape, settings: AnswerSettings) -> str:
    """Say in one line what a curve does."""
    turn = _turn(found)
    best, last = wording.count(found.best), wording.count(found.last)
    rise = f"validation loss rises {wording.percent(found.rise)} by {last}"
    if found.kind == "untrained":
        return "only the untrained network was measured: train it"
    if found.kind == "constant":
        least = wording.percent(settings.tolerance)
        constant = f"constant: validation loss stays within {least} of its lowest value"
        return f"{constant}{WITHOUT_USE if found.train_falls else ': nothing is learnt'}"
    if found.kind == "worsens":
        why = WITHOUT_USE if found.train_falls else ": lower the learning rate"
        return f"never better than the untrained network: {rise}{why}"
    if found.kind == "underfits":
        return f"underfit: still improving at {counted(found.last, 'epoch')}: train longer"
    if found.kind == "overfits":
        return f"overfits after {turn}: {rise}"
    worse = f"training gets worse: {rise}, and training loss rises as well: lower the learning rate"
    if found.kind == "degrades":
        return f"after {turn}, {worse}"
    if found.kind == "settles" and found.censored:
        return f"no overfitting seen: lowest at the last epoch, {last}, but hardly falling any more"
    if found.kind == "settles":
        return f"no overfitting seen: best epoch {best} of {last}"
    hump = f"{wording.percent(found.peak_rise)} by {wording.count(found.peak or 0)}"
    if found.kind == "recovers":
        left = wording.percent(found.left) if found.left else "nothing"
        so_far = " in part" if found.left > IN_PART else ""
        return f"rises and recovers{so_far}: validation loss rises {hump}, and {left} of that is left by {last}"
    first = wording.count(found.first_minimum or 0)
    story = f"double descent: first minimum at {first}, rises {hump}, falls below it"
    if found.improving:
        return f"{story} and is still improving at {counted(found.last, 'epoch')}: train longer"
    if found.overfits:
        return f"{story} until {turn}, then overfits: {rise}"
    if found.degrades:
        return f"{story} until {turn}, then {worse}"
    return f"{story}: lowest at {turn} of {last}"


def _turn(found: Shape) -> str:
    """Say where the curve as it is judged is lowest; where that is not the best epoch, why."""
    if not found.rough:
        return wording.count(found.best)
    smoothed = "" if found.turn == found.best else " on the smoothed curve"
    return f"about {wording.count(found.turn)}{smoothed}"


def rows_of(case: Case) -> Rows:
    """Give the rows of the table; see `epochwise.tables.catalogue`."""
    return [row(case)]
