"""The agreement table, held against a double loop over runs and epochs."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from answers.made import arrow, read
from answers.made import loss_table as made_table
from epochwise import parquet
from epochwise.errors import DataError
from epochwise.tables import agreement
from epochwise.tables.agreement import apart, by_place, pairs, relative_difference, write

pytestmark = pytest.mark.versions

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
                "test_loss": None,
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


def summary(table, reference="numpy"):
    return agreement.summary(read(table), reference)


def by_epoch(table, reference="numpy"):
    header, *pieces = agreement.by_epoch(read(table), reference)
    return pd.concat(pieces or [header], ignore_index=True)


def test_the_backends_of_a_place_stand_together():
    curves = read(loss_table({"numpy": same, "torch": same, "jax": same})).curves()
    groups = by_place(curves)
    assert [*itertools.chain(*groups)] != curves  # in the table they do not
    assert [[one.backend for one in group] for group in groups] == [["numpy", "torch", "jax"]] * 4
    places = [{(one.dataset, one.swept["batch_size"]) for one in group} for group in groups]
    assert places == [{("a", 16)}, {("a", 64)}, {("b", 16)}, {("b", 64)}]


@pytest.mark.parametrize("reference", ["numpy", "torch", "sklearn"])
def test_every_other_backend_is_held_against_the_reference(reference):
    names = ["torch", "numpy", "sklearn"]
    found = pairs(read(loss_table(dict.fromkeys(names, same))).curves(), reference)
    assert all(right.backend == reference for _, right in found)
    assert all(got.swept == right.swept for got, right in found)
    others = sorted(set(names) - {reference})
    places = itertools.product("ab", (16, 64), others)
    told = [(got.dataset, got.swept["batch_size"], got.backend) for got, _ in found]
    assert told == list(places)


def test_points_are_ordered_as_numbers_where_they_are_numbers():
    table = loss_table({"torch": same, "numpy": same})
    table = pd.concat([table, table[table["batch_size"] == 64].assign(batch_size=9)])
    assert list(dict.fromkeys(summary(table)["batch_size"])) == [9, 16, 64]


def test_a_point_that_lacks_a_swept_key_has_its_place():
    table = loss_table({"torch": same, "numpy": same})
    table = pd.concat([table.assign(alpha=np.nan), table.assign(alpha=0.5)])
    ordered = summary(table)[["dataset", "alpha"]].drop_duplicates()["alpha"]
    assert ordered.tolist() == pytest.approx([0.5, np.nan] * 2, nan_ok=True)


def test_differences_are_the_largest_over_runs_and_losses():
    table = loss_table({"numpy": same, "torch": drifting})
    got = by_epoch(table).set_index(["dataset", "batch_size", "backend", "epoch"])
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
    coded = table.astype({"backend": "category", "dataset": "category"})
    parquet.write(arrow(coded), tmp_path / "losses")
    files = tmp_path / "agreement.csv", tmp_path / "agreement_by_epoch.csv"
    write(tmp_path / "losses", "numpy", *files)
    whole, each_epoch = map(pd.read_csv, files)
    assert ",".join(whole.columns) == (
        "dataset,batch_size,backend,reference,identical,max_difference,epoch,"
        "first_epoch_above_1e-12,first_epoch_above_1e-9,"
        "runs,same_best_epochs,max_best_epoch_difference"
    )
    assert list(each_epoch.columns) == ["dataset", "batch_size", "backend", "epoch", "difference"]
    pd.testing.assert_frame_equal(whole, summary(table), check_dtype=False)
    pd.testing.assert_frame_equal(each_epoch, by_epoch(table), check_dtype=False)


def test_a_run_that_only_one_backend_finished_is_infinitely_apart():
    table = loss_table({"numpy": same, "torch": same})
    lost = (table["backend"] == "torch") & (table["seed"] == 2) & (table["epoch"] > 2)
    got = by_epoch(table[~lost])
    assert (got.loc[got["epoch"] > 2, "difference"] == np.inf).all()
    assert (got.loc[got["epoch"] <= 2, "difference"] == 0).all()


def test_one_backend_gives_a_table_without_rows():
    table = summary(loss_table({"numpy": same}))
    assert table.empty
    full = summary(loss_table({"numpy": same, "torch": same}))
    assert list(table.columns) == list(full.columns)


def test_the_order_of_the_runs_does_not_matter_and_that_of_the_rows_is_refused():
    table = loss_table({"numpy": same, "torch": drifting})
    runs = [run for _, run in table.groupby(["seed", "batch_size", "dataset", "fold", "backend"])]
    pd.testing.assert_frame_equal(summary(pd.concat(runs)), summary(table))
    pd.testing.assert_frame_equal(by_epoch(pd.concat(runs)), by_epoch(table))
    with pytest.raises(DataError, match="must be sorted"):
        summary(table.sample(frac=1, random_state=0))


def test_the_difference_is_unknown_where_none_of_the_two_got():
    table = loss_table({"numpy": same, "torch": same})
    table = table[table["epoch"] < 3]
    ((got, expected), *_) = pairs(read(table, epochs=EPOCHS).curves(), "numpy")
    assert apart(got, expected).tolist() == [0, 0, 0]
    longer = loss_table({"numpy": same})
    wider = read(pd.concat([longer, table[table["backend"] == "torch"]])).curves()
    ((got, expected), *_) = pairs(wider, "numpy")
    assert apart(got, expected).tolist() == [0, 0, 0, np.inf, np.inf]


def test_equal_zeros_agree_and_a_missing_value_does_not():
    got = relative_difference(np.array([0.0, 1.0, np.nan, np.nan]), np.array([0.0, 0, 1, np.nan]))
    np.testing.assert_array_equal(got, [0, np.inf, np.inf, 0])


def test_a_loss_next_to_zero_is_infinitely_far_from_one_that_is_not():
    got = relative_difference(np.array([1.0, 5e-324]), np.array([5e-324, 5e-324]))
    np.testing.assert_array_equal(got, [np.inf, 0])


def beside(expected, got, **others):
    """The curves of two backends, each (runs, epochs + 1)."""
    frames = [made_table(v).assign(backend=b) for b, v in (("numpy", expected), ("torch", got))]
    table = pd.concat(frames)
    ((one, other),) = pairs(read(table, **others).curves(), "numpy")
    return one, other


@pytest.mark.parametrize(("level", "name"), [(1e-12, "1e-12"), (1e-9, "1e-9")])
def test_the_first_epoch_above_a_level_is_the_first_whose_difference_is_larger(level, name):
    one = np.ones((1, 4))
    other = 1 + level * np.array([[0, 0.5, 1.5, 0.5]])
    found = agreement.compare(*beside(one, other))
    assert found[f"first_epoch_above_{name}"] == 2
    assert found["epoch"] == 2
    below = agreement.compare(*beside(one, 1 + level * np.array([[0, 0.5, 0.9, 0.5]])))
    assert below[f"first_epoch_above_{name}"] is None


def test_epochs_that_no_run_reached_in_either_are_left_out_of_every_count():
    nan = np.nan
    one = np.array([[3, 2, nan, nan], [3, 2, 1, nan]])
    other = np.array([[3, 2, nan, nan], [3, 2, 2, nan]])
    found = agreement.compare(*beside(one, other, epochs=3))
    assert (found["max_difference"], found["epoch"], found["identical"]) == (1, 2, False)
    assert apart(*beside(one, other, epochs=3)).tolist() == [0, 0, 1]
    same = agreement.compare(*beside(one, one, epochs=3))
    assert (same["max_difference"], same["epoch"], same["identical"]) == (0, 0, True)


def test_an_epoch_in_which_no_loss_of_either_is_finite_is_not_compared():
    curve = np.array([[4, np.nan, 1, 2]])
    assert apart(*beside(curve, 2 * curve)).tolist() == pytest.approx(
        [1, np.nan, 1, 1], nan_ok=True
    )
    alike = agreement.compare(*beside(curve, curve))
    assert (alike["max_difference"], alike["epoch"], alike["identical"]) == (0, 0, True)
    table = pd.concat([made_table(curve).assign(backend=name) for name in ("numpy", "torch")])
    assert by_epoch(table)["epoch"].tolist() == [0, 2, 3]


def test_best_epochs_are_compared_where_both_have_one():
    nan = np.nan
    one, other = np.array([[nan, nan], [3, 2.0]]), np.array([[3, 2], [2, 3.0]])
    table = pd.concat(
        [made_table(v).assign(backend=b) for b, v in (("numpy", one), ("torch", other))]
    )
    row = summary(table).iloc[0]
    assert (row["runs"], row["same_best_epochs"], row["max_best_epoch_difference"]) == (1, 0, 1)
    nowhere = agreement.compare(*beside(np.array([[nan, nan]]), np.array([[3.0, 2]])))
    assert (nowhere["runs"], nowhere["max_best_epoch_difference"]) == (0, 0)


def test_a_loss_that_only_one_backend_measured_is_infinitely_apart():
    """One has a test partition, the other none, as where two loss tables are joined."""
    got, expected = beside(np.array([[3.0, 2]]), np.array([[3.0, 2]]))
    more = replace(expected, losses={**expected.losses, "test_loss": np.ones((1, 2))})
    assert apart(got, more).tolist() == [np.inf, np.inf]
    assert apart(more, got).tolist() == [0, 0]  # only what the reference measured is compared


def test_runs_that_one_backend_lacks_are_infinitely_apart():
    one, other = np.array([[3.0, 2], [3, 1]]), np.array([[3.0, 2]])
    assert apart(*beside(one, other)).tolist() == [np.inf, np.inf]
    assert agreement.compare(*beside(one, other))["runs"] == 1


def test_one_backend_gives_a_table_by_epoch_with_its_columns():
    table = by_epoch(loss_table({"numpy": same}))
    assert list(table.columns) == ["dataset", "batch_size", "backend", "epoch", "difference"]
    assert len(table) == 0
