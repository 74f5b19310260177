"""What a backend may not do to what it is given, and what it must give back."""

from pathlib import Path

import numpy as np
import pytest

from epochwise.errors import PluginError
from epochwise.plugins.registry import Registered, load_backend
from epochwise.training import handing_over, returned
from epochwise.training.contract import Partition, Problem
from epochwise.training.defaults import hyperparameters
from epochwise.training.parameters import initial_state
from epochwise.training.segment import Segment
from helpers import PLUGINS

NumpyTrainer = load_backend(PLUGINS, "numpy").value
SEGMENT = Segment([3, 5], 0, 4, "every_epoch")
BACKEND = """
from pathlib import Path

import numpy as np

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path({plugins!r}), "numpy").value


@hookimpl
def register_backends(register):
    register("spoiled", {registers}, honours=DEFINITION)


class Spoiled(NumpyTrainer):
    {does}
"""


@pytest.fixture
def spoiled(job, tmp_path):
    """Run a job with a backend that is NumPy's but for what is given."""

    def run(does, registers="Spoiled", segment=SEGMENT, state=None):
        folder = tmp_path / "own"
        folder.mkdir(exist_ok=True)
        text = BACKEND.format(plugins=str(PLUGINS), does=does, registers=registers)
        (folder / "spoiled_backend.py").write_text(text, encoding="utf-8")
        load_backend.__globals__["_import_file"].cache_clear()
        return job(segment, state, plugins=folder, backend="spoiled")

    return run


WRITES = {
    "features": "self.problem.train.x[0] = 0.0",
    "targets": "self.problem.train.y *= 2",
    "a batch": "batches[0].sort()",
    "the state it started from": "self.given['weights'][:] = 0",
    "the scale of the target": "np.add(self.problem.target_scale, 1, out=self.problem.target_scale)",
}


@pytest.mark.parametrize("what", WRITES)
def test_a_backend_that_writes_into_what_it_is_given_is_told_where(spoiled, what):
    does = f"""
    def __init__(self, problem, state):
        super().__init__(problem, state)
        self.given = state

    def run_epoch(self, batches):
        {WRITES[what]}
        super().run_epoch(batches)
"""
    with pytest.raises(PluginError) as told:
        spoiled(does)
    assert str(told.value).startswith("backend 'spoiled': ")
    assert f"spoiled_backend.py, line 24 ({WRITES[what]}) writes into an array" in str(told.value)
    assert "copy first" in str(told.value)


def test_other_mistakes_of_a_backend_keep_their_tracebacks(spoiled):
    with pytest.raises(ZeroDivisionError):
        spoiled("def run_epoch(self, batches):\n        1 / 0")


def test_a_state_that_is_given_is_neither_copied_nor_changed():
    problem = small()
    state = initial_state(problem, [1])
    seen = {}

    class Looks(NumpyTrainer):
        def __init__(self, problem, state):
            seen.update(state)
            super().__init__(problem, state)

    handing_over.start(Registered("looks", Looks, "here"), problem, state)
    assert all(np.shares_memory(seen[name], state[name]) for name in state)
    assert all(array.flags.writeable for array in state.values())
    assert not any(array.flags.writeable for array in seen.values())


class Measures(NumpyTrainer):
    def run_epochs(self, orders):
        return NotImplemented


@pytest.mark.parametrize("kind", [NumpyTrainer, Measures])
def test_who_measures_nothing_sees_no_target_but_of_training(kind):
    problem = small()
    trainer = handing_over.start(
        Registered("it", kind, "here"), problem, initial_state(problem, [1])
    )
    train, validation = trainer.problem.train, trainer.problem.partitions["validation"]
    whole = problem.partitions["validation"]
    assert train is problem.train
    assert validation.x is whole.x
    sees = kind is Measures
    for name in ("y", "target"):
        got, wanted = getattr(validation, name), getattr(whole, name)
        assert (got.shape, got.dtype) == (wanted.shape, wanted.dtype)
        assert np.isnan(got).all() != sees


