"""The small problems of the kit: together they reach every branch of the contract."""

from itertools import product
from typing import Any

import numpy as np

from epochwise.arrays import Array
from epochwise.training import defaults
from epochwise.training.contract import Partition, Problem, Task

SEEDS = (3, 0, 11)
EPOCHS = 7
ROWS = {"train": 22, "validation": 9, "test": 5}  # 22 in batches of 8: the last has 6


def small_problem(task: Task = "regression", outputs: int = 1, **hyperparameters: Any) -> Problem:
    """Make a problem with signal in it: three features, 22 training rows, batches of 8."""
    small: dict[str, Any] = {
        "hidden_layer_sizes": (5,),
        "batch_size": 8,
        "learning_rate_init": 0.01,
    }
    hp = defaults.hyperparameters(**small | hyperparameters)
    rng = np.random.RandomState(7)
    raw = {name: rng.normal(size=(rows, 3)) for name, rows in ROWS.items()}
    signals = {name: signal(x, rng.normal(size=(len(x), 2)), outputs) for name, x in raw.items()}
    mean, scale = signals["train"].mean(axis=0), signals["train"].std(axis=0)
    standardised = task == "regression" and outputs > 1
    partitions = {}
    for name, x in raw.items():
        target = targets(task, signals[name])
        y = (target - mean) / scale if standardised else target
        partitions[name] = Partition(x.astype(hp.dtype), y.astype(hp.dtype), target)
    return Problem(
        task,
        partitions,
        hp,
        target_mean=mean if standardised else None,
        target_scale=scale if standardised else None,
    )


def signal(x: Array, noise: Array, outputs: int) -> Array:
    """Mix features, one of them bent, and a little noise, (rows, outputs)."""
    both = np.column_stack([x[:, 0] - 2 * x[:, 1], np.abs(x[:, 2]) + x[:, 1]])
    return np.asarray((both + 0.1 * noise)[:, :outputs] + 0.5)


def targets(task: Task, values: Array) -> Array:
    """Turn a signal (rows, outputs) into what the task is trained towards."""
    if task == "regression":
        return values
    if task == "binary":
        return np.asarray(values[:, :1] > 0.5, float)
    return np.asarray(np.eye(3)[np.digitize(values[:, 0], [-0.5, 1.5])])


def make(case: str) -> Problem:
    """Make a case of the kit, anew: a backend that writes into its data spoils no other test."""
    return small_problem(**(CASES | COMBINED)[case])


def make_wild(case: str) -> Problem:
    """Make a case with a learning rate at which the reference diverges; one of `COMBINED`."""
    return small_problem(**(COMBINED[case] | {"learning_rate_init": 1e300}))


def rate_to_learn_at(task: str, solver: str) -> float:
    """Give a learning rate at which sixty epochs teach something."""
    return (
        0.02 if solver == "adam" else {"regression": 0.01, "binary": 0.2, "multiclass": 0.1}[task]
    )


def combined() -> dict[str, dict[str, Any]]:
    """Combine all that a study can ask of a network: for a backend that can do only some of it."""
    tasks, activations = ("regression", "binary", "multiclass"), ("relu", "tanh", "logistic")
    choices = ("float64", "float32"), LAYERS, (*activations, "identity"), tasks, SOLVERS
    return {
        f"{task}, {activation}, {solver}, {layers}, {dtype}": {
            "task": task,
            "activation": activation,
            "hidden_layer_sizes": LAYERS[layers],
            "dtype": dtype,
            "learning_rate_init": rate_to_learn_at(task, solver),
            **SOLVERS[solver],
        }
        for dtype, layers, activation, task, solver in product(*choices)
    }


CASES: dict[str, dict[str, Any]] = {
    "regression, relu, adam": {},
    "two targets, two layers, tanh, adam": {
        "outputs": 2,
        "hidden_layer_sizes": (4, 3),
        "activation": "tanh",
    },
    "regression, logistic, sgd": {"activation": "logistic", "solver": "sgd"},
    "regression, identity, sgd without Nesterov, invscaling": {
        "activation": "identity",
        "solver": "sgd",
        "nesterovs_momentum": False,
        "learning_rate": "invscaling",
        "power_t": 0.2,
    },
    "regression, tanh, sgd, adaptive": {
        "activation": "tanh",
        "solver": "sgd",
        "learning_rate": "adaptive",
        "tol": 1.0,
        "n_iter_no_change": 1,
    },
    "binary, relu, adam": {"task": "binary"},
    "binary, tanh, sgd, adaptive": {
        "task": "binary",
        "activation": "tanh",
        "solver": "sgd",
        "learning_rate": "adaptive",
        "tol": 0.02,
        "n_iter_no_change": 0,
    },
    "multiclass, logistic, adam": {"task": "multiclass", "activation": "logistic"},
    "multiclass, two layers, relu, sgd, adaptive": {
        "task": "multiclass",
        "hidden_layer_sizes": (4, 3),
        "solver": "sgd",
        "learning_rate": "adaptive",
        "tol": 0.03,
        "n_iter_no_change": 1,
    },
    "strong L2": {"alpha": 3.0},
    "large epsilon, other betas": {"epsilon": 0.05, "beta_1": 0.7, "beta_2": 0.9},
    "one batch": {"batch_size": 22},
}
RESUMED = (  # one for each kind of state
    "regression, relu, adam",
    "regression, identity, sgd without Nesterov, invscaling",
    "binary, tanh, sgd, adaptive",
)
SINGLE = (*RESUMED, "multiclass, logistic, adam")  # asked for in float32

LAYERS = {"one hidden layer": (5,), "two hidden layers": (6, 5), "no hidden layer": ()}
SOLVERS: dict[str, dict[str, Any]] = {
    "adam": {},
    "sgd": {"solver": "sgd"},
    "sgd without Nesterov": {"solver": "sgd", "nesterovs_momentum": False},
    "sgd, invscaling": {"solver": "sgd", "learning_rate": "invscaling", "power_t": 0.1},
    "sgd, adaptive": {"solver": "sgd", "learning_rate": "adaptive"},
}
COMBINED = combined()
MOVED = tuple(f"regression, {name}, adam, one hidden layer, float64" for name in ("tanh", "relu"))
WILD = ("regression, identity, sgd, one hidden layer, float64",)
