"""How the best epoch is spread over seeds and folds, for each point."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from epochwise.arrays import Bools, Ints
from epochwise.figures import style
from epochwise.figures.marks import confidence, open_arrow, what_safe_is
from epochwise.tables.results import Row, Tables, rank

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_ROWS = 24
LETTERS = {"page": 44, "column": 27}  # of a point's name in a line


@dataclass(frozen=True, eq=False)
class Strip:
    """The best epochs of one point's runs, and what is known of the mean curve's."""

    dataset: str
    name: str
    epochs: Ints  # (runs,)
    censored: Bools  # (runs,) whether a run was at its lowest when it ended
    runs: int
    facts: Row


@style.styled
def draw(tables: Tables, options: Mapping[str, Any]) -> "Figure":
    """Draw the best epoch of every run, with quartiles, and that of the mean curve."""
    every = strips(tables)
    shown = least_losses([strip for strip in every if len(strip.epochs)])
    notes = [what_is_drawn(shown, confidence(tables)), what_is_left_out(every, shown)]
    if not shown:
        return style.only_words(options, finding(shown))
    letters = LETTERS[options["width"]]
    names = ["\n".join(textwrap.wrap(strip.name, letters)) for strip in shown]
    lines = max(name.count("\n") + 1 for name in names)
    figure = style.new_figure(options, 24 + max(6.5, 3.2 * lines + 1.5) * max(len(shown), 2))
    axes = figure.subplots()
    for row, strip in enumerate(shown):
        draw_strip(axes, strip, len(shown) - 1 - row)
    axes.set_yticks(range(len(shown))[::-1], names)
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.grid(visible=False, axis="y")
    ends = [(strip.facts.get("last_epoch") or 0, strip.epochs.max()) for strip in shown]
    last = max(
        int(end) for both in ends for end in both
    )  # a run may go on where others were stopped
    style.set_epoch_axis(axes, last, "Best epoch of a run")
    return style.finish(figure, options, finding(shown), notes)


def strips(tables: Tables) -> list[Strip]:
    """Collect the runs of each point; backends that agree on every run are one."""
    groups: dict[tuple[str, str], dict[str, list[Row]]] = {}
    for run in tables.rows("summary"):
        place = str(run["dataset"]), point_of(tables, run)
        groups.setdefault(place, {}).setdefault(str(run["backend"]), []).append(run)
    found = []
    several = len({dataset for dataset, _ in groups}) > 1
    for (dataset, point), by_backend in groups.items():
        for backends, runs in agreeing(by_backend):
            parts = [dataset if several or not point else "", point]
            parts += [" = ".join(backends)] if len(by_backend) > len(backends) else []
            key = {name: runs[0][name] for name in ("dataset", "backend", *tables.swept)}
            facts = tables.row("best_epoch", key)
            name = ", ".join(filter(None, parts))
            found.append(Strip(dataset, name, *finished(runs), len(runs), facts))
    return found


def point_of(tables: Tables, run: Row) -> str:
    """Name the point of a run."""
    if "point" in tables.swept:
        return str(run["point"])
    return ", ".join(f"{key}={run[key]}" for key in tables.swept)


def agreeing(by_backend: Mapping[str, list[Row]]) -> list[tuple[list[str], list[Row]]]:
    """Join backends whose runs all have the same best epoch."""
    joined: dict[tuple[Any, ...], list[str]] = {}
    for backend, runs in by_backend.items():
        same = tuple((run["fold"], run["seed"], run["best_epoch"]) for run in runs)
        joined.setdefault(same, []).append(backend)
    return [(backends, by_backend[backends[0]]) for backends in joined.values()]


def finished(runs: Sequence[Row]) -> tuple[Ints, Bools]:
    """Return the best epochs of the runs that did not diverge, and whether they are lower bounds."""
    kept = [run for run in runs if run["diverged"] is not True and run["best_epoch"] is not None]
    epochs = np.array([run["best_epoch"] for run in kept], dtype=np.int64)
    return epochs, np.array([run.get("censored") is True for run in kept], dtype=bool)


def draw_strip(axes: "Axes", strip: Strip, height: int) -> None:
    """Draw runs as dots, quartiles as a box, the mean curve's best epoch as a diamond."""
    low, middle, high = np.quantile(strip.epochs, [0.25, 0.5, 0.75])
    box: dict[str, Any] = {"color": style.SKY, "alpha": 0.45, "linewidth": 0, "zorder": 1}
    axes.barh(height, high - low, 0.6, low, label="middle half of the runs", **box)
    median: dict[str, Any] = {"color": style.BLUE, "linewidth": 1.6, "zorder": 3}
    axes.plot([middle, middle], [height - 0.3, height + 0.3], label="median run", **median)
    spread = 0.44 * (
        (np.arange(len(strip.epochs)) * 0.618034) % 1 - 0.5
    )  # no two beside each other
    dots: dict[str, Any] = {"marker": "o", "markersize": 2, "alpha": 0.6, "linestyle": "none"}
    dots |= {"color": "#333333", "zorder": 2}
    ended, at = ~strip.censored, height + spread
    axes.plot(strip.epochs[ended], at[ended], label="one run", **dots)
    if strip.censored.any():
        still = "one run, lowest when it ended: a lower bound"
        open_dots = dots | {"marker": ">", "markersize": 3, "markerfacecolor": "white"}
        axes.plot(strip.epochs[strip.censored], at[strip.censored], label=still, **open_dots)
    draw_mean(axes, strip.facts, height)


