"""The kit fails each of a collection of broken backends, and passes honest ones that do little."""

import unittest
from pathlib import Path

import pytest

from epochwise.conformance import CHECKS, BackendConformance, check, load, report
from epochwise.errors import PluginError
from helpers import PLUGINS

BROKEN = Path(__file__).parent / "broken_backends"

FAILS = {  # a check that each of them must fail, and words of the advice
    "adds_noise": ("another_process_agrees", "draw nothing yourself"),
    "averages_large_batches": ("agrees_epoch_by_epoch", "just those with one batch of 16"),
    "averages_over_outputs": ("agrees_epoch_by_epoch", "divided by the number of outputs"),
    "averages_over_seeds": ("agrees_in_stretches", "run_epochs"),
    "bends_a_linear_model": ("starts_from_the_weights", "with no hidden layer"),
    "centres_by_all_rows": ("trains_on_its_rows_alone", "train on problem.train alone"),
    "changes_the_folder": ("leaves_the_process_alone", "use whole paths"),
    "computes_in_float32": ("agrees_epoch_by_epoch", "rounding to float32"),
    "computes_in_float64": ("float32_stays_close", "keep the problem's dtype"),
    "counts_for_all_seeds": ("seeds_are_independent", "counted once for all"),
    "counts_iterations": ("agrees_epoch_by_epoch", "it must count training rows"),
    "counts_its_own_epochs": ("resuming_changes_nothing", "with invscaling sgd"),
    "crashes_on_the_unknown": ("refuses_with_a_sentence", "the honours that it registers"),
    "divides_late": ("agrees_epoch_by_epoch", "divided an epoch late"),
    "drops_a_small_epsilon": ("agrees_epoch_by_epoch", "epsilon is missing"),
    "drops_outputs": ("starts_from_the_weights", "(2, 16, 1)"),
    "drops_the_short_batch": ("agrees_epoch_by_epoch", "shorter batch is dropped"),
    "epsilon_inside": ("agrees_epoch_by_epoch", "bias correction"),
    "errs_in_deep_networks": (
        "agrees_epoch_by_epoch",
        "all but those with one hidden layer or no hidden",
    ),
    "errs_in_the_last_class": ("agrees_epoch_by_epoch", "with 3 classes or 5 classes"),
    "exits": ("gives_outputs", "raise epochwise.api.PluginError"),
    "forgets_a_slope": ("agrees_epoch_by_epoch", "with a hidden layer of one unit"),
    "forgets_between_stretches": ("agrees_in_stretches", "run_epochs must do as run_epoch"),
    "forgets_its_moments": ("resuming_changes_nothing", "all that the solver keeps"),
    "forgets_its_patience": ("keeps_the_same_state", "counts the epochs in a row"),
    "forgets_nesterov": ("agrees_epoch_by_epoch", "nesterovs_momentum is not looked at"),
    "forgets_the_half": ("agrees_epoch_by_epoch", "half the squared error"),
    "freezes_a_bias": ("moves_every_parameter", "parameter 25"),
    "gives_away_its_arrays": ("leaves_its_inputs_alone", "give copies"),
    "gives_lists": ("gives_outputs", "gave a list; it must give a plain NumPy array of float64"),
    "gives_masked_arrays": ("gives_outputs", "gave a MaskedArray"),
    "gives_nan": ("agrees_epoch_by_epoch", "nan"),
    "gives_whole_numbers": ("gives_outputs", "gave an array of int64"),
    "ignores_a_batch": ("agrees_epoch_by_epoch", "first batch of each epoch is ignored"),
    "keeps_its_own_order": ("agrees_epoch_by_epoch", "which rows"),
    "keeps_the_first_best": ("keeps_the_same_state", "the least objective of an epoch"),
    "keeps_what_no_file_holds": ("gives_outputs", "state()['history'] is a list"),
    "leaves_a_thread": ("leaves_the_process_alone", "the thread 'watcher'"),
    "lies_in_stretches": ("agrees_in_stretches", "one of the two is wrong"),
    "misplaces_deep_biases": ("agrees_epoch_by_epoch", "with three hidden layers"),
    "mixes_seeds": ("seeds_are_independent", "axis 0"),
    "never_trains": ("learns", "the mean alone reaches"),
    "penalises_biases": ("agrees_epoch_by_epoch", "weights only"),
    "penalises_by_batch_size": ("agrees_epoch_by_epoch", "with batches of 6+6+4 or batches of 5+5"),
    "penalty_not_over_rows": ("agrees_epoch_by_epoch", "alpha * W / rows"),
    "refuses_everything": ("agrees_epoch_by_epoch", "refuses every problem"),
    "resumes_in_float64": ("resuming_changes_nothing", "it must give {"),
    "rounds_its_state": ("resuming_changes_nothing", "state()"),
    "rounds_its_velocity": ("agrees_epoch_by_epoch", "rounding to float32"),
    "sets_how_errors_are_treated": ("leaves_the_process_alone", "with np.errstate"),
    "shares_a_rate": ("seeds_are_independent", "axis 0"),
    "skips_a_single_row": ("agrees_epoch_by_epoch", "just those with batches of 5+5+5+1"),
    "speaks_in_lines": ("learns", "shapes do not match: (3, 8) (8, 3)"),
    "stops_by_validation": ("trains_on_its_rows_alone", "weights is another after training"),
    "stores_its_order": ("agrees_epoch_by_epoch", "as they are stored"),
    "swaps_partitions": ("agrees_in_stretches", "run_epochs"),
    "takes_one_scale_for_all": ("agrees_in_stretches", "and with standardised targets"),
    "watches_no_penalty": ("keeps_the_same_state", "alpha / 2 * sum(W**2) / rows of the batch"),
    "watches_the_sum": ("keeps_the_same_state", "averaged over rows and targets"),
    "weighs_batches_alike": ("keeps_the_same_state", "weighted by its rows"),
    "writes_into_batches": ("leaves_its_inputs_alone", "copy first"),
    "writes_into_data": ("leaves_its_inputs_alone", "copy first"),
}


