"""What several figures mark on a curve: the best epoch, the safe range, the baseline."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from epochwise.figures import style
from epochwise.figures.labels import place_label
from epochwise.tables.curves import Curves
from epochwise.tables.results import Row, Tables
from epochwise.tables.scores import LABELS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BASELINES = {"regression": "baseline: training mean"}  # of classes, their shares
HEIGHT = 0.012  # of the axes: where the safe range lies


def open_arrow(colour: str, along: str = "x") -> dict[str, Any]:
    """Give the look of a best epoch that is a lower bound; it points to where it may really be."""
    look = {"marker": ">" if along == "x" else "^", "markerfacecolor": "white"}
    return {**look, "markeredgecolor": colour, "markeredgewidth": 1.0}


def mark_best(
    axes: "Axes", curves: Curves, facts: Row, roomy: bool = True, metric: str = "loss"
) -> None:
    """Mark the epoch of the lowest (mean) validation loss, and say which it is.

    Parameters
    ----------
    facts : the point's row of `best_epoch`; a best epoch that is a lower bound is an arrow.
    roomy : whether there is space for long labels.
    metric : what is drawn, which has its own value at that epoch.
    """
    lowest = float(curves.mean(f"validation_{metric}")[curves.best])
    axes.axvline(curves.best, color="#333333", linestyle=(0, (4, 2)), linewidth=0.8, zorder=3)
    bound = bool(facts.get("censored"))
    look: dict[str, Any] = {"markerfacecolor": "white", "markeredgecolor": "black"}
    look |= {"marker": ">" if bound else "o", "markersize": 4.5, "markeredgewidth": 1.0}
    look |= {"linestyle": "none", "zorder": 6, "clip_on": False}
    most = "greatest validation score" if metric == "score" else "lowest validation loss"
    label = f"{most.split()[0]} so far: a lower bound" if bound else most
    axes.plot([curves.best], [lowest], label=label, **look)
    drawn = [curves.mean(f"{partition}_{metric}") for partition in curves.partitions()]
    text = f"best epoch {'at least ' if bound else ''}{style.count(curves.best)}"
    text += f"\n{'validation ' if roomy else ''}{LABELS[metric]} {style.short(lowest)}"
    place_label(axes, text, curves.best, drawn)


def mark_safe_range(axes: "Axes", facts: Row) -> None:
    """Draw the safe range along the axis, where there is one."""
    low, high = facts.get("safe_low"), facts.get("safe_high")
    if low is None or high is None:
        return
    look: dict[str, Any] = {"color": "black", "linewidth": 3, "solid_capstyle": "butt", "zorder": 5}
    axes.plot(
        [low, high], [HEIGHT] * 2, transform=axes.get_xaxis_transform(), label="safe range", **look
    )


def what_safe_is(every: Iterable[Row], sure: float) -> str:
    """Say once what the safe ranges of all panels cost; `sure` is their confidence."""
    costs = sorted({row["safe_cost_percent"] for row in every if row.get("safe_high") is not None})
    if not costs:
        return ""
    span = " to ".join(f"{cost:g}" for cost in dict.fromkeys((costs[0], costs[-1])))
    return f"Safe range: costs less than {span} % more validation loss, {100 * sure:g} % sure."


def confidence(tables: Tables) -> float:
    """Give the confidence of the safe range that the study asks for."""
    return float(tables.study.resolved["answer"]["interval"])


def mark_baseline(
    axes: "Axes", curves: Curves, tables: Tables, metric: str = "loss"
) -> float | None:
    """Draw what predicting a constant reaches on the validation rows, where it is known; give it."""
    values = curves.baseline(f"validation_{metric}")
    if not len(values) or not np.isfinite(values).all():
        return None
    loss = float(values.mean())
    label = BASELINES.get(tables.losses.facts["tasks"][curves.dataset], "baseline: class shares")
    axes.axhline(
        loss, color=style.GREY, linestyle=(0, (1, 2)), linewidth=1, zorder=1.5, label=label
    )
    return loss
