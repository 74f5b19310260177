"""What several figures mark on a curve: the best epoch, the safe range, the baseline."""

from typing import TYPE_CHECKING, Any

import numpy as np

from epochwise.figures import style
from epochwise.figures.labels import place_label
from epochwise.tables.curves import Curves
from epochwise.tables.results import Row, Tables

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BASELINES = {"regression": "baseline: training mean"}  # of classes, their shares
HEIGHT = 0.012  # of the axes: where the safe range lies


def mark_best(axes: "Axes", curves: Curves, facts: Row, roomy: bool = True) -> None:
    """Mark the epoch of the lowest (mean) validation loss, and say which it is.

    Parameters
    ----------
    facts : the point's row of `best_epoch`; a best epoch that is a lower bound is an arrow.
    roomy : whether there is space for long labels.
    """
    lowest = float(curves.mean("validation_loss")[curves.best])
    axes.axvline(curves.best, color="#333333", linestyle=(0, (4, 2)), linewidth=0.8, zorder=3)
    bound = bool(facts.get("censored"))
    look: dict[str, Any] = {"markerfacecolor": "white", "markeredgecolor": "black"}
    look |= {"marker": ">" if bound else "o", "markersize": 4.5, "markeredgewidth": 1.0}
    look |= {"linestyle": "none", "zorder": 6, "clip_on": False}
    label = "lowest so far: a lower bound" if bound else "lowest validation loss"
    axes.plot([curves.best], [lowest], label=label, **look)
    drawn = [curves.mean(f"{partition}_loss") for partition in curves.partitions()]
    text = f"best epoch {'at least ' if bound else ''}{style.count(curves.best)}"
    text += f"\n{'validation ' if roomy else ''}loss {style.short(lowest)}"
    place_label(axes, text, curves.best, drawn)


def mark_safe_range(axes: "Axes", facts: Row) -> str:
    """Draw the safe range along the axis, where there is one; give a note on what it is."""
    low, high, cost = (facts.get(f"safe_{name}") for name in ("low", "high", "cost_percent"))
    if low is None or high is None:
        return ""
    look: dict[str, Any] = {"color": "black", "linewidth": 3, "solid_capstyle": "butt", "zorder": 5}
    axes.plot(
        [low, high], [HEIGHT] * 2, transform=axes.get_xaxis_transform(), label="safe range", **look
    )
    sure = 100 * float(facts.get("interval_coverage") or 0.95)
    return f"Safe range: costs less than {cost:g} % more validation loss, {sure:g} % sure."


def mark_baseline(axes: "Axes", curves: Curves, tables: Tables) -> float | None:
    """Draw the validation loss of predicting a constant, where it is known; give it."""
    values = curves.baseline()
    if not len(values) or not np.isfinite(values).all():
        return None
    loss = float(values.mean())
    label = BASELINES.get(tables.losses.facts["tasks"][curves.dataset], "baseline: class shares")
    axes.axhline(
        loss, color=style.GREY, linestyle=(0, (1, 2)), linewidth=1, zorder=1.5, label=label
    )
    return loss
