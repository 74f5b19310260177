"""Small multiples: which points get one, and how they stand on the page."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from epochwise.arrays import Floats
from epochwise.figures import style
from epochwise.tables.curves import Curves

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COINCIDE = 1e-6  # relative: far below the width of a line
LETTERS_PER_MILLIMETRE = 0.54  # of a panel's title
TICKS = 10.0  # mm that the labels of the y axis take
ROOMY = 80.0  # mm: a panel with space for long labels
TALLEST = 205.0  # mm of panels above each other: what a page holds


@dataclass(frozen=True)
class Panel:
    """One small multiple: backends whose curves coincide are drawn once."""

    curves: Curves
    backends: Sequence[str]


def coinciding(group: Sequence[Curves]) -> list[Panel]:
    """Join backends whose curves no eye could tell apart."""
    panels: list[Panel] = []
    for one in group:
        for number, panel in enumerate(panels):
            if coincide(panel.curves, one):
                panels[number] = Panel(panel.curves, [*panel.backends, one.backend])
                break
        else:
            panels.append(Panel(one, [one.backend]))
    return panels


def coincide(one: Curves, other: Curves) -> bool:
    """Tell whether two backends' runs are the same to a relative 1e-6."""
    pairs = [(one.losses[c], other.losses.get(c)) for c in one.losses]
    return all(
        b is not None and a.shape == b.shape and np.allclose(a, b, COINCIDE, 0, equal_nan=True)
        for a, b in pairs
    )


def most_telling(panels: Sequence[Panel], most: int) -> list[Panel]:
    """Choose the panels of the lowest validation loss, as many for each dataset."""
    if len(panels) <= most:
        return list(panels)
    datasets: dict[str, list[Panel]] = {}
    for panel in panels:
        datasets.setdefault(panel.curves.dataset, []).append(panel)
    ranked = [sorted(group, key=lambda p: p.curves.rank) for group in datasets.values()]
    deepest = max(map(len, ranked))
    chosen = [group[place] for place in range(deepest) for group in ranked if place < len(group)]
    kept = {id(panel) for panel in chosen[:most]}
    return [panel for panel in panels if id(panel) in kept]


def comparable(curves: Curves) -> str:
    """Name the panels that share their axes: those of a dataset, but for what diverged wholly."""
    return f"{curves.dataset}\n{id(curves) if curves.lost else ''}"


def share_scale(group: Sequence["Axes"], yscale: str, values: Iterable[Floats]) -> str:
    """Give axes that invite comparison one loss scale; see `style.set_loss_scale`."""
    drawn = list(values)
    notes = [style.set_loss_scale(axes, yscale, drawn) for axes in group]
    share_limits(group)
    return notes[0]


def share_limits(group: Sequence["Axes"]) -> None:
    """Give axes the widest limits that one of them has."""
    ends = [end for axes in group for end in axes.get_ylim()]
    for axes in group:
        axes.set_ylim(min(ends), max(ends))


def columns_of(options: Mapping[str, Any], panels: int, metrics: int = 1) -> int:
    """Return how many panels stand side by side; the metrics of a point do, on a page."""
    if metrics > 1:
        return 1 if style.is_narrow(options) else min(metrics, 3)
    if style.is_narrow(options):
        return 1 if panels <= 5 else 2
    return min(panels, 2 if panels in (2, 4) else 3)


def panel_width(options: Mapping[str, Any], columns: int) -> float:
    """Return the width of a panel in mm."""
    return style.WIDTHS[options["width"]] / columns


def panel_grid(
    options: Mapping[str, Any], panels: int, columns: int
) -> tuple["Figure", list["Axes"]]:
    """Make a figure of as many axes."""
    rows = -(-panels // columns)
    tall = {1: 68.0, 2: 55.0}.get(columns, 48.0) if not style.is_narrow(options) else 52.0
    if panels == 1:
        tall = 88.0 if not style.is_narrow(options) else 62.0
    figure = style.new_figure(options, 22 + min(rows * tall, TALLEST))
    grid = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for spare in grid[panels:]:
        spare.remove()
    return figure, grid[:panels]


def tidy_labels(grid: Sequence["Axes"], columns: int, shared: Sequence[str]) -> None:
    """Keep axis labels at the outer axes, and those of the y axis where it changes.

    Parameters
    ----------
    shared : (axes,) what names those that share a y axis.
    """
    for number, axes in enumerate(grid):
        if number + columns < len(grid):
            axes.set_xlabel("")
        if number % columns and axes.get_ylabel() == grid[number - 1].get_ylabel():
            axes.yaxis.label.set_visible(False)
            if shared[number] == shared[number - 1]:
                axes.tick_params(which="both", labelleft=False)


def panel_title(
    panel: Panel, every: Sequence[Panel], options: Mapping[str, Any], columns: int
) -> str:
    """Name what tells this panel from the others."""
    parts = []
    if len({other.curves.dataset for other in every}) > 1:
        parts.append(panel.curves.dataset)
    parts.append(panel.curves.point)
    if len({tuple(other.backends) for other in every}) > 1:
        parts.append(" = ".join(panel.backends))
    letters = int(LETTERS_PER_MILLIMETRE * (min(panel_width(options, columns), 95) - TICKS))
    lines = [line for part in parts for line in textwrap.wrap(part, letters)]
    return "\n".join(lines)


def same_curves(panels: Sequence[Panel]) -> str:
    """Say which backends share a curve."""
    joined = dict.fromkeys(tuple(panel.backends) for panel in panels if len(panel.backends) > 1)
    return " ".join(
        f"The curves of {', '.join(names[:-1])} and {names[-1]} coincide (within a relative "
        f"{COINCIDE:g}) and are drawn once."
        for names in joined
    )
