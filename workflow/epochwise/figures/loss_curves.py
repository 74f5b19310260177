"""The losses against the epoch, with the best epoch marked: the tutorial's figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from epochwise.arrays import Floats
from epochwise.figures import style
from epochwise.figures.curve_words import finding, what_lines_are
from epochwise.figures.lines import draw_partition
from epochwise.figures.marks import (
    confidence,
    mark_baseline,
    mark_best,
    mark_safe_range,
    what_safe_is,
)
from epochwise.figures.panels import (
    ROOMY,
    Panel,
    coinciding,
    columns_of,
    comparable,
    most_telling,
    panel_grid,
    panel_title,
    panel_width,
    same_curves,
    share_scale,
    tidy_labels,
)
from epochwise.tables.agreement import by_place
from epochwise.tables.curves import Curves
from epochwise.tables.metric_curves import IN_SHARES, curves_of
from epochwise.tables.results import Tables, with_unit
from epochwise.training.metrics import check_known

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PANELS = 12  # small multiples; more could not be read


@style.styled
def draw(tables: Tables, options: Mapping[str, Any]) -> "Figure":
    """Draw the losses of every point against the epoch.

    Parameters
    ----------
    options : `yscale`, `metric`, `width`, `title`; see config/README.md.
    """
    metrics = asked(options, tables)
    every = [
        p for group in by_place(curves_of(tables, [*metrics, "score"])) for p in coinciding(group)
    ]
    shown = most_telling(every, max(MOST_PANELS // len(metrics), 1))
    shown = [panel for panel in shown if has_any(panel.curves)]
    if not shown:
        return style.only_words(options, finding(every, tables))
    columns = columns_of(options, len(shown), len(metrics))
    figure, grid = panel_grid(options, len(shown) * len(metrics), columns)
    roomy = panel_width(options, columns) >= ROOMY
    pairs = [(panel, itself(metric, panel.curves)) for panel in shown for metric in metrics]
    cells = [Cell(axes, *pair, roomy) for axes, pair in zip(grid, pairs, strict=True)]
    notes = draw_cells(cells, tables, options)
    between = " " if -(-len(cells) // columns) < 4 else "\n"  # low panels have short labels
    for cell in cells:
        name, unit = tables.metrics(cell.curves.dataset)[cell.metric]
        name = f"{name[0].upper()}{name[1:]}" if tables.study.trains else name  # mIoU stays
        cell.axes.set_ylabel(with_unit(name, unit, f"{between}({{}})"))
        if len(shown) > 1:
            cell.axes.set_title(panel_title(cell.panel, every, options, columns))
    tidy_labels(grid, columns, [cell.shares for cell in cells])
    left_out = (
        f"{len(shown)} of {len(every)} points are shown, those with the lowest validation loss."
    )
    notes += [what_lines_are(shown), same_curves(shown)]
    notes += [left_out] if len(shown) < len(every) else []
    return style.finish(figure, options, finding(every, tables), notes)


@dataclass(frozen=True)
class Cell:
    """One metric of one point on its axes; `roomy` axes have space for long labels."""

    axes: "Axes"
    panel: Panel
    metric: str
    roomy: bool

    @property
    def curves(self) -> Curves:
        """The curves that are drawn."""
        return self.panel.curves

    @property
    def shares(self) -> str:
        """What names the cells that share a y axis."""
        return f"{self.metric} {comparable(self.curves)}"


def asked(options: Mapping[str, Any], tables: Tables) -> list[str]:
    """List the metrics that the study asks for; refuse what a dataset's task does not have."""
    wish = options.get("metric", "loss")
    metrics = wish if isinstance(wish, list) else [wish]
    for dataset in tables.study.datasets:
        keys = [("figures.loss_curves.metric", metric) for metric in metrics]
        check_known(tables.metrics(dataset), dataset, tables.study.name, keys)
    return metrics


def itself(metric: str, curves: Curves) -> str:
    """Show a score as itself, in place of what it lacks to its greatest value."""
    return "score" if metric == "loss" and "validation_score" in curves.losses else metric


def has_any(curves: Curves) -> bool:
    """Tell whether there is anything to draw."""
    return any(np.isfinite(values).any() for values in curves.losses.values())


def draw_cells(cells: Sequence[Cell], tables: Tables, options: Mapping[str, Any]) -> list[str]:
    """Draw every cell, those that invite comparison on one y axis; give notes."""
    groups: dict[str, list[Cell]] = {}
    drawn: dict[str, list[Floats]] = {}
    for cell in cells:
        groups.setdefault(cell.shares, []).append(cell)
        drawn.setdefault(cell.shares, []).extend(draw_curves(cell, tables))
    notes = []
    for name, group in groups.items():
        yscale = "linear" if group[0].metric in IN_SHARES else options["yscale"]
        notes.append(share_scale([cell.axes for cell in group], yscale, drawn[name]))
    notes += [note for cell in cells for note in (mark(cell, tables),) if note]
    facts = [tables.row("best_epoch", cell.curves.key) for cell in cells if not cell.curves.lost]
    notes.append(stopped(list({id(cell.curves): cell.curves for cell in cells}.values())))
    return [*notes, what_safe_is(facts, confidence(tables))]


def draw_curves(cell: Cell, tables: Tables) -> list[Floats]:
    """Draw a point's curves and its baseline; give what was drawn."""
    drawn = []
    for partition in cell.curves.partitions():
        drawn += draw_partition(cell.axes, cell.curves, partition, cell.metric)
    baseline = mark_baseline(cell.axes, cell.curves, tables, cell.metric)
    width = cell.curves.losses["validation_loss"].shape[1] - 1
    last = max(cell.curves.horizon if cell.curves.stopped.any() else width, 1)
    style.set_epoch_axis(cell.axes, last, *([] if cell.roomy else ["Epoch"]))
    return [*drawn, *([] if baseline is None else [np.array([baseline])])]


def mark(cell: Cell, tables: Tables) -> str:
    """Mark the best epoch, the safe range and what diverged; give a note on the latter."""
    if not cell.roomy:
        cell.axes.minorticks_off()  # half of the time that small multiples take
    if cell.curves.best >= 0 and not cell.curves.lost:
        facts = tables.row("best_epoch", cell.curves.key)
        mark_best(cell.axes, cell.curves, facts, cell.roomy, cell.metric)
        mark_safe_range(cell.axes, facts)
    return mark_diverged(cell)


def stopped(every: Sequence[Curves]) -> str:
    """Say how many runs were stopped before others, which therefore are not drawn further."""
    number = sum(int(one.stopped.sum()) for one in every)
    total = sum(len(one.fold) for one in every)
    if not number:
        return ""
    return f"{number} of {total} runs were stopped before others; those of a point are drawn up to where the first was."


def mark_diverged(cell: Cell) -> str:
    """Mark where the curves end of runs that diverged, and say how many did."""
    axes, curves = cell.axes, cell.curves
    total, diverged = len(curves.fold), curves.diverged
    if not diverged:
        return ""
    if diverged == total and curves.horizon >= 0:
        last = curves.mean(f"validation_{cell.metric}")[-1]
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
