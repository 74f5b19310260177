import numpy as np
import pandas as pd
import pytest

from answers.made import arrow, read
from epochwise.data.partitions import PARTITIONS
from epochwise.parquet import write
from epochwise.tables import summary
from epochwise.tables.reading import LossTable

pytestmark = pytest.mark.versions


def run(validation, **labels):
    """One run of the loss table with a given validation curve."""
    epochs = np.arange(len(validation))
    named = {"dataset": "iris", "fold": 0, "backend": "numpy", "seed": 0} | labels
    return pd.DataFrame(
        {name: [value] * len(epochs) for name, value in named.items()}
        | {
            "epoch": epochs,
            "iteration": epochs * 3,
            "samples": epochs * 100,
            "train_loss": 10.0 - epochs,
            "validation_loss": np.array(validation, float),
            "test_loss": np.array(validation) + 0.5,
        }
    )


def summarise(*runs, epochs=4):
    return summary.summarise(read(pd.concat(runs, ignore_index=True), epochs=epochs))


def test_a_row_per_run():
    table = summarise(run([9, 5, 2, 3, 4]), run([9, 8, 7, 6, 5], seed=1))
    first, second = table.to_dict("records")
    assert first["best_epoch"] == 2
    assert first["best_validation_loss"] == 2
    assert first["train_loss_at_best"] == 8
    assert first["test_loss_at_best"] == 2.5
    assert first["final_train_loss"] == 6
    assert first["final_validation_loss"] == 4
    assert first["generalisation_gap_at_best"] == -6
    assert first["generalisation_gap_final"] == -2
    assert first["iterations_at_best"] == 6
    assert first["samples_at_best"] == 200
    assert first["epochs"] == 4
    assert not first["diverged"]
    assert (second["seed"], second["best_epoch"]) == (1, 4)


def test_the_first_of_equal_epochs_is_best():
    assert summarise(run([3, 1, 1, 2, 1]))["best_epoch"].tolist() == [1]


def test_a_diverged_run_is_marked():
    table = summarise(run([3, 1, 2, 2, 2]), run([3, 2], seed=1))
    assert table["diverged"].tolist() == [False, True]
    assert table["epochs"].tolist() == [4, 1]


def test_swept_keys_tell_runs_apart():
    table = summarise(run([2, 1], alpha=0.1), run([1, 2], alpha=0.2), epochs=1)
    assert table["alpha"].tolist() == [0.1, 0.2]
    assert table["best_epoch"].tolist() == [1, 0]


def test_a_sweep_over_epochs():
    table = summarise(run([2, 1], epochs=1), run([2, 1, 1], epochs=2), run([2, 1], epochs=3))
    assert table["epochs"].tolist() == [1, 2, 1]
    assert table["diverged"].tolist() == [False, False, True]


def test_accuracies_stand_beside_losses():
    accuracies = {f"{p}_accuracy": [0.1, 0.9, 0.8] for p in PARTITIONS}
    table = summarise(run([3, 1, 2]).assign(**accuracies), epochs=2)
    assert table["validation_accuracy_at_best"].tolist() == [0.9]
    assert table["final_test_accuracy"].tolist() == [0.8]


def test_a_dataset_without_classes_has_no_accuracies_beside_one_that_has(tmp_path):
    accuracies = {f"{p}_accuracy": [0.1, 0.9, 0.8] for p in PARTITIONS}
    table = summarise(run([3, 1, 2]), run([3, 1, 2], dataset="wine").assign(**accuracies), epochs=2)
    assert table["train_accuracy_at_best"].tolist() == pytest.approx([np.nan, 0.9], nan_ok=True)


@pytest.mark.parametrize("missing", [np.nan, None])
def test_without_a_test_partition_its_columns_are_empty(tmp_path, missing):
    losses = run([3, 1, 2]).assign(test_loss=missing)
    write(arrow(losses, epochs=2), tmp_path / "losses.parquet")
    read_again = LossTable(tmp_path / "losses.parquet")
    summarised = summary.summarise(read_again)
    assert summarised["test_loss_at_best"].dtype == summarised["final_test_loss"].dtype == float
    summarised.to_csv(tmp_path / "summary.csv", index=False)
    table = pd.read_csv(tmp_path / "summary.csv")
    assert table["test_loss_at_best"].isna().all()
    assert table["final_test_loss"].isna().all()
    assert table["best_epoch"].tolist() == [1]


def test_the_runs_stand_in_the_order_of_the_loss_table():
    """Fold by fold, and in each the points: not point by point."""
    keys = [(fold, alpha, seed) for fold in (0, 1) for alpha in (0.1, 0.2) for seed in (3, 4)]
    runs = [run([2, 1 + f + a + s], fold=f, alpha=a, seed=s) for f, a, s in keys]
    table = summarise(*runs, epochs=1)
    assert list(zip(table["fold"], table["alpha"], table["seed"], strict=True)) == keys
    assert table["final_validation_loss"].tolist() == [1 + sum(key) for key in keys]
    assert table.index.tolist() == list(range(8))


def test_a_run_that_ended_at_once_has_done_nothing():
    (row,) = summarise(run([3])).to_dict("records")
    assert (row["epochs"], row["best_epoch"], row["diverged"]) == (0, 0, True)
    assert (row["iterations_at_best"], row["samples_at_best"]) == (0, 0)


def test_many_runs_against_a_plain_loop():
    rng = np.random.default_rng(0)
    runs = [run(rng.random(10), seed=s, fold=f) for f in range(6) for s in range(8)]
    table = summarise(*runs, epochs=9)
    for one, row in zip(runs, table.to_dict("records"), strict=True):
        assert (row["fold"], row["seed"]) == (one["fold"][0], one["seed"][0])
        assert row["best_epoch"] == int(np.argmin(one["validation_loss"]))


def test_the_columns_say_which_run_it_is_and_then_what_it_did():
    accuracies = {f"{p}_accuracy": [0.1, 0.9, 0.8] for p in PARTITIONS}
    table = summarise(run([3, 1, 2], epochs=2, alpha=0.1).assign(**accuracies), epochs=2)
    assert list(table.columns) == [
        *("dataset", "fold", "backend", "seed", "alpha", "epochs", "best_epoch"),
        *("best_validation_loss", "train_loss_at_best", "test_loss_at_best"),
        *(f"final_{part}_loss" for part in PARTITIONS),
        *("generalisation_gap_at_best", "generalisation_gap_final"),
        *(f"{how}" for p in PARTITIONS for how in (f"{p}_accuracy_at_best", f"final_{p}_accuracy")),
        *("iterations_at_best", "samples_at_best", "baseline_validation_loss"),
        *("diverged", "censored"),
    ]


def test_counts_and_losses_of_a_run_that_is_best_untrained_or_after_one_epoch():
    table = summarise(run([1, 2, 3]), run([3, 1, 2], seed=1), epochs=2)
    assert table["best_epoch"].tolist() == [0, 1]
    assert table["best_validation_loss"].tolist() == [1, 1]
    assert table["iterations_at_best"].tolist() == [0, 3]
    assert table["samples_at_best"].tolist() == [0, 100]
    assert table["samples_at_best"].dtype == table["iterations_at_best"].dtype == np.int64
