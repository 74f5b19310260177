"""The reference backend: scikit-learn's mathematics in NumPy, bit for bit, without its overhead.

Every product has the shapes and the memory order that scikit-learn gives it, so BLAS
takes the same path; all buffers are allocated once; the solver works on one flat vector.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from epochwise.api import (
    DEFINITION,
    Array,
    Problem,
    State,
    adapt,
    hookimpl,
    learning_rate,
    row_blocks,
    split_layers,
    weights_mask,
)

Layers = list[tuple[Array, Array]]

HONOURS = DEFINITION | {"device": ("cpu",)}


@hookimpl
def register_backends(register: Callable[..., None]) -> None:
    """Announce the trainer."""
    register("numpy", NumpyTrainer, honours=HONOURS)


class NumpyTrainer:
    """Networks of any depth, one after the other, each in buffers that stay in the cache."""

    def __init__(self, problem: Problem, state: State) -> None:
        self.problem = problem
        self.hp = problem.hyperparameters
        self.kept = {name: array.copy() for name, array in state.items()}
        self.activate, self.derive = ACTIVATIONS[self.hp.activation]
        self.activate_output = OUTPUTS[problem.task]
        sizes, weights = problem.layer_sizes, self.kept["weights"]
        self.seeds = [split_layers(one, sizes) for one in weights]
        self.gradient = np.empty_like(weights[0])
        self.gradient_layers = split_layers(self.gradient, sizes)
        self.scratch = np.empty_like(weights[0])
        self.update = np.empty(weights.shape[1])  # float64, as scikit-learn's Adam computes it
        self.shrink = weights_mask(sizes, self.hp.dtype) * weights.dtype.type(self.hp.alpha)
        self.buffers: dict[int, tuple[list[Array], list[Array]]] = {}
        self.step = {"adam": self._adam, "sgd": self._sgd}[self.hp.solver]

    def run_epoch(self, batches: list[Array]) -> None:
        """Update every network once per batch."""
        iteration = int(self.kept["iteration"])
        rates = learning_rate(self.problem, self.kept)
        objective, weights = [0.0] * len(self.seeds), self.kept["weights"]
        for seed, layers in enumerate(self.seeds):
            rate = float(rates[seed] if rates.ndim else rates)
            for number, batch in enumerate(batches, start=iteration + 1):
                objective[seed] += self._backpropagate(layers, weights[seed], batch[seed])
                self.step(seed, number, rate)
        self.kept["iteration"] = np.array(iteration + len(batches))
        if self.hp.learning_rate == "adaptive":
            adapt(self.kept, np.array(objective) / len(self.problem.train.x), self.hp)

    def predict(self, x: Array) -> Array:
        """Give the outputs of every network, (seeds, rows, outputs)."""
        outputs = np.empty((len(self.seeds), len(x), self.problem.layer_sizes[-1]), x.dtype)
        for rows in row_blocks(len(x), self.problem.layer_sizes):
            block = x[rows]
            activations, _ = self._buffers(len(block))
            for seed, layers in enumerate(self.seeds):
                outputs[seed, rows] = self._forward(layers, block, activations)
        return outputs

    def state(self) -> State:
        """Copy all that is needed to go on."""
        return {name: array.copy() for name, array in self.kept.items()}

    def _buffers(self, rows: int) -> tuple[list[Array], list[Array]]:
        """Give the layers' activations and deltas, each (rows, units).

        Whatever the rows, they are the same memory: the smaller it is, the more of
        it stays in the cache.
        """
        if rows not in self.buffers:
            longest = max(rows, *self.buffers, self.hp.batch_size)
            shapes = [(longest, units) for units in self.problem.layer_sizes[1:]]
            room = [[np.empty(shape, self.hp.dtype) for shape in shapes] for _ in range(2)]
            self.buffers = {
                some: ([a[:some] for a in room[0]], [d[:some] for d in room[1]])
                for some in (rows, *self.buffers)
            }
        return self.buffers[rows]

    def _forward(self, layers: Layers, x: Array, out: list[Array]) -> Array:
        for (weights, biases), units in zip(layers, out, strict=True):
            np.matmul(x, weights, out=units)
            units += biases
            if units is not out[-1]:
                self.activate(units)
            x = units
        self.activate_output(out[-1])
        return out[-1]

    def _backpropagate(self, layers: Layers, weights: Array, rows: Array) -> Any:
        """Fill the gradient of one batch; give its summed objective if a schedule asks for it."""
        train = self.problem.train
        activations, deltas = self._buffers(len(rows))
        x, y = train.x.take(rows, axis=0), train.y.take(rows, axis=0)
        outputs = self._forward(layers, x, activations)
        np.subtract(outputs, y, out=deltas[-1])
        inputs = [x, *activations[:-1]]
        for layer in range(len(layers) - 1, -1, -1):
            weights_gradient, biases_gradient = self.gradient_layers[layer]
            np.matmul(inputs[layer].T, deltas[layer], out=weights_gradient)
            np.add.reduce(deltas[layer], axis=0, out=biases_gradient)
            if layer:
                times_transposed(deltas[layer], layers[layer][0], out=deltas[layer - 1])
                self.derive(activations[layer - 1], deltas[layer - 1])
        np.multiply(weights, self.shrink, out=self.scratch)
        self.gradient += self.scratch
        self.gradient /= len(rows)
        adaptive = self.hp.learning_rate == "adaptive"
        return self._objective(layers, y, outputs) if adaptive else 0.0

    def _objective(self, layers: Layers, y: Array, outputs: Array) -> Any:
        """Give loss and penalty of one batch times its rows, in the precision of the outputs.

        This is what `adaptive` watches; sums in scikit-learn's order and precision.
        """
        squares = sum(np.dot(w.ravel(), w.ravel()) for w, _ in layers)
        loss = OBJECTIVES[self.problem.task](y, outputs)
        return (loss + 0.5 * self.hp.alpha * squares / len(y)) * len(y)

    def _adam(self, seed: int, t: int, rate: float) -> None:
        """Kingma and Ba (2015), section 2, in the order of operations that scikit-learn has."""
        hp, scratch, update = self.hp, self.scratch, self.update
        first, second = self.kept["first_moment"][seed], self.kept["second_moment"][seed]
        first *= hp.beta_1
        first += np.multiply(self.gradient, 1 - hp.beta_1, out=scratch)
        second *= hp.beta_2
        np.square(self.gradient, out=scratch)
        scratch *= 1 - hp.beta_2
        second += scratch
        step = hp.learning_rate_init * np.sqrt(1 - hp.beta_2**t) / (1 - hp.beta_1**t)
        np.sqrt(second, out=scratch)
        scratch += hp.epsilon
        np.multiply(first, -step, out=update)
        update /= scratch
        self.kept["weights"][seed] += update

    def _sgd(self, seed: int, t: int, rate: float) -> None:
        """Sutskever et al. (2013): classical momentum, or Nesterov's."""
        velocity = self.kept["velocity"][seed]
        self.gradient *= rate
        velocity *= self.hp.momentum
        velocity -= self.gradient
        if not self.hp.nesterovs_momentum:
            self.kept["weights"][seed] += velocity
            return
        np.multiply(velocity, self.hp.momentum, out=self.scratch)
        self.scratch -= self.gradient
        self.kept["weights"][seed] += self.scratch


