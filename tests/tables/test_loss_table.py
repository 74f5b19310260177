from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from epochwise import parquet
from epochwise.columns import facts_of, measured, saying
from epochwise.parquet import write
from epochwise.tables import loss_table
from epochwise.tables.loss_table import Part
from epochwise.tables.reading import LossTable
from epochwise.training import training_job
from epochwise.training.contract import Partition, Problem
from epochwise.training.defaults import hyperparameters
from epochwise.training.segment import Segment

pytestmark = pytest.mark.versions

LABELS = {"dataset": "iris", "fold": 0, "backend": "numpy"}


def problem(test=True, task="regression"):
    x, y = np.zeros((10, 2)), np.zeros((10, 1))
    names = ["train", "validation", "test"][: 3 if test else 2]
    parts = {name: Partition(x, y, y) for name in names}
    return Problem(task, parts, hyperparameters(batch_size=4))


def curves(segment, columns=6, seed=0):
    shape = (len(segment.epochs()), len(segment.seeds), columns)
    return np.random.default_rng(seed).random(shape)


def joined(parts, epochs=None):
    return pa.concat_tables(loss_table.Joined(parts, epochs))


@pytest.fixture
def part(tmp_path):
    """Write a segment's table and give it as a part."""
    count = iter(range(100))

    def make(segment, losses, of=None, labels=LABELS, seeds=None, epochs=10**6):
        path = tmp_path / f"{next(count)}.parquet"
        write(training_job.segment_table(of or problem(), segment, losses), path)
        return Part(path, labels, seeds or segment.seeds, epochs)

    return make


def test_a_segment_has_a_row_per_run_and_epoch():
    segment = Segment([3, 8], 0, 2, "never")
    losses = curves(segment)
    table = training_job.segment_table(problem(), segment, losses).to_pandas()
    assert table["seed"].tolist() == [3, 3, 3, 8, 8, 8]
    assert table["epoch"].tolist() == [0, 1, 2, 0, 1, 2]
    assert table["iteration"].tolist() == [0, 3, 6, 0, 3, 6]  # 10 rows in batches of 4
    assert table["samples"].tolist() == [0, 10, 20, 0, 10, 20]
    assert table["rows_per_batch"].tolist() == [4] * 6
    np.testing.assert_array_equal(table["validation_loss"], losses[:, :, 2].T.ravel())


def test_a_later_segment_has_no_epoch_0():
    segment = Segment([0], 2, 4, "never")
    table = training_job.segment_table(problem(), segment, curves(segment))
    assert table["epoch"].to_pylist() == [3, 4]


def test_a_diverged_run_keeps_its_finite_rows():
    segment = Segment([0, 1], 0, 3, "never")
    losses = curves(segment)
    losses[2:, 1] = np.nan
    table = training_job.segment_table(problem(), segment, losses).to_pandas()
    assert table.groupby("seed")["epoch"].max().tolist() == [3, 1]


def test_segments_and_blocks_join_into_sorted_runs(part):
    early, late = Segment([0, 1], 0, 2, "never"), Segment([0, 1], 2, 5, "never")
    other = Segment([2], 0, 5, "never")
    table = joined([part(s, curves(s)) for s in (early, other, late)]).to_pandas()
    assert table["seed"].tolist() == [0] * 6 + [1] * 6 + [2] * 6
    assert table["epoch"].tolist() == list(range(6)) * 3
    assert table.columns[:6].tolist() == [
        "dataset",
        "fold",
        "backend",
        "seed",
        "epoch",
        "iteration",
    ]


