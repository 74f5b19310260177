"""TensorFlow: whole stretches of epochs in one graph that XLA compiles, one seed after the other.

Gradients are written out by hand; Keras and its optimisers, whose defaults differ from the
definition, take no part.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from epochwise.api import (
    DEFINITION,
    SMALLEST_RATE,
    Array,
    Hyperparameters,
    PluginError,
    Problem,
    State,
    Task,
    compiled_data,
    hidden,
    hookimpl,
    join_seeds,
    log_loss,
    metrics_of,
    one_seed,
    step_sizes,
    stretch_length,
    threads,
    weights_mask,
)
from epochwise.api import (
    measure as measure_with,
)

Tensor = Any  # tensorflow is imported only when a trainer is made
Layers = list[tuple[Tensor, Tensor]]

HONOURS = DEFINITION | {"device": ("cpu", "cuda")}


@hookimpl
def register_backends(register: Callable[..., None]) -> None:
    """Announce the trainer."""
    register("tensorflow", TensorflowTrainer, requires=("tensorflow",), honours=HONOURS)


class TensorflowTrainer:
    """Networks of any depth; one graph trains a seed over a stretch, and serves all seeds."""

    def __init__(self, problem: Problem, state: State) -> None:
        self.tf, self.problem, self.hp = framework(), problem, problem.hyperparameters
        self.device = find_device(self.hp.device)
        self.iteration = int(state["iteration"])
        seeds, rows = len(state["weights"]), len(problem.train.x)
        self.most_rows = max(len(part.x) for part in problem.partitions.values())
        self.length = stretch_length(problem, seeds)
        self.orders = np.zeros((seeds, self.length, rows), np.int32)
        self.sizes = np.zeros((self.length, problem.iterations_per_epoch), self.hp.dtype)
        arguments = problem.task, self.hp, problem.layer_sizes
        self.run, self.forward = training(*arguments), prediction(*arguments)
        with self.tf.device(self.device):
            self.data = self.tf.nest.map_structure(self.tf.constant, compiled_data(problem))
            self.kept = [self._tensors(one_seed(state, seed)) for seed in range(seeds)]
            self._train(0)  # compiles, and trains nothing
        self.predict(problem.train.x)  # compiles it: that is no part of the training's time

    def run_epoch(self, batches: list[Array]) -> None:
        """Update once per batch."""
        self.run_epochs(np.concatenate(batches, axis=1)[np.newaxis])

    def run_epochs(self, orders: Array) -> Array:
        """Train on orders (epochs, seeds, rows); the losses (epochs, seeds, columns)."""
        epochs = len(orders)
        self.orders[:, :epochs] = np.swapaxes(orders, 0, 1)  # one shape: nothing compiles anew
        self.sizes[:epochs] = step_sizes(self.problem, self.iteration, epochs)
        with self.tf.device(self.device):
            losses = self._train(epochs)
        self.iteration += epochs * self.problem.iterations_per_epoch
        return np.stack(losses, axis=1)[:epochs]

    def predict(self, x: Array) -> Array:
        """Give the outputs of every network, (seeds, rows, outputs)."""
        with self.tf.device(self.device):
            padded = np.zeros((max(len(x), self.most_rows), x.shape[1]), x.dtype)
            padded[: len(x)] = x  # one shape for all partitions: compiled once
            outputs = [self.forward(one["weights"], padded).numpy() for one in self.kept]
        return np.stack(outputs)[:, : len(x)]

    def state(self) -> State:
        """Copy all that is needed to go on."""
        iteration = {"iteration": np.array(self.iteration)}
        return join_seeds(
            [{name: t.numpy().copy() for name, t in one.items()} | iteration for one in self.kept]
        )

    def _tensors(self, state: State) -> dict[str, Tensor]:
        return {name: self.tf.constant(a) for name, a in state.items() if name != "iteration"}

    def _train(self, epochs: int) -> list[Array]:
        """Train every seed; the losses of each, (stretch length, columns)."""
        sizes, count = self.tf.constant(self.sizes), self.tf.constant(epochs)
        losses = []
        for seed, order in enumerate(self.orders):
            orders = self.tf.constant(order)
            self.kept[seed], curve = self.run(self.kept[seed], orders, sizes, count, self.data)
            losses.append(curve.numpy())
        return losses


@lru_cache
def framework() -> Any:
    """Import TensorFlow, quietly, for as many threads as the study says."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with hidden("jax", "keras"):
        import tensorflow

    with suppress(RuntimeError):  # someone in this process has used it, and chosen, already
        tensorflow.config.threading.set_intra_op_parallelism_threads(threads())
        tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    tensorflow.config.experimental.enable_tensor_float_32_execution(False)  # float32 is float32
    return tensorflow


