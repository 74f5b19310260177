"""The numpy backend against scikit-learn: its plugin and its estimators; to the last bit.

And every backend against it over the whole of the tutorial.
"""

import re
from itertools import product

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier, MLPRegressor

from epochwise.plugins.registry import load_backend
from epochwise.training import host
from epochwise.training.contract import Partition, Problem
from epochwise.training.defaults import hyperparameters
from epochwise.training.parameters import initial_state, split_layers
from epochwise.training.segment import Segment
from helpers import PLUGINS, require, train_whole, tutorial_problem

TRAINERS = {name: load_backend(PLUGINS, name).value for name in ("numpy", "sklearn")}
TASKS = {
    "regression": ("regression", 1),
    "targets": ("regression", 3),
    "binary": ("binary", 1),
    "multiclass": ("multiclass", 4),
}
SEEDS = [0, 7]
EPOCHS = 5
ROWS, FEATURES = 30, 6


def make_problem(case, **changes):
    task, outputs = TASKS[case]
    hp = hyperparameters(**({"hidden_layer_sizes": (12,), "batch_size": 7} | changes))
    rng = np.random.default_rng(3)
    partitions = {}
    for name, rows in {"train": ROWS, "validation": 23, "test": 1}.items():
        x = rng.normal(size=(rows, FEATURES)).astype(hp.dtype)
        raw = x[:, :outputs] * 2 + rng.normal(size=(rows, outputs))
        if task == "binary":
            target = (raw > 0) * 1.0
        elif task == "multiclass":
            target = np.eye(outputs)[raw.argmax(axis=1)]
        else:
            target = raw.astype(float)
        partitions[name] = Partition(x, np.ascontiguousarray(target, hp.dtype), target)
    return Problem(task, partitions, hp)


def trained(backend, problem, shuffle="scikit_learn", epochs=EPOCHS):
    trainer = TRAINERS[backend](problem, initial_state(problem, SEEDS))
    segment = Segment(SEEDS, 0, epochs, shuffle)
    curves, _ = host.train(backend, trainer, problem, segment, np.ones(len(SEEDS), bool))
    return curves, trainer.state()


def partial_fit_weights(problem, seed, epochs=EPOCHS):
    """What a user gets who calls `partial_fit` once per epoch."""
    hp, train = problem.hyperparameters, problem.train
    shared = {
        name: getattr(hp, name) for name in vars(hp) if name not in ("dtype", "device", "own")
    }
    if problem.task == "regression":
        estimator, more = MLPRegressor(**shared, random_state=seed), {}
        y = train.y.ravel() if train.y.shape[1] == 1 else train.y
    else:
        y = train.y.ravel() if train.y.shape[1] == 1 else train.y.argmax(axis=1)
        estimator, more = MLPClassifier(**shared, random_state=seed), {"classes": np.unique(y)}
    for _ in range(epochs):
        estimator.partial_fit(train.x, y, **more)
    return estimator.coefs_, estimator.intercepts_


def check(problem):
    numpy_curves, numpy_state = trained("numpy", problem)
    sklearn_curves, sklearn_state = trained("sklearn", problem)
    np.testing.assert_array_equal(numpy_curves, sklearn_curves)
    assert numpy_state.keys() == sklearn_state.keys()
    for name, array in numpy_state.items():
        np.testing.assert_array_equal(array, sklearn_state[name], err_msg=name)
        assert array.dtype == sklearn_state[name].dtype, name
    layers = split_layers(numpy_state["weights"][0], problem.layer_sizes)
    weights, biases = partial_fit_weights(problem, SEEDS[0])
    for (w, b), coefs, intercepts in zip(layers, weights, biases, strict=True):
        np.testing.assert_array_equal(w, coefs)
        np.testing.assert_array_equal(b, intercepts)
    assert np.isfinite(numpy_curves).all()
    assert (numpy_curves[-1] != numpy_curves[0]).any()


