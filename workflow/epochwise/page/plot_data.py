"""The curves that the page draws: thinned, packed, and grouped as its controls are."""

from collections.abc import Callable, Sequence
from itertools import islice, zip_longest
from typing import Any

import numpy as np

from epochwise.arrays import Floats
from epochwise.figures.lines import FEWEST_BANDED
from epochwise.figures.panels import coincide
from epochwise.page.packing import Packing, pack, pack_band, precision
from epochwise.tables.agreement import by_place
from epochwise.tables.curves import Curves
from epochwise.tables.metric_curves import DERIVED
from epochwise.tables.minima import first_minimum
from epochwise.tables.results import Row, Tables, with_unit
from epochwise.tables.scores import LABELS

DRAWN = ("score", "loss", "rmse", "accuracy")  # what the page can draw, as far as a task has it
MOST_CURVES = 100  # means: points of all datasets and backends
MOST_RUNS = 100  # of a study, drawn one by one; above it bands and means alone
BUDGET = 100_000  # points of a page
FEWEST, MOST = 100, 1000  # points of a curve


def drawn(every: Sequence[Curves]) -> list[Curves]:
    """Choose what a page can hold: everything, or the points of the lowest validation loss.

    The same points of all datasets, on each of which as many have the lowest.
    """
    if len(every) <= MOST_CURVES:
        return list(every)
    ranks: dict[str, dict[str, tuple[bool, float]]] = {}
    for one in every:
        own = ranks.setdefault(one.dataset, {})
        own[one.point] = min(one.rank, own.get(one.point, one.rank))
    ranked = zip_longest(*(sorted(own, key=own.__getitem__) for own in ranks.values()))
    points = dict.fromkeys(name for place in ranked for name in place if name is not None)
    beside = len(ranks) * len({one.backend for one in every})
    kept = set(islice(points, max(1, MOST_CURVES // beside)))
    return [one for one in every if one.point in kept]


def payload(tables: Tables, every: Sequence[Curves]) -> dict[str, Any]:
    """Give all that the page's script draws.

    Numbers are base64 of little-endian uint32 (epochs) and float32 (losses), which is
    exact to seven digits; the loss table has them all. Where a loss is too large or too
    small for float32, losses are float64.
    """
    packing = Packing(points_of_a_curve(every), precision(every))
    datasets = list(dict.fromkeys(one.dataset for one in every))
    return {
        "metrics": {name: named_metrics(tables, every, name) for name in datasets},
        "unit": "epoch" if tables.study.trains else tables.losses.facts["unit"],
        "precision": packing.kind,
        "same": same_backends(every),
        "positive": has_positive(every),
        "start": {name: start_of(every, name) for name in datasets},
        "curves": [
            {
                **packed(one, packing, shows_runs(every)),
                **known_of(one, tables.row("best_epoch", one.key)),
            }
            for one in every
        ],
    }


def named_metrics(tables: Tables, every: Sequence[Curves], dataset: str) -> dict[str, list[str]]:
    """Name what can be drawn of a dataset: by metric, its short name and that of its axis."""
    known = tables.metrics(dataset)
    shown = metrics_of(next(one for one in every if one.dataset == dataset))
    return {
        metric: [tables.in_their_words(LABELS[metric]), with_unit(*known[metric], ", {}")]
        for metric in shown
    }


def metrics_of(curves: Curves) -> list[str]:
    """List the metrics that a point is drawn in: of those in the table, what its task has."""
    columns = {metric: f"validation_{metric}" for metric in DRAWN}
    known = {metric: column for metric, column in columns.items() if column in curves.losses}
    return [name for name, column in known.items() if np.isfinite(curves.losses[column]).any()]


def start_of(every: Sequence[Curves], dataset: str) -> int:
    """Give the best epoch of a dataset's best point, where reading starts."""
    best = min((one for one in every if one.dataset == dataset), key=lambda one: one.rank)
    return max(best.best, 0)


def known_of(curves: Curves, facts: Row) -> dict[str, Any]:
    """Give what is marked on a point's curves."""
    values = {metric: curves.baseline(f"validation_{metric}") for metric in metrics_of(curves)}
    low, high, cost = (facts.get(f"safe_{end}") for end in ("low", "high", "cost_percent"))
    return {
        "bound": facts.get("censored") is True,
        "safe": None if low is None or high is None else [low, high, cost],
        "baseline": {
            metric: float(each.mean())
            for metric, each in values.items()
            if len(each) and np.isfinite(each).all()
        },
    }


def shows_runs(every: Sequence[Curves]) -> bool:
    """Tell whether single runs are in the page."""
    return sum(len(one.fold) for one in every) <= MOST_RUNS


def points_of_a_curve(every: Sequence[Curves]) -> int:
    """Share the page's points among its curves."""
    means = 3 * len(every) * max(len(metrics_of(one)) for one in every)
    runs = sum(len(one.fold) * len(packed_of_runs(one)) for one in every)
    curves = means + runs if shows_runs(every) else means
    curves *= max(len(one.partitions()) for one in every)
    return int(np.clip(BUDGET // max(curves, 1), FEWEST, MOST))


def has_positive(every: Sequence[Curves]) -> bool:
    """Tell whether a logarithmic axis shows the losses: some are positive, and none is negative."""
    losses = [one.losses["validation_loss"] for one in every]
    return any((one > 0).any() for one in losses) and not any((one < 0).any() for one in losses)


def same_backends(every: Sequence[Curves]) -> list[str]:
    """Name the backends whose every curve coincides with the first backend's."""
    apart: set[str] = set()
    for group in by_place(every):
        apart |= {one.backend for one in group[1:] if not coincide(group[0], one)}
    first = every[0].backend
    backends = dict.fromkeys(one.backend for one in every)
    return [name for name in backends if name != first and name not in apart]


def packed(curves: Curves, packing: Packing, with_runs: bool) -> dict[str, Any]:
    """Pack the curves of a dataset, point and backend."""
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
        "mean": by_metric(curves, lambda c: pack(curves.mean(c), packing, curves.best))
        if several
        else {},
        "band": by_metric(curves, lambda c: pack_band(curves.runs(c), packing)) if banded else {},
        "runs": runs(curves, packing) if with_runs or not several else [],
    }


def by_metric(curves: Curves, pack_column: Callable[[str], list[str]]) -> dict[str, Any]:
    """Pack columns by metric and partition."""
    return {
        metric: {p: pack_column(f"{p}_{metric}") for p in curves.partitions()}
        for metric in metrics_of(curves)
    }


def packed_of_runs(curves: Curves) -> list[str]:
    """List the metrics that single runs are packed in; the page takes the root of a loss itself."""
    return [metric for metric in metrics_of(curves) if metric not in DERIVED]


def runs(curves: Curves, packing: Packing) -> list[dict[str, Any]]:
    """Pack every run, those that diverged up to their end."""
    best = first_minimum(curves.validation)
    return [
        {
            "fold": int(curves.fold[row]),
            "seed": int(curves.seed[row]),
            "diverged": bool(curves.last[row] < curves.planned),
            "best": int(best[row]),
            "losses": {
                metric: {
                    p: pack(curves.losses[f"{p}_{metric}"][row], packing, int(best[row]))
                    for p in curves.partitions()
                }
                for metric in packed_of_runs(curves)
            },
        }
        for row in range(len(curves.fold))
    ]


def per_epoch(values: Floats) -> float | None:
    """Give the mean count of one epoch; None where no run reached one."""
    return float(np.nanmean(values)) if np.isfinite(values).any() else None


def explain(every: Sequence[Curves], total: int) -> str:
    """Say how the curves were thinned, and what is not in the page.

    Parameters
    ----------
    every : what is in the page.
    total : how many points of all datasets and backends there are.
    """
    most = points_of_a_curve(every)
    rule = (
        f"Curves of more than {most:,} epochs are thinned: each of {(most - 3) // 2:,} equal stretches "
        "keeps its lowest and its highest loss; the first point, the last and the minimum are always "
        "kept. Values have seven digits."
    )
    if len(every) < total:
        rule += (
            f" Of {total:,} curves, those of the points with the lowest validation loss are here."
        )
    if shows_runs(every):
        return rule
    return (
        f"{rule} With more than {MOST_RUNS} runs, means and bands are drawn instead of single runs, "
        "wherever a point has several; a band takes ten."
    )
