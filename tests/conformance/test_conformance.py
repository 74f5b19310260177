"""The kit's yardstick is right, and the kit fails each of a collection of broken backends."""

import unittest
from pathlib import Path

import numpy as np
import pytest

from epochwise.conformance import PROMISES, BackendConformance, check, load, report
from epochwise.conformance.driving import (
    fresh,
    orders_of,
    reference_curve,
    step_by_step,
    through_host,
)
from epochwise.conformance.problems import (
    CASES,
    COMBINED,
    EPOCHS,
    SEEDS,
    WILD,
    make,
    make_wild,
    small_problem,
)
from epochwise.conformance.reference import SLIPS, Reference, row_gradient, row_loss
from epochwise.errors import PluginError
from epochwise.training.host import measure_all
from epochwise.training.metrics import measure_network
from helpers import PLUGINS

BROKEN = Path(__file__).parent / "broken_backends"

FAILS = {  # a promise that each of them must break, and a word of the advice
    "adds_noise": ("another_process_agrees", "draw nothing yourself"),
    "averages_over_seeds": ("agrees_in_stretches", "run_epochs"),
    "computes_in_float32": ("agrees_epoch_by_epoch", ""),
    "crashes_on_the_unknown": ("refuses_with_a_sentence", "epochwise.training.support.require"),
    "drops_outputs": ("starts_from_the_weights", "(3, 22, 1)"),
    "drops_the_short_batch": ("agrees_epoch_by_epoch", "shorter batch is dropped"),
    "epsilon_inside": ("agrees_epoch_by_epoch", "bias correction"),
    "forgets_between_stretches": ("agrees_in_stretches", "run_epochs must do as run_epoch"),
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
    "speaks_in_lines": ("learns", "shapes do not match: (3, 8) (8, 3)"),
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


@pytest.mark.parametrize("promise", ["learns", "moves_every_parameter"])
def test_a_backend_that_never_trains_is_told_what_to_mend(promise):
    (outcome,) = check(BROKEN, "never_trains", only=[promise])
    assert "; " in outcome.problem
    assert "gradient" in outcome.problem


@pytest.mark.parametrize("name", ["never_trains", "speaks_in_lines"])
def test_a_report_has_a_line_per_promise(name):
    promises = check(BROKEN, name)
    lines = report(promises).splitlines()
    assert len(lines) == len(PROMISES) + 1
    assert sum(line.startswith("BROKEN") for line in lines) == sum(not p.kept for p in promises)
    assert lines[-1].endswith(f"of {len(PROMISES)} promises kept")


RESTRICTED = """
from pathlib import Path
from epochwise.api import hookimpl
from epochwise.plugins.registry import load_backend
from epochwise.training.support import require

NumpyTrainer = load_backend(Path({plugins!r}), "numpy").value

@hookimpl
def register_backends(register):
    register("restricted", Restricted)

class Restricted(NumpyTrainer):
    def __init__(self, problem, state):
        require("restricted", problem, **{able!r})
        super().__init__(problem, state)
"""
NEVER_TRAINS = """
    def run_epoch(self, batches):
        self.kept["iteration"] = self.kept["iteration"] + len(batches)
"""
ABLE = {
    "tanh with adam": {"activation": ["tanh"], "solver": ["adam"]},
    "several classes": {"tasks": ["multiclass"]},
    "sgd": {"solver": ["sgd"]},
    "little": {"tasks": ["multiclass"], "activation": ["identity"], "solver": ["adam"]},
    "one schedule": {"tasks": ["binary"], "solver": ["sgd"], "learning_rate": ["invscaling"]},
    "float64": {"dtype": ["float64"]},
    "float32": {"dtype": ["float32"], "tasks": ["binary"]},
}


def restricted(folder, able, more=""):
    """Write the numpy backend, able to do only some of what it can."""
    file = folder / "restricted_backend.py"
    file.write_text(RESTRICTED.format(plugins=str(PLUGINS), able=able) + more, encoding="utf-8")
    return file


@pytest.mark.parametrize("able", ABLE)
def test_an_honest_backend_that_can_do_little_keeps_every_promise(able, tmp_path):
    promises = check(restricted(tmp_path, ABLE[able]))
    assert all(promise.kept for promise in promises), report(promises)
    unchecked = [promise.name for promise in promises if promise.unchecked]
    assert unchecked == (["float32_stays_close"] if able == "float64" else [])


def test_what_is_not_checked_is_not_counted_as_kept(tmp_path):
    promises = check(restricted(tmp_path, ABLE["float64"]))
    *lines, last = report(promises).splitlines()
    (line,) = [line for line in lines if not line.startswith("ok")]
    assert line.endswith("not checked, it refuses float32 in every problem")
    assert last == f"{len(PROMISES) - 1} of {len(PROMISES)} promises kept, 1 not checked"


@pytest.mark.parametrize("able", ABLE)
def test_a_backend_that_can_do_little_is_trained_all_the_same(able, tmp_path):
    file = restricted(tmp_path, ABLE[able], NEVER_TRAINS)
    only = ["agrees_epoch_by_epoch", "exchanges_states", "learns", "moves_every_parameter"]
    assert not any(promise.kept for promise in check(file, only=only))


def test_a_promise_that_cannot_be_tried_is_a_skipped_test(tmp_path):
    class TestRestricted(BackendConformance):
        plugin = restricted(tmp_path, ABLE["float64"])

    TestRestricted().test_learns()
    with pytest.raises(unittest.SkipTest, match="not checked"):
        TestRestricted().test_float32_stays_close()


@pytest.mark.parametrize("case", [case for case in COMBINED if case.endswith("float64")])
def test_every_combination_is_learned_and_diverges_when_it_must(case):
    new = load(PLUGINS / "numpy_backend.py").new
    problem, wild = make(case), make_wild(case)
    trainer = new(problem, fresh(problem))
    for epoch in range(1, 61):
        trainer.run_epoch(orders_of(problem, epoch))
    ends = measure_all("numpy", trainer, problem)[:, 0]
    mean = np.repeat(problem.train.y.mean(axis=0, keepdims=True), len(problem.train.y), axis=0)
    assert (ends < 0.99 * measure_network(problem, problem.train, mean)[0]).all()
    assert not np.isfinite(through_host(new(wild, fresh(wild)), wild)[-1]).any()


def test_the_reference_diverges_where_a_backend_must():
    problem = make_wild(WILD[0])
    with np.errstate(all="ignore"):
        curve = step_by_step(Reference(problem, fresh(problem)), problem)
    assert not np.isfinite(curve[-1]).any()


@pytest.mark.parametrize("target", ["nothing_backend.py", str(PLUGINS / "numpy.py"), str(PLUGINS)])
def test_what_is_no_backend_is_refused(target):
    with pytest.raises(PluginError, match="is no backend"):
        load(target)


def test_an_unknown_name_is_told_which_there_are_whatever_the_folder(tmp_path):
    with pytest.raises(PluginError, match="unknown backend 'mine'; there are: "):
        load(tmp_path / "absent", "mine")


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
