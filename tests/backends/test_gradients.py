"""The numpy backend steps along the slope of the loss, which is found by finite differences."""

import numpy as np
import pytest

from epochwise.conformance import load
from epochwise.conformance.driving import fresh
from epochwise.conformance.problems import SEEDS, small_problem
from epochwise.conformance.reference import layers_of, row_loss
from helpers import PLUGINS

RATE = 0.125  # of one step of plain sgd, from weights w to w - RATE * gradient
ROWS = 22
TASKS = {
    "regression": ("regression", 1),
    "two targets": ("regression", 2),
    "binary": ("binary", 1),
    "multiclass": ("multiclass", 2),
}


def make(case, activation, layers):
    task, outputs = TASKS[case]
    return small_problem(
        task,
        outputs,
        activation=activation,
        hidden_layer_sizes=layers,
        alpha=0.3,
        batch_size=ROWS,
        solver="sgd",
        momentum=0.0,
        nesterovs_momentum=False,
        learning_rate_init=RATE,
    )


def objective(problem, weights):
    """The loss of all training rows as one batch, penalty included, of one network (parameters,).

    The squared errors of several targets are summed, not averaged, as scikit-learn trains them.
    """
    train, alpha = problem.train, problem.hyperparameters.alpha
    rows = zip(train.x, train.y, strict=True)
    loss = sum(row_loss(problem, weights, x, y) for x, y in rows) / ROWS
    loss *= problem.layer_sizes[-1] if problem.task == "regression" else 1
    squares = sum((matrix**2).sum() for matrix, _ in layers_of(weights, problem.layer_sizes))
    return loss + alpha / 2 * squares / ROWS


def slopes(problem, weights, step=1e-6):
    nudges = step * np.eye(len(weights))
    ups = np.array([objective(problem, weights + nudge) for nudge in nudges])
    return (ups - [objective(problem, weights - nudge) for nudge in nudges]) / (2 * step)


@pytest.mark.parametrize("layers", [(), (4,), (4, 3)], ids=["no", "one", "two"])
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("case", TASKS)
def test_one_step_follows_the_slope_of_the_loss(case, activation, layers):
    problem = make(case, activation, layers)
    before = fresh(problem)["weights"].copy()
    trainer = load(PLUGINS / "numpy_backend.py").new(problem, fresh(problem))
    trainer.run_epoch([np.tile(np.arange(ROWS), (len(SEEDS), 1))])
    gradient = (before - trainer.state()["weights"]) / RATE
    for seed in range(len(SEEDS)):
        expected = slopes(problem, before[seed])
        assert np.abs(expected).max() > 0.01
        np.testing.assert_allclose(gradient[seed], expected, rtol=1e-5, atol=1e-8)
