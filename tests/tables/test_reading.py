"""Reading the loss table: what its columns are, and every point's curves, to the last bit."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from answers.made import arrow, loss_table, read
from epochwise.columns import described, measured
from epochwise.errors import DataError
from epochwise.parquet import write
from epochwise.tables.reading import LossTable

pytestmark = pytest.mark.versions


@pytest.fixture
def table():
    draw = np.random.default_rng(0)
    low, high = draw.random((2, 3, 6))
    high[1, 4:] = np.nan
    return pd.concat(
        [
            loss_table(low, test=low + 1, batch_size=10, activation="relu").assign(
                rows_per_batch=10
            ),
            loss_table(high, batch_size=20, activation="relu", rows=90, iterations=5).assign(
                rows_per_batch=18
            ),
        ]
    )


def test_matrices_hold_what_the_table_holds(table):
    small, large = read(table).curves()
    assert small.key == {
        "dataset": "made",
        "backend": "numpy",
        "batch_size": 10,
        "activation": "relu",
    }
    for each in (small, large):
        for row in range(3):
            rows = table[
                (table.batch_size == each.key["batch_size"]) & (table.seed == each.seed[row])
            ]
            length = len(rows)
            assert np.array_equal(each.validation[row, :length], rows.validation_loss)
            assert np.array_equal(each.train[row, :length], rows.train_loss)
            assert np.isnan(each.validation[row, length:]).all()
    assert small.has_test
    assert not large.has_test
    assert np.array_equal(small.test, small.validation + 1)
    assert large.training_rows.tolist() == [90] * 3
    assert large.iterations_per_epoch.tolist() == [5] * 3
    assert large.rows_per_batch.tolist() == [18] * 3
    assert large.last.tolist() == [5, 3, 5]


def test_the_order_of_the_runs_changes_nothing(table):
    whole = read(table).curves()
    runs = [run for _, run in table.groupby(["batch_size", "seed"])]
    shuffled = read(pd.concat([runs[place] for place in (4, 1, 3, 0, 5, 2)])).curves()
    assert [other.key["batch_size"] for other in shuffled] == [20, 10]
    for each in whole:
        other = next(other for other in shuffled if other.key == each.key)
        mine, theirs = np.argsort(each.seed), np.argsort(other.seed)
        assert np.array_equal(each.validation[mine], other.validation[theirs], equal_nan=True)


def test_text_may_be_dictionary_encoded_and_the_file_read_back(table, tmp_path):
    table = table.assign(train_accuracy=0.5).astype(
        {"dataset": "category", "activation": "category"}
    )
    write(arrow(table), tmp_path / "losses.parquet")
    losses = LossTable(tmp_path / "losses.parquet")
    assert losses.schema.names == list(table)
    assert losses.keys == ["dataset", "backend", "batch_size", "activation"]
    assert losses.facts == {"tasks": {"made": "regression"}, "epochs": None}
    for mine, theirs in zip(read(table).curves(), losses.curves(), strict=True):
        assert mine.key == theirs.key
        assert np.array_equal(mine.validation, theirs.validation, equal_nan=True)


def test_the_table_says_what_its_columns_are(table):
    losses = read(table.assign(train_accuracy=0.5), task="binary", epochs=5)
    assert losses.keys == ["dataset", "backend", "batch_size", "activation"]
    assert losses.swept == ["batch_size", "activation"]
    assert losses.losses == ["train_loss", "validation_loss", "test_loss"]
    assert losses.measured == [*losses.losses, "train_accuracy"]
    assert losses.metrics == ["loss", "accuracy"]
    assert losses.facts == {"tasks": {"made": "binary"}, "epochs": 5}


def test_a_name_decides_nothing():
    named = arrow(loss_table([3, 2, 1], kind="squared"))
    named = named.rename_columns([{"kind": "hinge_loss"}.get(n, n) for n in named.column_names])
    (curves,) = LossTable(named).curves()
    assert curves.key == {"dataset": "made", "backend": "numpy", "hinge_loss": "squared"}
    assert "hinge_loss" not in curves.losses


def test_only_the_columns_that_are_asked_for_are_read(table):
    losses = read(table.assign(train_accuracy=0.5))
    (default, _), (asked, _) = losses.curves(), losses.curves(["train_accuracy", "not_there"])
    assert list(default.losses) == ["train_loss", "validation_loss", "test_loss"]
    assert list(asked.losses) == ["train_accuracy", "validation_loss"]
    assert (asked.losses["train_accuracy"] == 0.5).all()


def test_a_metric_other_than_a_loss_may_be_negative():
    table = pa.Table.from_pandas(loss_table([3, 2, 1]), preserve_index=False)
    for partition, metric in (("train", "loss"), ("validation", "loss"), ("test", "loss")):
        place = table.column_names.index(f"{partition}_{metric}")
        table = table.set_column(place, measured(partition, metric), table.column(place))
    table = table.append_column(measured("validation", "r2"), [pa.array([-2.0, 0.25, 0.5])])
    losses = LossTable(described(table, {"tasks": {"made": "regression"}, "epochs": 2}))
    (curves,) = losses.curves(losses.measured)
    assert curves.losses["validation_r2"].tolist() == [[-2, 0.25, 0.5]]


def test_a_test_loss_that_is_null_throughout_may_have_any_type(table):
    for null in (None, pd.NA, float("nan")):
        first = read(table.assign(test_loss=null)).curves()[0]
        assert not first.has_test
        assert first.partitions() == ["train", "validation"]
        assert np.isnan(first.test).all()


def test_a_validation_loss_that_is_null_throughout_is_one_that_is_not_known():
    (curves,) = read(loss_table(np.full((2, 3), np.nan))).curves()
    assert curves.validation.shape == (2, 1)
    assert np.isnan(curves.validation).all()
    assert curves.last.tolist() == [-1, -1]


def test_whole_numbers_may_have_any_width():
    narrow = {"fold": "uint8", "seed": "int8", "epoch": "uint8", "samples": "int32"}
    (curves,) = read(loss_table([[3, 2, 1], [3, 1, 2]]).astype(narrow)).curves()
    assert curves.fold.dtype == curves.seed.dtype == np.int64
    assert curves.training_rows.tolist() == [100, 100]


def test_named_points_and_nulls_in_swept_keys():
    table = pd.concat(
        [
            loss_table([3, 2, 1], point="a", momentum=0.5),
            loss_table([3, 2, 1], point="b", momentum=None),
        ]
    )
    keys = [each.key for each in read(table).curves()]
    assert [(key["point"], key["momentum"]) for key in keys] == [("a", 0.5), ("b", None)]


def test_a_run_shorter_than_its_own_swept_number_of_epochs_has_diverged():
    table = pd.concat(
        [loss_table([3, 2, 1], epochs=2), loss_table([[3, 2, 1, 1, np.nan]], epochs=4)]
    )
    short, long = read(table, epochs=9).curves()
    assert (short.planned, short.last.tolist(), short.diverged) == (2, [2], 0)
    assert (long.planned, long.last.tolist(), long.diverged) == (4, [3], 1)


def test_the_planned_epochs_are_what_the_table_says_or_the_longest_run():
    table = loss_table([[3, 2, 1], [3, 2, np.nan]])
    for epochs, planned, diverged in ((7, 7, 2), (None, 2, 1)):
        (curves,) = read(table, epochs=epochs).curves()
        assert (curves.planned, curves.diverged) == (planned, diverged)


def test_losses_that_are_not_finite_are_not_known():
    table = loss_table([3, 2, 1])
    table.loc[1, "validation_loss"] = np.inf
    assert np.isnan(read(table).curves()[0].validation[0, 1])


def test_counts_are_those_of_one_epoch_and_unknown_for_a_run_without_one():
    table = loss_table([[3, 2, 1], [3, np.nan, np.nan]], rows=90, iterations=5)
    (curves,) = read(table, rows_per_batch=18).curves()
    assert curves.training_rows.tolist() == pytest.approx([90, np.nan], nan_ok=True)
    assert curves.iterations_per_epoch.tolist() == pytest.approx([5, np.nan], nan_ok=True)
    assert curves.rows_per_batch.tolist() == [18, 18]
    assert np.isnan(read(table).curves()[0].rows_per_batch).all()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda table: table.iloc[:0], "has no rows"),
        (lambda table: pd.DataFrame(), "no column dataset, backend"),
        (lambda table: table.drop(columns=["seed", "train_loss"]), "no column seed, train_loss"),
        (lambda table: table[table.epoch != 2], "every epoch from 0 exactly once"),
        (lambda table: table.iloc[1:], "every epoch from 0 exactly once"),
        (lambda table: table.iloc[2:], "every epoch from 0 exactly once"),
        (lambda table: table[table.epoch != 0], "every epoch from 0 exactly once"),
        (lambda table: table.replace({"epoch": {2: 1}}), "every epoch from 0 exactly once"),
        (lambda table: table.replace({"epoch": {5: 10**12}}), "every epoch from 0 exactly once"),
        (lambda table: table.assign(epoch=table.epoch - 1), "every epoch from 0 exactly once"),
        (lambda table: table.sample(frac=1, random_state=1), "must be sorted by run and epoch"),
        (lambda table: table.iloc[::-1], "must be sorted by run and epoch"),
        (lambda table: table.sort_values("epoch", kind="stable"), "must be sorted by run and"),
        (
            lambda table: pd.concat([table, table]),
            "the run made, numpy, 10, relu, fold 0, seed 0 more than once",
        ),
        (lambda table: table.assign(seed=1), "fold 0, seed 1 more than once"),
        (lambda table: table.assign(train_loss="low"), "'train_loss' of the loss table must hold"),
        (lambda table: table.assign(test_loss=-1.0), "holds -1; a loss cannot be negative"),
        (lambda table: table.assign(epoch=table.epoch + 0.5), "whole numbers"),
        (lambda table: table.assign(seed=None), "whole numbers"),
    ],
)
def test_a_bad_table_gets_a_sentence(table, spoil, sentence):
    with pytest.raises(DataError, match=sentence):
        read(spoil(table)).curves()


@pytest.mark.parametrize(("epochs", "cut"), [(4, 2), (4, 3), (2, 1)])
@pytest.mark.parametrize("other", [{"seed": 5}, {"fold": 1}, {"batch_size": 20}])
def test_a_run_whose_first_rows_are_missing_is_not_taken_for_the_end_of_the_one_before(
    other, epochs, cut
):
    whole = loss_table(np.ones(epochs), batch_size=10)
    with pytest.raises(DataError, match="every epoch from 0 exactly once"):
        read(
            pd.concat([whole[whole.epoch < cut], whole[whole.epoch >= cut].assign(**other)])
        ).curves()


def test_a_bad_file_gets_a_sentence(tmp_path):
    with pytest.raises(DataError, match="cannot read the loss table"):
        LossTable(tmp_path / "none.parquet").curves()
    (tmp_path / "text.parquet").write_text("epoch,loss\n")
    with pytest.raises(DataError, match=r"cannot read the loss table .*by running the workflow"):
        LossTable(tmp_path / "text.parquet").curves()


def test_a_table_that_does_not_say_what_its_columns_are_gets_a_sentence(table, tmp_path):
    table.to_parquet(tmp_path / "losses.parquet", index=False)
    sentence = r"does not say what train_loss, validation_loss, test_loss are\. Make it again by"
    with pytest.raises(DataError, match=sentence):
        LossTable(tmp_path / "losses.parquet")


def test_a_file_and_a_table_in_memory_are_read_alike(table, tmp_path):
    pq.write_table(arrow(table), tmp_path / "losses.parquet", row_group_size=5)
    for one, other in zip(
        LossTable(tmp_path / "losses.parquet").curves(),
        LossTable(arrow(table)).curves(),
        strict=True,
    ):
        assert one.key == other.key
        assert list(one.losses) == list(other.losses)
        for column, matrix in one.losses.items():
            np.testing.assert_array_equal(matrix, other.losses[column])


def test_the_run_that_is_there_twice_is_named_among_others():
    validation = np.ones((4, 3))
    twice = loss_table(validation, fold=[0, 0, 1, 1])
    twice.loc[twice["seed"] == 3, "seed"] = 2
    with pytest.raises(DataError, match="fold 1, seed 2 more than once"):
        read(twice).curves()


def test_a_column_that_changes_inside_one_run_of_several_is_not_sorted():
    table = loss_table(np.ones((3, 4)))
    table.loc[(table["seed"] == 1) & (table["epoch"] >= 2), "seed"] = 9
    with pytest.raises(DataError, match="must be sorted by run and epoch"):
        read(table).curves()


def test_one_missing_count_is_no_whole_number():
    table = loss_table(np.ones((2, 3)))
    table["seed"] = table["seed"].astype("Int64")
    table.loc[1, "seed"] = pd.NA
    with pytest.raises(DataError, match="must hold whole numbers"):
        read(table).curves()


def test_a_run_of_one_epoch_says_its_counts():
    (found,) = read(loss_table([3.0, 2], rows=70, iterations=4), rows_per_batch=20).curves()
    assert (found.training_rows[0], found.iterations_per_epoch[0]) == (70, 4)
    assert found.rows_per_batch.dtype == float


@pytest.mark.parametrize("first", [-1, 1, 2])
def test_a_single_run_that_does_not_begin_with_epoch_0_is_refused(first):
    table = loss_table([3.0, 2, 1])
    with pytest.raises(DataError, match="every epoch from 0 exactly once"):
        read(table.assign(epoch=table["epoch"] + first)).curves()
