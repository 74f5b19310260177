"""One step follows the slope of the loss, which is found by finite differences."""

import numpy as np
import pytest

from epochwise.conformance import load
from epochwise.conformance.cases import ROWS, SEEDS, small_problem
from epochwise.conformance.driving import fresh
from epochwise.conformance.network import layers_of, row_loss
from helpers import PLUGINS, require

RATE = 0.125  # of one step of plain sgd, from weights w to w - RATE * gradient
TASKS = {
    "regression": {},
    "two targets": {"outputs": 2},
    "three targets": {"outputs": 3, "standardised": True},
    "binary": {"task": "binary"},
    "multiclass": {"task": "multiclass", "outputs": 4},
}


def make(case, activation, layers):
    return small_problem(
        **TASKS[case],
        activation=activation,
        hidden_layer_sizes=layers,
        alpha=0.3,
        batch_size=ROWS["train"],
        solver="sgd",
        momentum=0.0,
        nesterovs_momentum=False,
        learning_rate_init=RATE,
    )


def objective(problem, weights):
    """The loss of all training rows as one batch, penalty included, of one network (parameters,).

    The squared errors are summed over the targets, and averaged over the rows.
    """
    train, alpha = problem.train, problem.hyperparameters.alpha
    rows = zip(train.x, train.y, strict=True)
    loss = sum(row_loss(problem, weights, x, y) for x, y in rows)
    squares = sum((matrix**2).sum() for matrix, _ in layers_of(weights, problem.layer_sizes))
    return (loss + alpha / 2 * squares) / len(train.x)


def slopes(problem, weights, step=1e-6):
    nudges = step * np.eye(len(weights))
    ups = np.array([objective(problem, weights + nudge) for nudge in nudges])
    return (ups - [objective(problem, weights - nudge) for nudge in nudges]) / (2 * step)


def require_slopes(backend, case, activation, layers):
    """Compare one step of a backend with the slopes."""
    problem = make(case, activation, layers)
    before = fresh(problem)["weights"].copy()
    trainer = load(PLUGINS / f"{backend}_backend.py").new(problem, fresh(problem))
    trainer.run_epoch([np.tile(np.arange(ROWS["train"]), (len(SEEDS), 1))])
    gradient = (before - trainer.state()["weights"]) / RATE
    for seed in range(len(SEEDS)):
        expected = slopes(problem, before[seed])
        assert np.abs(expected).max() > 0.01
        np.testing.assert_allclose(gradient[seed], expected, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("layers", [(), (4,), (4, 3)], ids=["no", "one", "two"])
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("case", TASKS)
def test_one_step_of_numpy_follows_the_slope_of_the_loss(case, activation, layers):
    require_slopes("numpy", case, activation, layers)


@pytest.mark.parametrize("backend", ["sklearn", "torch"])
@pytest.mark.parametrize("case", TASKS)
def test_one_step_of_others_follows_the_slope_of_the_loss(case, backend):
    require(backend)
    require_slopes(backend, case, "tanh", (4, 3))


@pytest.mark.parametrize("outputs", [1, 2, 3])
def test_scikit_learn_s_gradient_is_that_of_the_sum_and_its_loss_is_the_mean(outputs):
    """Its own code, without a penalty: `_backprop` gives both."""
    from sklearn.neural_network import MLPRegressor

    rng = np.random.RandomState(3)
    x, y = rng.normal(size=(9, 3)), rng.normal(size=(9, outputs))
    network = MLPRegressor(
        hidden_layer_sizes=(4,), activation="tanh", alpha=0.0, batch_size=9, max_iter=1
    )
    network.partial_fit(x, y.ravel() if outputs == 1 else y)

    def backprop():
        activations, deltas, weights, biases = [x, None, None], [None] * 2, [None] * 2, [None] * 2
        return network._backprop(x, y, None, activations, deltas, weights, biases)

    def loss_with(step):
        network.coefs_[0][1, 2] += step
        loss = backprop()[0]
        network.coefs_[0][1, 2] -= step
        return loss

    slope_of_its_loss = (loss_with(1e-6) - loss_with(-1e-6)) / 2e-6
    gradient = backprop()[1][0][1, 2]
    np.testing.assert_allclose(gradient, slope_of_its_loss * outputs, rtol=1e-6)
