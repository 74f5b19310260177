"""The lines of a point's curves: one run, or mean, band and single runs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from epochwise.arrays import Floats
from epochwise.figures import style
from epochwise.figures.thinning import thin
from epochwise.tables.curves import Curves

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_SINGLES = 30  # runs drawn one by one; above it their band alone
FEWEST_BANDED = 10  # runs; fewer have no middle 80 %
BAND = (10, 90)  # percentiles
POINTS = 1500  # of a line: more than a printed page resolves


def draw_partition(
    axes: "Axes", curves: Curves, partition: str, metric: str = "loss"
) -> list[Floats]:
    """Draw the curve of one partition, or mean, band and runs; give what was drawn."""
    column, look = f"{partition}_{metric}", style.PARTITION_STYLE[partition]
    runs = curves.runs(column)
    if not runs.size:
        return draw_lost(axes, curves, column, look)
    if len(runs) == 1:
        line(axes, runs[0], label=partition, **look)
        return [runs[0]]
    drawn = [curves.mean(column)]
    line(axes, drawn[0], label=f"{partition}, mean of runs", zorder=4, **look)
    if len(runs) <= MOST_SINGLES:
        drawn += draw_singles(axes, runs, look["color"])
    if len(runs) >= FEWEST_BANDED:
        drawn += draw_band(axes, runs, look["color"])
    return drawn


def draw_singles(axes: "Axes", runs: Floats, colour: str) -> list[Floats]:
    """Draw every run, faintly."""
    for run in runs:
        line(axes, run, color=colour, linewidth=0.4, alpha=0.35, zorder=2)
    axes.plot([], [], color=style.GREY, linewidth=0.5, label="single runs")
    return list(runs)


def draw_band(axes: "Axes", runs: Floats, colour: str) -> list[Floats]:
    """Shade what the middle 80 % of the runs cover at each epoch."""
    low, high = np.percentile(runs, BAND, axis=0)
    kept = np.union1d(thin(low, POINTS), thin(high, POINTS))
    axes.fill_between(kept, low[kept], high[kept], color=colour, alpha=0.2, linewidth=0, zorder=1)
    name = f"middle {BAND[1] - BAND[0]} % of runs"
    axes.fill_between([], [], [], color=style.GREY, alpha=0.35, linewidth=0, label=name)
    return [low, high]


def draw_lost(axes: "Axes", curves: Curves, column: str, look: Mapping[str, Any]) -> list[Floats]:
    """Draw what there is of runs that have no finite validation loss at all."""
    runs = list(curves.losses[column])
    for run in runs[:MOST_SINGLES]:
        line(axes, run, label=column.split("_")[0], **look)
    return runs


def line(axes: "Axes", values: Floats, **look: Any) -> None:
    """Draw a curve with as many points as can be seen; few epochs get markers."""
    kept = thin(values, POINTS)
    marker = {"marker": "o", "markersize": 2.5} if len(kept) <= 10 and "label" in look else {}
    axes.plot(kept, values[kept], **{**marker, **look})
