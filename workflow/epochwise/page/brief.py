"""Which columns of a long table are shown at first, in which order, and the words they need."""

from collections.abc import Sequence

BRIEF: dict[str, Sequence[str]] = {
    "best_epoch": (
        "best_epoch",
        "censored",
        "safe_low",
        "safe_high",
        "safe_cost_percent",
        "interval_low",
        "interval_high",
        "validation_loss",
        "validation_loss_error",
        "baseline_loss",
        "beats_baseline",
    ),
    "points": ("standing", "best_epoch", "validation_loss", "above_lowest_percent", "comparison"),
    "phases": ("kind", "best_epoch", "rise_percent", "verdict"),
    "choice_cost": (
        "choice",
        "chosen_epoch",
        "validation_loss",
        "test_loss",
        "optimism_percent",
        "excess_percent",
        "note",
    ),
    "stopping": (
        "criterion",
        "runs",
        "never_fired_percent",
        "stop_epoch_mean",
        "selected_epoch_mean",
        "validation_loss_mean",
        "validation_accuracy_mean",
        "epochs_saved_percent_mean",
        "validation_regret_percent_mean",
        "test_regret_percent_mean",
    ),
    "summary": (
        "fold",
        "seed",
        "epochs",
        "diverged",
        "best_epoch",
        "censored",
        "train_loss_at_best",
        "best_validation_loss",
        "test_loss_at_best",
        "final_validation_loss",
    ),
}
WORDS: dict[str, Sequence[str]] = {
    "best_epoch": ("best", "censored", "safe", "interval", "baseline", "cut"),
    "points": ("baseline",),
    "scores": ("baseline",),
    "batches": ("epoch", "iteration"),
    "stopping": ("criterion", "regret"),
    "frontier": ("criterion", "regret"),
    "refit": ("refit", "iteration"),
}


def arranged(name: str, columns: Sequence[str], keys: Sequence[str]) -> tuple[list[str], set[str]]:
    """Order the columns of a table: what names a row, what is shown at first, the rest.

    Parameters
    ----------
    columns : those that hold anything.
    keys : those of them that tell rows apart.

    Returns
    -------
    the columns, and those of them that are shown only when all are asked for.
    """
    brief = [column for column in BRIEF.get(name, ()) if column in columns] or list(columns)
    first = [*keys, *(column for column in brief if column not in keys)]
    rest = [column for column in columns if column not in first]
    return [*first, *rest], set(rest)
