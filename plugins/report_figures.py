"""The figures that come with the project.

They are named, not imported: which figures a study gets is decided before it is trained, and
without matplotlib.
"""

from collections.abc import Callable

from epochwise.api import Study, hookimpl

YSCALE = {"yscale": ("log", "linear")}
LOSSES = "losses.parquet"


@hookimpl
def register_figures(register: Callable[..., None]) -> None:
    """Announce the figures: what each reads, needs, and lets a study change."""
    register(
        "loss_curves",
        "epochwise.figures.loss_curves:draw",
        tables=[LOSSES, "best_epoch.csv"],
        options={**YSCALE, "metric": ["loss", "accuracy", "balanced_accuracy", "rmse", "mae"]},
    )
    register(
        "under_and_overfitting",
        "epochwise.figures.under_and_overfitting:draw",
        tables=[LOSSES, "phases.csv", "best_epoch.csv"],
        options=YSCALE,
    )
    register(
        "batch_size",
        "epochwise.figures.batch_size:draw",
        applies=sweeps_batch_size,
        needs="two batch sizes or more in the sweep",
        tables=[LOSSES, "best_epoch.csv"],
        options={**YSCALE, "xscale": ("log", "linear")},
    )
    register(
        "best_epoch",
        "epochwise.figures.best_epochs:draw",
        applies=has_several_runs,
        needs="two seeds or folds or more",
        tables=["summary.csv", "best_epoch.csv"],
    )
    register(
        "early_stopping",
        "epochwise.figures.early_stopping:draw",
        applies=trains_a_while,
        needs="two epochs or more",
        tables=["stopping.csv", "frontier.csv", "best_epoch.csv"],
    )
    register(
        "backends_agree",
        "epochwise.figures.backends_agree:draw",
        applies=has_several_backends,
        needs="two backends or more of one mathematics, or the option backends: all",
        tables=[LOSSES],
        options={"backends": ("definition", "all")},
        compares=True,
    )
    register(
        "sweep",
        "epochwise.figures.sweep:draw",
        applies=has_several_points,
        needs="a sweep of two points or more",
        tables=[LOSSES, "best_epoch.csv"],
        options=YSCALE,
    )


def sweeps_batch_size(study: Study) -> bool:
    """Tell whether there are batch sizes to compare."""
    sizes = {str(point.swept.get("batch_size")) for point in study.points().values()}
    return len(sizes) > 1


def has_several_runs(study: Study) -> bool:
    """Tell whether a best epoch can be spread over anything; one file of others may have several runs."""
    if not study.trains:
        return True
    folds = max(len(study.folds(dataset)) for dataset in study.datasets)
    return len(study.seeds) * folds > 1


def trains_a_while(study: Study) -> bool:
    """Tell whether there is anything to stop early; of what others trained it is not known yet."""
    return (
        not study.trains
        or max(int(point.values["epochs"]) for point in study.points().values()) > 1
    )


def has_several_backends(study: Study) -> bool:
    """Tell whether there are backends whose curves are to be one."""
    return len(study.compared) > 1


def has_several_points(study: Study) -> bool:
    """Tell whether there is a sweep."""
    return len(study.points()) > 1
