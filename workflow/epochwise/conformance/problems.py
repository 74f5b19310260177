"""The small problems of the kit: together they reach every branch of the contract."""

from dataclasses import replace
from typing import Any

import numpy as np

from epochwise.contract import Array, Hyperparameters, Partition, Problem, Task

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
    hp = replace(Hyperparameters(), **(small | hyperparameters))
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
    """Make one of `CASES`, anew: a backend that writes into its data spoils no other test."""
    return small_problem(**CASES[case])


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
