import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from epochwise.parquet import write
from epochwise.tables import summary


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
    return summary.summarise(pd.concat(runs, ignore_index=True), epochs)


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
    accuracies = {f"{p}_accuracy": [0.1, 0.9, 0.8] for p in summary.PARTITIONS}
    table = summarise(run([3, 1, 2]).assign(**accuracies), epochs=2)
    assert table["validation_accuracy_at_best"].tolist() == [0.9]
    assert table["final_test_accuracy"].tolist() == [0.8]


def test_without_a_test_partition_its_columns_are_empty(tmp_path):
    losses = run([3, 1, 2]).assign(test_loss=pd.NA).astype({"test_loss": "Float64"})
    write(pa.Table.from_pandas(losses), tmp_path / "losses.parquet")
    read = pq.read_table(tmp_path / "losses.parquet").to_pandas()
    summary.summarise(read, 2).to_csv(tmp_path / "summary.csv", index=False)
    table = pd.read_csv(tmp_path / "summary.csv")
    assert table["test_loss_at_best"].isna().all()
    assert table["best_epoch"].tolist() == [1]


def test_many_runs_against_a_plain_loop():
    rng = np.random.default_rng(0)
    runs = [run(rng.random(30), seed=s, fold=f) for f in range(3) for s in range(4)]
    table = summarise(*runs, epochs=29)
    for one, row in zip(runs, table.to_dict("records"), strict=True):
        assert (row["fold"], row["seed"]) == (one["fold"][0], one["seed"][0])
        assert row["best_epoch"] == int(np.argmin(one["validation_loss"]))
