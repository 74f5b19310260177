"""The losses against the epoch, with the best epoch marked: the tutorial's figure."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from epochwise.arrays import Floats
from epochwise.figures import style
from epochwise.figures.marks import mark_baseline, mark_best, mark_safe_range
from epochwise.figures.panels import (
    ROOMY,
    Panel,
    coinciding,
    columns_of,
    most_telling,
    panel_grid,
    panel_title,
    panel_width,
    same_curves,
    tidy_labels,
)
from epochwise.figures.thinning import thin
from epochwise.tables.agreement import by_place
from epochwise.tables.curves import Curves
from epochwise.tables.results import Row, Tables

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PANELS = 12  # small multiples; more could not be read
MOST_SINGLES = 30  # runs drawn one by one; above it their band alone
FEWEST_BANDED = 3  # runs; the band of two would be the two
BAND = (10, 90)  # percentiles
POINTS = 1500  # of a line: more than a printed page resolves


@style.styled
def draw(tables: Tables, options: Mapping[str, Any]) -> "Figure":
    """Draw the losses of every point against the epoch.

    Parameters
    ----------
    options : `yscale`, `width`, `title`; see `epochwise.figures.options`.
    """
    every = [panel for group in by_place(tables.curves()) for panel in coinciding(group)]
    shown = most_telling(every, MOST_PANELS)
    figure, grid = panel_grid(options, len(shown))
    notes = []
    columns = columns_of(options, len(shown))
    roomy = panel_width(options, columns) >= ROOMY
    between = " " if -(-len(shown) // columns) < 4 else "\n"  # low panels have short labels
    for axes, panel in zip(grid, shown, strict=True):
        notes += draw_panel(axes, panel, tables, options, roomy)
        name, unit = tables.loss_name(panel.curves.dataset)
        axes.set_ylabel(f"{name.capitalize()}{between}({unit})")
        if len(shown) > 1:
            axes.set_title(panel_title(panel, every, options, columns))
    tidy_labels(grid, columns)
    left_out = (
        f"{len(shown)} of {len(every)} points are shown, those with the lowest validation loss."
    )
    notes += [what_lines_are(shown), same_curves(shown)]
    notes += [left_out] if len(shown) < len(every) else []
    return style.finish(figure, options, finding(every, tables), notes)


def draw_panel(
    axes: "Axes", panel: Panel, tables: Tables, options: Mapping[str, Any], roomy: bool
) -> list[str]:
    """Draw one point and give notes on it; `roomy` has space for long labels."""
    curves = panel.curves
    drawn = []
    for partition in curves.partitions():
        drawn += draw_partition(axes, curves, partition)
    baseline = mark_baseline(axes, curves, tables)
    drawn += [] if baseline is None else [np.array([baseline])]
    scale_note = style.set_loss_scale(axes, options["yscale"], drawn)
    last = max(curves.losses["validation_loss"].shape[1] - 1, 1)
    style.set_epoch_axis(axes, last, *([] if roomy else ["Epoch"]))
    if not roomy:
        axes.minorticks_off()  # half of the time that small multiples take
    safe = ""
    if curves.best >= 0 and not curves.lost:
        facts = tables.row("best_epoch", curves.key)
        mark_best(axes, curves, facts, roomy)
        safe = mark_safe_range(axes, facts)
    return [" ".join([mark_diverged(axes, curves), scale_note]).strip(), safe]


def draw_partition(axes: "Axes", curves: Curves, partition: str) -> list[Floats]:
    """Draw the curve of one partition, or mean, band and runs; give what was drawn."""
    column, look = f"{partition}_loss", style.PARTITION_STYLE[partition]
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
        line(axes, run, label=column.removesuffix("_loss"), **look)
    return runs


def line(axes: "Axes", values: Floats, **look: Any) -> None:
    """Draw a curve with as many points as can be seen; few epochs get markers."""
    kept = thin(values, POINTS)
    marker = {"marker": "o", "markersize": 2.5} if len(kept) <= 10 and "label" in look else {}
    axes.plot(kept, values[kept], **{**marker, **look})


def mark_diverged(axes: "Axes", curves: Curves) -> str:
    """Mark where the curves end of runs that diverged, and say how many did."""
    total, diverged = len(curves.fold), curves.diverged
    if not diverged:
        return ""
    if diverged == total and curves.horizon >= 0:
        last = curves.mean("validation_loss")[-1]
        look: dict[str, Any] = {
            "marker": "X",
            "color": "black",
            "markersize": 5,
            "linestyle": "none",
        }
        axes.plot([curves.horizon], [last], label="diverged after this epoch", zorder=6, **look)
    runs = "The run" if total == 1 else f"{diverged} of {total} runs"
    drawn = "; the mean is of the others" if 0 < diverged < total else ""
    where = f", {curves.point}" if curves.point else ""
    return f"{runs} ({curves.dataset}{where}) diverged{drawn}."


def what_lines_are(panels: Sequence[Panel]) -> str:
    """Say how many runs a mean is of."""
    numbers = sorted({len(panel.curves.used) for panel in panels} - {0, 1})
    if not numbers:
        return ""
    span = " to ".join(str(number) for number in dict.fromkeys((numbers[0], numbers[-1])))
    folds = max(len(np.unique(panel.curves.fold)) for panel in panels)
    of = f" (over {folds} folds, the seeds of each averaged first)" if folds > 1 else ""
    band = " The band reaches from the 10th to the 90th percentile of the runs at each epoch."
    singles = f" More than {MOST_SINGLES} are not drawn one by one."
    notes = [
        band if numbers[-1] >= FEWEST_BANDED else "",
        singles if numbers[-1] > MOST_SINGLES else "",
    ]
    return f"Lines are means of {span} runs{of}." + "".join(notes)


def finding(panels: Sequence[Panel], tables: Tables) -> str:
    """Say in one line what the curves show."""
    known = [panel for panel in panels if panel.curves.best >= 0]
    if not known or all(panel.curves.lost for panel in panels):
        return "Every run diverged: no epoch can be recommended"
    datasets = dict.fromkeys(panel.curves.dataset for panel in known)
    if len(datasets) > 1:
        best = [panel.curves.best for panel in known]
        span = f"epochs {style.count(min(best))} to {style.count(max(best))}"
        return f"The lowest validation loss comes at {span}, by dataset and point"
    leader = min(known, key=lambda panel: panel.curves.rank).curves
    where = f"{leader.dataset}{f', {leader.point}' if len(panels) > 1 and leader.point else ''}"
    return f"{where}: {finding_of(leader, tables.row('best_epoch', leader.key))}"


def finding_of(curves: Curves, facts: Row) -> str:
    """Say what the curves of one point show; `facts` is its row of `best_epoch`."""
    best, last = style.count(curves.best), style.count(curves.horizon)
    if curves.horizon == 0:
        return "only the untrained network was measured"
    if np.ptp(curves.mean("validation_loss")) == 0:
        return "the validation loss is the same at every epoch"
    if facts.get("beats_baseline") is False:
        return "never better than predicting a constant"
    if curves.best == 0:
        return "training never improves on the untrained network"
    if facts.get("censored"):
        return f"the validation loss is still falling at epoch {last}: the best epoch is at least {best}"
    return f"the validation loss is lowest at epoch {best} of {last}"
