"""What a backend gives back: plain arrays of the shape and type that the contract states."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from epochwise.arrays import Array
from epochwise.errors import PluginError
from epochwise.training.contract import Partition, Problem, State, Trainer

PRECISION = {"float64": 1e-9, "float32": 1e-3}  # of what a backend computes, relative
NUMBERS = "biufc"  # kinds of NumPy's types that a state may hold, besides text
TAKEN = ("going", "file", "allow_pickle")  # names that mean something else where states are kept


def predict(name: str, trainer: Trainer, part: Partition) -> Array:
    """Give the outputs of every network on a partition, (seeds, rows, outputs)."""
    outputs = trainer.predict(part.x)
    if type(outputs) is not np.ndarray or outputs.dtype != part.x.dtype:
        _refuse_type(name, "predict", outputs, part.x.dtype, "the study's dtype")
    if outputs.ndim != 3 or outputs.shape[1:] != part.y.shape:
        raise PluginError(
            f"backend {name!r}: predict gave an array of shape {np.shape(outputs)}; it must be "
            f"(seeds, rows, outputs), here (seeds, {part.y.shape[0]}, {part.y.shape[1]})."
        )
    return outputs


def require_probabilities(name: str, outputs: Array, problem: Problem) -> None:
    """Refuse probabilities (seeds, rows, outputs) that are none; of NaN, a run's end, nothing is said."""
    tolerance = PRECISION[problem.hyperparameters.dtype]
    for value in (outputs.min(), outputs.max()):
        if value < -tolerance or value > 1 + tolerance:
            raise PluginError(
                f"backend {name!r}: predict gave the probability {value:.6g}; probabilities lie from 0 to 1: "
                "the logistic function, or of more than two classes softmax, makes them of what a network gives."
            )
    if problem.task == "multiclass":
        sums = outputs.sum(axis=-1, dtype=np.float64)
        if (wrong := np.abs(sums - 1) > tolerance).any():
            raise PluginError(
                f"backend {name!r}: predict gave probabilities of the classes of a row that sum to "
                f"{sums[wrong][0]:.6g}; they must sum to 1, as those of softmax do."
            )


def require_losses(name: str, losses: Any, wanted: Sequence[int]) -> None:
    """Refuse what a compiled loop gave unless it is float64 of a shape."""
    if type(losses) is not np.ndarray or losses.dtype != np.float64:
        _refuse_type(name, "run_epochs", losses, np.dtype(float), "what losses are measured in")
    if losses.shape != tuple(wanted):
        raise PluginError(
            f"backend {name!r}: run_epochs gave an array of shape {losses.shape}; it must be "
            f"(epochs, seeds, columns), here {tuple(wanted)}: the losses after every epoch of the stretch."
        )


def _refuse_type(name: str, method: str, got: Any, wanted: np.dtype, why: str) -> None:
    what = f"an array of {got.dtype}" if type(got) is np.ndarray else f"a {type(got).__name__}"
    raise PluginError(
        f"backend {name!r}: {method} gave {what}; it must give a plain NumPy array of {wanted}, {why}: "
        "keep the problem's dtype throughout, and end with numpy.asarray where a framework has "
        "arrays of its own."
    )


def state(name: str, trainer: Trainer, fresh: State) -> State:
    """Give a trainer's state, which is known to be such as can be kept.

    Parameters
    ----------
    fresh : the state of untrained networks: nothing of it may be missing, or of another shape or type.

    Raises
    ------
    PluginError
        What of the state cannot be kept, and why.
    """
    left = trainer.state()
    if not isinstance(left, Mapping):
        raise PluginError(
            f"backend {name!r}: state() gave a {type(left).__name__}; it must give a dictionary of arrays."
        )
    for key, array in left.items():
        if problem := _of_name(key) or _of_array(key, array):
            raise PluginError(f"backend {name!r}: {problem}")
    if missing := set(fresh) - set(left):
        raise PluginError(f"backend {name!r}: state() lacks {', '.join(sorted(missing))}.")
    for key, wanted in fresh.items():
        if problem := _of_layout(key, np.asarray(left[key]), wanted):
            raise PluginError(f"backend {name!r}: {problem}")
    return dict(left)


def _of_name(key: Any) -> str:
    if not isinstance(key, str) or not key.isprintable() or key in ("", *TAKEN):
        return (
            f"state() has the name {key!r}; a name is a text that can be printed, other than "
            f"{', '.join(TAKEN)}: choose another."
        )
    return ""


def _of_array(key: str, array: Any) -> str:
    if type(array) is not np.ndarray and not isinstance(array, np.generic):
        return (
            f"state()[{key!r}] is a {type(array).__name__}; it must be a plain NumPy array, "
            "which numpy.array makes."
        )
    if array.dtype == object:
        return (
            f"state()[{key!r}] is of Python objects, which only pickle could save; "
            "keep arrays of numbers."
        )
    if array.dtype.kind not in NUMBERS + "U":
        return (
            f"state()[{key!r}] is an array of {array.dtype}; keep numbers, truth values or text, which a "
            "file of arrays holds without loss."
        )
    return ""


def _of_layout(key: str, got: Array, wanted: Array) -> str:
    same = got.dtype == wanted.dtype or (got.dtype.kind == wanted.dtype.kind == "i")
    if got.shape != wanted.shape or not same:
        return (
            f"state()[{key!r}] is {got.dtype} of shape {got.shape}; it was given as {wanted.dtype} of "
            f"shape {wanted.shape}, and must stay so."
        )
    return ""
