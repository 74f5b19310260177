"""Placing words in axes where no curve runs."""

from collections.abc import Sequence
from math import dist, hypot
from typing import TYPE_CHECKING

import numpy as np

from epochwise.arrays import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LETTER = (0.60, 1.35)  # width and height of a letter, in font sizes
POINTS_PER_INCH = 72
GAP = 0.025  # of the axes
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


Place = tuple[float, float]
Box = tuple[float, float, float, float]  # left, bottom, right, top
NEAR, FAR = 14, 90  # points: how far a name may be from its point
APART = 4  # points: by how much the next point must be farther from a name than its own
STEP = 4


def label_points(
    axes: "Axes", points: Sequence[tuple[float, float, str]], sure: int, lines: Sequence[Box] = ()
) -> None:
    """Write names beside points so that no name covers another, a point or a line.

    Each name goes to the free place nearest to its point, the first points first, where no other
    point is about as near.

    Parameters
    ----------
    points : x, y in the units of the axes, and the name.
    sure : so many of them get a name even far off, with a line to it; the rest
        get one only where there is room close by.
    lines : ends of horizontal and vertical lines, in the units of the axes.
    """
    from matplotlib import rcParams

    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()  # lays out, so that places are known
    per_point = figure.dpi / POINTS_PER_INCH
    size = float(rcParams["xtick.labelsize"]) - 0.5
    frame = axes.get_window_extent()
    left, bottom, right, top = (
        float(one) / per_point for one in (frame.x0, frame.y0, frame.x1, frame.y1)
    )
    limits: Box = (left, bottom, right, top)
    places = [_place(axes, x, y, per_point) for x, y, _ in points]
    taken: list[Box] = [(x - 3, y - 3, x + 3, y + 3) for x, y in places]
    taken += [_around(axes, line, per_point) for line in lines]
    for number, (at, (_, _, text)) in enumerate(zip(places, points, strict=True)):
        others = [one for one in places if dist(one, at) > APART]
        space = at, _size(text, size), taken, limits, FAR if number < sure else NEAR
        box = _free_place(*space, others)
        if box is None and number < sure:
            box = _free_place(*space)
        if box is not None:
            taken.append(box)
            line = not _belongs(box, at, others)
            _annotate(axes, text, points[number][:2], at, box, line)


def _place(axes: "Axes", x: float, y: float, per_point: float) -> Place:
    """Turn a point of the axes into points of the page."""
    across, up = axes.transData.transform((x, y)) / per_point
    return float(across), float(up)


def _around(axes: "Axes", line: Box, per_point: float) -> Box:
    """Give the box of a line, a point wide."""
    (x, y), (right, top) = (_place(axes, *end, per_point) for end in (line[:2], line[2:]))
    return (min(x, right) - 1, min(y, top) - 1, max(x, right) + 1, max(y, top) + 1)


def _size(text: str, size: float) -> tuple[float, float]:
    return len(text) * LETTER[0] * size + 2, 1.2 * size


def _free_place(
    at: Place,
    size: tuple[float, float],
    taken: Sequence[Box],
    limits: Box,
    far: int,
    others: Sequence[Place] = (),
) -> Box | None:
    """Find the nearest place whose box is inside the limits and free, and nearer to its point than to others."""
    width, height = size
    for radius in range(6, far, STEP):
        for angle in np.linspace(0, 2 * np.pi, 16, endpoint=False):
            x = at[0] + float(np.cos(angle)) * (radius + width / 2)
            y = at[1] + float(np.sin(angle)) * (radius + height / 2)
            box: Box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            inside = limits[0] <= box[0] and limits[1] <= box[1]
            inside &= box[2] <= limits[2] and box[3] <= limits[3]
            free = inside and not any(overlap(box, other) for other in taken)
            if free and _belongs(box, at, others):
                return box
    return None


def _belongs(box: Box, at: Place, others: Sequence[Place]) -> bool:
    """Tell whether a name can be taken for that of no other point."""
    own = _distance(box, at)
    return all(_distance(box, other) >= own + APART for other in others)


def _distance(box: Box, place: Place) -> float:
    """Give how far a place is from the edge of a box, in points; 0 inside."""
    across = max(box[0] - place[0], 0.0, place[0] - box[2])
    return hypot(across, max(box[1] - place[1], 0.0, place[1] - box[3]))


def overlap(one: Box, other: Box) -> bool:
    """Tell whether two boxes share an area."""
    apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    return not apart


def _annotate(axes: "Axes", text: str, point: Place, at: Place, box: Box, lined: bool) -> None:
    offset = (box[0] + box[2]) / 2 - at[0], (box[1] + box[3]) / 2 - at[1]
    gap = max(abs(offset[0]) - (box[2] - box[0]) / 2, abs(offset[1]) - (box[3] - box[1]) / 2)
    line = {"arrowstyle": "-", "color": "#888888", "linewidth": 0.5, "shrinkA": 0, "shrinkB": 2}
    axes.annotate(
        text,
        point,
        xytext=offset,
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=(box[3] - box[1]) / 1.2,
        arrowprops=line if lined or gap > NEAR else None,
        zorder=6,
    )
