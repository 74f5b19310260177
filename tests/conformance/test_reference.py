"""The kit's yardstick is right: finite differences and scikit-learn say so."""

import numpy as np
import pytest

from epochwise.conformance import load
from epochwise.conformance.cases import EPOCHS, FACTORS, SEEDS, Case, small_problem
from epochwise.conformance.choosing import every, single, to_learn, whole_array
from epochwise.conformance.comparing import reference
from epochwise.conformance.driving import fresh, orders_of, step_by_step, through_host
from epochwise.conformance.network import row_gradient, row_loss, row_watched
from epochwise.conformance.reference import SLIPS, Reference
from epochwise.training.host import measure_all
from epochwise.training.metrics import measure_network
from helpers import PLUGINS

CASES = every(whole_array())
TASKS = {
    "one target": {},
    "three targets": {"outputs": 3},
    "two classes": {"task": "binary"},
    "four classes": {"task": "multiclass", "outputs": 4},
}


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("task", TASKS)
def test_the_reference_has_the_slope_of_its_loss(task, activation):
    problem = small_problem(activation=activation, hidden_layer_sizes=(4, 3), **TASKS[task])
    weights = fresh(problem)["weights"][0]
    x, y, step = problem.train.x[1], problem.train.y[1], 1e-6
    slopes = [
        (row_loss(problem, weights + nudge, x, y) - row_loss(problem, weights - nudge, x, y))
        / (2 * step)
        for nudge in step * np.eye(len(weights))
    ]
    np.testing.assert_allclose(row_gradient(problem, weights, x, y), slopes, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(("task", "share"), [("three targets", 3), ("four classes", 1)])
def test_the_adaptive_schedule_watches_the_mean_over_the_targets(task, share):
    problem = small_problem(**TASKS[task])
    weights = fresh(problem)["weights"][0]
    row = problem.train.x[1], problem.train.y[1]
    watched = row_watched(problem, weights, *row)
    assert watched * share == pytest.approx(row_loss(problem, weights, *row), rel=1e-12)


def sklearn_trainer(case):
    problem = case.problem()
    return load(PLUGINS / "sklearn_backend.py").new(problem, fresh(problem)), problem


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_reference_gives_the_curves_of_scikit_learn(case):
    trainer, problem = sklearn_trainer(case)
    np.testing.assert_allclose(reference(case).curve, step_by_step(trainer, problem), rtol=1e-10)


def test_many_adaptive_cases_reach_the_division_and_some_do_not():
    adaptive = [case for case in CASES if "adaptive" in case.solver]
    ends = [reference(case).states[-1]["learning_rate"] for case in adaptive]
    first = [case.problem().hyperparameters.learning_rate_init for case in adaptive]
    divided = np.array(ends) < np.array(first)[:, np.newaxis]
    assert 0.3 < divided.mean() < 1


@pytest.mark.parametrize("slip", SLIPS)
def test_every_slip_shows_in_some_curve(slip):
    shows = [
        not np.allclose(reference(case, slip).curve, reference(case).curve, rtol=1e-9)
        for case in CASES[:12]
    ]
    assert any(shows)


@pytest.mark.parametrize("case", single(whole_array()), ids=str)
def test_the_reference_takes_and_leaves_float32_and_computes_in_float64(case):
    problem = case.problem()
    trainer = Reference(problem, fresh(problem))
    trainer.run_epoch(orders_of(problem, 1))
    assert trainer.predict(problem.train.x).dtype == np.float32
    assert trainer.kept["weights"].dtype == np.float64
    kinds = {name: array.dtype for name, array in fresh(problem).items()}
    assert {name: array.dtype for name, array in trainer.state().items()} == kinds


def sizes_of(case):
    return [batch.shape[1] for batch in orders_of(case.problem(), 1)]


def test_the_batches_of_the_kit_visit_every_row_once_and_are_what_they_are_called():
    for level in FACTORS["batches"]:
        problem = Case(batches=level).problem()
        for epoch in range(1, EPOCHS + 1):
            batches = orders_of(problem, epoch)
            everything = np.sort(np.concatenate(batches, axis=1), axis=1)
            np.testing.assert_array_equal(everything, [np.arange(16)] * len(SEEDS))
    assert sizes_of(Case(batches="batches of 5+5+5+1")) == [5, 5, 5, 1]
    assert sizes_of(Case(batches="16 batches of 1")) == [1] * 16


def combined():
    """Cases of what backends refuse, the rest as plain as can be."""
    return [
        Case(task=task, activation=activation, layers=layers, solver=solver)
        for task in FACTORS["task"]
        for activation in FACTORS["activation"]
        for layers in ("one hidden layer", "two hidden layers", "no hidden layer")
        for solver in FACTORS["solver"]
    ]


@pytest.mark.parametrize("task", FACTORS["task"])
def test_whatever_a_backend_can_do_is_learned_and_diverges_when_it_must(task):
    new = load(PLUGINS / "numpy_backend.py").new
    for case in [case for case in combined() if case.task == task]:
        problem = case.problem(**to_learn(case))
        trainer = new(problem, fresh(problem))
        for epoch in range(1, 61):
            trainer.run_epoch(orders_of(problem, epoch))
        ends = measure_all("numpy", trainer, problem)[:, 0]
        mean = np.repeat(problem.train.y.mean(axis=0, keepdims=True), len(problem.train.y), axis=0)
        assert (ends < 0.99 * measure_network(problem, problem.train, mean)[0]).all(), case
        problem = case.problem(learning_rate_init=1e300)
        assert not np.isfinite(through_host(new(problem, fresh(problem)), problem)[-1]).any(), case


def test_the_reference_diverges_where_a_backend_must():
    problem = Case().problem(learning_rate_init=1e300)
    with np.errstate(all="ignore"):
        curve = step_by_step(Reference(problem, fresh(problem)), problem)
    assert not np.isfinite(curve[-1]).any()
