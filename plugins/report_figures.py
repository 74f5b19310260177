"""The figures that come with the project.

Nothing here imports matplotlib: which figures a study gets is decided before it is trained.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from epochwise import hookimpl
from epochwise.study import Study

YSCALE = {"yscale": ("log", "linear")}
LOSSES = "losses.parquet"


@hookimpl
def register_figures(register: Callable[..., None]) -> None:
    """Announce the figures: what each reads, needs, and lets a study change."""
    register("loss_curves", drawing("loss_curves"), tables=[LOSSES], options=YSCALE)
    register(
        "under_and_overfitting",
        drawing("under_and_overfitting"),
        tables=[LOSSES, "phases.csv", "best_epoch.csv"],
        options=YSCALE,
    )
    register(
        "batch_size",
        drawing("batch_size"),
        applies=sweeps_batch_size,
        needs="two batch sizes or more in the sweep",
        tables=[LOSSES],
        options={**YSCALE, "xscale": ("log", "linear")},
    )
    register(
        "best_epoch",
        drawing("best_epoch"),
        applies=has_several_runs,
        needs="two seeds or folds or more",
        tables=["summary.csv", "best_epoch.csv"],
    )
    register(
        "early_stopping",
        drawing("early_stopping"),
        applies=trains_a_while,
        needs="two epochs or more",
        tables=["stopping.csv", "frontier.csv", "best_epoch.csv"],
    )
    register(
        "backends_agree",
        drawing("backends_agree"),
        applies=has_several_backends,
        needs="two backends or more",
        tables=[LOSSES],
    )
    register(
        "sweep",
        drawing("sweep"),
        applies=has_several_points,
        needs="a sweep of two points or more",
        tables=[LOSSES, "best_epoch.csv"],
        options=YSCALE,
    )


def drawing(name: str) -> Callable[..., Any]:
    """Give the function that draws a figure; its module is imported when it is called."""

    def draw(tables: Any, options: Any) -> Any:
        return import_module(f"epochwise.figures.{name}").draw(tables, options)

    return draw


def sweeps_batch_size(study: Study) -> bool:
    """Tell whether there are batch sizes to compare."""
    sizes = {str(point.swept.get("batch_size")) for point in study.points().values()}
    return len(sizes) > 1


def has_several_runs(study: Study) -> bool:
    """Tell whether a best epoch can be spread over anything."""
    folds = max(len(study.folds(dataset)) for dataset in study.datasets)
    return len(study.seeds) * folds > 1


def trains_a_while(study: Study) -> bool:
    """Tell whether there is anything to stop early."""
    return max(int(point.values["epochs"]) for point in study.points().values()) > 1


def has_several_backends(study: Study) -> bool:
    """Tell whether backends can be compared."""
    return len(study.backends) > 1


def has_several_points(study: Study) -> bool:
    """Tell whether there is a sweep."""
    return len(study.points()) > 1