def find_device(name: str) -> str:
    """Give TensorFlow's name of a device, or say that there is none."""
    kind = {"cpu": "CPU", "cuda": "GPU"}[name]
    if not framework().config.list_physical_devices(kind):
        raise PluginError(
            f"backend 'tensorflow' finds no device {name!r}; use device: cpu, or install "
            "tensorflow[and-cuda] on a machine with a GPU."
        )
    return f"/{kind}:0"


@lru_cache
def prediction(task: Task, hp: Hyperparameters, sizes: tuple[int, ...]) -> Any:
    """Build the forward pass of one network."""
    tf = framework()

    def run(weights: Tensor, x: Tensor) -> Tensor:
        return forward(split(weights, sizes), x, hp.activation, task)[-1]

    signature = [tf.TensorSpec([None], hp.dtype), tf.TensorSpec([None, sizes[0]], hp.dtype)]
    return tf.function(run, signature, jit_compile=True, autograph=False)


@lru_cache
def training(task: Task, hp: Hyperparameters, sizes: tuple[int, ...]) -> Any:
    """Build the function that trains one seed over the first `epochs` of a stretch."""
    tf = framework()
    update = {"adam": adam, "sgd": sgd}[hp.solver]
    mask = tf.constant(weights_mask(sizes, hp.dtype) * np.dtype(hp.dtype).type(hp.alpha))
    adaptive = hp.learning_rate == "adaptive"

    def run_batch(kept: Any, rows: Tensor, size: Tensor, data: Any) -> tuple[Any, Tensor]:
        x, y = tf.gather(data["x"], rows), tf.gather(data["y"], rows)
        size = tf.cast(kept["learning_rate"], hp.dtype) if adaptive and hp.solver == "sgd" else size
        weights, count = kept["weights"], rows.shape[0]
        layers = split(weights, sizes)
        values = forward(layers, x, hp.activation, task)
        gradient = (backward(layers, values, y, hp.activation) + mask * weights) / count
        objective = tf.zeros((), "float64")
        if adaptive:
            penalty = 0.5 * tf.reduce_sum(mask * weights**2)
            loss = objective_of(task, values[-1], y) * count + penalty
            objective = tf.cast(loss, "float64")
        return kept | update(kept, gradient, size, hp), objective

    def run_epoch(kept: Any, order: Tensor, steps: Tensor, data: Any) -> Any:
        rows = order.shape[0]
        whole = rows // hp.batch_size

        def one(number: Tensor, kept: Any, objective: Tensor) -> tuple[Tensor, Any, Tensor]:
            batch = tf.slice(order, [number * hp.batch_size], [hp.batch_size])
            kept, more = run_batch(kept, batch, steps[number], data)
            return number + 1, kept, objective + more

        carry = (tf.constant(0), kept, tf.zeros((), "float64"))
        _, kept, objective = tf.while_loop(lambda number, *_: number < whole, one, carry)
        if rest := rows - whole * hp.batch_size:
            kept, last = run_batch(kept, order[rows - rest :], steps[-1], data)
            objective += last
        return adapt(kept, objective / rows, hp) if adaptive else kept

    def run(kept: Any, orders: Tensor, steps: Tensor, epochs: Tensor, data: Any) -> Any:
        def one(epoch: Tensor, kept: Any, losses: Tensor) -> tuple[Tensor, Any, Tensor]:
            kept = run_epoch(kept, orders[epoch], steps[epoch], data)
            row = measure(kept["weights"], data)[tf.newaxis]
            return epoch + 1, kept, tf.tensor_scatter_nd_update(losses, [[epoch]], row)

        columns = len(data["targets"]) * len(metrics_of(task, sizes[-1]))
        carry = (tf.constant(0), kept, tf.zeros((orders.shape[0], columns), "float64"))
        return tf.while_loop(lambda epoch, *_: epoch < epochs, one, carry)[1:]

    def measure(weights: Tensor, data: Any) -> Tensor:
        layers, columns, start = split(weights, sizes), list[Any](), 0
        everything = tf.cast(forward(layers, data["x"], hp.activation, task)[-1], "float64")
        for target in data["targets"]:
            outputs = everything[start : start + target.shape[0]]
            start += target.shape[0]
            outputs = outputs * data["scale"] + data["mean"]
            columns += measure_with(tf.experimental.numpy, task, target, outputs)
        return tf.stack(columns)

    return tf.function(run, jit_compile=True, autograph=False)


