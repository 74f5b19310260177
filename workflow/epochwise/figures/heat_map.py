"""The panel of a sweep over two keys: a heat map."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from epochwise.arrays import Bools, Floats
from epochwise.figures import style
from epochwise.figures.sweep_panels import EVEN, Field, as_floats, best_of, bounds, distinct

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_WRITTEN = {"page": 8, "column": 5}  # cells in a row that have room for a number


def draw_heat_map(axes: "Axes", field: Field, quantity: str, options: Mapping[str, Any]) -> None:
    """Draw a quantity over two keys; darker is less."""
    down, across = (distinct(field.rows, key) for key in field.keys)
    values = np.full((len(down), len(across)), np.nan)
    for row, value in zip(field.rows, as_floats(field.rows, quantity), strict=True):
        values[down.index(row[field.keys[0]]), across.index(row[field.keys[1]])] = value
    shades = colours_of(values)
    mesh = axes.pcolormesh(np.ma.masked_invalid(shades), cmap="cividis", vmin=0, vmax=1)
    mesh.set_edgecolor("white")
    mesh.set_linewidth(0.8)
    axes.set_facecolor("#e6e6e6")
    axes.grid(visible=False)
    axes.invert_yaxis()
    axes.set_xticks(
        np.arange(len(across)) + 0.5,
        [str(v) for v in across],
        rotation=30 if len(across) > 6 else 0,
    )
    axes.set_yticks(np.arange(len(down)) + 0.5, [str(v) for v in down])
    axes.set_xlabel(field.keys[1])
    axes.set_ylabel(field.keys[0])
    if len(across) <= MOST_WRITTEN[options["width"]]:
        write_cells(axes, values, shades, bounded(field, quantity, values.shape))
    best = best_of(field.rows)
    if best is not None:
        frame_cell(axes, across.index(best[field.keys[1]]), down.index(best[field.keys[0]]))


def bounded(field: Field, quantity: str, shape: tuple[int, ...]) -> Bools:
    """Tell which cells hold a lower bound."""
    down, across = (distinct(field.rows, key) for key in field.keys)
    cells = np.zeros(shape, dtype=bool)
    for row, bound in zip(field.rows, bounds(field.rows, quantity), strict=True):
        cells[down.index(row[field.keys[0]]), across.index(row[field.keys[1]])] = bound
    return cells


def colours_of(values: Floats) -> Floats:
    """Scale values to 0 to 1, by their logarithm where they are far apart."""
    known = values[np.isfinite(values)]
    if not len(known) or known.max() == known.min():
        return np.where(np.isfinite(values), 0.5, np.nan)
    if known.min() > 0 and known.max() / known.min() > EVEN:
        values, known = np.log(values), np.log(known)
    return np.asarray((values - known.min()) / (known.max() - known.min()))


def write_cells(axes: "Axes", values: Floats, shades: Floats, bound: Bools) -> None:
    """Write each value into its cell, light on dark and dark on light."""
    for (row, column), value in np.ndenumerate(values):
        known = bool(np.isfinite(value))
        text = style.short(float(value)) if known else "diverged"
        text = style.count(value) if known and value == int(value) else text
        text = f"≥ {text}" if bound[row, column] else text
        light = known and shades[row, column] < 0.55
        axes.text(
            column + 0.5,
            row + 0.5,
            text,
            ha="center",
            va="center",
            fontsize=6.5,
            color="white" if light else "black",
        )


def frame_cell(axes: "Axes", column: int, row: int) -> None:
    """Frame the cell of the lowest validation loss."""
    from matplotlib.patches import Rectangle

    look: dict[str, Any] = {"fill": False, "edgecolor": style.VERMILLION, "linewidth": 2}
    axes.add_patch(Rectangle((column, row), 1, 1, zorder=5, clip_on=False, **look))
