"""What several backends need: refusals in a sentence, and data laid out for compiled loops."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from epochwise.errors import PluginError
from epochwise.plugins.registry import Registered
from epochwise.training.contract import Problem

ALL_ACTIVATIONS = ("identity", "logistic", "tanh", "relu")
ALL_SOLVERS = ("adam", "sgd")
ALL_SCHEDULES = ("constant", "invscaling", "adaptive")
ALL_TASKS = ("regression", "binary", "multiclass")
ALL_DTYPES = ("float64", "float32")
DECLARED = ("activation", "solver", "learning_rate", "dtype", "device")  # what `register` may tell


def require(
    backend: str,
    problem: Problem,
    *,
    tasks: Iterable[str] = ALL_TASKS,
    activation: Iterable[str] = ALL_ACTIVATIONS,
    solver: Iterable[str] = ALL_SOLVERS,
    learning_rate: Iterable[str] = ALL_SCHEDULES,
    dtype: Iterable[str] = ALL_DTYPES,
    device: Iterable[str] = ("cpu",),
) -> None:
    """Refuse a problem that the backend cannot train.

    Parameters
    ----------
    backend : its name, for the message.
    problem : what is asked.
    tasks, activation, solver, learning_rate, dtype, device : what it can do; all
        that the library defines where not said, on the CPU.

    Raises
    ------
    PluginError
        Names the key, its value, and what the backend can do.
    """
    hp = problem.hyperparameters
    asked = {
        "task": (problem.task, tasks),
        "activation": (hp.activation, activation),
        "solver": (hp.solver, solver),
        "learning_rate": (hp.learning_rate, learning_rate),
        "dtype": (hp.dtype, dtype),
        "device": (hp.device, device),
    }
    for key, (value, able) in asked.items():
        _require_one_of(backend, key, value, able)


def require_declared(backend: Registered, values: Mapping[str, Any]) -> None:
    """Refuse hyperparameters that a backend has said it cannot do, without making a trainer.

    Parameters
    ----------
    backend : what its plugin registered; of `DECLARED`, it has said what it has said.
    values : a point's hyperparameters, as they stand in the study.

    Raises
    ------
    PluginError
        As `require`.
    """
    for key in DECLARED:
        if able := backend.about.get(key):
            choices = (able,) if isinstance(able, str) else able
            _require_one_of(backend.name, key, values[key], choices)


def _require_one_of(backend: str, key: str, value: str, able: Iterable[str]) -> None:
    if value not in (choices := tuple(able)):
        raise PluginError(
            f"backend {backend!r} has no {key} {value!r}; it has: {', '.join(choices)}. Choose "
            "one of these, or another backend."
        )


def compiled_data(problem: Problem) -> dict[str, Any]:
    """Give what a compiled loop trains on and measures: one forward pass serves all partitions.

    ``outputs * scale + mean`` are in the target's own units.
    """
    parts, outputs = problem.partitions.values(), problem.train.y.shape[1]
    mean, scale = problem.target_mean, problem.target_scale
    return {
        "x": np.concatenate([part.x for part in parts]),  # the training rows come first
        "y": problem.train.y,
        "targets": [part.target for part in parts],
        "mean": np.zeros(outputs) if mean is None else mean,
        "scale": np.ones(outputs) if scale is None else scale,
    }