def split(flat: Tensor, sizes: tuple[int, ...]) -> Layers:
    """Cut flat parameters into W1, b1, W2, b2, …: `epochwise.training.parameters.split_layers`."""
    tf, layers, start = framework(), [], 0
    for fan_in, fan_out in pairwise(sizes):
        middle = start + fan_in * fan_out
        weights = tf.reshape(flat[start:middle], (fan_in, fan_out))
        start = middle + fan_out
        layers.append((weights, flat[middle:start]))
    return layers


def forward(layers: Layers, x: Tensor, activation: str, task: Task) -> list[Tensor]:
    """Give the layers' values, each (rows, units), the features first."""
    tf, values = framework(), [x]
    functions = {
        "identity": lambda z: z,
        "logistic": tf.sigmoid,
        "tanh": tf.tanh,
        "relu": lambda z: tf.maximum(z, tf.zeros((), z.dtype)),
        "regression": lambda z: z,
        "binary": tf.sigmoid,
        "multiclass": tf.nn.softmax,
    }
    for number, (weights, biases) in enumerate(layers, start=1):
        function = functions[task if number == len(layers) else activation]
        values.append(function(tf.matmul(values[-1], weights) + biases))
    return values


def backward(layers: Layers, values: list[Tensor], y: Tensor, activation: str) -> Tensor:
    """Give the summed gradient of the rows, (parameters,)."""
    tf = framework()
    through: dict[str, Callable[..., Any]] = {
        "identity": lambda a, delta: delta,
        "logistic": lambda a, delta: delta * (a * (1 - a)),
        "tanh": lambda a, delta: delta * (1 - a * a),
        "relu": lambda a, delta: tf.where(a > 0, delta, tf.zeros_like(delta)),
    }
    delta, pieces = values[-1] - y, list[Any]()
    for layer in range(len(layers) - 1, -1, -1):
        matrix = layers[layer][0]
        one = matrix.shape[1] == 1  # then both products are vectors', without a transposed copy
        left, right = (delta, values[layer]) if one else (values[layer], delta)
        weights = tf.matmul(left, right, transpose_a=True)
        pieces = [tf.reshape(weights, [-1]), tf.reduce_sum(delta, axis=0), *pieces]
        if layer:
            back = (
                delta * tf.transpose(matrix) if one else tf.matmul(delta, matrix, transpose_b=True)
            )
            delta = through[activation](values[layer], back)
    return tf.concat(pieces, axis=0)


def adam(kept: Any, gradient: Tensor, size: Tensor, hp: Hyperparameters) -> dict[str, Tensor]:
    """Kingma and Ba (2015), end of section 2; `size` has the bias corrections in it."""
    first = hp.beta_1 * kept["first_moment"] + (1 - hp.beta_1) * gradient
    second = hp.beta_2 * kept["second_moment"] + (1 - hp.beta_2) * gradient**2
    weights = kept["weights"] - size * first / (framework().sqrt(second) + hp.epsilon)
    return {"weights": weights, "first_moment": first, "second_moment": second}


def sgd(kept: Any, gradient: Tensor, size: Tensor, hp: Hyperparameters) -> dict[str, Tensor]:
    """Sutskever et al. (2013): classical momentum, or Nesterov's."""
    velocity = hp.momentum * kept["velocity"] - size * gradient
    ahead = hp.momentum * velocity - size * gradient if hp.nesterovs_momentum else velocity
    return {"weights": kept["weights"] + ahead, "velocity": velocity}


def adapt(kept: Any, objective: Tensor, hp: Hyperparameters) -> Any:
    """`epochwise.training.schedules.adapt` for one seed."""
    tf = framework()
    best, rate = kept["best_loss"], kept["learning_rate"]
    longer = kept["epochs_without_improvement"] + 1
    waited = tf.where(objective > best - hp.tol, longer, tf.zeros_like(longer))
    divide = (waited > hp.n_iter_no_change) & (rate > SMALLEST_RATE)
    return kept | {
        "best_loss": tf.where(objective < best, objective, best),
        "learning_rate": tf.where(divide, rate / 5, rate),
        "epochs_without_improvement": tf.where(divide, tf.zeros_like(waited), waited),
    }


def objective_of(task: Task, outputs: Tensor, y: Tensor) -> Tensor:
    """Give what `adaptive` watches: half the mean squared error, or the log loss."""
    if task == "regression":
        return 0.5 * framework().reduce_mean((y - outputs) ** 2)
    eps = float(np.finfo(outputs.dtype.as_numpy_dtype).eps)
    return log_loss(framework().experimental.numpy, y, outputs, eps)