def test_surplus_seeds_and_epochs_are_left_out(part):
    segment = Segment([0, 1, 2], 0, 9, "never")
    one = part(segment, curves(segment), seeds=[0, 2], epochs=4)
    table = joined([one]).to_pandas()
    assert table["seed"].unique().tolist() == [0, 2]
    assert table["epoch"].max() == 4


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([1, 2], "int64", [1, 2]),
        ([0.1, 1.0], "float64", [0.1, 1.0]),
        ([1, 0.5], "float64", [1.0, 0.5]),
        ([True, False], "bool", [True, False]),
        ([16, "auto"], "category", ["16", "auto"]),
        ([128, "64x32"], "category", ["128", "64x32"]),
        (["tanh", "relu"], "category", ["tanh", "relu"]),
    ],
)
def test_swept_values_have_the_narrowest_type(part, values, kind, expected):
    segment = Segment([0], 0, 1, "never")
    parts = [part(segment, curves(segment), labels=LABELS | {"swept": v}) for v in values]
    column = joined(parts).to_pandas()["swept"]
    assert column.dtype.name == kind
    assert column.unique().tolist() == expected  # in the study's order


def test_datasets_without_test_or_classes_have_nulls_there(part):
    segment = Segment([0], 0, 1, "never")
    regression = part(segment, curves(segment, 4), problem(test=False))
    labels = LABELS | {"dataset": "wine"}
    classes = part(segment, curves(segment, 9), problem(task="binary"), labels)
    table = joined([regression, classes]).to_pandas()
    assert table.columns[-12:].tolist() == [
        f"{partition}_{metric}"
        for metric in ("loss", "mae", "accuracy", "balanced_accuracy")
        for partition in ("train", "validation", "test")
    ]
    iris, wine = table[table["dataset"] == "iris"], table[table["dataset"] == "wine"]
    assert iris["test_loss"].isna().all()
    assert iris["train_accuracy"].isna().all()
    assert wine.filter(like="mae").isna().all(axis=None)
    assert wine.loc[:, ~wine.columns.str.endswith("mae")].notna().all(axis=None)


def test_both_files_hold_every_bit_and_are_the_same_each_time(part, tmp_path):
    segment = Segment([0, 1], 0, 50, "never")
    made = loss_table.Joined([part(segment, curves(segment) / 3)])
    for name in ("one", "two"):
        loss_table.save(made, tmp_path / f"{name}.parquet", tmp_path / f"{name}.csv")
    for suffix in ("parquet", "csv"):
        assert (tmp_path / f"one.{suffix}").read_bytes() == (
            tmp_path / f"two.{suffix}"
        ).read_bytes()
    lines = (tmp_path / "one.csv").read_text().splitlines()
    header = "dataset,fold,backend,seed,epoch,iteration,samples,rows_per_batch,train_loss"
    assert lines[0].startswith(header)
    assert lines[1].startswith("iris,0,numpy,0,0,0,0,4,0.")  # no quotes around text
    written = [float(line.split(",")[9]) for line in lines[1:]]
    table = pa.concat_tables(made)
    assert written == table["validation_loss"].to_pylist()
    assert pq.read_table(tmp_path / "one.parquet").equals(table)