def test_every_broken_backend_is_tried():
    assert {path.stem.removesuffix("_backend") for path in BROKEN.glob("*.py")} == set(FAILS)


@pytest.mark.parametrize("name", FAILS)
def test_the_kit_fails_a_broken_backend_and_says_what_to_mend(name):
    failing, advice = FAILS[name]
    (outcome,) = check(BROKEN / f"{name}_backend.py", only=[failing])
    assert outcome.failed
    assert not outcome.passed
    assert advice in outcome.problem


@pytest.mark.parametrize("failing", ["learns", "moves_every_parameter"])
def test_a_backend_that_never_trains_is_told_what_to_mend(failing):
    (outcome,) = check(BROKEN, "never_trains", only=[failing])
    assert "; " in outcome.problem
    assert "gradient" in outcome.problem


def test_a_report_has_a_line_per_check():
    checks = check(BROKEN, "speaks_in_lines")
    lines = report(checks).splitlines()
    assert len(lines) == len(CHECKS) + 1
    assert sum(line.startswith("FAILED") for line in lines) == sum(one.failed for one in checks)
    assert lines[-1] == f"{sum(one.passed for one in checks)} of {len(CHECKS)} checks passed"


def test_a_line_says_how_much_was_tried(tmp_path):
    only = ["agrees_epoch_by_epoch"]
    (whole,) = check(PLUGINS, "numpy", only)
    assert whole.tried == whole.of > 50
    (part,) = check(restricted(tmp_path, ABLE["little"]), only=only)
    assert 20 < part.tried < part.of == whole.of
    assert f"({part.tried} of {part.of} tried)" in str(part)


