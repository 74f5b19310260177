"""The kit's yardstick is right, and the kit fails each of a collection of broken backends."""

from pathlib import Path

import numpy as np
import pytest

from epochwise.conformance import PROMISES, check, load, report
from epochwise.conformance.driving import fresh, orders_of, reference_curve, step_by_step
from epochwise.conformance.problems import CASES, EPOCHS, SEEDS, make, small_problem
from epochwise.conformance.reference import SLIPS, Reference, row_gradient, row_loss
from epochwise.errors import PluginError
from helpers import PLUGINS

BROKEN = Path(__file__).parent / "broken_backends"

FAILS = {  # a promise that each of them must break, and a word of the advice
    "adds_noise": ("another_process_agrees", "draw nothing yourself"),
    "averages_over_seeds": ("agrees_in_stretches", "run_epochs"),
    "computes_in_float32": ("agrees_epoch_by_epoch", ""),
    "crashes_on_the_unknown": ("refuses_with_a_sentence", "epochwise.support.require"),
    "drops_outputs": ("starts_from_the_weights", "(3, 22, 1)"),
    "drops_the_short_batch": ("agrees_epoch_by_epoch", "shorter batch is dropped"),
    "epsilon_inside": ("agrees_epoch_by_epoch", "bias correction"),
    "forgets_its_moments": ("resuming_changes_nothing", "all that the solver keeps"),
    "forgets_the_half": ("agrees_epoch_by_epoch", "half the squared error"),
    "freezes_a_bias": ("moves_every_parameter", "parameter 25"),
    "gives_away_its_arrays": ("leaves_its_inputs_alone", "give copies"),
    "gives_nan": ("agrees_epoch_by_epoch", "nan"),
    "ignores_a_batch": ("agrees_epoch_by_epoch", "first batch of each epoch is ignored"),
    "keeps_its_own_order": ("agrees_epoch_by_epoch", "which rows"),
    "lies_in_stretches": ("agrees_in_stretches", "one of the two is wrong"),
    "mixes_seeds": ("seeds_are_independent", "axis 0"),
    "never_trains": ("learns", "the mean alone reaches"),
    "penalises_biases": ("agrees_epoch_by_epoch", "weights only"),
    "penalty_not_over_rows": ("agrees_epoch_by_epoch", "alpha * W / rows"),
    "refuses_everything": ("agrees_epoch_by_epoch", "refuses every problem"),
    "rounds_its_state": ("resuming_changes_nothing", "state()"),
    "stores_its_order": ("agrees_epoch_by_epoch", "as they are stored"),
    "swaps_partitions": ("agrees_in_stretches", "run_epochs"),
    "writes_into_batches": ("leaves_its_inputs_alone", "copy first"),
    "writes_into_data": ("leaves_its_inputs_alone", "copy first"),
}


def test_every_broken_backend_is_tried():
    assert {path.stem.removesuffix("_backend") for path in BROKEN.glob("*.py")} == set(FAILS)


@pytest.mark.parametrize("name", FAILS)
def test_the_kit_fails_a_broken_backend_and_says_what_to_mend(name):
    promise, advice = FAILS[name]
    (outcome,) = check(BROKEN / f"{name}_backend.py", only=[promise])
    assert not outcome.kept
    assert advice in outcome.problem


def test_a_report_has_a_line_per_promise():
    promises = check(BROKEN, "never_trains")
    lines = report(promises).splitlines()
    assert len(lines) == len(PROMISES) + 1
    assert sum(line.startswith("BROKEN") for line in lines) == sum(not p.kept for p in promises)
    assert lines[-1].endswith(f"of {len(PROMISES)} promises kept")


@pytest.mark.parametrize("target", ["nothing_backend.py", str(PLUGINS / "numpy.py"), str(PLUGINS)])
def test_what_is_no_backend_is_refused(target):
    with pytest.raises(PluginError, match="is no backend"):
        load(target)


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_the_reference_has_the_slope_of_its_loss(task, activation):
    problem = small_problem(task, activation=activation, hidden_layer_sizes=(4, 3))
    weights = fresh(problem)["weights"][0]
    x, y, step = problem.train.x[1], problem.train.y[1], 1e-6
    slopes = [
        (row_loss(problem, weights + nudge, x, y) - row_loss(problem, weights - nudge, x, y))
        / (2 * step)
        for nudge in step * np.eye(len(weights))
    ]
    np.testing.assert_allclose(row_gradient(problem, weights, x, y), slopes, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("case", CASES)
def test_the_reference_gives_the_curves_of_scikit_learn(case):
    problem = make(case)
    trainer = load(PLUGINS / "sklearn_backend.py").new(problem, fresh(problem))
    curve = step_by_step(trainer, problem)
    np.testing.assert_allclose(reference_curve(case), curve, rtol=1e-11)


@pytest.mark.parametrize("case", [case for case in CASES if "adaptive" in case])
def test_an_adaptive_case_reaches_the_division(case):
    problem = make(case)
    trainer = Reference(problem, fresh(problem))
    step_by_step(trainer, problem)
    assert (trainer.state()["learning_rate"] < problem.hyperparameters.learning_rate_init).any()


@pytest.mark.parametrize("slip", SLIPS)
def test_every_slip_shows_in_some_curve(slip):
    wanted = reference_curve("regression, relu, adam")
    assert not np.allclose(reference_curve("regression, relu, adam", slip), wanted, rtol=1e-9)


def test_the_batches_of_the_kit_visit_every_row_once():
    problem = make("regression, relu, adam")
    for epoch in range(1, EPOCHS + 1):
        batches = orders_of(problem, epoch)
        assert [batch.shape for batch in batches] == [(len(SEEDS), rows) for rows in (8, 8, 6)]
        everything = np.sort(np.concatenate(batches, axis=1), axis=1)
        np.testing.assert_array_equal(everything, [np.arange(22)] * len(SEEDS))
