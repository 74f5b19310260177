"""scikit-learn's own `MLPRegressor` and `MLPClassifier`, one update at a time.

The public way, `partial_fit`, checks and shuffles anew at every call and draws its own
batches. Three private names do the arithmetic alone; they are all in `Estimator`.
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
    hidden,
    hookimpl,
    learning_rate,
    one_seed_at_a_time,
    row_blocks,
    split_layers,
)

HONOURS = DEFINITION | {"device": ("cpu",)}


@hookimpl
def register_backends(register: Callable[..., None]) -> None:
    """Announce the trainer."""
    register("sklearn", SklearnTrainer, requires=("sklearn",), honours=HONOURS)


def new_estimator(problem: Problem) -> Any:
    """Make an estimator of scikit-learn with the problem's hyperparameters."""
    with hidden("pandas"):
        from sklearn.neural_network import MLPClassifier, MLPRegressor

    estimator = MLPRegressor if problem.task == "regression" else MLPClassifier
    values = {name: getattr(problem.hyperparameters, name) for name in SHARED}
    return estimator(**values, batch_size=1)


@one_seed_at_a_time
class SklearnTrainer:
    """One estimator of scikit-learn.

    Private names of scikit-learn 1.9, which pyproject.toml pins: `_backprop` (the
    gradient of one batch), `_optimizer` (its moments, its update) and
    `_forward_pass_fast` (predict, without checking the input each time).
    """

    def __init__(self, problem: Problem, state: State) -> None:
        self.problem = problem
        self.kept = {name: array.copy() for name, array in state.items()}
        y = problem.train.y  # classes as truth values, which is what scikit-learn makes of them
        self.y = y if problem.task == "regression" else y.astype(bool)
        self.estimator = new_estimator(problem)
        self._initialise()
        self.parameters = as_list(self.kept["weights"], problem)
        layers = len(self.parameters) // 2
        self.estimator.coefs_ = self.parameters[:layers]
        self.estimator.intercepts_ = self.parameters[layers:]
        self._load_moments()

    def run_epoch(self, batches: list[Array]) -> None:
        """Update once per batch."""
        estimator, optimizer = self.estimator, self.estimator._optimizer
        train, layers = self.problem.train, self.estimator.n_layers_ - 1
        activations, deltas = [None] * (layers + 1), [None] * layers
        gradients, biases = [None] * layers, [None] * layers
        optimizer.learning_rate = float(learning_rate(self.problem, self.kept))
        objective = 0.0
        for rows in batches:
            x, y = train.x[rows], self.y[rows]
            activations[0] = x
            loss, _, _ = estimator._backprop(x, y, None, activations, deltas, gradients, biases)
            optimizer.update_params(self.parameters, gradients + biases)
            objective += loss * len(rows)
        self.kept["iteration"] = self.kept["iteration"] + len(batches)
        if self.problem.hyperparameters.learning_rate == "adaptive":
            adapt(self.kept, np.array(objective / len(train.x)), self.problem.hyperparameters)

    def predict(self, x: Array) -> Array:
        """Give the network's outputs, (rows, outputs)."""
        blocks = [x[rows] for rows in row_blocks(len(x), self.problem.layer_sizes)]
        forward = self.estimator._forward_pass_fast
        return np.concatenate([forward(one, check_input=False) for one in blocks])

    def state(self) -> State:
        """Copy all that is needed to go on."""
        moments = {name: as_vector(lists) for name, lists in self._moments().items()}
        kept = {name: array.copy() for name, array in self.kept.items()}
        return kept | moments | {"weights": as_vector(self.parameters)}

    def _initialise(self) -> None:
        """Have scikit-learn set up all its attributes, on one row; what it learns is replaced."""
        x, y = self.problem.train.x[:1], self.problem.train.y[:1]
        if self.problem.task == "regression":
            self.estimator.partial_fit(x, y.ravel() if y.shape[1] == 1 else y)
        else:
            self.estimator.partial_fit(x, [0], classes=np.arange(max(2, y.shape[1])))

    def _load_moments(self) -> None:
        optimizer = self.estimator._optimizer
        optimizer.t = int(self.kept["iteration"])
        for name, attribute in MOMENTS[self.problem.hyperparameters.solver].items():
            setattr(optimizer, attribute, as_list(self.kept[name], self.problem))

    def _moments(self) -> dict[str, list[Array]]:
        names = MOMENTS[self.problem.hyperparameters.solver]
        return {name: getattr(self.estimator._optimizer, names[name]) for name in names}


def as_list(flat: Array, problem: Problem) -> list[Array]:
    """Cut a flat vector (parameters,) as scikit-learn lists them: all weights, then all biases."""
    layers = split_layers(flat, problem.layer_sizes)
    return [weights for weights, _ in layers] + [biases for _, biases in layers]


def as_vector(arrays: list[Array]) -> Array:
    """Undo `as_list`."""
    half = len(arrays) // 2
    pairs = zip(arrays[:half], arrays[half:], strict=True)
    return np.concatenate([array.ravel() for pair in pairs for array in pair])


MOMENTS = {
    "adam": {"first_moment": "ms", "second_moment": "vs"},
    "sgd": {"velocity": "velocities"},
}

SHARED = (
    "hidden_layer_sizes",
    "activation",
    "solver",
    "alpha",
    "learning_rate",
    "learning_rate_init",
    "power_t",
    "momentum",
    "nesterovs_momentum",
    "beta_1",
    "beta_2",
    "epsilon",
)
