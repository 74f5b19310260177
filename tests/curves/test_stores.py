"""The stores of MLflow, as its tables and files are; and folders of TensorBoard that are none."""

import sqlite3

import pytest

from curves.files import check, need, read, write
from epochwise.errors import CurvesError

SCHEMA = """
CREATE TABLE experiments (experiment_id INTEGER, name TEXT);
CREATE TABLE runs (run_uuid TEXT, name TEXT, lifecycle_stage TEXT, start_time INTEGER, experiment_id INTEGER);
CREATE TABLE metrics (key TEXT, value REAL, timestamp INTEGER, run_uuid TEXT, step INTEGER, is_nan INTEGER);
INSERT INTO experiments VALUES (0, 'Default'), (1, 'mine');
INSERT INTO runs VALUES ('aaaaaaaaa', 'seed', 'active', 2, 1), ('bbbbbbbbb', 'seed', 'active', 1, 1),
    ('c', 'gone', 'deleted', 3, 1), ('d', NULL, 'active', 4, 0);
"""


def store(folder, *rows):
    connection = sqlite3.connect(folder / "mlflow.db")
    connection.executescript(SCHEMA)
    connection.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return folder / "mlflow.db"


ROWS = [
    ("train_loss", 3.0, 1, "aaaaaaaaa", 0, 0),
    ("train_loss", 2.0, 3, "aaaaaaaaa", 1, 0),
    ("train_loss", 1.5, 2, "aaaaaaaaa", 1, 0),  # earlier: the later one counts
    ("val_loss", 4.0, 1, "aaaaaaaaa", 0, 0),
    ("val_loss", 0.0, 2, "aaaaaaaaa", 1, 1),
    ("train_loss", 1.7976931348623157e308, 1, "bbbbbbbbb", 1, 0),
    ("train_loss", 9.0, 1, "c", 1, 0),
    ("accuracy", 9.0, 1, "d", 1, 0),
]


def test_a_database_has_many_runs_and_writes_what_is_not_finite_its_own_way(tmp_path):
    path = store(tmp_path, *ROWS)
    for where in (path, tmp_path):
        history = read(where)
        assert (history.reader, history.unit) == ("mlflow", "step")
        assert [run.name for run in history.runs] == ["seed bbbbbbbb", "seed aaaaaaaa"]
        check(history, 0, epochs=[2], train_loss=[float("inf")])
        check(history, 1, epochs=[1, 2], train_loss=[3, 2], validation_loss=[4, float("inf")])
        assert "left out: 1 run without a loss" in history.notes


def test_experiments_and_runs_are_chosen_by_name(tmp_path):
    path = store(tmp_path, *ROWS)
    assert len(read(path, experiment="mine").runs) == 2
    assert len(read(path, runs=["seed"]).runs) == 2
    check(read(path, experiment="Default", validation_loss="accuracy"), validation_loss=[9])
    with pytest.raises(CurvesError, match=r"unknown experiment 'mime'.*Did you mean 'mine'"):
        read(path, experiment="mime")
    with pytest.raises(CurvesError, match=r"unknown run 'sead'.*Did you mean 'seed'"):
        read(path, runs=["sead"])
    with pytest.raises(
        CurvesError, match=r"no metric is a loss by its name.*The metrics are: accuracy"
    ):
        read(path, experiment="Default")


def test_values_without_steps_are_refused(tmp_path):
    rows = [("train_loss", float(n), n, "d", 0, 0) for n in range(3)]
    with pytest.raises(
        CurvesError, match=r"'train_loss' has 3 values, all of step 0; .*step=epoch"
    ):
        read(store(tmp_path, *rows))


def test_a_database_of_something_else_or_without_metrics(tmp_path):
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE t (a INTEGER)")
    connection.commit()
    connection.close()
    with pytest.raises(CurvesError, match=r"cannot be read as a store of MLflow .*is it one"):
        read(tmp_path / "other.db")
    with pytest.raises(CurvesError, match="has no metrics of any run"):
        read(store(tmp_path))
    before = sorted(tmp_path.iterdir())
    assert before == sorted(tmp_path.iterdir())  # reading leaves nothing behind


def file_store(folder, name, stage="active", **metrics):
    write(folder, f"lifecycle_stage: {stage}\n", f"mlruns/1/{name}/meta.yaml")
    write(folder, name.upper(), f"mlruns/1/{name}/tags/mlflow.runName")
    for key, text in metrics.items():
        write(folder, text, f"mlruns/1/{name}/metrics/{key.replace('__', '/')}")


def test_a_folder_has_a_file_for_each_metric(tmp_path):
    file_store(tmp_path, "a", train__loss="1 3.0 0\n3 2.0 1\n2 1.5 1\n", val__loss="1 nan 1\n")
    file_store(tmp_path, "b", train__loss="1 5.0 1\n")
    file_store(tmp_path, "c", "deleted", train__loss="1 5.0 1\n")
    for where in (tmp_path, tmp_path / "mlruns", tmp_path / "mlruns" / "1"):
        history = read(where)
        assert [run.name for run in history.runs] == ["A", "B"]
        check(history, epochs=[1, 2], train_loss=[3, 2], validation_loss=[None, float("inf")])
    file_store(tmp_path, "a", train__loss="1 3.0 0\nbroken\n")
    with pytest.raises(CurvesError, match="line 2: 'broken' is no 'timestamp value step'"):
        read(tmp_path / "mlruns" / "1" / "a")


def test_an_event_file_that_is_none(tmp_path):
    need("tensorboard")
    write(tmp_path, "no events", "events.out.tfevents.1")
    with pytest.raises(CurvesError, match=r"no tag is a loss by its name.*The tags are: none"):
        read(tmp_path)
