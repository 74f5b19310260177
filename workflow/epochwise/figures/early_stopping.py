"""What each criterion of early stopping saves, and what it costs."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from epochwise.figures import style
from epochwise.figures.labels import label_points
from epochwise.tables.results import Row, Tables, rank

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SAVED, REGRET = "epochs_saved_percent_mean", "validation_regret_percent_mean"
MOST_PANELS = 4
ACCEPTABLE = 0.01  # of the loss; what the answer takes where the study says nothing
LEAST_REGRET = 1e-3  # per cent: the axis is linear below, so that 0 has a place


@style.styled
def draw(tables: Tables, options: Mapping[str, Any]) -> "Figure":
    """Draw epochs saved against regret for every criterion, and the frontier.

    With several points, the one with the lowest validation loss of each dataset.
    """
    every = leaders(tables)
    telling = [key for key in every if is_telling(tables, key)]
    keys = telling[:MOST_PANELS]
    quiet = [lose_nothing(tables, key) for key in every if key not in telling]
    if not keys:
        return style.only_words(options, finding(tables, every), quiet)
    narrow = style.is_narrow(options)
    columns = 1 if narrow or len(keys) < 2 else 2
    rows = -(-len(keys) // columns)
    figure = style.new_figure(options, rows * (76 if columns == 1 else 68))
    grid = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for spare in grid[len(keys) :]:
        spare.remove()
    for axes, key in zip(grid, keys, strict=False):
        draw_panel(axes, tables.matching("stopping", key), tables.matching("frontier", key))
        if len(keys) > 1:
            axes.set_title(named(key))
    left_out = f"{len(keys)} of {len(telling)} datasets are shown."
    notes = [what_regret_is(tables, keys), left_out if len(keys) < len(telling) else "", *quiet]
    title = finding(tables, keys)
    style.finish(figure, options, title, notes)
    for axes, key in zip(grid, keys, strict=False):
        label_criteria(axes, tables.matching("stopping", key), tables.matching("frontier", key))
    return figure


def is_telling(tables: Tables, key: Row) -> bool:
    """Tell whether any criterion loses anything; else there is nothing to weigh."""
    return any(row[REGRET] > 0 for row in known(tables.matching("stopping", key)))


def lose_nothing(tables: Tables, key: Row) -> str:
    """Say what is not drawn of a dataset, and why."""
    rows = known(tables.matching("stopping", key))
    if not rows:
        return f"{named(key)}: no criterion could be judged."
    saved = max(row[SAVED] for row in rows)
    most = f"at most {saved:.0f} % of the epochs saved" if saved > 0 else "none saves an epoch"
    return f"{named(key)}: all {len(rows)} criteria lose nothing here ({most})."


def label_criteria(axes: "Axes", stopping: Sequence[Row], frontier: Sequence[Row]) -> None:
    """Name the criteria of the frontier, and of the others those that have room."""
    first = {row["criterion"] for row in frontier}
    rows = sorted(known(stopping), key=lambda row: row["criterion"] not in first)
    steps = [(row["epochs_saved_percent"], row["validation_regret_percent"]) for row in frontier]
    corners = [(x, y, x, up) for (x, y), (_, up) in pairwise(steps)]
    corners += [(x, up, along, up) for (x, _), (along, up) in pairwise(steps)]
    points = [(row[SAVED], row[REGRET], row["criterion"]) for row in rows]
    label_points(axes, points, len(first), corners)


def leaders(tables: Tables) -> list[Row]:
    """Give the point with the lowest validation loss of each dataset."""
    best: dict[str, Row] = {}
    for row in sorted(tables.rows("best_epoch"), key=rank):
        if row["validation_loss"] is not None:
            best.setdefault(row["dataset"], row)
    names = ["dataset", "backend", *tables.swept]
    return [{name: row[name] for name in names} for row in best.values()]


def named(key: Row) -> str:
    """Name a point in a few words."""
    swept = [f"{k}={v}" for k, v in key.items() if k not in ("dataset", "backend")]
    return ", ".join([str(key["dataset"]), *swept])


def known(stopping: Sequence[Row]) -> list[Row]:
    """Leave out criteria of which nothing is known."""
    return [row for row in stopping if row[SAVED] is not None and row[REGRET] is not None]


def family(criterion: str) -> str:
    """Tell the family of a criterion: of `GL(5)` it is GL, of `mean(10) of GL(5)` it is mean of GL."""
    return " of ".join(part.split("(")[0] for part in criterion.split(" of "))


def draw_panel(axes: "Axes", stopping: Sequence[Row], frontier: Sequence[Row]) -> None:
    """Draw one point's criteria, a marker for each family, and the frontier."""
    steps = [(row["epochs_saved_percent"], row["validation_regret_percent"]) for row in frontier]
    if steps:
        x, y = zip(*steps, strict=True)
        look: dict[str, Any] = {"color": "#555555", "linewidth": 1.0, "zorder": 2}
        axes.plot(
            x, y, drawstyle="steps-pre", label="frontier: lowest regret for the saving", **look
        )
    families = list(dict.fromkeys(family(row["criterion"]) for row in stopping))
    for number, name in enumerate(families):
        own = [row for row in known(stopping) if family(row["criterion"]) == name]
        mark: dict[str, Any] = {
            "color": style.COLOURS[number % len(style.COLOURS)],
            "marker": style.MARKERS[number % len(style.MARKERS)],
            "markersize": 5,
            "markeredgecolor": "white",
            "markeredgewidth": 0.6,
            "linestyle": "none",
            "zorder": 4,
        }
        if own:
            axes.plot([r[SAVED] for r in own], [r[REGRET] for r in own], label=name, **mark)
    set_axes(axes, known(stopping))


