"""JAX: whole stretches of epochs in one compiled loop, gradients written out by hand.

On the CPU the seeds are trained one after the other, each in the cache (and to the last
bit as it would be alone); on a GPU side by side. Compiling takes longer than training a
small study: JAX keeps what it has compiled where JAX_COMPILATION_CACHE_DIR names a folder.
"""

from collections.abc import Callable
from functools import lru_cache
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
    hookimpl,
    log_loss,
    metrics_of,
    split_layers,
    step_sizes,
    stretch_length,
    weights_mask,
)
from epochwise.api import (
    measure as measure_with,
)

Layers = list[tuple[Any, Any]]

HONOURS = DEFINITION | {"device": ("cpu", "cuda")}


@hookimpl
def register_backends(register: Callable[..., None]) -> None:
    """Announce the trainer."""
    register("jax", JaxTrainer, requires=("jax",), honours=HONOURS)


class JaxTrainer:
    """Networks of any depth; the state lives on the device between stretches."""

    def __init__(self, problem: Problem, state: State) -> None:
        import jax

        jax.config.update("jax_enable_x64", True)  # float32 stays float32; losses are float64
        jax.config.update("jax_default_matmul_precision", "highest")  # no TF32 on a GPU
        self.problem, self.hp, self.jax = problem, problem.hyperparameters, jax
        self.device = find_device(self.hp.device)
        self.iteration = int(state["iteration"])
        kept = {name: array for name, array in state.items() if name != "iteration"}
        self.kept = self._put({name: np.array(array) for name, array in kept.items()})
        self.data = self._put(compiled_data(problem))
        seeds, rows = len(state["weights"]), len(problem.train.x)
        self.most_rows = max(len(part.x) for part in problem.partitions.values())
        self.length = stretch_length(problem, seeds)
        self.orders = np.zeros((self.length, seeds, rows), np.int32)
        self.sizes = np.zeros((self.length, problem.iterations_per_epoch), self.hp.dtype)
        self.train = compiled(problem.task, self.hp, problem.layer_sizes, self._shapes())
        self.predict(problem.train.x)  # compiles it: that is no part of the training's time

    def run_epoch(self, batches: list[Array]) -> None:
        """Update once per batch."""
        self.run_epochs(np.concatenate(batches, axis=1)[np.newaxis])

    def run_epochs(self, orders: Array) -> Array:
        """Train on orders (epochs, seeds, rows); the losses (epochs, seeds, columns)."""
        epochs = len(orders)
        self.orders[:epochs] = orders  # always the same shapes: nothing is compiled anew
        self.sizes[:epochs] = step_sizes(self.problem, self.iteration, epochs)
        self.kept, losses = self.train(
            self.kept, *self._put((self.orders, self.sizes)), epochs, self.data
        )
        self.iteration += epochs * self.problem.iterations_per_epoch
        return np.swapaxes(np.asarray(losses)[:, :epochs], 0, 1)

    def predict(self, x: Array) -> Array:
        """Give the outputs of every network, (seeds, rows, outputs)."""
        platform = self.device.platform
        run = predictor(self.problem.task, self.hp.activation, self.problem.layer_sizes, platform)
        padded = np.zeros((max(len(x), self.most_rows), x.shape[1]), x.dtype)
        padded[: len(x)] = x  # one shape for all partitions: compiled once
        return np.array(run(self.kept["weights"], self._put(padded)))[:, : len(x)]

    def state(self) -> State:
        """Copy all that is needed to go on."""
        kept = {name: np.array(array) for name, array in self.kept.items()}
        return kept | {"iteration": np.array(self.iteration)}

    def _put(self, values: Any) -> Any:
        return self.jax.device_put(values, self.device, may_alias=False)

    def _shapes(self) -> Any:
        arguments = (self.kept, self.orders, self.sizes, 1, self.data)
        leaves, tree = self.jax.tree.flatten(arguments)
        described = [(np.shape(leaf), np.asarray(leaf).dtype.name) for leaf in leaves]
        return tree, tuple(described), self.device


def find_device(name: str) -> Any:
    """Give the device, or say that there is none."""
    import jax

    try:
        return jax.devices(name)[0]
    except RuntimeError as error:
        raise PluginError(
            f"backend 'jax' finds no device {name!r} ({error}); use device: cpu, or install "
            "jax[cuda12] on a machine with a GPU."
        ) from None


