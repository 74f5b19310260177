"""How far the backends' curves are from the reference backend's, epoch by epoch."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from epochwise.arrays import Floats
from epochwise.figures import style
from epochwise.figures.thinning import thin
from epochwise.tables.agreement import apart, pairs
from epochwise.tables.curves import Curves
from epochwise.tables.results import Tables

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

POINTS = 1200
BELOW = 8  # identical losses are drawn this many times below the machine epsilon


@style.styled
def draw(tables: Tables, options: Mapping[str, Any]) -> "Figure":
    """Draw the largest relative difference of any loss from the reference's against the epoch."""
    dtype = tables.study.resolved["training"]["dtype"]
    epsilon = float(np.finfo(dtype).eps)
    reference, *others = options.get("compared") or tables.study.backends
    curves = tables.curves()
    differences = {name: largest(curves, reference, name) for name in others}
    points = len(tables.study.points()) * len(tables.study.datasets)
    what = "The largest up to each epoch, over train, validation and test loss, seeds and folds"
    note = what + (f", and {points} points." if points > 1 else ".")
    if not any((values > 0).any() for values in differences.values()):
        return style.only_words(options, finding(differences, reference), [note])
    figure = style.new_figure(options, 62 if style.is_narrow(options) else 80)
    axes = figure.subplots()
    for number, (name, values) in enumerate(differences.items(), start=1):
        draw_backend(axes, name, values, number, epsilon / BELOW)
    mark_epsilon(axes, epsilon, dtype)
    set_axes(axes, list(differences.values()), epsilon / BELOW, reference)
    title = finding(differences, reference)
    return style.finish(figure, options, title, [note])


def largest(curves: Sequence[Curves], reference: str, other: str) -> Floats:
    """Return the largest relative difference at each epoch over all runs and losses, (epochs,).

    NaN from the epoch at which no run is left; infinite where one of the two has diverged
    and the other has not.
    """
    found = np.full(0, np.nan)
    for got, expected in pairs(
        [one for one in curves if one.backend in (reference, other)], reference
    ):
        found = _widest(found, apart(got, expected))
    return found


def _widest(one: Floats, other: Floats) -> Floats:
    epochs = max(len(one), len(other))
    padded = [np.pad(v, (0, epochs - len(v)), constant_values=np.nan) for v in (one, other)]
    return np.asarray(np.fmax(*padded))


def draw_backend(axes: "Axes", name: str, values: Floats, number: int, floor: float) -> None:
    """Draw one backend: the largest difference so far; what is identical lies on the floor."""
    values = so_far(values)
    drawn = np.where(np.isfinite(values), np.maximum(values, floor), np.nan)
    kept = thin(drawn, POINTS) if np.isfinite(drawn).any() else np.empty(0, np.int64)
    look: dict[str, Any] = {"color": style.COLOURS[(number - 1) % len(style.COLOURS)]}
    look["linestyle"] = style.DASHES[(number - 1) % len(style.DASHES)]
    if len(kept) <= 10:
        look |= {"marker": style.MARKERS[number % len(style.MARKERS)], "markersize": 3}
    axes.plot(kept, drawn[kept], label=name, clip_on=False, **look)


def so_far(values: Floats) -> Floats:
    """Return the largest value up to each epoch, NaN where there is none at the epoch itself."""
    return np.where(np.isnan(values), np.nan, np.fmax.accumulate(values))


def mark_epsilon(axes: "Axes", epsilon: float, dtype: str) -> None:
    """Draw the machine epsilon."""
    look: dict[str, Any] = {"color": "#444444", "linestyle": (0, (4, 2)), "linewidth": 0.8}
    axes.axhline(epsilon, label=f"machine epsilon of {dtype}, {epsilon:.1e}", **look)


def set_axes(axes: "Axes", values: Sequence[Floats], floor: float, reference: str) -> None:
    """Set a logarithmic axis whose lowest tick is `identical`."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    finite = [one[np.isfinite(one)].max(initial=0) for one in values]
    top = max([*finite, floor * BELOW * 30])
    first, last = int(np.floor(np.log10(floor))) + 1, int(np.ceil(np.log10(top)))
    step = max(1, (last - first) // 6)
    ticks = [floor, *(10.0**power for power in range(first + 1, last + 1, step))]
    axes.set_yscale("log")
    axes.set_ylim(floor, top * 3)
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_minor_locator(NullLocator())
    name = FuncFormatter(lambda value, _: "identical" if value == floor else style.log_label(value))
    axes.yaxis.set_major_formatter(name)
    axes.set_ylabel(f"Relative difference from {reference}")
    style.set_epoch_axis(axes, max([len(one) - 1 for one in values] + [1]))


def finding(differences: Mapping[str, Floats], reference: str) -> str:
    """Say which backends are identical, and how far the others are off."""
    parts = []
    for name, values in differences.items():
        known = values[~np.isnan(values)]
        if not len(known):
            parts.append(f"{name} has nothing to compare")
        elif np.isinf(known).any():
            parts.append(f"{name} diverges where {reference} does not, or the other way")
        elif known.max() == 0:
            parts.append(f"{name} is identical to {reference}")
        else:
            parts.append(f"{name} stays within {known.max():.1e} of {reference}")
    return "; ".join(parts)
