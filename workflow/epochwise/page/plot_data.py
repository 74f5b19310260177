"""The curves that the page draws: thinned, packed, and grouped as its controls are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from epochwise.arrays import Floats, Ints
from epochwise.figures.lines import BAND, FEWEST_BANDED
from epochwise.figures.panels import coincide
from epochwise.figures.thinning import thin
from epochwise.page.embedding import as_base64
from epochwise.tables.agreement import by_place
from epochwise.tables.curves import Curves
from epochwise.tables.minima import first_minimum
from epochwise.tables.results import Tables

MOST_RUNS = 100  # of a study, drawn one by one; above it bands and means alone
BUDGET = 100_000  # points of a page
FEWEST, MOST = 100, 1000  # points of a curve


@dataclass(frozen=True)
class Packing:
    """How curves are written: how many points each, and in which numbers."""

    most: int
    kind: str


def payload(tables: Tables, every: Sequence[Curves]) -> dict[str, Any]:
    """Give all that the page's script draws.

    Numbers are base64 of little-endian uint32 (epochs) and float32 (losses), which is
    exact to seven digits; the loss table has them all. Where a loss is too large or too
    small for float32, losses are float64.
    """
    most, kind = points_of_a_curve(every), precision(every)
    names = {one.dataset: ", ".join(tables.loss_name(one.dataset)) for one in every}
    return {
        "losses": names,
        "precision": kind,
        "same": same_backends(every),
        "positive": has_positive(every),
        "curves": [packed(one, Packing(most, kind), shows_runs(every)) for one in every],
    }


def shows_runs(every: Sequence[Curves]) -> bool:
    """Tell whether single runs are in the page."""
    return sum(len(one.fold) for one in every) <= MOST_RUNS


def points_of_a_curve(every: Sequence[Curves]) -> int:
    """Share the page's points among its curves."""
    runs = sum(len(one.fold) + 1 for one in every) if shows_runs(every) else 3 * len(every)
    curves = runs * max(len(one.partitions()) for one in every)
    return int(np.clip(BUDGET // max(curves, 1), FEWEST, MOST))


def has_positive(every: Sequence[Curves]) -> bool:
    """Tell whether a logarithmic axis has anything to show."""
    return any((one.losses["validation_loss"] > 0).any() for one in every)


def same_backends(every: Sequence[Curves]) -> list[str]:
    """Name the backends whose every curve coincides with the first backend's."""
    apart: set[str] = set()
    for group in by_place(every):
        apart |= {one.backend for one in group[1:] if not coincide(group[0], one)}
    first = every[0].backend
    backends = dict.fromkeys(one.backend for one in every)
    return [name for name in backends if name != first and name not in apart]


def precision(every: Sequence[Curves]) -> str:
    """Choose the numbers of the losses: "f4" where all of them fit, else "f8"."""
    limits = np.finfo(np.float32)
    for matrix in (matrix for one in every for matrix in one.losses.values()):
        known = matrix[np.isfinite(matrix) & (matrix != 0)]
        if len(known) and not limits.tiny <= known.min() <= known.max() <= limits.max:
            return "f8"
    return "f4"


def packed(curves: Curves, packing: Packing, with_runs: bool) -> dict[str, Any]:
    """Pack the curves of a dataset, point and backend."""
    partitions = curves.partitions()
    several = len(curves.used) > 1
    banded = several and len(curves.used) >= FEWEST_BANDED
    return {
        "dataset": curves.dataset,
        "point": curves.point,
        "backend": curves.backend,
        "iterations": per_epoch(curves.iterations_per_epoch),
        "samples": per_epoch(curves.training_rows),
        "count": len(curves.used),
        "best": curves.best,
        "mean": {p: pack(curves.mean(f"{p}_loss"), packing) for p in partitions} if several else {},
        "band": {p: pack_band(curves.runs(f"{p}_loss"), packing) for p in partitions}
        if banded
        else {},
        "runs": runs(curves, partitions, packing) if with_runs or not several else [],
    }


def runs(curves: Curves, partitions: Sequence[str], packing: Packing) -> list[dict[str, Any]]:
    """Pack every run, those that diverged up to their end."""
    return [
        {
            "fold": int(curves.fold[row]),
            "seed": int(curves.seed[row]),
            "diverged": bool(curves.last[row] < curves.planned),
            "best": int(first_minimum(curves.validation[row])),
            "losses": {p: pack(curves.losses[f"{p}_loss"][row], packing) for p in partitions},
        }
        for row in range(len(curves.fold))
    ]


def per_epoch(values: Floats) -> float | None:
    """Give the mean count of one epoch; None where no run reached one."""
    return float(np.nanmean(values)) if np.isfinite(values).any() else None


def pack(values: Floats, packing: Packing) -> list[str]:
    """Thin a curve and write its epochs and losses."""
    return packed_at(thin(values, packing.most), packing, values)


def pack_band(matrix: Floats, packing: Packing) -> list[str]:
    """Thin a band and write its epochs, its lower and its upper edge."""
    low, high = np.percentile(matrix, BAND, axis=0)
    kept = np.union1d(thin(low, packing.most // 2), thin(high, packing.most // 2))
    return packed_at(kept, packing, low, high)


def packed_at(kept: Ints, packing: Packing, *columns: Floats) -> list[str]:
    """Write the kept epochs, and each column at them."""
    return [as_base64(kept, "u4"), *(as_base64(column[kept], packing.kind) for column in columns)]


def explain(every: Sequence[Curves]) -> str:
    """Say how the curves were thinned, and what is not in the page."""
    most = points_of_a_curve(every)
    rule = (
        f"Curves of more than {most:,} epochs are thinned: each of {(most - 3) // 2:,} equal stretches "
        "keeps its lowest and its highest loss; the first point, the last and the minimum are always "
        "kept. Values have seven digits."
    )
    if shows_runs(every):
        return rule
    return (
        f"{rule} With more than {MOST_RUNS} runs, means and bands are drawn instead of single runs, "
        "wherever a point has several."
    )