def draw_mean(axes: "Axes", facts: Row, height: int) -> None:
    """Draw the best epoch of the mean curve, its interval and the safe range."""
    best = facts.get("best_epoch")
    if best is None:
        return
    safe = [facts.get("safe_low"), facts.get("safe_high")]
    if None not in safe:
        bar: dict[str, Any] = {"color": "black", "linewidth": 3, "solid_capstyle": "butt"}
        axes.plot(np.array(safe), [height - 0.42] * 2, label="safe range", zorder=3, **bar)
    interval = [facts.get("interval_low"), facts.get("interval_high")]
    ends: dict[str, Any] = {"color": style.VERMILLION, "linewidth": 1.2, "zorder": 4}
    if None not in interval:
        ends |= {"marker": "|", "markersize": 5, "label": "its interval"}
        axes.plot(np.array(interval), [height, height], **ends)
    mark: dict[str, Any] = {"marker": "D", "markersize": 4.5, "linestyle": "none", "zorder": 5}
    mark |= {"color": style.VERMILLION, "markeredgecolor": "white", "markeredgewidth": 0.5}
    label = "best of the mean curve"
    if facts.get("censored"):
        mark |= open_arrow(style.VERMILLION)
        label = "best of the mean curve: a lower bound"
    axes.plot([best], [height], label=label, **mark)


def least_losses(strips: Sequence[Strip]) -> list[Strip]:
    """Choose the points with the lowest validation loss, in their order, where there are many."""
    ranks = sorted(range(len(strips)), key=lambda place: rank(strips[place].facts))
    return [strips[place] for place in sorted(ranks[:MOST_ROWS])]


def what_is_drawn(shown: Sequence[Strip], sure: float) -> str:
    """Say what the interval and the safe range are, and how many runs there are."""
    coverage = next(
        (s.facts["interval_coverage"] for s in shown if s.facts.get("interval_coverage")), 0
    )
    numbers = sorted({len(strip.epochs) for strip in shown})
    runs = (
        " to ".join(str(number) for number in dict.fromkeys((numbers[0], numbers[-1])))
        if numbers
        else "0"
    )
    interval = f" The interval is a {100 * coverage:g} % bootstrap interval." if coverage else ""
    safe = what_safe_is((strip.facts for strip in shown), sure)
    return f"{runs} runs in each row.{interval} {safe}".strip()


def what_is_left_out(every: Sequence[Strip], shown: Sequence[Strip]) -> str:
    """Say what is not drawn."""
    diverged = sum(strip.runs - len(strip.epochs) for strip in every)
    what = "run diverged and is" if diverged == 1 else "runs diverged and are"
    notes = [f"{diverged} {what} left out."] if diverged else []
    with_runs = sum(1 for strip in every if len(strip.epochs))
    if with_runs > len(shown):
        notes.append(
            f"{len(shown)} of {with_runs} points are shown, those with the lowest validation loss."
        )
    return " ".join(notes)


def finding(shown: Sequence[Strip]) -> str:
    """Say how far the runs are apart."""
    if not shown:
        return "Every run diverged: there is no best epoch"
    if len(shown) == 1:
        epochs = shown[0].epochs
        if epochs.min() == epochs.max():
            return f"{shown[0].name}: every run is best at epoch {style.count(epochs[0])}"
        low, high = style.count(epochs.min()), style.count(epochs.max())
        return f"{shown[0].name}: the best epoch of a run lies between {low} and {high}"
    medians = [float(np.median(strip.epochs)) for strip in shown]
    low, high = style.count(min(medians)), style.count(max(medians))
    return f"The median best epoch goes from {low} to {high} with the point"
