"""The agreement table, held against a double loop over runs and epochs."""

import itertools

import numpy as np
import pandas as pd
import pytest

from epochwise.tables.agreement import (
    differences,
    point_columns,
    reference_backend,
    relative_difference,
    summary,
    write,
)

EPOCHS = 5


def curve(seed, batch_size):
    """Give train and validation losses (epochs, 2), the second lowest at epoch 3."""
    rng = np.random.RandomState(100 * seed + batch_size)
    falling = np.sort(rng.uniform(1, 2, EPOCHS))[::-1]
    return np.column_stack([falling, 1.5 + np.abs(np.arange(EPOCHS) - 3)])


def loss_table(shifts):
    """Build a loss table; `shifts` names backends and what their losses are multiplied by."""
    rows = []
    runs = itertools.product(shifts, ("a", "b"), (0, 1), (16, 64), (1, 2))
    for backend, dataset, fold, batch_size, seed in runs:
        losses = curve(seed, batch_size) * shifts[backend](fold, batch_size, seed)
        rows += [
            {
                "dataset": dataset,
                "fold": fold,
                "backend": backend,
                "batch_size": batch_size,
                "seed": seed,
                "epoch": epoch,
                "iteration": 3 * epoch,
                "samples": 30 * epoch,
                "train_loss": losses[epoch, 0],
                "validation_loss": losses[epoch, 1],
                "train_accuracy": 0.5,
            }
            for epoch in range(EPOCHS)
        ]
    return pd.DataFrame(rows)


def same(fold, batch_size, seed):
    return np.ones((EPOCHS, 1))


def drifting(fold, batch_size, seed):
    """Drift with the epoch, more for the second seed, in batches of 64 alone."""
    return 1 + 1e-11 * (batch_size == 64) * seed * np.arange(EPOCHS)[:, np.newaxis] ** 2


def test_the_point_is_the_swept_columns():
    assert point_columns(loss_table({"numpy": same})) == ["dataset", "batch_size"]


@pytest.mark.parametrize(
    ("backends", "chosen"),
    [
        (["torch", "sklearn", "numpy"], "numpy"),
        (["torch", "sklearn"], "sklearn"),
        (["torch", "jax"], "jax"),
    ],
)
def test_the_reference_is_numpy_where_there_is_numpy(backends, chosen):
    assert reference_backend(backends) == chosen


def test_differences_are_the_largest_over_runs_and_losses():
    table = loss_table({"numpy": same, "torch": drifting})
    got = differences(table).set_index(["dataset", "batch_size", "backend", "epoch"])
    assert len(got) == 2 * 2 * EPOCHS
    for dataset, batch_size, epoch in itertools.product(("a", "b"), (16, 64), range(EPOCHS)):
        rows = table.query("dataset == @dataset and batch_size == @batch_size and epoch == @epoch")
        right = 0.0
        for _, run in rows.groupby(["fold", "seed"]):
            one, other = (run[run["backend"] == name].iloc[0] for name in ("numpy", "torch"))
            for column in ("train_loss", "validation_loss"):
                right = max(right, abs(other[column] - one[column]) / one[column])
        assert got.loc[(dataset, batch_size, "torch", epoch), "difference"] == right


def test_the_summary_says_how_far_and_since_when():
    shifts = {"numpy": same, "torch": drifting, "sklearn": same}
    table = summary(loss_table(shifts)).set_index(["dataset", "batch_size", "backend"])
    assert len(table) == 2 * 2 * 2
    alike, apart = table.loc[("a", 16, "torch")], table.loc[("a", 64, "torch")]
    assert alike["identical"]
    assert alike["max_difference"] == 0
    assert pd.isna(alike["first_epoch_above_1e-12"])
    assert not apart["identical"]
    assert apart["epoch"] == EPOCHS - 1
    assert apart["max_difference"] == pytest.approx(1e-11 * 2 * 16, rel=1e-4)
    assert apart["first_epoch_above_1e-12"] == 1
    assert pd.isna(apart["first_epoch_above_1e-9"])
    assert apart["runs"] == apart["same_best_epochs"] == 4
    assert apart["max_best_epoch_difference"] == 0
    assert table.loc[("b", 64, "sklearn"), "identical"]
    assert (table["reference"] == "numpy").all()


def test_another_best_epoch_is_counted():
    table = loss_table({"numpy": same, "torch": same})
    moved = (table["backend"] == "torch") & (table["seed"] == 1) & (table["epoch"] == 1)
    table.loc[moved, "validation_loss"] = 0.1
    assert (summary(table)["runs"] == 4).all()
    assert (summary(table)["same_best_epochs"] == 2).all()
    assert (summary(table)["max_best_epoch_difference"] == 3 - 1).all()


def test_the_largest_difference_of_best_epochs_counts_whichever_way_it_points():
    table = loss_table({"numpy": same, "torch": same})
    for seed, epoch in ((1, 0), (2, 4)):
        moved = (table["backend"] == "torch") & (table["seed"] == seed) & (table["epoch"] == epoch)
        table.loc[moved, "validation_loss"] = 0.1
    assert (summary(table)["same_best_epochs"] == 0).all()
    assert (summary(table)["max_best_epoch_difference"] == 3).all()


def test_the_files_hold_the_tables(tmp_path):
    table = loss_table({"numpy": same, "torch": drifting})
    table.astype({"backend": "category", "dataset": "category"}).to_parquet(tmp_path / "losses")
    files = tmp_path / "agreement.csv", tmp_path / "agreement_by_epoch.csv"
    write(tmp_path / "losses", "numpy", *files)
    whole, by_epoch = map(pd.read_csv, files)
    assert ",".join(whole.columns) == (
        "dataset,batch_size,backend,reference,identical,max_difference,epoch,"
        "first_epoch_above_1e-12,first_epoch_above_1e-9,"
        "runs,same_best_epochs,max_best_epoch_difference"
    )
    assert list(by_epoch.columns) == ["dataset", "batch_size", "backend", "epoch", "difference"]
    wanted = summary(table)
    pd.testing.assert_frame_equal(whole, wanted, check_dtype=False)
    pd.testing.assert_frame_equal(by_epoch, differences(table), check_dtype=False)


def test_a_run_that_only_one_backend_finished_is_infinitely_apart():
    table = loss_table({"numpy": same, "torch": same})
    lost = (table["backend"] == "torch") & (table["seed"] == 2) & (table["epoch"] > 2)
    got = differences(table[~lost])
    assert (got.loc[got["epoch"] > 2, "difference"] == np.inf).all()
    assert (got.loc[got["epoch"] <= 2, "difference"] == 0).all()


def test_one_backend_gives_a_table_without_rows():
    table = summary(loss_table({"numpy": same}))
    assert table.empty
    full = summary(loss_table({"numpy": same, "torch": same}))
    assert list(table.columns) == list(full.columns)


def test_the_rows_order_of_the_loss_table_does_not_matter():
    table = loss_table({"numpy": same, "torch": drifting})
    shuffled = table.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(summary(shuffled), summary(table))


def test_equal_zeros_agree_and_a_missing_value_does_not():
    got = relative_difference(np.array([0.0, 1.0, np.nan, np.nan]), np.array([0.0, 0, 1, np.nan]))
    np.testing.assert_array_equal(got, [0, np.inf, np.inf, 0])
