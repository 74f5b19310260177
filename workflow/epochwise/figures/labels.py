"""Placing words in axes where no curve runs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from epochwise.figures.curves import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LETTER = (0.60, 1.35)  # width and height of a letter, in font sizes
POINTS_PER_INCH = 72
GAP = 0.015  # of the axes
SAMPLES = 300  # of a curve


def place_label(axes: "Axes", text: str, epoch: float, curves: Sequence[Floats]) -> None:
    """Write beside a vertical line, on the side and at the height with the fewest curve points.

    Parameters
    ----------
    epoch : where the line stands.
    curves : (epochs,) each, what must not be covered.
    """
    from matplotlib import rcParams

    size = float(rcParams["legend.fontsize"])
    width, height = extent(axes, text, size)
    points = in_axes(axes, curves)  # (points, 2)
    across = axes.transData + axes.transAxes.inverted()
    x = float(across.transform((epoch, axes.get_ylim()[0]))[0])
    best: tuple[float, float, str] = (np.inf, 0.0, "left")
    for side, left in (("left", x + GAP), ("right", x - GAP - width)):
        outside = max(0.0, -left) + max(0.0, left + width - 1)
        for top in np.arange(0.98, height, -0.04):
            inside = (points > (left - 0.01, top - height - 0.01)) & (points < (left + width, top))
            cost = 1e4 * outside + float(inside.all(axis=1).sum())
            if cost < best[0]:
                best = (cost, float(top), side)
    axes.text(
        x + GAP if best[2] == "left" else x - GAP,
        best[1],
        text,
        fontsize=size,
        ha=best[2],
        va="top",
        transform=axes.transAxes,
        zorder=7,
        bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.8},
    )


def extent(axes: "Axes", text: str, size: float) -> tuple[float, float]:
    """Estimate the width and height of a text as shares of the axes."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    box, (wide, high) = axes.get_position(), figure.get_size_inches() * POINTS_PER_INCH
    lines = text.split("\n")
    width = max(map(len, lines)) * LETTER[0] * size / (box.width * wide)
    return float(width), float(len(lines) * LETTER[1] * size / (box.height * high))


def in_axes(axes: "Axes", curves: Sequence[Floats]) -> Floats:
    """Turn curves into shares of the axes, as many points of each, (points, 2)."""
    transform = axes.transData + axes.transAxes.inverted()
    across = np.linspace(0, 1, SAMPLES)
    pairs = [np.empty((0, 2))]
    for curve in curves:
        seen = np.flatnonzero(np.isfinite(curve))
        if len(seen):
            x, y = transform.transform(np.column_stack([seen, curve[seen]])).T
            inside = across[(across >= x[0]) & (across <= x[-1])]
            pairs.append(np.column_stack([inside, np.interp(inside, x, y)]))
    return np.concatenate(pairs)
