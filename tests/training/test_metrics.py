"""What is measured: scikit-learn's numbers to the last bit, one entry for each metric."""

import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics as theirs

from epochwise import parquet
from epochwise.errors import StudyError
from epochwise.plugins.registry import load_backend
from epochwise.tables import loss_table
from epochwise.tables.loss_table import Part
from epochwise.tables.reading import LossTable
from epochwise.tables.summary import summarise
from epochwise.training import host, metrics, training_job
from epochwise.training.contract import Partition, Problem
from epochwise.training.defaults import hyperparameters
from epochwise.training.metrics import Metric, columns_of, measure, measure_network
from epochwise.training.parameters import initial_state
from epochwise.training.segment import Segment
from helpers import PLUGINS, load, require

ROWS = [1, 2, 89, 1000, 5001]


def for_scikit_learn(target, outputs):
    """Give labels, and a probability for each class."""
    if outputs.shape[1] == 1:
        return target[:, 0], np.hstack([1 - outputs, outputs])
    return target.argmax(axis=1), outputs


def expected(task, target, outputs):
    """Measure with scikit-learn."""
    if task == "regression":
        each = theirs.mean_squared_error(target, outputs, multioutput="raw_values").tolist()
        found = [theirs.mean_squared_error(target, outputs)]
        found += [theirs.mean_absolute_error(target, outputs)]
        return found + (each if len(each) > 1 else [])
    labels, probability = for_scikit_learn(target, outputs)
    return [
        theirs.log_loss(labels, y_proba=probability, labels=range(probability.shape[1])),
        theirs.accuracy_score(labels, probability.argmax(axis=1)),
        theirs.recall_score(
            labels, probability.argmax(axis=1), labels=np.unique(labels), average="macro"
        ),
    ]


# ---- scikit-learn's numbers ----


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("outputs", [1, 2, 3, 5])
def test_squared_and_absolute_errors_are_scikit_learns(rows, outputs):
    target, prediction = np.random.default_rng(rows).normal(size=(2, rows, outputs)) * 1e3
    found = measure(np, "regression", target, prediction)
    assert found == expected("regression", target, prediction)


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_log_loss_and_accuracies_are_scikit_learns(rows, classes):
    rng = np.random.default_rng(rows)
    logits = rng.normal(size=(rows, classes)) * 20  # some probabilities are as good as 0 and 1
    probability = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    target = np.eye(classes)[rng.integers(classes, size=rows)]
    task = "multiclass"
    if classes == 2:
        task, target, probability = "binary", target[:, 1:], probability[:, 1:]
    assert measure(np, task, target, probability) == expected(task, target, probability)


CHANCES = st.sampled_from([0.0, 5e-324, 1e-17, 0.25, 0.5, 0.5 + 2**-53, 1 - 2**-53, 1.0])


@given(arrays(float, st.tuples(st.integers(1, 30), st.just(2)), elements=CHANCES))
def test_certain_and_even_chances_of_two_classes_are_measured_as_scikit_learn_does(drawn):
    target, probability = (drawn[:, :1] > 0.3) * 1.0, drawn[:, 1:]
    assert measure(np, "binary", target, probability) == expected("binary", target, probability)


SHARES = st.sampled_from([(1, 0, 0), (0, 1, 0), (0, 0, 1), (0.5, 0.5, 0), (0, 0.5, 0.5)])
SHARES |= st.sampled_from([(0.25, 0.5, 0.25), (0.25, 0.25, 0.5), (1 / 3, 1 / 3, 1 / 3)])


@given(st.lists(st.tuples(st.integers(0, 2), SHARES), min_size=1, max_size=30))
def test_certain_and_tied_chances_of_three_classes_are_measured_as_scikit_learn_does(drawn):
    target = np.eye(3)[[label for label, _ in drawn]]
    probability = np.array([shares for _, shares in drawn], float)
    found = measure(np, "multiclass", target, probability)
    assert found == expected("multiclass", target, probability)


def test_certain_mistakes_cost_what_scikit_learn_says():
    target, probability = np.array([[1.0], [0.0]]), np.array([[0.0], [1.0]])
    found = measure(np, "binary", target, probability)
    assert found == expected("binary", target, probability)
    loss, accuracy, _ = found
    assert loss == pytest.approx(-np.log(np.finfo(float).eps))
    assert accuracy == 0


def test_an_even_chance_is_class_0():
    even = np.full((4, 1), 0.5)
    target = np.array([[0.0], [1], [1], [1]])
    assert metrics.accuracy(np, target, even) == 0.25
    assert metrics.accuracy(np, target, np.nextafter(even, 1)) == 0.75


def test_of_classes_that_tie_the_first_is_taken():
    tied = np.array([[0.5, 0.5, 0.0], [0.25, 0.375, 0.375], [1 / 3, 1 / 3, 1 / 3]])
    assert metrics.accuracy(np, np.eye(3)[[0, 1, 0]], tied) == 1
    assert metrics.accuracy(np, np.eye(3)[[1, 2, 2]], tied) == 0


