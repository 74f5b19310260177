import numpy as np
import pandas as pd
import pytest
from epochwise.answers.curves import configurations
from epochwise.answers.loss_table import read

from answers.made import loss_table
from epochwise.errors import DataError


@pytest.fixture
def table():
    draw = np.random.default_rng(0)
    low, high = draw.random((2, 3, 6))
    high[1, 4:] = np.nan
    return pd.concat(
        [
            loss_table(low, test=low + 1, batch_size=10, activation="relu"),
            loss_table(high, batch_size=20, activation="relu", rows=90, iterations=5),
        ]
    )


def test_matrices_hold_what_the_table_holds(table):
    small, large = configurations(table)
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
    assert large.last.tolist() == [5, 3, 5]


def test_the_order_of_the_rows_changes_nothing(table):
    whole = configurations(table)
    shuffled = configurations(table.sample(frac=1, random_state=1))
    for each in whole:
        other = next(other for other in shuffled if other.key == each.key)
        mine, theirs = np.argsort(each.seed), np.argsort(other.seed)
        assert np.array_equal(each.validation[mine], other.validation[theirs], equal_nan=True)


def test_text_may_be_dictionary_encoded_and_the_file_read_back(table, tmp_path):
    table = table.assign(train_accuracy=0.5).astype(
        {"dataset": "category", "activation": "category"}
    )
    table.to_parquet(tmp_path / "losses.parquet", index=False)
    losses = read(tmp_path / "losses.parquet")
    assert list(losses) == list(table)
    for mine, theirs in zip(configurations(table), configurations(losses), strict=True):
        assert mine.key == theirs.key
        assert np.array_equal(mine.validation, theirs.validation, equal_nan=True)


def test_a_test_loss_that_is_null_throughout_may_have_any_type(table):
    for null in (None, pd.NA, float("nan")):
        assert not configurations(table.assign(test_loss=null))[0].has_test


def test_named_points_and_nulls_in_swept_keys():
    table = pd.concat(
        [
            loss_table([3, 2, 1], point="a", momentum=0.5),
            loss_table([3, 2, 1], point="b", momentum=None),
        ]
    )
    keys = [each.key for each in configurations(table)]
    assert [(key["point"], key["momentum"]) for key in keys] == [("a", 0.5), ("b", None)]


def test_a_run_shorter_than_its_own_swept_number_of_epochs_has_diverged():
    table = pd.concat(
        [loss_table([3, 2, 1], epochs=2), loss_table([[3, 2, 1, 1, np.nan]], epochs=4)]
    )
    short, long = configurations(table)
    assert (short.epochs, short.last.tolist()) == (2, [2])
    assert (long.epochs, long.last.tolist()) == (4, [3])


def test_losses_that_are_not_finite_are_not_known():
    table = loss_table([3, 2, 1])
    table.loc[1, "validation_loss"] = np.inf
    assert np.isnan(configurations(table)[0].validation[0, 1])


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda table: table.iloc[:0], "has no rows"),
        (lambda table: pd.DataFrame(), "no column dataset, backend"),
        (lambda table: table.drop(columns=["seed", "train_loss"]), "no column seed, train_loss"),
        (lambda table: table[table.epoch != 2], "every epoch from 0 exactly once"),
        (lambda table: table[table.epoch != 0], "every epoch from 0 exactly once"),
        (lambda table: pd.concat([table, table]), "every epoch from 0 exactly once"),
        (lambda table: table.replace({"epoch": {2: 1}}), "every epoch from 0 exactly once"),
        (lambda table: table.replace({"epoch": {5: 10**12}}), "every epoch from 0 exactly once"),
        (lambda table: table.assign(epoch=table.epoch - 1), "every epoch from 0 exactly once"),
        (lambda table: table.assign(train_loss="low"), "'train_loss' of the loss table must hold"),
        (lambda table: table.assign(test_loss=-1.0), "cannot be negative"),
        (lambda table: table.assign(epoch=table.epoch + 0.5), "whole numbers"),
        (lambda table: table.assign(seed=None), "whole numbers"),
    ],
)
def test_a_bad_table_gets_a_sentence(table, spoil, sentence):
    with pytest.raises(DataError, match=sentence):
        configurations(spoil(table))


def test_a_bad_file_gets_a_sentence(tmp_path):
    with pytest.raises(DataError, match="cannot read the loss table"):
        read(tmp_path / "none.parquet")
    (tmp_path / "text.parquet").write_text("epoch,loss\n")
    with pytest.raises(DataError, match="cannot read the loss table"):
        read(tmp_path / "text.parquet")
