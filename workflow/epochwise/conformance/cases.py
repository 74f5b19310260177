"""The small problems of the kit, each a combination of what a study can ask of a backend."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from epochwise.arrays import Array
from epochwise.training import defaults
from epochwise.training.contract import Partition, Problem, Task

SEEDS = (21, 18)
EPOCHS = 6
ROWS = {"train": 16, "validation": 7, "test": 4}
SCHEDULES = {"": "constant", "invscaling ": "invscaling", "adaptive ": "adaptive"}
SCALE = np.array([3.0, 0.5, 10.0])  # of the targets that are standardised, in their own units
MEAN = np.array([20.0, -1.0, 5.0])


def solvers() -> dict[str, dict[str, Any]]:
    """Name what steps: adam, and sgd with or without Nesterov's momentum in each schedule."""
    return {"adam": {}} | {
        f"{prefix}sgd{suffix}": {
            "solver": "sgd",
            "nesterovs_momentum": not suffix,
            "learning_rate": schedule,
        }
        for suffix in ("", " without Nesterov")
        for prefix, schedule in SCHEDULES.items()
    }


# Each factor's levels, the plainest first, and what they ask of `small_problem`.
FACTORS: dict[str, dict[str, dict[str, Any]]] = {
    "task": {
        "1 target": {},
        "2 targets": {"outputs": 2},
        "3 targets": {"outputs": 3},
        "2 classes": {"task": "binary"},
        "3 classes": {"task": "multiclass"},
        "5 classes": {"task": "multiclass", "outputs": 5},
    },
    "units": {"targets as they are": {}, "standardised targets": {"standardised": True}},
    "layers": {
        "one hidden layer": {"hidden_layer_sizes": (5,)},
        "two hidden layers": {"hidden_layer_sizes": (4, 3)},
        "three hidden layers": {"hidden_layer_sizes": (5, 3, 4)},
        "a hidden layer of one unit": {"hidden_layer_sizes": (4, 1)},
        "no hidden layer": {"hidden_layer_sizes": ()},
    },
    "activation": {name: {"activation": name} for name in ("relu", "tanh", "logistic", "identity")},
    "solver": solvers(),
    "constants": {
        "usual constants": {"tol": 0.2, "n_iter_no_change": 1},
        "other constants": {
            "epsilon": 0.05,
            "beta_1": 0.7,
            "beta_2": 0.9,
            "momentum": 0.5,
            "power_t": 0.2,
            "tol": 0.1,
            "n_iter_no_change": 0,
        },
    },
    "penalty": {
        "weak penalty": {},
        "no penalty": {"alpha": 0.0},
        "strong penalty": {"alpha": 2.0},
    },
    "batches": {
        "batches of 4+4+4+4": {"batch_size": 4},
        "batches of 6+6+4": {"batch_size": 6},
        "batches of 5+5+5+1": {"batch_size": 5},
        "one batch of 16": {"batch_size": 16},
        "16 batches of 1": {"batch_size": 1, "learning_rate_init": 0.002},
    },
    "dtype": {name: {"dtype": name} for name in ("float64", "float32")},
}


class Case(NamedTuple):
    """A level of each factor; where not said, the plainest."""

    task: str = "1 target"
    units: str = "targets as they are"
    layers: str = "one hidden layer"
    activation: str = "relu"
    solver: str = "adam"
    constants: str = "usual constants"
    penalty: str = "weak penalty"
    batches: str = "batches of 4+4+4+4"
    dtype: str = "float64"

    def __str__(self) -> str:
        """Name the levels, but those that go without saying."""
        return ", ".join(level for level in self if level not in UNSAID)

    def problem(self, **instead: Any) -> Problem:
        """Make the problem, anew: a backend that writes into its data spoils no other check."""
        values: dict[str, Any] = {}
        for factor, level in zip(FACTORS, self, strict=True):
            values |= FACTORS[factor][level]
        return small_problem(**(values | instead))


UNSAID = ("targets as they are", *Case()[5:])


def small_problem(
    task: Task = "regression",
    outputs: int | None = None,
    standardised: bool = False,
    **hyperparameters: Any,
) -> Problem:
    """Make a problem with signal in it: three features, 16 training rows, batches of 4.

    Parameters
    ----------
    outputs : targets (at most 3), or classes where there are more than two; by default 1, or 3.
    standardised : whether the targets are; before that they have units of their own.
    """
    small: dict[str, Any] = {
        "hidden_layer_sizes": (5,),
        "batch_size": 4,
        "learning_rate_init": 0.01,
    }
    hp = defaults.hyperparameters(**small | hyperparameters)
    count = outputs or (3 if task == "multiclass" else 1)
    mean, scale = (MEAN[:count], SCALE[:count]) if standardised else (np.zeros(1), np.ones(1))
    partitions = {
        name: Partition(x.astype(hp.dtype), y.astype(hp.dtype), y * scale + mean)
        for name, (x, y) in data(task, count).items()
    }
    units = (mean.copy(), scale.copy()) if standardised else (None, None)
    return Problem(task, partitions, hp, *units)


@cache
def data(task: Task, outputs: int) -> dict[str, tuple[Array, Array]]:
    """Draw features (rows, 3) and what is trained towards (rows, outputs) for each partition."""
    rng = np.random.RandomState(7)
    raw = {name: rng.normal(size=(rows, 3)) for name, rows in ROWS.items()}
    signals = {name: signal(x, rng.normal(size=(len(x), 3))) for name, x in raw.items()}
    train = signals["train"]
    return {name: (x, targets(task, outputs, signals[name], train)) for name, x in raw.items()}


def signal(x: Array, noise: Array) -> Array:
    """Mix features, two of them bent, and a little noise, (rows, 3)."""
    mixed = [x[:, 0] - 2 * x[:, 1], np.abs(x[:, 2]) + x[:, 1], x[:, 0] * x[:, 2]]
    return np.asarray(np.column_stack(mixed) + 0.1 * noise + 0.5)


def targets(task: Task, outputs: int, values: Array, train: Array) -> Array:
    """Turn a signal (rows, 3) into what the task is trained towards, (rows, outputs).

    Classes are cut where the training rows' signal has its quantiles: each has some.
    """
    if task == "regression":
        return values[:, :outputs]
    if task == "binary":
        return np.asarray(values[:, :1] > np.median(train[:, 0]), float)
    cuts = np.quantile(train[:, 0], np.arange(1, outputs) / outputs)
    return np.asarray(np.eye(outputs)[np.digitize(values[:, 0], cuts)])