def test_blocks_are_read_one_by_one_where_their_seeds_do_not_interleave(part):
    def sizes(*seeds):
        segments = [Segment(own, *epochs, "never") for own in seeds for epochs in ((0, 2), (2, 5))]
        made = loss_table.Joined([part(segment, curves(segment)) for segment in segments])
        whole = pa.concat_tables(made).to_pandas()
        assert whole["seed"].is_monotonic_increasing
        assert whole["epoch"].tolist() == list(range(6)) * len(set().union(*seeds))
        return [len(table) // 6 for table in made]

    assert sizes([5, 6], [0, 1, 2], [3]) == [3, 1, 2]
    assert sizes([0, 9], [3], [12]) == [3, 1]
    assert sizes([0, 4], [2, 7], [5]) == [5]


def test_row_groups_do_not_follow_the_segments(part, tmp_path, monkeypatch):
    """Nor does reading depend on them: every run's curve is its segments' to the last bit."""
    monkeypatch.setattr(parquet, "GROUP", 50)
    seeds, blocks = [[0, 1, 2], [3], [4, 5]], []
    for alpha in (0.1, 0.2):
        for number, own in enumerate(seeds):
            segment = Segment(own, 0, 12, "never")
            labels = LABELS | {"alpha": alpha}
            blocks.append(part(segment, curves(segment, seed=number), labels=labels))
    made = loss_table.Joined(blocks)
    loss_table.save(made, tmp_path / "losses.parquet")
    file = pq.ParquetFile(tmp_path / "losses.parquet")
    sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert sizes == [50, 50, 50, 6]
    assert file.read().equals(pa.concat_tables(made))
    for one in LossTable(tmp_path / "losses.parquet").curves():
        expected = [curves(Segment(own, 0, 12, "never"), seed=n) for n, own in enumerate(seeds)]
        np.testing.assert_array_equal(one.validation, np.concatenate(expected, axis=1)[:, :, 2].T)


def test_the_table_says_what_its_columns_are_and_what_it_is_about(part, tmp_path):
    segment = Segment([0], 0, 1, "never")
    regression = part(segment, curves(segment), labels=LABELS | {"dataset": "a", "alpha": 0.1})
    labels = LABELS | {"dataset": "b", "alpha": 0.1}
    classes = part(segment, curves(segment, 9), problem(task="binary"), labels)
    loss_table.save(loss_table.Joined([regression, classes], 7), tmp_path / "losses.parquet")
    table = pq.read_table(tmp_path / "losses.parquet")
    assert not (tmp_path / "losses.csv").exists()
    read = LossTable(tmp_path / "losses.parquet")
    assert read.facts["tasks"] == {"a": "regression", "b": "binary"}
    assert read.facts["epochs"] == 7
    kinds = {name: list(own["0"]["baselines"]) for name, own in read.facts["folds"].items()}
    assert kinds == {"a": ["own_mean", "training_mean"], "b": ["training_mean"]}
    assert read.keys == ["dataset", "backend", "alpha"]
    assert read.metrics == ["loss", "mae", "accuracy", "balanced_accuracy"]
    assert read.measured == table.column_names[-12:]
    of_each = [facts_of(field) for field in table.schema]
    assert [facts["role"] for facts in of_each] == [
        *("key", "count", "key", "key"),
        *["count"] * 5,
        *["measured"] * 12,
    ]
    assert of_each[-1] == {"role": "measured", "partition": "test", "metric": "balanced_accuracy"}
    assert [one.planned for one in read.curves()] == [7, 7]


def test_the_same_facts_are_the_same_bytes_in_whatever_order_they_were_found():
    assert saying({"role": "key", "metric": "loss"}) == saying({"metric": "loss", "role": "key"})


def test_whatever_was_asked_the_table_has_the_rows_per_batch_that_were_used(part):
    segment = Segment([0], 0, 1, "never")
    small = replace(problem(), hyperparameters=hyperparameters(batch_size=10))
    labels = [LABELS | {"batch_size": asked} for asked in ("auto", 4)]
    parts = [
        part(segment, curves(segment), small, labels[0]),
        part(segment, curves(segment), problem(), labels[1]),
    ]
    table = joined(parts)
    assert table["batch_size"].to_pylist() == ["auto", "auto", "4", "4"]
    assert table["rows_per_batch"].to_pylist() == [10, 10, 4, 4]
    one, other = LossTable(table).curves()
    assert (one.rows_per_batch.tolist(), other.rows_per_batch.tolist()) == ([10], [4])


def test_the_segments_of_a_plan_are_its_paths_with_the_seeds_that_each_is_to_answer_for():
    plan = [
        {"file": file, "cell": None, "labels": LABELS, "wanted": wanted, "epochs": 7}
        for file, wanted in enumerate(("0-2+5", "9"))
    ]
    assert loss_table.parts(["a.parquet", "b.parquet"], plan) == [
        Part("a.parquet", LABELS, [0, 1, 2, 5], 7),
        Part("b.parquet", LABELS, [9], 7),
    ]


def test_a_column_says_of_which_target_it_is_where_there_are_several():
    assert facts_of(measured("validation", "loss_price", "price"))["target"] == "price"
    assert "target" not in facts_of(measured("validation", "loss"))
