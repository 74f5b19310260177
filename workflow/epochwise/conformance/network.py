"""The network of the kit's yardstick, row by row, written from the formulas."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from epochwise.arrays import Array
from epochwise.training.contract import Problem

Function = Callable[[Array], Array]

ACTIVATIONS: dict[str, Function] = {
    "identity": lambda z: z,
    "logistic": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.where(z > 0, z, 0.0),
}
SLOPES: dict[str, Function] = {  # by the activation's value a
    "identity": np.ones_like,
    "logistic": lambda a: a * (1 - a),
    "tanh": lambda a: 1 - a * a,
    "relu": lambda a: np.where(a > 0, 1.0, 0.0),
}
OUTPUTS: dict[str, Function] = {
    "regression": ACTIVATIONS["identity"],
    "binary": ACTIVATIONS["logistic"],
    "multiclass": lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(),
}


def layers_of(weights: Array, sizes: tuple[int, ...]) -> list[tuple[Array, Array]]:
    """Cut one network's parameters into W1, b1, W2, b2, …; (fan_in, fan_out) and (fan_out,)."""
    layers, rest = [], weights
    for fan_in, fan_out in pairwise(sizes):
        matrix, rest = rest[: fan_in * fan_out], rest[fan_in * fan_out :]
        layers.append((matrix.reshape(fan_in, fan_out), rest[:fan_out]))
        rest = rest[fan_out:]
    return layers


def activations(problem: Problem, weights: Array, row: Array) -> list[Array]:
    """Give the layers' values for one row (features,), the row itself first, the outputs last."""
    values = [row]
    layers = layers_of(weights, problem.layer_sizes)
    for number, (matrix, biases) in enumerate(layers, start=1):
        last = number == len(layers)
        name = problem.hyperparameters.activation
        function = OUTPUTS[problem.task] if last else ACTIVATIONS[name]
        values.append(function(values[-1] @ matrix + biases))
    return values


def row_gradient(problem: Problem, weights: Array, row: Array, target: Array) -> Array:
    """Back-propagate one row (Rumelhart, Hinton and Williams, 1986), (parameters,)."""
    slope = SLOPES[problem.hyperparameters.activation]
    layers = layers_of(weights, problem.layer_sizes)
    values = activations(problem, weights, row)
    pieces: list[Array] = []
    delta = values[-1] - target  # ½ squared error and log loss alike, each with its output function
    for layer in range(len(layers) - 1, -1, -1):
        pieces = [np.outer(values[layer], delta).ravel(), delta, *pieces]
        if layer:
            delta = (layers[layer][0] @ delta) * slope(values[layer])
    return np.concatenate(pieces)


def row_loss(problem: Problem, weights: Array, row: Array, target: Array) -> float:
    """Give the loss of one row whose slope training follows.

    Half the squared error, summed over the outputs, or the log loss.
    """
    output = activations(problem, weights, row)[-1]
    if problem.task == "regression":
        return float(0.5 * np.sum((output - target) ** 2))
    smallest = float(np.finfo(float).eps)
    p = np.clip(output, smallest, 1 - smallest)
    if problem.task == "binary":
        return float(-(target * np.log(p) + (1 - target) * np.log(1 - p))[0])
    return float(-(target * np.log(p)).sum())


def row_watched(problem: Problem, weights: Array, row: Array, target: Array) -> float:
    """Give what the adaptive schedule watches of one row: its loss, averaged over the targets.

    That is `loss_` of scikit-learn, which divides by the number of targets where its gradient
    does not.
    """
    outputs = len(target) if problem.task == "regression" else 1
    return row_loss(problem, weights, row, target) / outputs
