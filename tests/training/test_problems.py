import numpy as np
import pyarrow as pa
import pytest

from epochwise.data.datasets import Dataset
from epochwise.data.loading import settle
from epochwise.data.standardise import standardise
from epochwise.errors import PluginError, StudyError
from epochwise.study.schema import fill_defaults
from epochwise.study.sweeps import points
from epochwise.training import problems
from epochwise.training.contract import Hyperparameters
from epochwise.training.metrics import columns_of, measure_network

ROWS = 30


def values(**changes):
    (point,) = points(fill_defaults({"datasets": ["x"]}))
    return point.hyperparameters | changes


def make(target, changes=None, scale_target=False):
    rng = np.random.default_rng(0)
    table = pa.table({"a": rng.normal(size=ROWS), "b": rng.normal(size=ROWS), "y": target})
    table, facts = settle("mine", Dataset(table, ["a", "b"], ["y"]), None)
    parts = {"train": np.arange(20), "validation": np.arange(20, 26), "test": np.arange(26, ROWS)}
    rule = {"features": True, "target": scale_target}
    arrays, scaler = standardise(table, facts, parts, rule)
    return problems.make(arrays, scaler, values(**(changes or {})))


def test_regression():
    problem = make(np.arange(ROWS) * 0.5, {"hidden_layer_sizes": [7, 3]})
    assert problem.task == "regression"
    assert problem.layer_sizes == (2, 7, 3, 1)
    assert list(problem.partitions) == ["train", "validation", "test"]
    columns = list(map(str, columns_of(problem)))
    assert columns[::2] == ["train_loss", "validation_loss", "test_loss"]
    assert columns[1::2] == ["train_mae", "validation_mae", "test_mae"]
    assert problem.target_names == ["y"]
    assert problem.target_mean is None


@pytest.mark.parametrize(("classes", "task", "outputs"), [(2, "binary", 1), (3, "multiclass", 3)])
def test_classification(classes, task, outputs):
    problem = make([f"class {i % classes}" for i in range(ROWS)])
    assert problem.task == task
    assert problem.layer_sizes[-1] == outputs
    assert list(map(str, columns_of(problem)))[:2] == ["train_loss", "train_accuracy"]


def test_losses_are_in_the_targets_own_units():
    plain, scaled = make(np.arange(ROWS) * 0.5), make(np.arange(ROWS) * 0.5, None, True)
    part = scaled.partitions["validation"]
    assert measure_network(scaled, part, part.y) == pytest.approx([0.0, 0.0], abs=1e-12)
    off_by_one = part.y + 1 / scaled.target_scale
    assert measure_network(scaled, part, off_by_one) == pytest.approx([1.0, 1.0])
    np.testing.assert_array_equal(part.target, plain.partitions["validation"].target)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_dtype(dtype):
    part = make(np.arange(ROWS) * 0.5, {"dtype": dtype}).train
    assert part.x.dtype == part.y.dtype == dtype
    assert part.target.dtype == "float64"
    assert part.x.flags.c_contiguous


@pytest.mark.parametrize(
    ("asked", "rows", "given"),
    [("auto", 353, 200), ("auto", 20, 20), ("full", 353, 353), (16, 20, 16), (20, 20, 20)],
)
def test_batch_size(asked, rows, given):
    assert problems.batch_size(asked, rows) == given


def test_a_batch_larger_than_the_training_rows():
    with pytest.raises(StudyError, match="batch_size: 21 is more than the 20 training rows"):
        make(np.arange(ROWS) * 0.5, {"batch_size": 21})


def test_every_batch_size_of_a_study_is_held_against_the_training_rows():
    asked = [
        ("training.batch_size", "auto"),
        ("sweep.batch_size", "full"),
        ("sweep.batch_size", 20),
        ("sweep.batch_size", 21),
    ]
    problems.check_batch_sizes(21, "mine", "my.yaml", asked)
    sentence = (
        r"my\.yaml: sweep\.batch_size: 21 is more than the 20 training rows of dataset 'mine'; "
        r"give at most 20, auto or full\."
    )
    with pytest.raises(StudyError, match=sentence):
        problems.check_batch_sizes(20, "mine", "my.yaml", asked)


@pytest.mark.parametrize(("size", "iterations"), [(20, 1), (7, 3), (1, 20), (19, 2)])
def test_iterations_per_epoch_count_the_short_batch(size, iterations):
    problem = make(np.arange(ROWS) * 0.5, {"batch_size": size})
    assert problem.iterations_per_epoch == iterations


def test_no_hyperparameter_is_dropped_in_silence():
    with pytest.raises(PluginError, match=r"unknown hyperparameter 'alfa'.*Did you mean 'alpha'"):
        make(np.arange(ROWS) * 0.5, {"alfa": 1.0})
    complete = values(batch_size=5)
    del complete["beta_1"]
    with pytest.raises(PluginError, match="the hyperparameter 'beta_1' is missing"):
        Hyperparameters.of(complete)