def times_transposed(delta: Array, weights: Array, out: Array) -> None:
    """Compute ``delta @ weights.T``; with one output that is an outer product."""
    if weights.shape[1] == 1:
        np.dot(delta, weights.reshape(1, -1), out=out)  # matmul has no fast path for this
    else:
        np.matmul(delta, weights.T, out=out)


def identity(z: Array) -> None:
    """Leave z as it is."""


def logistic(z: Array) -> None:
    """Replace z by 1 / (1 + exp(-z)), as accurately as SciPy does."""
    from scipy.special import expit

    expit(z, out=z)


def tanh(z: Array) -> None:
    """Replace z by tanh(z)."""
    np.tanh(z, out=z)


def relu(z: Array) -> None:
    """Replace z by max(z, 0), against zeros of its own shape: twice as fast as against a number."""
    np.maximum(z, zeros(z.size, z.dtype).reshape(z.shape), out=z)


def zeros(size: int, dtype: np.dtype) -> Array:
    """Give the same zeros to all that ask."""
    if size > len(ZEROS.setdefault(dtype, np.zeros(0, dtype))):
        ZEROS[dtype] = np.zeros(size, dtype)
    return ZEROS[dtype][:size]


def softmax(z: Array) -> None:
    """Replace each row of z by exp(z) over its sum, safe from overflow."""
    shifted = z - z.max(axis=1)[:, np.newaxis]
    np.exp(shifted, out=z)
    z /= z.sum(axis=1)[:, np.newaxis]


def through_identity(a: Array, delta: Array) -> None:
    """Multiply delta by 1."""


def through_logistic(a: Array, delta: Array) -> None:
    """Multiply delta by a (1 - a)."""
    delta *= a
    delta *= 1 - a


def through_tanh(a: Array, delta: Array) -> None:
    """Multiply delta by 1 - a²."""
    delta *= 1 - a**2


def through_relu(a: Array, delta: Array) -> None:
    """Multiply delta by 1 where the unit was active, else by 0."""
    delta *= a > 0


def half_squared_error(y: Array, outputs: Array) -> Any:
    """Give half the squared error, averaged over rows and outputs; both (rows, outputs)."""
    return 0.5 * ((y - outputs) ** 2).mean(axis=0).mean()


def binary_cross_entropy(y: Array, outputs: Array) -> Any:
    """Give the log loss of 0/1 targets, both (rows, 1)."""
    from scipy.special import xlogy

    p, y = clipped(outputs), y.astype(bool)
    return -(xlogy(y, p) + xlogy(1 - y, 1 - p)).mean(axis=0).sum()


def cross_entropy(y: Array, outputs: Array) -> Any:
    """Give the log loss of one-hot targets, both (rows, classes)."""
    from scipy.special import xlogy

    return -xlogy(y.astype(bool), clipped(outputs)).mean(axis=0).sum()


def clipped(probability: Array) -> Array:
    """Keep probabilities the machine's epsilon away from 0 and 1."""
    eps = np.finfo(probability.dtype).eps
    return np.asarray(np.clip(probability, eps, 1 - eps))


ZEROS: dict[np.dtype, Array] = {}
ACTIVATIONS = {
    "identity": (identity, through_identity),
    "logistic": (logistic, through_logistic),
    "tanh": (tanh, through_tanh),
    "relu": (relu, through_relu),
}
OUTPUTS = {"regression": identity, "binary": logistic, "multiclass": softmax}
OBJECTIVES = {
    "regression": half_squared_error,
    "binary": binary_cross_entropy,
    "multiclass": cross_entropy,
}