SOLVERS = {
    "adam": {"solver": "adam", "learning_rate_init": 0.01},
    "plain sgd": {"solver": "sgd", "learning_rate_init": 0.01, "momentum": 0.0},
    "momentum": {"solver": "sgd", "learning_rate_init": 0.01, "nesterovs_momentum": False},
    "nesterov": {"solver": "sgd", "learning_rate_init": 0.01},
    "invscaling": {"solver": "sgd", "learning_rate_init": 0.1, "learning_rate": "invscaling"},
    "adaptive": {
        "solver": "sgd",
        "learning_rate_init": 0.05,
        "learning_rate": "adaptive",
        "tol": 0.05,
        "n_iter_no_change": 1,
    },
}
NETWORKS = [
    ("relu", (12,)),
    ("tanh", (5, 4)),
    ("logistic", (8, 6, 4)),
    ("identity", (3,)),
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("case", TASKS)
def test_every_solver_and_schedule(case, solver, dtype):
    for (activation, sizes), batch_size in zip(NETWORKS, (7, 1, 20, ROWS), strict=True):
        check(
            make_problem(
                case,
                activation=activation,
                hidden_layer_sizes=sizes,
                batch_size=batch_size,
                dtype=dtype,
                **SOLVERS[solver],
            )
        )


@pytest.mark.parametrize("batch_size", [1, 7, 29, ROWS])
@pytest.mark.parametrize("case", TASKS)
def test_every_network_and_batch_size(case, batch_size):
    sizes_of = {"relu": (100,), "tanh": (9, 1, 6), "logistic": (40,), "identity": (4, 5)}
    for activation, sizes in sizes_of.items():
        check(
            make_problem(
                case, activation=activation, hidden_layer_sizes=sizes, batch_size=batch_size
            )
        )


@pytest.mark.parametrize("alpha", [0.0, 1e-4, 3.0])
@pytest.mark.parametrize("case", TASKS)
def test_every_penalty(case, alpha):
    for dtype, solver in product(("float64", "float32"), ("adam", "sgd")):
        check(make_problem(case, alpha=alpha, dtype=dtype, solver=solver))


@pytest.mark.parametrize("case", TASKS)
def test_no_hidden_layer(case):
    check(make_problem(case, hidden_layer_sizes=()))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("case", TASKS)
def test_adaptive_schedule_divides_its_rate(case, dtype):
    changes = SOLVERS["adaptive"] | {"tol": 0.5, "dtype": dtype}
    _, state = trained("numpy", make_problem(case, **changes))
    assert (state["learning_rate"] < 0.05).all()


def test_adaptive_schedule_agrees_down_to_the_smallest_rate():
    changes = {"tol": 10.0, "n_iter_no_change": 1, "learning_rate_init": 1e-4}
    problem = make_problem("regression", **(SOLVERS["adaptive"] | changes))
    _, ours = trained("numpy", problem, epochs=20)
    for index, seed in enumerate(SEEDS):
        weights, _ = partial_fit_weights(problem, seed, epochs=20)
        layers = split_layers(ours["weights"][index], problem.layer_sizes)
        np.testing.assert_array_equal(layers[0][0], weights[0])
    assert (ours["learning_rate"] <= 1e-6).all()


@pytest.mark.parametrize("shuffle", ["every_epoch", "never"])
@pytest.mark.parametrize("case", TASKS)
def test_other_batch_orders(case, shuffle):
    problem = make_problem(case)
    ours, theirs = trained("numpy", problem, shuffle), trained("sklearn", problem, shuffle)
    np.testing.assert_array_equal(ours[0], theirs[0])


def test_wide_data_in_large_batches():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(450, 64)), rng.normal(size=(450, 1))
    part = Partition(x, y, y)
    hp = hyperparameters(hidden_layer_sizes=(128, 64), batch_size=200)
    check(Problem("regression", {"train": part, "validation": part}, hp))


@pytest.fixture(scope="module")
def whole_tutorial():
    problem, segment = tutorial_problem()
    return problem, segment, train_whole("numpy", problem, segment)


WHOLE = {"sklearn": 0, "jax": 1e-12, "torch": 1e-9, "tensorflow": 1e-9}  # relative


@pytest.mark.long  # of sklearn and numpy test_tutorial.py says as much
@pytest.mark.parametrize("backend", WHOLE)
def test_the_whole_tutorial_is_the_same_from_every_backend(whole_tutorial, backend):
    require(backend)
    problem, segment, wanted = whole_tutorial
    got = train_whole(backend, problem, segment)
    assert got.shape == (5001, 1, 4)  # losses and absolute errors
    assert got[:, 0, 2].argmin() == wanted[:, 0, 2].argmin() == 2024
    np.testing.assert_allclose(got, wanted, rtol=WHOLE[backend], atol=0)


def test_the_page_on_agreement_allows_what_the_test_allows():
    page = (PLUGINS.parent / "docs" / "agreement.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(\w+)` \| (\S+) \|", page, flags=re.M)
    assert {backend: float(allowed) for backend, allowed in told} == WHOLE
