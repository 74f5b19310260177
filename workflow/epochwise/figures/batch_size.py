"""Batch sizes against epochs, updates and samples: the same runs, three ways of counting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from epochwise.arrays import Floats
from epochwise.figures import style
from epochwise.figures.marks import open_arrow
from epochwise.figures.thinning import thin
from epochwise.tables.curves import Curves
from epochwise.tables.results import Tables, with_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COUNTS = {
    "epochs": "Epoch",
    "iterations": "Iteration (update of the weights)",
    "samples": "Samples seen",
}
# from dark to light, so that an order can be seen, in grey as well (from the map "cividis")
SHADES = ("#00224e", "#3b496c", "#707173", "#a59c74", "#d0bb5a", "#e8cf4b")
POINTS = 800


@style.styled
def draw(tables: Tables, options: Mapping[str, Any]) -> "Figure":
    """Draw the mean validation curve of every batch size against three counts."""
    every = tables.curves(("validation_loss",))
    groups, places = families(every), places_of(every)
    if not any(curves.horizon > 0 for group in groups for curves in group):
        return style.only_words(options, finding(groups))
    narrow = style.is_narrow(options)
    rows, columns = (3 * len(groups), 1) if narrow else (len(groups), 3)
    figure = style.new_figure(options, rows * (46 if narrow else 62))
    grid = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    notes = []
    for number, group in enumerate(groups):
        trio = grid[3 * number : 3 * number + 3]
        looks = [Look(places[size_of(one)], len(places), is_bound(tables, one)) for one in group]
        notes.append(draw_group(trio, group, looks, options))
        name, unit = tables.loss_name(group[0].dataset)
        for axes in trio if narrow else trio[:1]:
            axes.set_ylabel(with_unit(name.capitalize(), unit, "\n({})"))
        if len(groups) > 1 or others(group[0]):
            trio[0].set_title(", ".join(filter(None, [group[0].dataset, others(group[0])])))
    notes += [what_is_left_out(tables, groups), "The curves begin after the first epoch."]
    return style.finish(figure, options, finding(groups), notes)


def families(curves: Sequence[Curves]) -> list[list[Curves]]:
    """Give for each dataset the batch sizes of its best point, in increasing order.

    Of several backends, the first.
    """
    chosen = []
    for dataset in dict.fromkeys(one.dataset for one in curves):
        own = [one for one in curves if one.dataset == dataset]
        own = [one for one in own if one.backend == own[0].backend]
        best = others(min(own, key=lambda one: one.rank))
        family = [one for one in own if others(one) == best]
        chosen.append(sorted(family, key=lambda one: rows_per_batch(one)))
    return chosen


@dataclass(frozen=True)
class Look:
    """How a batch size looks: by its place among all of the study, so the same in every panel."""

    place: int
    total: int
    bound: bool  # whether its best epoch is a lower bound

    @property
    def colour(self) -> str:
        """A shade, the lighter the larger the batches."""
        return SHADES[round(self.place * (len(SHADES) - 1) / max(self.total - 1, 1))]

    @property
    def dashes(self) -> Any:
        """How the line is broken."""
        return style.DASHES[self.place % len(style.DASHES)]

    @property
    def marker(self) -> dict[str, Any]:
        """The mark of the best epoch."""
        if self.bound:
            return {"markersize": 5, **open_arrow(self.colour)}
        look = {"marker": style.MARKERS[self.place % len(style.MARKERS)], "markersize": 4.5}
        return {**look, "color": self.colour, "markeredgecolor": "white", "markeredgewidth": 0.6}


def places_of(every: Sequence[Curves]) -> dict[str, int]:
    """Give the place of each batch size of the study, the smallest first."""
    sizes: dict[str, float] = {}
    for curves in every:
        sizes.setdefault(size_of(curves), rows_per_batch(curves))
    return {size: place for place, size in enumerate(sorted(sizes, key=lambda one: sizes[one]))}


def size_of(curves: Curves) -> str:
    """Name the batch size as the study does."""
    return str(curves.swept["batch_size"])


def is_bound(tables: Tables, curves: Curves) -> bool:
    """Tell whether the best epoch is only a lower bound."""
    return bool(tables.row("best_epoch", curves.key).get("censored"))


def others(curves: Curves) -> str:
    """Name the swept values besides the batch size."""
    return ", ".join(f"{k}={v}" for k, v in curves.swept.items() if k != "batch_size")


def rows_per_batch(curves: Curves) -> float:
    """Return the batch size, the largest where folds have `auto` ones of their own."""
    return float(np.nanmax(curves.rows_per_batch))


def per_epoch(curves: Curves, count: str) -> float:
    """Return how much of a count one epoch is, the mean over the runs used."""
    if count == "epochs":
        return 1.0
    values = {"iterations": curves.iterations_per_epoch, "samples": curves.training_rows}[count]
    values = values[curves.used]
    return float(np.nanmean(values)) if np.isfinite(values).any() else 1.0


def draw_group(
    trio: Sequence["Axes"],
    group: Sequence[Curves],
    looks: Sequence[Look],
    options: Mapping[str, Any],
) -> str:
    """Draw a family against the three counts; give a note."""
    note = ""
    for axes, (count, label) in zip(trio, COUNTS.items(), strict=True):
        drawn = [draw_curve(axes, *each, count) for each in zip(group, looks, strict=True)]
        note = style.set_loss_scale(axes, options["yscale"], drawn)
        if options["xscale"] == "log":
            style.set_log_x(axes)
        axes.set_xlabel(label)
    return note


def draw_curve(axes: "Axes", curves: Curves, look: Look, count: str) -> Floats:
    """Draw one mean curve and mark its best epoch; give what was drawn."""
    mean = curves.mean("validation_loss")[1:]
    if not len(mean):
        return mean
    kept, step = thin(mean, POINTS), per_epoch(curves, count)
    drawn: dict[str, Any] = {"color": look.colour, "linestyle": look.dashes}
    axes.plot((kept + 1) * step, mean[kept], label=f"batch size {size_of(curves)}", **drawn)
    if curves.best > 0:
        at = [curves.best * step], [mean[curves.best - 1]]
        axes.plot(*at, linestyle="none", zorder=5, clip_on=False, **look.marker)
    return mean


def what_is_left_out(tables: Tables, groups: Sequence[Sequence[Curves]]) -> str:
    """Say of what the curves are, and which are not drawn."""
    runs = max(len(curves.used) for group in groups for curves in group)
    what = "The curves are validation losses"
    what += f", means of {runs} runs; " if runs > 1 else "; "
    backends = tables.backends
    one = f" Backend {backends[0]} alone is drawn." if len(backends) > 1 else ""
    bound = any(is_bound(tables, curves) for group in groups for curves in group)
    arrows = ", open arrows a best epoch that is a lower bound" if bound else ""
    return f"{what}markers show the lowest{arrows}.{one}"


def finding(groups: Sequence[Sequence[Curves]]) -> str:
    """Say which batch size got lowest, and when."""
    best = min((curves for group in groups for curves in group), key=lambda one: one.rank)
    if best.lost:
        return "Every run diverged: no batch size can be recommended"
    size, epoch = best.swept["batch_size"], style.count(best.best)
    updates = style.count(best.best * per_epoch(best, "iterations"))
    return (
        f"{best.dataset}: batch size {size} reaches the lowest validation loss, at epoch {epoch}, "
        f"after {updates} updates"
    )