RESTRICTED = """
from pathlib import Path
from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path({plugins!r}), "numpy").value

@hookimpl
def register_backends(register):
    register("restricted", Restricted, honours=DEFINITION | {able!r})

class Restricted(NumpyTrainer):
    pass
"""
NEVER_TRAINS = """
    def run_epoch(self, batches):
        self.kept["iteration"] = self.kept["iteration"] + len(batches)
"""
ABLE = {
    "tanh with adam": {"activation": ["tanh"], "solver": ["adam"]},
    "several classes": {"task": ["multiclass"]},
    "sgd": {"solver": ["sgd"]},
    "little": {"task": ["multiclass"], "activation": ["identity"], "solver": ["adam"]},
    "one schedule": {"task": ["binary"], "solver": ["sgd"], "learning_rate": ["invscaling"]},
    "float64": {"dtype": ["float64"]},
    "float32": {"dtype": ["float32"], "task": ["binary"]},
}


def restricted(folder, able, more=""):
    """Write the numpy backend, able to do only some of what it can."""
    file = folder / "restricted_backend.py"
    file.write_text(RESTRICTED.format(plugins=str(PLUGINS), able=able) + more, encoding="utf-8")
    return file


FEW = ("several classes", "little", "float64")  # the others are more of the same


@pytest.mark.parametrize(
    "able",
    [*FEW, *(pytest.param(name, marks=pytest.mark.long) for name in ABLE if name not in FEW)],
)
def test_an_honest_backend_that_can_do_little_passes(able, tmp_path):
    only = [name for name in CHECKS if name != "another_process_agrees"]  # slow, and no other here
    checks = check(restricted(tmp_path, ABLE[able]), only=only)
    assert not any(one.failed for one in checks), report(checks)
    unchecked = [one.name for one in checks if one.unchecked]
    assert unchecked == (["float32_stays_close"] if able == "float64" else [])


def test_what_is_not_checked_is_not_counted_as_passed(tmp_path):
    checks = check(restricted(tmp_path, ABLE["float64"]), only=["float32_stays_close", "learns"])
    line, _, last = report(checks).splitlines()
    assert line.endswith("not checked, it refuses float32 in every problem")
    assert last == "1 of 2 checks passed, 1 not checked"


@pytest.mark.parametrize("able", ["little", "one schedule", "float32"])
def test_a_backend_that_can_do_little_is_trained_all_the_same(able, tmp_path):
    file = restricted(tmp_path, ABLE[able], NEVER_TRAINS)
    only = ["exchanges_states", "learns", "moves_every_parameter"]
    assert all(one.failed for one in check(file, only=only))


ODD = """
    def __init__(self, problem, state):
        deep = len(problem.layer_sizes) > 3
        if deep and problem.hyperparameters.solver == "sgd":
            raise PluginError("backend 'restricted' trains deep networks with adam alone.")
        super().__init__(problem, state)

from epochwise.errors import PluginError
"""


def test_settings_that_are_refused_together_alone_leave_the_others(tmp_path):
    cases = load(restricted(tmp_path, {}, ODD)).cases
    assert not [case for case in cases if "two" in case.layers and "sgd" in case.solver]
    assert [case for case in cases if "two" in case.layers]
    assert [case for case in cases if "sgd" in case.solver]


def test_a_refusal_of_few_words_fails(tmp_path):
    curt = ODD.replace("trains deep networks with adam alone", "cannot")
    (outcome,) = check(restricted(tmp_path, {}, curt), only=["refuses_with_a_sentence"])
    assert "say what it can do instead" in outcome.problem


def test_what_cannot_be_checked_is_a_skipped_test(tmp_path):
    class TestRestricted(BackendConformance):
        plugin = restricted(tmp_path, ABLE["float64"])

    TestRestricted().test_learns()
    with pytest.raises(unittest.SkipTest, match="not checked"):
        TestRestricted().test_float32_stays_close()


@pytest.mark.parametrize("target", ["nothing_backend.py", str(PLUGINS / "numpy.py"), str(PLUGINS)])
def test_what_is_no_backend_is_refused(target):
    with pytest.raises(PluginError, match="is no backend"):
        load(target)


def test_an_unknown_name_is_told_which_there_are_whatever_the_folder(tmp_path):
    with pytest.raises(PluginError, match="unknown backend 'mine'; there are: "):
        load(tmp_path / "absent", "mine")