def set_axes(axes: "Axes", rows: Sequence[Row]) -> None:
    """Set per cent axes; the regret's is logarithmic but for the last bit above 0."""
    from matplotlib.ticker import FuncFormatter

    most = max([row[REGRET] for row in rows] + [LEAST_REGRET])
    widest = max([row[SAVED] for row in rows] + [10])
    axes.set_xlim(-0.05 * widest, min(1.25 * widest, 104))
    axes.set_yscale("symlog", linthresh=LEAST_REGRET, linscale=0.5)
    axes.set_ylim(-LEAST_REGRET / 4, most * 3)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlabel("Epochs saved (% of the full run, mean of runs)")
    axes.set_ylabel("Regret in validation loss (%, mean)")


def what_regret_is(tables: Tables, keys: Sequence[Row]) -> str:
    """Say how to read the axes, and which criteria cannot be drawn."""
    missing = sum(
        len(rows) - len(known(rows)) for rows in (tables.matching("stopping", k) for k in keys)
    )
    lost = f" {missing} criteria have no known regret and are not drawn." if missing else ""
    return (
        "Regret: loss at the epoch that the criterion selects, above the lowest of the whole curve, in "
        f"per cent of it; its axis is linear below {LEAST_REGRET:g} %. Named are the criteria of the "
        f"frontier, and others where there is room.{lost}"
    )


def finding(tables: Tables, keys: Sequence[Row]) -> str:
    """Say what was saved for an acceptable regret on the runs that are drawn; the answer says what others would do."""
    if not keys:
        return "No curve to replay early stopping on"
    points = known(tables.matching("stopping", keys[0]))
    most = 100 * float(tables.study.resolved.get("answer", {}).get("acceptable_regret", ACCEPTABLE))
    cheap = [row for row in points if row[REGRET] <= most and row[SAVED] > 0]
    where = keys[0]["dataset"]
    if rank(tables.row("best_epoch", keys[0]))[0]:
        return f"{where}: every run diverged, so no criterion is recommended"
    if not cheap:
        return f"{where}: no criterion saves epochs for a regret of at most {most:g} %"
    best = max(cheap, key=lambda row: row[SAVED])
    told = f"{best[SAVED]:.0f} % of the epochs for {best[REGRET]:.2g} % regret"
    return f"{where}: on these runs, {best['criterion']} saved {told}"
