"""The sizes that are counted are those of the cut."""

import numpy as np
import pyarrow as pa
import pytest

from epochwise.data import sizes as module
from epochwise.data.datasets import Dataset
from epochwise.data.loading import settle
from epochwise.data.sizes import sizes
from epochwise.data.standardise import cut_rows
from epochwise.errors import DataError
from epochwise.study.schema import fill_defaults


def made(rows, task="regression", part=None):
    target = np.arange(rows) / 7 if task == "regression" else ["a", "b", "b", "c"] * (rows // 4)
    columns = {"x": np.arange(rows) * 1.5, "y": target}
    if part:
        columns["part"] = part
    table = pa.table(columns)
    return settle("mine", Dataset(table, ["x"], ["y"], partition="part" if part else None), None)


def rule(**changes):
    return fill_defaults({"datasets": ["x"], "partitions": changes})["partitions"]


@pytest.mark.parametrize("task", ["regression", "classification"])
@pytest.mark.parametrize(
    ("changes", "counted"),
    [
        ({}, True),
        ({"test_size": 0.15, "validation_size": 0.33}, True),
        ({"test_size": 70, "validation_size": 101}, True),
        ({"stratify": False}, None),
        ({"test_size": 6}, False),
        ({"method": "k_fold", "n_splits": 7, "test_size": 0.1}, False),
    ],
)
def test_sizes_are_those_of_the_cut(monkeypatch, task, changes, counted):
    table, facts = made(404, task)
    expected = {
        name: len(rows) for name, rows in cut_rows(table, facts, rule(**changes), 0).items()
    }
    cuts = []
    monkeypatch.setattr(module, "cut_rows", lambda *a: cuts.append(a) or cut_rows(*a))
    assert sizes(table, facts, rule(**changes), 1) == expected
    counted = task == "regression" if counted is None else counted
    assert bool(cuts) != counted


@pytest.mark.parametrize(
    ("task", "plenty"),
    [("regression", 20), ("classification", 60)],  # 20 rows of each class
)
def test_it_is_counted_where_each_partition_has_plenty_of_rows(monkeypatch, task, plenty):
    table, facts = made(404, task)
    monkeypatch.setattr(module, "cut_rows", None)
    assert sizes(table, facts, rule(test_size=plenty), 3)["test"] == plenty
    with pytest.raises(TypeError):
        sizes(table, facts, rule(test_size=plenty - 1), 3)


@pytest.mark.parametrize(("rare", "counted"), [(19, False), (20, True)])
def test_it_is_counted_where_each_class_has_plenty_of_rows(monkeypatch, rare, counted):
    labels = ["a"] * (400 - rare) + ["b"] * rare
    table = pa.table({"x": np.arange(400.0), "y": labels})
    table, facts = settle("mine", Dataset(table, ["x"], ["y"]), None)
    cuts = []
    monkeypatch.setattr(module, "cut_rows", lambda *a: cuts.append(a) or cut_rows(*a))
    assert sizes(table, facts, rule(), 1) == {"train": 320, "validation": 80}
    assert bool(cuts) != counted


def test_the_first_ten_of_many_cuts_are_tried(monkeypatch):
    table, facts = made(12)
    cuts = []
    monkeypatch.setattr(module, "cut_rows", lambda *a: cuts.append(a[-1]) or cut_rows(*a))
    for folds in (3, 10, 25):
        sizes(table, facts, rule(n_repeats=folds), folds)
    assert cuts == [*range(3), *range(10), *range(10)]


def test_a_column_that_cuts_is_asked():
    table, facts = made(404, part=["train"] * 200 + ["validation"] * 150 + ["train"] * 54)
    assert sizes(table, facts, rule(), 1) == {"train": 254, "validation": 150}


@pytest.mark.parametrize(
    ("rows", "task", "changes", "sentence"),
    [
        (
            12,
            "regression",
            {"validation_size": 40},
            "with validation_size: 40, none of the 12 rows",
        ),
        (400, "regression", {"stratify": True}, "stratify: true needs classes"),
        (12, "regression", {"method": "k_fold", "n_splits": 9}, "9 folds are too many for 12 rows"),
        (4, "classification", {}, "class a has 1 row"),
    ],
)
def test_what_cannot_be_cut_is_refused(rows, task, changes, sentence):
    table, facts = made(rows, task)
    with pytest.raises(DataError, match=sentence):
        sizes(table, facts, rule(**changes), 3)