@lru_cache
def compiled(task: Task, hp: Hyperparameters, sizes: tuple[int, ...], shapes: Any) -> Any:
    """Compile the training of all seeds over a stretch, once for each kind of problem."""
    import jax

    tree, leaves, device = shapes
    sharding = jax.sharding.SingleDeviceSharding(device)
    described = [jax.ShapeDtypeStruct(*leaf, sharding=sharding) for leaf in leaves]
    run = jax.jit(trainer(task, hp, sizes), donate_argnums=0)
    lowered = run.lower(*jax.tree.unflatten(tree, described))
    return lowered.compile(compiler_options=same_bits_each_time(device.platform))


def same_bits_each_time(platform: str) -> dict[str, bool]:
    """Give the options of a compilation whose results have the same last bits on every run.

    Shared out among as many threads as the machine has, which XLA offers, a product may be summed in
    another order elsewhere; on a GPU XLA tries several
    ways to compute one, and takes what was fastest just then.
    """
    one_thread = {"xla_cpu_multi_thread_eigen": False}
    return one_thread if platform == "cpu" else {"xla_gpu_deterministic_ops": True}


@lru_cache
def predictor(task: Task, activation: str, sizes: tuple[int, ...], platform: str) -> Any:
    """Compile the forward pass of all seeds."""
    import jax

    def one(weights: Any, x: Any) -> Any:
        return forward(split_layers(weights, sizes), x, activation, task)[-1]

    options = same_bits_each_time(platform)
    return jax.jit(jax.vmap(one, in_axes=(0, None)), compiler_options=options)


def trainer(task: Task, hp: Hyperparameters, sizes: tuple[int, ...]) -> Callable[..., Any]:
    """Build the function that trains all seeds over the first `epochs` of a stretch."""
    import jax
    import jax.numpy as jnp

    update = {"adam": adam, "sgd": sgd}[hp.solver]
    mask = weights_mask(sizes, hp.dtype)
    adaptive = hp.learning_rate == "adaptive"

    def run_batch(kept: Any, rows: Any, size: Any, data: Any) -> tuple[Any, Any]:
        x, y = (data[name].at[rows].get(mode="promise_in_bounds") for name in ("x", "y"))
        size = kept["learning_rate"].astype(hp.dtype) if adaptive and hp.solver == "sgd" else size
        weights = kept["weights"]
        layers = split_layers(weights, sizes)
        values = forward(layers, x, hp.activation, task)
        gradient = backward(layers, values, y, hp.activation)
        gradient = (gradient + hp.alpha * mask * weights) / len(rows)
        penalty = 0.5 * hp.alpha * jnp.sum(mask * weights**2) / len(rows)
        objective = (objective_of(task, values[-1], y) + penalty) * len(rows) if adaptive else 0.0
        return kept | update(kept, gradient, size, hp), objective

    def run_epoch(kept: Any, order: Any, steps: Any, data: Any) -> Any:
        whole = len(order) // hp.batch_size

        def one(carry: Any, batch: Any) -> tuple[Any, Any]:
            rows, size = batch
            return run_batch(carry, rows, size, data)

        batches = order[: whole * hp.batch_size].reshape(whole, hp.batch_size)
        kept, objectives = jax.lax.scan(one, kept, (batches, steps[:whole]))
        objective = jnp.sum(objectives)
        if rest := len(order) - whole * hp.batch_size:
            kept, last = run_batch(kept, order[-rest:], steps[-1], data)
            objective += last
        return adapt(kept, objective / len(order), hp) if adaptive else kept

    def run(kept: Any, orders: Any, steps: Any, epochs: Any, data: Any) -> Any:
        def one_seed(argument: Any) -> Any:
            kept, orders = argument  # (parameters,), … and (epochs, rows)

            def body(epoch: Any, carry: Any) -> Any:
                kept, losses = carry
                kept = run_epoch(kept, orders[epoch], steps[epoch], data)
                return kept, losses.at[epoch].set(measure(kept["weights"], data))

            columns = len(data["targets"]) * len(metrics_of(task, sizes[-1]))
            return jax.lax.fori_loop(0, epochs, body, (kept, jnp.zeros((len(orders), columns))))

        over_seeds = jax.lax.map if hp.device == "cpu" else lambda f, xs: jax.vmap(f)(xs)
        return over_seeds(one_seed, (kept, jnp.swapaxes(orders, 0, 1)))

    def measure(weights: Any, data: Any) -> Any:
        layers, columns, start = split_layers(weights, sizes), list[Any](), 0
        everything = forward(layers, data["x"], hp.activation, task)[-1].astype("float64")
        for target in data["targets"]:
            outputs = everything[start : start + len(target)]
            start += len(target)
            outputs = outputs * data["scale"] + data["mean"]
            columns += measure_with(jnp, task, target, outputs)
        return jnp.stack(columns)

    return run