@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_outputs_in_single_precision_are_measured_in_double(task):
    rng = np.random.default_rng(0)
    shares = rng.multinomial(1024, [0.2, 0.5, 0.3], size=50) / 1024  # exact in both
    shares[0] = [1, 0, 0]  # a certain mistake
    target = np.eye(3)[np.r_[1, rng.integers(3, size=49)]]
    if task == "binary":
        shares, target = shares[:, :1], target[:, :1]
    outputs = (shares + (0.1 if task == "regression" else 0)).astype("float32")
    part = Partition(outputs, outputs, target)
    problem = Problem(task, {"train": part}, hyperparameters())
    found = measure_network(problem, part, outputs)
    assert found == expected(task, target, outputs.astype(float))
    assert all(np.asarray(value).dtype == np.float64 for value in found)


def test_targets_are_measured_in_their_own_units():
    outputs, target = np.array([[0.0, 1], [1, 0]]), np.array([[10.0, 300], [12, 100]])
    part = Partition(outputs, outputs, target)
    scale, mean = np.array([2.0, 100]), np.array([10.0, 200])
    problem = Problem("regression", {"train": part}, hyperparameters(), mean, scale)
    squares, sizes = (0, 100**2 / 2), (0, 100 / 2)  # by target, averaged over rows
    found = measure_network(problem, part, outputs)
    assert found == [sum(squares) / 2, sum(sizes) / 2, *squares]


def test_a_class_without_rows_does_not_count_in_the_balanced_accuracy():
    shares = np.eye(3)[[0, 0, 1, 1, 2]]
    target = np.eye(3)[[0, 0, 0, 1, 1]]  # right: two of three, one of two
    assert metrics.balanced_accuracy(np, target, shares) == (2 / 3 + 1 / 2) / 2
    assert metrics.balanced_accuracy(np, np.ones((2, 1)), np.array([[0.9], [0.2]])) == 0.5


def test_several_targets_have_a_loss_each_under_their_names():
    part = Partition(np.zeros((2, 2)), np.zeros((2, 2)), np.zeros((2, 2)))
    problem = Problem("regression", {"train": part}, hyperparameters())
    names = ["train_loss", "train_mae"]
    assert [str(one) for one in columns_of(problem)] == [*names, "train_loss_1", "train_loss_2"]
    named = replace(problem, target_names=["price", "rooms"])
    assert [str(one) for one in columns_of(named)][2:] == ["train_loss_price", "train_loss_rooms"]
    assert [one.target for one in columns_of(named)] == [None, None, "price", "rooms"]


# ---- the same lines in every array library ----


def numpy_itself():
    return np, np.asarray


def jax_numpy():
    load("jax").config.update("jax_enable_x64", True)
    jnp = load("jax.numpy")
    return jnp, jnp.asarray


def torch():
    found = load("torch")
    return found, found.tensor


def tensorflow():
    require("tensorflow")
    plugin = load_backend(PLUGINS, "tensorflow").value.__module__
    found = sys.modules[plugin].framework()  # on one thread, as whatever comes after needs it
    return found.experimental.numpy, found.constant


LIBRARIES = [numpy_itself, jax_numpy, torch, tensorflow]


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.__name__)
@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_every_array_library_measures_the_same_and_many_networks_at_once(library, task):
    xp, array = library()
    rng = np.random.default_rng(1)
    shape = (2, 4, 40, 1 if task == "binary" else 3)  # two by four networks
    raw = rng.random(shape)
    raw[0, 0, :4] = [[0.0], [1], [0.5], [0.5]] if task == "binary" else [1, 1, 0]
    outputs = raw / raw.sum(axis=-1, keepdims=True) if task == "multiclass" else raw
    target = np.eye(3)[rng.integers(3, size=40)][:, : shape[-1]]
    found = measure(xp, task, array(target), array(outputs))
    each = np.array([[measure(np, task, target, one) for one in row] for row in outputs])
    assert len(found) == each.shape[-1]
    for values, wanted in zip(found, np.moveaxis(each, -1, 0), strict=True):
        np.testing.assert_allclose(np.asarray(values), wanted, rtol=1e-14, atol=0)


# ---- a metric is one entry ----


def quartic_error(xp, target, outputs):
    """Average (target - output)⁴ over rows and outputs."""
    error = (target - outputs) * (target - outputs)
    error = error * error
    return xp.sum(xp.sum(error, axis=-1), axis=-1) / (error.shape[-1] * error.shape[-2])


QUARTIC = Metric("quartic", ("regression",), quartic_error, "quartic error", "target unit⁴")
EPOCH_BY_EPOCH, IN_STRETCHES = ("numpy", "sklearn"), ("torch", "jax", "tensorflow")
EPOCHS = 3


