"""The panels of a sweep: lines over one key, or a list of points."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from epochwise.arrays import Bools, Floats
from epochwise.figures import style
from epochwise.figures.marks import open_arrow
from epochwise.tables.results import Row, rank

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ROWS = 40  # of a list of points
MOST_TICKS = 7  # values of one key, each with its own tick
EVEN = 3.0  # values that differ by more are shown by their logarithm
NAME_LETTERS = 30  # of a point's name in a line


@dataclass(frozen=True)
class Field:
    """What is drawn of one dataset: its rows of the table, one for each point."""

    dataset: str
    rows: Sequence[Row]
    keys: Sequence[str]
    loss: str

    @property
    def is_named(self) -> bool:
        """Whether the points have names, and are categories."""
        return list(self.keys) == ["point"]


def distinct(rows: Sequence[Row], key: str) -> list[Any]:
    """List the values of a key in the order of the study."""
    return list(dict.fromkeys(row[key] for row in rows))


def best_of(rows: Sequence[Row]) -> Row | None:
    """Give the row of the lowest validation loss, None where every run of every row diverged."""
    best = min(rows, key=rank, default=None)
    return None if best is None or rank(best)[0] else best


def draw_lines(axes: "Axes", field: Field, quantity: str, options: Mapping[str, Any]) -> None:
    """Draw a quantity against the values of one key."""
    values = [row[field.keys[0]] for row in field.rows]
    numbers = all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in values
    )
    x = np.array(values if numbers else range(len(values)), dtype=float)
    y, order = as_floats(field.rows, quantity), np.argsort(x, kind="stable")
    axes.plot(x[order], y[order], color=style.BLUE, linestyle="-" if numbers else "none")
    draw_points(axes, x, y, bounds(field.rows, quantity), "y")
    low, high = ends(field.rows, quantity)
    axes.vlines(x, low, high, color=style.BLUE, linewidth=0.9, alpha=0.7)
    if (x > 0).all() and x.max() / x.min() >= 10 and numbers:
        style.set_log_x(axes)
    if len(x) <= MOST_TICKS or not numbers:
        axes.set_xticks([], minor=True)
        axes.set_xticks(x, [str(value) for value in values], rotation=30 if len(x) > 5 else 0)
    if quantity == "validation_loss":
        style.set_loss_scale(axes, options["yscale"], [y, low, high])
    else:
        style.plain_numbers(axes)
        axes.set_ylim(bottom=0)
    mark(axes, x, y, field.rows)
    axes.set_xlabel(field.keys[0])


def draw_points(axes: "Axes", x: Floats, y: Floats, bound: Bools, along: str) -> None:
    """Draw a dot for each point, an open arrow where its best epoch is a lower bound."""
    look: dict[str, Any] = {"linestyle": "none", "color": style.BLUE, "clip_on": False, "zorder": 4}
    axes.plot(x[~bound], y[~bound], marker="o", markersize=3.5, **look)
    if bound.any():
        arrow = open_arrow(style.BLUE, along)
        axes.plot(x[bound], y[bound], markersize=5, label="a lower bound", **{**look, **arrow})


def bounds(rows: Sequence[Row], quantity: str) -> Bools:
    """Tell of which points the best epoch is only a lower bound, (rows,)."""
    known = quantity == "best_epoch"
    return np.array([known and row.get("censored") is True for row in rows], dtype=bool)


def ends(rows: Sequence[Row], quantity: str) -> tuple[Floats, Floats]:
    """Return a standard error below and above the loss, or the interval of the best epoch."""
    if quantity == "best_epoch":
        return as_floats(rows, "interval_low"), as_floats(rows, "interval_high")
    loss, error = as_floats(rows, quantity), as_floats(rows, "validation_loss_error")
    return loss - error, loss + error


def as_floats(rows: Sequence[Row], name: str) -> Floats:
    """Return a column, (rows,), NaN for what is not known and where every run diverged."""
    known = [None if rank(row)[0] else row.get(name) for row in rows]
    return np.array([np.nan if value is None else value for value in known], dtype=float)


def mark(axes: "Axes", x: Floats, y: Floats, rows: Sequence[Row]) -> None:
    """Mark the point of the lowest validation loss."""
    best = best_of(rows)
    if best is not None:
        place = list(rows).index(best)
        look: dict[str, Any] = {"marker": "o", "markersize": 7, "markerfacecolor": "none"}
        look |= {"markeredgecolor": style.VERMILLION, "markeredgewidth": 1.4, "linestyle": "none"}
        axes.plot(x[place], y[place], zorder=5, clip_on=False, **look)


def draw_list(axes: "Axes", field: Field, quantity: str, options: Mapping[str, Any]) -> None:
    """Draw a dot and its spread for each point, one below the other."""
    rows = listed(field)
    x, y = as_floats(rows, quantity), np.arange(len(rows))[::-1].astype(float)
    low, high = ends(rows, quantity)
    axes.hlines(y, low, high, color=style.BLUE, linewidth=0.9, alpha=0.7)
    draw_points(axes, x, y, bounds(rows, quantity), "x")
    axes.set_yticks(y, ["\n".join(name_lines(row, field.keys)) for row in rows])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.grid(visible=False, axis="y")
    if quantity == "best_epoch":
        last = np.nanmax([*high, *as_floats(rows, "last_epoch"), 1])
        style.set_epoch_axis(axes, int(last), "Epoch")
    else:
        set_loss_across(axes, [x, low, high], options["yscale"])
    mark(axes, x, y, rows)


def set_loss_across(axes: "Axes", values: Sequence[Floats], yscale: str) -> None:
    """Set the axis of the losses where it runs across."""
    from matplotlib.ticker import MaxNLocator

    every = np.concatenate(values)
    known = every[np.isfinite(every)]
    if yscale != "log" or not len(known) or known.min() <= 0 or known.max() / known.min() < EVEN:
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
        return
    axes.set_xscale("log")
    style.label_log_axis(axes, "x")


def listed(field: Field) -> list[Row]:
    """Choose the points of the lowest loss: by it, or where they have names in the study's order."""
    best = sorted(field.rows, key=rank)[:MOST_ROWS]
    return [row for row in field.rows if row in best] if field.is_named else best


def name_lines(row: Row, keys: Sequence[str]) -> list[str]:
    """Break a point's name into lines."""
    return textwrap.wrap(point_name(row, keys), NAME_LETTERS) or [""]


def point_name(row: Row, keys: Sequence[str]) -> str:
    """Name a point on one line."""
    if keys[0] == "point":
        return str(row["point"])
    return ", ".join(f"{key}={row[key]}" for key in keys)