def forward(layers: Layers, x: Any, activation: str, task: Task) -> list[Any]:
    """Give the layers' values, each (rows, units), the features first."""
    import jax
    import jax.numpy as jnp

    hidden = {
        "identity": lambda z: z,
        "logistic": jax.lax.logistic,
        "tanh": jnp.tanh,
        "relu": lambda z: jnp.maximum(z, 0),
    }[activation]
    outputs = {
        "regression": lambda z: z,
        "binary": jax.lax.logistic,
        "multiclass": lambda z: jax.nn.softmax(z, axis=1),
    }[task]
    values = [x]
    for number, (weights, biases) in enumerate(layers, start=1):
        function = outputs if number == len(layers) else hidden
        values.append(function(values[-1] @ weights + biases))
    return values


def backward(layers: Layers, values: list[Any], y: Any, activation: str) -> Any:
    """Give the summed gradient of the rows, (parameters,)."""
    import jax.numpy as jnp

    through: dict[str, Callable[..., Any]] = {
        "identity": lambda a, delta: delta,
        "logistic": lambda a, delta: delta * (a * (1 - a)),
        "tanh": lambda a, delta: delta * (1 - a * a),
        "relu": lambda a, delta: jnp.where(a > 0, delta, 0),
    }
    delta, pieces = values[-1] - y, list[Any]()
    for layer in range(len(layers) - 1, -1, -1):
        weights = layers[layer][0]
        one = weights.shape[1] == 1  # then both products are vectors', without a transposed copy
        gradient = delta.T @ values[layer] if one else values[layer].T @ delta
        pieces = [gradient.ravel(), delta.sum(axis=0), *pieces]
        if layer:
            back = delta * weights.T if one else delta @ weights.T
            delta = through[activation](values[layer], back)
    return jnp.concatenate(pieces)


def adam(kept: Any, gradient: Any, size: Any, hp: Hyperparameters) -> dict[str, Any]:
    """Kingma and Ba (2015), end of section 2; `size` has the bias corrections in it."""
    import jax.numpy as jnp

    first = hp.beta_1 * kept["first_moment"] + (1 - hp.beta_1) * gradient
    second = hp.beta_2 * kept["second_moment"] + (1 - hp.beta_2) * gradient**2
    weights = kept["weights"] - size * first / (jnp.sqrt(second) + hp.epsilon)
    return {"weights": weights, "first_moment": first, "second_moment": second}


def sgd(kept: Any, gradient: Any, size: Any, hp: Hyperparameters) -> dict[str, Any]:
    """Sutskever et al. (2013): classical momentum, or Nesterov's."""
    velocity = hp.momentum * kept["velocity"] - size * gradient
    ahead = hp.momentum * velocity - size * gradient if hp.nesterovs_momentum else velocity
    return {"weights": kept["weights"] + ahead, "velocity": velocity}


def adapt(kept: Any, objective: Any, hp: Hyperparameters) -> Any:
    """`epochwise.training.schedules.adapt` for one seed."""
    import jax.numpy as jnp

    objective = objective.astype("float64")
    best, rate = kept["best_loss"], kept["learning_rate"]
    waited = jnp.where(objective > best - hp.tol, kept["epochs_without_improvement"] + 1, 0)
    divide = (waited > hp.n_iter_no_change) & (rate > SMALLEST_RATE)
    return kept | {
        "best_loss": jnp.where(objective < best, objective, best),
        "learning_rate": jnp.where(divide, rate / 5, rate),
        "epochs_without_improvement": jnp.where(divide, 0, waited),
    }


def objective_of(task: Task, outputs: Any, y: Any) -> Any:
    """Give what `adaptive` watches: half the mean squared error, or the log loss."""
    import jax.numpy as jnp

    if task == "regression":
        return 0.5 * jnp.mean((y - outputs) ** 2)
    return log_loss(jnp, y, outputs, float(np.finfo(outputs.dtype).eps))