@pytest.fixture
def with_quartic(monkeypatch):
    """Measure one thing more, and let nothing that was compiled before or after notice."""

    def forget(*modules):
        for module in modules:
            for value in vars(module).values():
                getattr(value, "cache_clear", int)()

    compiling = [f"epochwise_plugin_{name}_backend" for name in IN_STRETCHES]
    monkeypatch.setattr(metrics, "METRICS", (*metrics.METRICS, QUARTIC))
    forget(metrics, *(sys.modules[name] for name in compiling if name in sys.modules))
    yield
    monkeypatch.undo()
    forget(metrics, *(sys.modules[name] for name in compiling if name in sys.modules))


def two_targets():
    """Make a regression of two targets, which are learnt in other units than their own."""
    rng = np.random.default_rng(2)
    mean, scale, parts = np.array([3.0, -40]), np.array([2.0, 15]), {}
    for name, rows in (("train", 22), ("validation", 9), ("test", 7)):
        x = rng.normal(size=(rows, 3))
        y = np.column_stack([x[:, 0] - x[:, 1], np.abs(x[:, 2])])
        parts[name] = Partition(x, y, y * scale + mean)
    hp = hyperparameters(hidden_layer_sizes=(5,), batch_size=8, learning_rate_init=0.01)
    return Problem("regression", parts, hp, target_mean=mean, target_scale=scale)


def trained(backend, folder):
    """Train as a job does, with all seeds in one block; give what it knows at the end."""
    problem, segment = two_targets(), Segment([3, 5], 0, EPOCHS, "every_epoch")
    trainer = load_backend(PLUGINS, backend).value(problem, initial_state(problem, segment.seeds))
    assert isinstance(trainer, host.LongStretches) == (backend in IN_STRETCHES)
    curves, _ = host.train(backend, trainer, problem, segment, np.ones(2, bool))
    table = training_job.segment_table(problem, segment, curves)
    parquet.write(table, folder / "segment.parquet")
    return SimpleNamespace(problem=problem, segment=segment, trainer=trainer, table=table)


@pytest.mark.parametrize("backend", [*EPOCH_BY_EPOCH, *IN_STRETCHES])
def test_one_entry_more_is_measured_by_every_backend_and_reaches_every_table(
    backend, with_quartic, tmp_path
):
    require(backend)
    run = trained(backend, tmp_path)
    parts = list(run.problem.partitions)
    names = ["loss", "mae", "quartic", "loss_1", "loss_2"]
    assert run.table.column_names[-5 * len(parts) :] == [f"{p}_{n}" for p in parts for n in names]
    labels = {"dataset": "small", "fold": 0, "backend": backend}
    part = Part(tmp_path / "segment.parquet", labels, run.segment.seeds, EPOCHS)
    joined = loss_table.Joined([part], EPOCHS)
    loss_table.save(joined, tmp_path / "losses.parquet", tmp_path / "losses.csv")
    losses = LossTable(tmp_path / "losses.parquet")
    assert losses.metrics == names
    assert losses.measured[6:9] == ["train_quartic", "validation_quartic", "test_quartic"]
    assert losses.losses == ["train_loss", "validation_loss", "test_loss"]
    (curves,) = losses.curves(losses.measured)
    summary = summarise(losses)
    for name, partition in run.problem.partitions.items():
        outputs = run.trainer.predict(partition.x)
        outputs = outputs * run.problem.target_scale + run.problem.target_mean
        last = [np.mean((partition.target - one) ** 4) for one in outputs]
        matrix = curves.losses[f"{name}_quartic"]
        assert matrix.shape == (2, EPOCHS + 1)
        assert matrix[:, -1] == pytest.approx(last, rel=1e-12)
        assert (matrix[:, 0] != matrix[:, -1]).all()
        assert summary[f"final_{name}_quartic"].tolist() == matrix[:, -1].tolist()
        at_best = matrix[[0, 1], summary["best_epoch"]]
        assert summary[f"{name}_quartic_at_best"].tolist() == at_best.tolist()


def test_without_the_entry_it_is_not_measured(tmp_path):
    names = trained("numpy", tmp_path).table.column_names
    assert not [name for name in names if "quartic" in name]


def test_an_entry_for_one_task_is_not_measured_for_another(with_quartic):
    names = [metric.name for metric in metrics.metrics_of("regression")]
    assert names == ["loss", "mae", "quartic"]
    for task in ("binary", "multiclass"):
        names = [metric.name for metric in metrics.metrics_of(task)]
        assert names == ["loss", "accuracy", "balanced_accuracy"]


def test_a_metric_that_is_not_known_of_a_dataset_is_refused_with_those_that_are():
    known = metrics.known_of("regression")
    for metric in ("loss", "rmse"):
        metrics.check_known(known, "houses", "my.yaml", [("figures.heat_map.metric", metric)])
    said = r"my\.yaml: figures\.heat_map\.metric: 'accuracy' is not known of 'houses'; .* loss, mae, rmse\."
    with pytest.raises(StudyError, match=said):
        metrics.check_known(known, "houses", "my.yaml", [("figures.heat_map.metric", "accuracy")])
