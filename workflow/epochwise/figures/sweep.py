"""The lowest validation loss and its epoch, over the swept hyperparameters."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from epochwise.figures import style
from epochwise.figures.heat_map import draw_heat_map
from epochwise.figures.sweep_panels import (
    MOST_ROWS,
    Field,
    best_of,
    distinct,
    draw_lines,
    draw_list,
    listed,
    name_lines,
    point_name,
)
from epochwise.tables.results import Tables, rank, with_unit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

QUANTITIES = {"validation_loss": "Lowest validation loss", "best_epoch": "Best epoch"}


@style.styled
def draw(tables: Tables, options: Mapping[str, Any]) -> "Figure":
    """Draw two panels for each dataset: the lowest validation loss and the best epoch.

    One swept key makes lines, two a heat map, more a list in the order of the loss; named
    points are categories, in the study's order.
    """
    fields = fields_of(tables)
    if all(best_of(field.rows) is None for field in fields):
        return style.only_words(options, finding(fields))
    kind = kind_of(fields[0])
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
            axes.set_title("\n".join(textwrap.wrap(title, 36 if narrow else 52)))
        if kind is draw_list and not narrow:
            grid[2 * number + 1].tick_params(labelleft=False)  # the points of its neighbour
    return style.finish(
        figure, options, finding(fields), what_is_drawn(tables, fields, kind), False
    )


def fields_of(tables: Tables) -> list[Field]:
    """Cut the table by dataset; of several backends, the first."""
    reference = tables.backends[0]
    rows = [row for row in tables.rows("best_epoch") if row["backend"] == reference]
    keys = ["point"] if "point" in tables.swept else tables.swept
    return [
        Field(
            dataset,
            [row for row in rows if row["dataset"] == dataset],
            keys,
            loss_unit(tables, dataset),
        )
        for dataset in tables.study.datasets
    ]


def kind_of(field: Field) -> Any:
    """Choose the function that draws a panel."""
    if field.is_named or len(field.keys) > 2:
        return draw_list
    return draw_lines if len(field.keys) == 1 else draw_heat_map


def loss_unit(tables: Tables, dataset: str) -> str:
    """Name loss and unit in one."""
    return with_unit(*tables.loss_name(dataset), ", {}")


def height_of(kind: Any, fields: Sequence[Field], narrow: bool) -> float:
    """Return the height of a panel in mm."""
    if kind is draw_list:
        rows = max(len(listed(field)) for field in fields)
        lines = max(len(name_lines(row, f.keys)) for f in fields for row in listed(f))
        return 16 + max(4.6, 3.2 * lines + 0.6) * rows
    if kind is draw_heat_map:
        values = max(len(distinct(field.rows, field.keys[0])) for field in fields)
        return 20 + 8 * max(values, 3)
    return 52 if narrow else 60


def what_is_drawn(tables: Tables, fields: Sequence[Field], kind: Any) -> list[str]:
    """Say what a reader must know."""
    backends, rows = tables.backends, fields[0].rows
    notes = [f"Backend {backends[0]} alone is drawn." if len(backends) > 1 else ""]
    if kind is draw_list and len(rows) > MOST_ROWS:
        notes.append(f"The {MOST_ROWS} of {len(rows)} points with the lowest loss are shown.")
    if kind is draw_heat_map:
        notes.append("Darker is less; the frame is at the lowest validation loss.")
    else:
        notes.append("The ring is at the lowest validation loss.")
        runs = max(int(row.get("sampling_units") or 0) for row in rows) if rows else 0
        interval = any(row.get("interval_low") is not None for row in rows)
        bars = f"Bars: standard error of the loss{', interval of the epoch' if interval else ''}."
        notes.append(bars if runs > 1 else "")
    if any(row.get("censored") for field in fields for row in field.rows):
        notes.append(
            "≥: the best epoch is at least that."
            if kind is draw_heat_map
            else "Open arrows are lower bounds of the best epoch."
        )
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
