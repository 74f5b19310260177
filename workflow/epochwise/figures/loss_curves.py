"""The losses against the epoch, with the best epoch marked: the tutorial's figure."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from epochwise.figures import style
from epochwise.figures.curves import Curves, Floats
from epochwise.figures.labels import place_label
from epochwise.figures.tables import Tables
from epochwise.thinning import thin

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PANELS = 12  # small multiples; more could not be read
MOST_SINGLES = 30  # runs drawn one by one; above it their band alone
FEWEST_BANDED = 3  # runs; the band of two would be the two
BAND = (10, 90)  # percentiles
COINCIDE = 1e-6  # relative: far below the width of a line
TITLE_LETTERS = {1: 52, 2: 48, 3: 30}  # in a line, by how many panels stand side by side
POINTS = 1500  # of a line: more than a printed page resolves


@dataclass(frozen=True)
class Panel:
    """One small multiple: backends whose curves coincide are drawn once."""

    curves: Curves
    backends: Sequence[str]


@style.styled
def draw(tables: Tables, options: Mapping[str, Any]) -> "Figure":
    """Draw the losses of every configuration against the epoch.

    Parameters
    ----------
    options : `yscale`, `width`, `title`; see `epochwise.figures.options`.
    """
    every = [panel for group in by_place(tables.curves()) for panel in coinciding(group)]
    shown = most_telling(every, MOST_PANELS)
    figure, grid = panel_grid(options, len(shown))
    notes = []
    columns = columns_of(options, len(shown))
    for axes, panel in zip(grid, shown, strict=True):
        notes.append(draw_panel(axes, panel, options, roomy=columns < 3))
        name, unit = tables.loss_name(panel.curves.dataset)
        axes.set_ylabel(f"{name.capitalize()} ({unit})")
        if len(shown) > 1:
            axes.set_title(panel_title(panel, every, columns))
    tidy_labels(grid, columns)
    left_out = (
        f"{len(shown)} of {len(every)} settings are shown, those of the least validation loss."
    )
    notes += [what_lines_are(shown), same_curves(shown)]
    notes += [left_out] if len(shown) < len(every) else []
    legend_columns = 2 if style.is_narrow(options) else 4
    return style.finish(figure, options, finding(every), notes, legend_columns)


def by_place(curves: Sequence[Curves]) -> list[list[Curves]]:
    """Group the backends of each dataset and point, in the order of the table."""
    groups: dict[str, list[Curves]] = {}
    for one in curves:
        place = {key: value for key, value in one.key.items() if key != "backend"}
        groups.setdefault(repr(place), []).append(one)
    return list(groups.values())


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
    """Choose the panels of the least validation loss, as many for each dataset."""
    if len(panels) <= most:
        return list(panels)
    datasets: dict[str, list[Panel]] = {}
    for panel in panels:
        datasets.setdefault(panel.curves.dataset, []).append(panel)
    ranked = [sorted(group, key=lambda p: least_loss(p.curves)) for group in datasets.values()]
    deepest = max(map(len, ranked))
    chosen = [group[rank] for rank in range(deepest) for group in ranked if rank < len(group)]
    kept = {id(panel) for panel in chosen[:most]}
    return [panel for panel in panels if id(panel) in kept]


def least_loss(curves: Curves) -> float:
    """Return the least mean validation loss, infinite where there is none."""
    return float(curves.mean("validation_loss")[curves.best]) if curves.best >= 0 else np.inf


def columns_of(options: Mapping[str, Any], panels: int) -> int:
    """Return how many panels stand side by side."""
    return min(panels, 1 if style.is_narrow(options) else 2 if panels in (2, 4) else 3)


def panel_grid(options: Mapping[str, Any], panels: int) -> tuple["Figure", list["Axes"]]:
    """Make a figure of as many axes."""
    columns = columns_of(options, panels)
    rows = -(-panels // columns)
    tall = {1: 68.0, 2: 55.0}.get(columns, 48.0) if not style.is_narrow(options) else 52.0
    if panels == 1:
        tall = 88.0 if not style.is_narrow(options) else 62.0
    figure = style.new_figure(options, 22 + rows * tall)
    grid = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for spare in grid[panels:]:
        spare.remove()
    return figure, grid[:panels]


def tidy_labels(grid: Sequence["Axes"], columns: int) -> None:
    """Keep axis labels at the outer axes, and the y label where it changes."""
    for number, axes in enumerate(grid):
        if number + columns < len(grid):
            axes.set_xlabel("")
        if number % columns and axes.get_ylabel() == grid[number - 1].get_ylabel():
            grid[number].yaxis.label.set_visible(False)


def panel_title(panel: Panel, every: Sequence[Panel], columns: int) -> str:
    """Name what tells this panel from the others."""
    parts = []
    if len({other.curves.dataset for other in every}) > 1:
        parts.append(panel.curves.dataset)
    parts.append(panel.curves.point)
    if len({tuple(other.backends) for other in every}) > 1:
        parts.append(" = ".join(panel.backends))
    lines = [line for part in parts for line in textwrap.wrap(part, TITLE_LETTERS[columns])]
    return "\n".join(lines)


def draw_panel(axes: "Axes", panel: Panel, options: Mapping[str, Any], roomy: bool) -> str:
    """Draw one configuration and give a note on it; `roomy` has space for long labels."""
    curves = panel.curves
    drawn = []
    for partition in curves.partitions():
        drawn += draw_partition(axes, curves, partition)
    scale_note = style.set_loss_scale(axes, options["yscale"], drawn)
    last = max(curves.losses["validation_loss"].shape[1] - 1, 1)
    style.set_epoch_axis(axes, last, *([] if roomy else ["Epoch"]))
    if curves.best >= 0 and curves.diverged < len(curves.fold):
        mark_best(axes, curves, roomy)
    return " ".join([mark_diverged(axes, curves), scale_note]).strip()


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


def mark_best(axes: "Axes", curves: Curves, roomy: bool = True) -> None:
    """Mark the epoch of the least (mean) validation loss, and say which it is."""
    mean = curves.mean("validation_loss")
    best, least = curves.best, float(mean[curves.best])
    axes.axvline(best, color="#333333", linestyle=(0, (4, 2)), linewidth=0.8, zorder=3)
    axes.plot(
        [best],
        [least],
        marker="o",
        markersize=4.5,
        markerfacecolor="white",
        markeredgecolor="black",
        markeredgewidth=1.0,
        linestyle="none",
        zorder=6,
        clip_on=False,
        label="least validation loss",
    )
    drawn = [curves.mean(f"{partition}_loss") for partition in curves.partitions()]
    text = f"best epoch {style.count(best)}"
    text += f"\nvalidation loss {style.short(least)}" if roomy else f"\nloss {style.short(least)}"
    place_label(axes, text, best, drawn)


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
    return f"Lines are means of {span} runs{of}." + (band if numbers[-1] >= FEWEST_BANDED else "")


def same_curves(panels: Sequence[Panel]) -> str:
    """Say which backends share a curve."""
    joined = dict.fromkeys(tuple(panel.backends) for panel in panels if len(panel.backends) > 1)
    return " ".join(
        f"The curves of {', '.join(names[:-1])} and {names[-1]} coincide (within a relative "
        f"{COINCIDE:g}) and are drawn once."
        for names in joined
    )


def finding(panels: Sequence[Panel]) -> str:
    """Say in one line what the curves show."""
    known = [panel for panel in panels if panel.curves.best >= 0]
    if not known or all(p.curves.diverged == len(p.curves.fold) for p in panels):
        return "Every run diverged: no epoch can be recommended"
    datasets = dict.fromkeys(panel.curves.dataset for panel in known)
    if len(datasets) > 1:
        best = [panel.curves.best for panel in known]
        span = f"epochs {style.count(min(best))} to {style.count(max(best))}"
        return f"The least validation loss comes at {span}, by dataset and setting"
    leader = min(known, key=lambda panel: least_loss(panel.curves)).curves
    return finding_of(leader, len(panels) > 1)


def finding_of(curves: Curves, several: bool) -> str:
    """Say what the curves of one configuration show."""
    best, last = curves.best, curves.horizon
    where = f"{curves.dataset}{f', {curves.point}' if several and curves.point else ''}"
    if last == 0:
        return f"{where}: only the untrained network was measured"
    if np.ptp(curves.mean("validation_loss")) == 0:
        return f"{where}: the validation loss is the same at every epoch"
    if best == 0:
        return f"{where}: training never improves on the untrained network"
    if best == last:
        return f"{where}: the validation loss is least at the last epoch, {style.count(last)}"
    return (
        f"{where}: the validation loss is least at epoch {style.count(best)} of {style.count(last)}"
    )
