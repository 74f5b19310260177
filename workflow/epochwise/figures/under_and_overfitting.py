"""Where training is too short, good enough and too long, and what the gap does meanwhile."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from epochwise.arrays import Floats
from epochwise.figures import style
from epochwise.figures.lines import line
from epochwise.figures.marks import (
    confidence,
    mark_baseline,
    mark_best,
    mark_safe_range,
    what_safe_is,
)
from epochwise.figures.panels import (
    Panel,
    coinciding,
    comparable,
    most_telling,
    panel_title,
    same_curves,
    share_limits,
    share_scale,
    tidy_labels,
)
from epochwise.tables.agreement import by_place
from epochwise.tables.curves import Curves
from epochwise.tables.results import Row, Tables, with_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PANELS = {"page": 6, "column": 2}
PHASES: dict[str, dict[str, Any]] = {  # hatched as well, for print without colours
    "underfitting": {"facecolor": "#dcebf7", "hatch": None},
    "plateau": {"facecolor": "#d9f0e6", "hatch": "...."},
    "overfitting": {"facecolor": "#fbe3d3", "hatch": "////"},
}
HATCH = "#b8b8b8"


@style.styled
def draw(tables: Tables, options: Mapping[str, Any]) -> "Figure":
    """Shade the phases on the mean curves, with the generalisation gap below."""
    curves = tables.curves(("train_loss", "validation_loss"))
    every = [panel for group in by_place(curves) for panel in coinciding(group)]
    shown = most_telling(every, MOST_PANELS[options["width"]])
    shown = [panel for panel in shown if panel.curves.horizon >= 0]
    if not shown:
        return style.only_words(options, "Every run diverged before its first loss")
    columns = 1 if style.is_narrow(options) else min(len(shown), 3)
    figure, pairs = paired_axes(options, len(shown), columns)
    notes = draw_pairs(pairs, shown, tables, options)
    for panel, (upper, lower) in zip(shown, pairs, strict=True):
        label_pair(upper, lower, tables.loss_name(panel.curves.dataset))
        if len(every) > 1:
            upper.set_title(panel_title(panel, every, options, columns))
    shared = [comparable(panel.curves) for panel in shown]
    for half in zip(*pairs, strict=True):
        tidy_labels(half, columns, shared)
    left_out = (
        f"{len(shown)} of {len(every)} points are shown, those with the lowest validation loss."
    )
    notes += [same_curves(shown), left_out if len(shown) < len(every) else ""]
    title = finding(tables, [panel.curves for panel in shown])
    return style.finish(figure, options, title, notes)


def paired_axes(
    options: Mapping[str, Any], panels: int, columns: int
) -> tuple["Figure", list[tuple["Axes", "Axes"]]]:
    """Make a large and a small axes, one above the other, for each panel."""
    rows = -(-panels // columns)
    figure = style.new_figure(options, 14 + rows * 82)
    ratios = [2.3, 1] * rows
    grid = figure.subplots(2 * rows, columns, squeeze=False, height_ratios=ratios)
    pairs = [(grid[2 * r, c], grid[2 * r + 1, c]) for r in range(rows) for c in range(columns)]
    for pair in pairs[panels:]:
        for spare in pair:
            spare.remove()
    return figure, pairs[:panels]


def label_pair(upper: "Axes", lower: "Axes", loss: tuple[str, str]) -> None:
    """Label a pair of axes."""
    upper.set_xlabel("")
    upper.set_ylabel(with_unit(f"{loss[0][0].upper()}{loss[0][1:]}", loss[1], "\n({})"))
    lower.set_ylabel(with_unit("Validation - train", loss[1], "\n({})"))


def draw_pairs(
    pairs: Sequence[tuple["Axes", "Axes"]],
    shown: Sequence[Panel],
    tables: Tables,
    options: Mapping[str, Any],
) -> list[str]:
    """Draw every point, those of a dataset on the same axes; give notes."""
    groups: dict[str, list[tuple[Axes, Axes]]] = {}
    drawn: dict[str, list[Floats]] = {}
    for panel, pair in zip(shown, pairs, strict=True):
        name = comparable(panel.curves)
        groups.setdefault(name, []).append(pair)
        drawn.setdefault(name, []).extend(draw_pair(*pair, panel.curves, tables))
    notes = []
    for name, group in groups.items():
        uppers, lowers = zip(*group, strict=True)
        notes.append(share_scale(uppers, options["yscale"], drawn[name]))
        share_limits(lowers)
    known = [panel.curves for panel in shown if not panel.curves.lost]
    facts = [tables.row("best_epoch", curves.key) for curves in known]
    for panel, (upper, _) in zip(shown, pairs, strict=True):
        upper.minorticks_off()
        if not panel.curves.lost:
            own = tables.row("best_epoch", panel.curves.key)
            mark_best(upper, panel.curves, own, roomy=False)
            mark_safe_range(upper, own)
    return [*notes, what_safe_is(facts, confidence(tables))]


def draw_pair(upper: "Axes", lower: "Axes", curves: Curves, tables: Tables) -> list[Floats]:
    """Draw the losses of one point, and their gap; give what was drawn of the losses."""
    train, validation = curves.mean("train_loss"), curves.mean("validation_loss")
    last = max(curves.horizon, 1)
    for axes in (upper, lower):
        style.set_epoch_axis(axes, last, "Epoch")
    shade(upper, lower, tables.row("phases", curves.key), last)
    for partition, values in (("train", train), ("validation", validation)):
        line(upper, values, label=partition, zorder=4, **style.PARTITION_STYLE[partition])
    baseline = mark_baseline(upper, curves, tables)
    draw_gap(lower, validation - train)
    style.plain_numbers(lower)
    return [train, validation, *([] if baseline is None else [np.array([baseline])])]


def shade(upper: "Axes", lower: "Axes", phases: Row, last: int) -> None:
    """Shade each phase from its first to its last epoch, half an epoch beyond either."""
    for name, look in PHASES.items():
        first, end = phases.get(f"{name}_first"), phases.get(f"{name}_last")
        if first is None or end is None:
            continue
        span = max(first - 0.5, -0.015 * last), min(end + 0.5, 1.015 * last)
        for axes, label in ((upper, name), (lower, None)):
            axes.axvspan(*span, label=label, edgecolor=HATCH, linewidth=0, zorder=0, **look)


def draw_gap(axes: "Axes", gap: Floats) -> None:
    """Draw validation loss less train loss, all of it."""
    line(axes, gap, color="black", linewidth=1.0)
    axes.axhline(0, color="#444444", linewidth=0.6)
    ends = [0.0, *gap[np.isfinite(gap)]]
    margin = 0.05 * (max(ends) - min(ends)) or 1.0
    axes.set_ylim(min(ends) - margin, max(ends) + margin)


def finding(tables: Tables, curves: Sequence[Curves]) -> str:
    """Say what the best point does, in the words of the phases."""
    leader = min(curves, key=lambda one: one.rank)
    verdict = tables.row("phases", leader.key).get("verdict")
    where = ", ".join(filter(None, [leader.dataset, leader.point if len(curves) > 1 else ""]))
    return (
        f"{where}: {verdict}" if verdict else f"{where}: train and validation loss, and their gap"
    )
