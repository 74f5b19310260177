"""The lowest validation loss and its epoch, over the swept hyperparameters."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from epochwise.arrays import Floats
from epochwise.figures import style
from epochwise.tables.results import Row, Tables, rank

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

QUANTITIES = {"validation_loss": "Lowest validation loss", "best_epoch": "Best epoch"}
MOST_ROWS = 40  # of a list of points
MOST_WRITTEN = {"page": 8, "column": 5}  # cells in a row that have room for a number
MOST_TICKS = 7  # values of one key, each with its own tick
EVEN = 3.0  # a heat map whose values differ by more is coloured by their logarithm


@dataclass(frozen=True)
class Field:
    """What is drawn of one dataset: its rows of the table, one for each point."""

    dataset: str
    rows: Sequence[Row]
    keys: Sequence[str]
    loss: str


@style.styled
def draw(tables: Tables, options: Mapping[str, Any]) -> "Figure":
    """Draw two panels for each dataset: the lowest validation loss and the best epoch.

    One swept key makes lines, two a heat map, more (or named points) a list in the
    order of the loss.
    """
    fields = fields_of(tables)
    kind = draw_list if len(fields[0].keys) not in (1, 2) else draw_lines
    kind = draw_heat_map if len(fields[0].keys) == 2 else kind
    narrow = style.is_narrow(options)
    rows, columns = (2 * len(fields), 1) if narrow else (len(fields), 2)
    figure = style.new_figure(options, rows * height_of(kind, fields, narrow))
    grid = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for number, field in enumerate(fields):
        for axes, quantity in zip(grid[2 * number : 2 * number + 2], QUANTITIES, strict=True):
            kind(axes, field, quantity, options)
            name = QUANTITIES[quantity]
            unit = f" ({field.loss})" if quantity == "validation_loss" else ""
            title = (f"{field.dataset}: " if len(fields) > 1 else "") + name + unit
            axes.set_title("\n".join(textwrap.wrap(title, 36 if narrow else 56)))
    return style.finish(
        figure, options, finding(fields), what_is_drawn(tables, fields, kind), False
    )


def fields_of(tables: Tables) -> list[Field]:
    """Cut the table by dataset; of several backends, the first."""
    reference = tables.study.backends[0]
    rows = [row for row in tables.rows("best_epoch") if row["backend"] == reference]
    keys = ["point"] if "point" in tables.swept else tables.swept
    keys = [*keys, "", ""] if "point" in tables.swept else keys  # named points make a list
    return [
        Field(
            dataset,
            [row for row in rows if row["dataset"] == dataset],
            keys,
            loss_unit(tables, dataset),
        )
        for dataset in tables.study.datasets
    ]


def loss_unit(tables: Tables, dataset: str) -> str:
    """Name loss and unit in one."""
    return ", ".join(tables.loss_name(dataset))


def height_of(kind: Any, fields: Sequence[Field], narrow: bool) -> float:
    """Return the height of a panel in mm."""
    if kind is draw_list:
        return 14 + 4.6 * min(max(len(field.rows) for field in fields), MOST_ROWS)
    if kind is draw_heat_map:
        values = max(len(distinct(field.rows, field.keys[0])) for field in fields)
        return 20 + 8 * max(values, 3)
    return 52 if narrow else 60


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
    axes.plot(x[order], y[order], marker="o", markersize=3.5, color=style.BLUE)
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


def ends(rows: Sequence[Row], quantity: str) -> tuple[Floats, Floats]:
    """Return a standard error below and above the loss, or the interval of the best epoch."""
    if quantity == "best_epoch":
        return as_floats(rows, "interval_low"), as_floats(rows, "interval_high")
    loss, error = as_floats(rows, quantity), as_floats(rows, "validation_loss_error")
    return loss - error, loss + error


def as_floats(rows: Sequence[Row], name: str) -> Floats:
    """Return a column with NaN for what is not known, (rows,)."""
    return np.array([np.nan if row.get(name) is None else row[name] for row in rows], dtype=float)


def mark(axes: "Axes", x: Floats, y: Floats, rows: Sequence[Row]) -> None:
    """Mark the point of the lowest validation loss."""
    best = best_of(rows)
    if best is not None:
        place = list(rows).index(best)
        look: dict[str, Any] = {"marker": "o", "markersize": 7, "markerfacecolor": "none"}
        look |= {"markeredgecolor": style.VERMILLION, "markeredgewidth": 1.4, "linestyle": "none"}
        axes.plot(x[place], y[place], zorder=5, clip_on=False, **look)


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
        write_cells(axes, values, shades)
    best = best_of(field.rows)
    if best is not None:
        frame_cell(axes, across.index(best[field.keys[1]]), down.index(best[field.keys[0]]))


def colours_of(values: Floats) -> Floats:
    """Scale values to 0 to 1, by their logarithm where they are far apart."""
    known = values[np.isfinite(values)]
    if not len(known) or known.max() == known.min():
        return np.where(np.isfinite(values), 0.5, np.nan)
    if known.min() > 0 and known.max() / known.min() > EVEN:
        values, known = np.log(values), np.log(known)
    return np.asarray((values - known.min()) / (known.max() - known.min()))


def write_cells(axes: "Axes", values: Floats, shades: Floats) -> None:
    """Write each value into its cell, light on dark and dark on light."""
    for (row, column), value in np.ndenumerate(values):
        known = bool(np.isfinite(value))
        text = style.short(float(value)) if known else "diverged"
        text = style.count(value) if known and value == int(value) else text
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


def draw_list(axes: "Axes", field: Field, quantity: str, options: Mapping[str, Any]) -> None:
    """Draw a dot for each point, in the order of the loss."""
    rows = ordered(field)
    y = np.arange(len(rows))[::-1]
    x = as_floats(rows, quantity)
    axes.plot(x, y, marker="o", markersize=3.5, linestyle="none", color=style.BLUE, clip_on=False)
    names = [point_name(row, field.keys) for row in rows]
    axes.set_yticks(y, names)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.grid(visible=False, axis="y")
    if quantity == "validation_loss" and len(x) and np.nanmin(x) > 0 and options["yscale"] == "log":
        axes.set_xscale("log")
        style.label_log_axis(axes, "x")
    elif quantity == "best_epoch":
        style.set_epoch_axis(axes, max(int(np.nanmax(x, initial=1)), 1), "Epoch")


def ordered(field: Field) -> list[Row]:
    """Sort the points by their loss, those that diverged last, and cut a long list."""
    return sorted(field.rows, key=rank)[:MOST_ROWS]


def point_name(row: Row, keys: Sequence[str]) -> str:
    """Name a point on one line."""
    if keys[0] == "point":
        return str(row["point"])
    return ", ".join(f"{key}={row[key]}" for key in keys)


def what_is_drawn(tables: Tables, fields: Sequence[Field], kind: Any) -> list[str]:
    """Say what a reader must know."""
    backends, rows = tables.study.backends, fields[0].rows
    notes = [f"Backend {backends[0]} alone is drawn." if len(backends) > 1 else ""]
    if kind is draw_list and len(rows) > MOST_ROWS:
        notes.append(f"The {MOST_ROWS} of {len(rows)} points with the lowest loss are shown.")
    if kind is draw_heat_map:
        notes.append("Darker is less; the frame is at the lowest validation loss.")
    if kind is draw_lines:
        notes.append("The ring is at the lowest validation loss.")
        runs = max(int(row.get("sampling_units") or 0) for row in rows) if rows else 0
        bars = "Bars: standard error of the loss, bootstrap interval of the epoch."
        notes.append(bars if runs > 1 else "")
    diverged = sum(rank(row)[0] for field in fields for row in field.rows)
    points = "point" if diverged == 1 else "points"
    notes.append(f"Every run of {diverged} {points} diverged." if diverged else "")
    return notes


def finding(fields: Sequence[Field]) -> str:
    """Say which point is best for the first dataset, or how often each is."""
    best = [(field, best_of(field.rows)) for field in fields]
    found = [
        f"{field.dataset}: {point_name(row, field.keys)} is best, at epoch {style.count(row['best_epoch'])}"
        for field, row in best
        if row is not None
    ]
    if not found:
        return "Every run diverged: no point can be recommended"
    return "; ".join(found[:3]) + ("; …" if len(found) > 3 else "")
