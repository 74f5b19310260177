"""All weights of a network as one flat vector: W1, b1, W2, b2, … in C order."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from epochwise.arrays import Array
from epochwise.training.contract import Problem, State
from epochwise.training.randomness import weights_stream


def split_layers(flat: Any, layer_sizes: Sequence[int]) -> list[tuple[Any, Any]]:
    """Cut flat parameters into the layers' (weights, biases).

    Parameters
    ----------
    flat : (..., parameters) array of NumPy or of any library that slices and
        reshapes alike; the pieces of a NumPy array are views.
    layer_sizes : units per layer, from the features to the outputs.

    Returns
    -------
    list of ((..., fan_in, fan_out), (..., fan_out)), one pair a layer.
    """
    layers, start = [], 0
    for fan_in, fan_out in pairwise(layer_sizes):
        middle = start + fan_in * fan_out
        weights = flat[..., start:middle].reshape((*flat.shape[:-1], fan_in, fan_out))
        start = middle + fan_out
        layers.append((weights, flat[..., middle:start]))
    return layers


def count(layer_sizes: Sequence[int]) -> int:
    """Count the parameters of a network."""
    return sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(layer_sizes))


def weights_mask(layer_sizes: Sequence[int], dtype: str) -> Array:
    """Give 1 for each weight and 0 for each bias, (parameters,): what L2 shrinks."""
    mask = np.zeros(count(layer_sizes), dtype)
    for weights, _ in split_layers(mask, layer_sizes):
        weights[...] = 1
    return mask


def initial_weights(seed: int, layer_sizes: Sequence[int], activation: str) -> Array:
    """Draw what scikit-learn draws for `random_state=seed`.

    Glorot and Bengio (2010), uniform: bound sqrt(factor / (fan_in + fan_out)) with
    factor 6 (2 for the logistic function), for weights and biases alike.

    Returns
    -------
    (parameters,) float64
    """
    return weights_stream(seed, layer_sizes, activation)[0]


def own_start(seeds: Sequence[int]) -> State:
    """Give the fresh start of a backend of its own mathematics: which ``seed`` (seeds,), and nothing else.

    Such a backend draws its own weights, and its state has ``seed`` and ``iteration`` besides whatever
    arrays it keeps, each with an axis for the seeds.
    """
    return {"seed": np.array(seeds), "iteration": np.array(0)}


def initial_state(problem: Problem, seeds: Sequence[int]) -> State:
    """Give the state of untrained networks, one per seed.

    Returns
    -------
    dict with ``weights`` (seeds, parameters), ``iteration`` (a whole number, no
    axis) and what the solver keeps: ``first_moment`` and ``second_moment``
    (adam) or ``velocity`` (sgd), each (seeds, parameters); with the adaptive
    learning rate also ``learning_rate``, ``best_loss`` and
    ``epochs_without_improvement``, each (seeds,).
    """
    hp = problem.hyperparameters
    draws = [initial_weights(seed, problem.layer_sizes, hp.activation) for seed in seeds]
    weights = np.stack(draws).astype(hp.dtype)
    kept = ("first_moment", "second_moment") if hp.solver == "adam" else ("velocity",)
    state = {"weights": weights, "iteration": np.array(0)}
    state |= {name: np.zeros_like(weights) for name in kept}
    if hp.learning_rate == "adaptive":
        state["learning_rate"] = np.full(len(seeds), hp.learning_rate_init)
        state["best_loss"] = np.full(len(seeds), np.inf)
        state["epochs_without_improvement"] = np.zeros(len(seeds), int)
    return state