def test_a_loop_that_is_found_only_when_it_is_made_is_refused(spoiled):
    does = "def run_epochs(self, orders):\n        return None"
    with pytest.raises(PluginError, match="register the class itself, which then gets the targets"):
        spoiled(does, "lambda problem, state: Spoiled(problem, state)")


def small(dtype="float64"):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8, 2)).astype(dtype)
    parts = {"train": slice(5), "validation": slice(5, 8)}
    hp = hyperparameters(hidden_layer_sizes=(3,), batch_size=5, dtype=dtype)
    return Problem(
        "regression", {n: Partition(x[s], x[s, :1], x[s, :1] + 0.0) for n, s in parts.items()}, hp
    )


class Gives:
    def __init__(self, given):
        self.given = given

    def predict(self, x):
        return self.given

    def state(self):
        return self.given


OUTPUTS = {
    "a list": (np.zeros((1, 5, 1)).tolist(), "gave a list; "),
    "whole numbers": (np.zeros((1, 5, 1), int), "gave an array of int64; "),
    "text": (np.full((1, 5, 1), "0.5"), "gave an array of <U3; "),
    "a masked array": (np.ma.zeros((1, 5, 1)), "gave a MaskedArray; "),
    "truth values": (np.zeros((1, 5, 1), bool), "gave an array of bool; "),
    "half the precision": (np.zeros((1, 5, 1), "float32"), "gave an array of float32; "),
    "complex numbers": (np.zeros((1, 5, 1), complex), "gave an array of complex128; "),
    "two axes": (np.zeros((5, 1)), r"shape \(5, 1\); it must be"),
}


@pytest.mark.parametrize("what", OUTPUTS)
def test_outputs_are_plain_arrays_of_the_studys_dtype(what):
    given, sentence = OUTPUTS[what]
    with pytest.raises(PluginError, match=f"backend 'it': predict .*{sentence}"):
        returned.predict("it", Gives(given), small().train)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_outputs_of_the_right_kind_pass_as_they_are(dtype):
    given = np.full((2, 5, 1), np.nan, dtype)
    assert returned.predict("it", Gives(given), small(dtype).train) is given


@pytest.mark.parametrize(
    "losses",
    [[[[1.0, 2.0]]], np.ones((1, 1, 2), "float32"), np.ones((1, 1, 2), int), np.ma.ones((1, 1, 2))],
)
def test_losses_of_a_compiled_loop_are_float64(losses):
    with pytest.raises(PluginError, match=r"run_epochs gave an? .*; it must give .*of float64"):
        returned.require_losses("it", losses, (1, 1, 2))
    returned.require_losses("it", np.ones((1, 1, 2)), (1, 1, 2))


STATES = {
    "no dictionary": (None, "gave a NoneType; it must give a dictionary"),
    "a list": ({"history": [1, 2]}, r"state\(\)\['history'\] is a list; it must be a plain"),
    "a number of Python's": ({"best": 0.5}, r"\['best'\] is a float"),
    "a masked array": ({"best": np.ma.zeros(2)}, r"\['best'\] is a MaskedArray"),
    "objects": ({"best": np.array([None])}, "of Python objects, which only pickle could save"),
    "dates": ({"when": np.array(["2020-01-01"], "M8[D]")}, r"an array of datetime64\[D\]; keep"),
    "records": ({"pair": np.zeros(1, "f8,i4")}, "an array of .*; keep numbers"),
    "bytes": ({"raw": np.array([b"x"])}, r"an array of \|S1; keep"),
    "a name that is no text": ({1: np.zeros(1)}, "has the name 1; a name is a text"),
    "a name with a line break": ({"a\nb": np.zeros(1)}, "has the name"),
    "no name": ({"": np.zeros(1)}, "has the name ''"),
    "the host's name": ({"going": np.zeros(1, bool)}, "has the name 'going'; .*choose another"),
    "NumPy's name": ({"file": np.zeros(1)}, "has the name 'file'"),
    "another shape": (
        {"weights": np.zeros((2, 13))},
        r"\['weights'\] is float64 of shape \(2, 13\)",
    ),
    "another type": ({"weights": np.zeros((1, 13), "float32")}, "is float32 .* given as float64"),
    "a missing part": ({"weights": ...}, "lacks weights"),
}


