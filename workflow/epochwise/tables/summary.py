"""The summary table: a row per run."""

import pandas as pd

PARTITIONS = ("train", "validation", "test")
NOT_RUNS = ("epoch", "iteration", "samples")


def run_columns(losses: pd.DataFrame) -> list[str]:
    """Name the columns that tell runs apart: dataset, fold, backend, swept keys, seed."""
    return [
        name
        for name in losses.columns
        if name not in NOT_RUNS and not name.endswith(("_loss", "_accuracy"))
    ]


def summarise(losses: pd.DataFrame, epochs: int) -> pd.DataFrame:
    """Summarise every run.

    Parameters
    ----------
    losses : the loss table.
    epochs : epochs that each run was to have, unless a column `epochs` says so.

    Returns
    -------
    table with a row per run, in the loss table's order: ``epochs`` (the last one with a
        finite loss), ``best_epoch`` (the first with the least validation loss),
        losses there and at the end (for classes accuracies beside them), the
        generalisation gap (validation loss minus train loss) at both, iterations and
        samples at the best epoch, and whether the run diverged: whether it ended
        before its time.
    """
    runs = run_columns(losses)
    ids = losses.groupby(runs, sort=False, observed=True, dropna=False).ngroup()
    last = losses[~ids.duplicated(keep="last")].reset_index(drop=True)
    best = losses.loc[losses.groupby(ids)["validation_loss"].idxmin()].reset_index(drop=True)
    table = last[runs].copy()
    asked = table.pop("epochs") if "epochs" in runs else epochs
    table["epochs"] = last["epoch"]
    table["best_epoch"] = best["epoch"]
    table["best_validation_loss"] = best["validation_loss"]
    table["train_loss_at_best"] = best["train_loss"]
    table["test_loss_at_best"] = best["test_loss"]
    for partition in PARTITIONS:
        table[f"final_{partition}_loss"] = last[f"{partition}_loss"]
    table["generalisation_gap_at_best"] = best["validation_loss"] - best["train_loss"]
    table["generalisation_gap_final"] = last["validation_loss"] - last["train_loss"]
    for name in (f"{partition}_accuracy" for partition in PARTITIONS):
        if name in losses:
            table[f"{name}_at_best"], table[f"final_{name}"] = best[name], last[name]
    table["iterations_at_best"] = best["iteration"]
    table["samples_at_best"] = best["samples"]
    table["diverged"] = last["epoch"] < asked
    return table