@pytest.mark.parametrize("what", STATES)
def test_a_state_is_of_plain_named_arrays(what):
    wrong, sentence = STATES[what]
    fresh = initial_state(small(), [1])
    given = wrong and {k: v for k, v in (fresh | wrong).items() if v is not ...}
    with pytest.raises(PluginError, match=f"backend 'it': .*{sentence}"):
        returned.state("it", Gives(given), fresh)


def test_a_state_may_hold_more_and_count_in_any_width(tmp_path):
    fresh = initial_state(small(), [1])
    more = {"layer/1": np.zeros(2, bool), "words": np.array("{}"), "z": np.ones(1, complex)}
    given = fresh | more | {"iteration": np.int32(7)}
    assert returned.state("it", Gives(given), fresh) == given


KEEPS_THE_PAST = """
    def __init__(self, problem, state):
        super().__init__(problem, state)
        self.passed = {start}

    def run_epoch(self, batches):
        {body}
        self.passed += 1

    def state(self):
        return super().state() | {state}
"""
FORGETS = {
    "what it adds to outputs": KEEPS_THE_PAST.format(
        start="0", body="super().run_epoch(batches)", state="{}"
    )
    + "\n    def predict(self, x):\n        return super().predict(x) + 1e-9 * self.passed\n",
    "its pace": KEEPS_THE_PAST.format(
        start="0",
        body="iteration = self.kept['iteration']\n"
        "        for _ in range(1 + (self.passed > 2)):\n"
        "            self.kept['iteration'] = iteration\n"
        "            super().run_epoch(batches)",
        state="{}",
    ),
    "the last bits": "def state(self):\n        kept = super().state()\n"
    "        return kept | {'weights': kept['weights'].astype('float32').astype('float64')}",
}


@pytest.mark.parametrize("what", FORGETS)
def test_a_state_that_does_not_hold_all_is_told_at_the_first_segments_end(spoiled, what):
    with pytest.raises(PluginError, match=r"'spoiled': .*at epoch 4 predicts otherwise"):
        spoiled(FORGETS[what])


def test_a_state_that_holds_all_passes_and_a_later_segment_is_not_looked_at(spoiled):
    kept = KEEPS_THE_PAST.format(
        start="int(state.get('passed', 0))",
        body="super().run_epoch(batches)",
        state="{'passed': np.array(self.passed)}",
    ) + ("\n    def predict(self, x):\n        return super().predict(x) + 1e-9 * self.passed\n")
    first = spoiled(kept)
    made = Path(first["state"]).with_suffix(".made")
    noted = f"with open({str(made)!r}, 'a') as file:\n            file.write('.')\n"
    counts = kept.replace("self.passed = int", f"{noted}        self.passed = int")
    spoiled(counts, segment=Segment([3, 5], 4, 6, "every_epoch"), state=first["state"])
    assert made.read_text() == "."


def test_the_host_measures_whatever_a_backend_has_numpy_do_about_errors(spoiled):
    with np.errstate():
        spoiled("""
    def run_epoch(self, batches):
        with np.errstate(all="warn"):
            super().run_epoch(batches)
        np.seterr(all="raise")

    def predict(self, x):
        return super().predict(x) * 1e-200
""")


def test_a_job_writes_where_it_was_told_though_its_backend_goes_elsewhere(
    spoiled, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    files = spoiled(
        "def run_epoch(self, batches):\n        super().run_epoch(batches)\n"
        f"        __import__('os').chdir({str(tmp_path / 'elsewhere')!r})"
    )
    assert all(Path(path).is_file() for path in files.values())
    assert not list((tmp_path / "elsewhere").iterdir())
