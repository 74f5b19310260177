"""Every plugin passes every check, gives the same curves, and goes on from each other's states."""

import json
import subprocess
import sys
from dataclasses import asdict
from functools import lru_cache

import numpy as np
import pytest

from epochwise.conformance import CHECKS, BackendConformance
from epochwise.conformance.cases import Case, small_problem
from epochwise.data.standardise import Scaler
from epochwise.errors import PluginError
from epochwise.plugins.registry import load_backend
from epochwise.training import host, states
from epochwise.training.contract import Partition, Problem
from epochwise.training.defaults import hyperparameters
from epochwise.training.parameters import initial_state
from epochwise.training.segment import Segment
from helpers import PLUGINS, load, require

pytestmark = pytest.mark.versions

MODULES = {
    "numpy": "numpy",
    "sklearn": "sklearn",
    "torch": "torch",
    "jax": "jax",
    "tensorflow": "tensorflow",
}
BACKENDS = tuple(MODULES)
WITH_DEVICES = ("torch", "jax", "tensorflow")


class Installed(BackendConformance):
    """The kit, on a backend whose framework is here."""

    @pytest.fixture(autouse=True)
    def _installed(self):
        require(MODULES[self.plugin.stem.removesuffix("_backend")])


class TestNumpy(Installed):
    plugin = PLUGINS / "numpy_backend.py"


class TestSklearn(Installed):
    plugin = PLUGINS / "sklearn_backend.py"


class TestTorch(Installed):
    plugin = PLUGINS / "torch_backend.py"


class TestJax(Installed):
    plugin = PLUGINS / "jax_backend.py"


class TestTensorflow(Installed):
    plugin = PLUGINS / "tensorflow_backend.py"


def trainer_of(name):
    require(MODULES[name])
    return load_backend(PLUGINS, name).value


def test_the_kit_has_a_test_for_each_check():
    assert {name for name in vars(TestNumpy.__base__) if name.startswith("test_")} == {
        f"test_{name}" for name in CHECKS
    }


def test_every_plugin_of_the_folder_is_tested():
    assert {path.stem.removesuffix("_backend") for path in PLUGINS.glob("*_backend.py")} == set(
        BACKENDS
    )


PAIRED = (Case("2 classes", activation="tanh", solver="adaptive sgd"), Case())  # much and little
HALF, WHOLE, SEEDS = 4, 8, (2, 5)


def train_on(case, name, state, start, end):
    problem = case.problem()
    trainer = trainer_of(name)(problem, state)
    segment = Segment(SEEDS, start, end, "every_epoch")
    curve, _ = host.train(name, trainer, problem, segment, np.ones(len(SEEDS), bool))
    return curve, trainer.state()


@lru_cache
def first_half(case, name):
    return train_on(case, name, initial_state(case.problem(), SEEDS), 0, HALF)[1]


@lru_cache
def unbroken(case):
    return train_on(case, "numpy", initial_state(case.problem(), SEEDS), 0, WHOLE)[0]


@pytest.mark.parametrize("case", PAIRED, ids=str)
@pytest.mark.parametrize("second", BACKENDS)
@pytest.mark.parametrize("first", BACKENDS)
def test_any_backend_goes_on_from_what_any_other_left(first, second, case, tmp_path):
    states.save(tmp_path / "state.npz", first_half(case, first))
    curve, _ = train_on(case, second, states.load(tmp_path / "state.npz"), HALF, WHOLE)
    np.testing.assert_allclose(curve, unbroken(case)[HALF + 1 :], rtol=1e-10)


def larger_problem(dtype="float64"):
    """Give 90 rows of a bent function, two short last batches away from the kit's sizes."""
    rng = np.random.RandomState(1)
    x = rng.normal(size=(120, 6))
    target = (x[:, :1] * x[:, 1:2] + np.sin(x[:, 2:3])) * 40 + 100
    parts = {"train": slice(0, 90), "validation": slice(90, 120)}
    return Problem(
        "regression",
        {
            name: Partition(x[rows].astype(dtype), target[rows].astype(dtype), target[rows])
            for name, rows in parts.items()
        },
        hyperparameters(hidden_layer_sizes=(32,), batch_size=40, dtype=dtype),
    )


@lru_cache
def curve_of(name, shuffle):
    problem, seeds = larger_problem(), (42, 7)
    trainer = trainer_of(name)(problem, initial_state(problem, seeds))
    segment = Segment(seeds, 0, 700, shuffle)  # a whole stretch, and a short one
    return host.train(name, trainer, problem, segment, np.ones(2, bool))[0]


@pytest.mark.parametrize("shuffle", ["scikit_learn", "every_epoch"])
@pytest.mark.parametrize(("name", "tolerance"), [("sklearn", 0), ("jax", 1e-12), ("torch", 1e-9)])
def test_a_backend_gives_the_curve_of_numpy(name, tolerance, shuffle):
    np.testing.assert_allclose(
        curve_of(name, shuffle), curve_of("numpy", shuffle), rtol=tolerance, atol=0
    )


def test_tensorflow_gives_the_curve_of_numpy():
    wanted = curve_of("numpy", "every_epoch")
    np.testing.assert_allclose(curve_of("tensorflow", "every_epoch"), wanted, rtol=1e-9, atol=0)


def train_and_measure(trainer, problem):
    """Do all that a job does after it has made its trainer."""
    segment = Segment(SEEDS, 0, 600, "every_epoch")  # a whole stretch, and a short one
    host.train("it", trainer, problem, segment, np.ones(len(SEEDS), bool))
    trainer.state()


@pytest.mark.parametrize("task", ["regression", "multiclass"])
def test_jax_compiles_nothing_after_its_start(task):
    monitoring = load("jax").monitoring
    compiled = []
    problem = small_problem(task, hidden_layer_sizes=(17,))  # which no other test compiles
    monitoring.register_event_duration_secs_listener(
        lambda event, seconds, **_: compiled.append(event) if "backend_compile" in event else None
    )
    trainer = trainer_of("jax")(problem, initial_state(problem, SEEDS))
    assert compiled, "jax no longer tells of its compilations under this name"
    compiled.clear()
    train_and_measure(trainer, problem)
    assert compiled == []


def test_tensorflow_traces_nothing_after_its_start():
    problem = small_problem(hidden_layer_sizes=(17,))  # which no other test traces
    trainer = trainer_of("tensorflow")(problem, initial_state(problem, SEEDS))
    functions = trainer.run, trainer.forward
    assert [one.experimental_get_tracing_count() for one in functions] == [1, 1]
    train_and_measure(trainer, problem)
    assert [one.experimental_get_tracing_count() for one in functions] == [1, 1]


@pytest.mark.parametrize("name", WITH_DEVICES)
def test_a_missing_gpu_is_refused_before_training(name):
    trainer = trainer_of(name)
    problem = small_problem(device="cuda")
    try:
        trained = trainer(problem, initial_state(problem, SEEDS))
    except PluginError as refusal:
        assert name in str(refusal)  # noqa: PT017 # with a GPU there is no refusal
        assert "device: cpu" in str(refusal)  # noqa: PT017 # as above
    else:
        assert np.isfinite(trained.predict(problem.train.x)).all()


ONE_JOB = """
import json, sys
from pathlib import Path
from epochwise.training import training_job
from epochwise.training.segment import Segment
arrays, scaler, plugins, backend, values, *others = sys.argv[1:]
with open("log", "w") as log:
    segment = Segment([0], 0, 2, "never")
    training_job.run(
        [training_job.Cell(arrays, scaler, json.loads(values), segment, "one job", "one")],
        state=None,
        plugins=Path(plugins),
        backend=backend,
        threads=1,
        batches={"dataset": "small", "where": "small.yaml", "asked": []},
        made_from="",
        epoch_timeout=None,
        log=log,
        shared=Path("progress"),
        outputs={name: name for name in ("losses", "state", "timings")},
    )
print(sorted({name.split(".")[0] for name in sys.modules} & set(others)))
"""


@pytest.mark.parametrize("name", BACKENDS)
def test_one_job_imports_no_other_framework_and_writes_its_times(name, tmp_path):
    require(MODULES[name])
    others = {*MODULES.values(), "keras", "pandas", "matplotlib"} - {"numpy", MODULES[name]}
    problem = small_problem()
    parts = problem.partitions.items()
    arrays = {f"{p}_{k}": v for p, one in parts for k, v in vars(one).items()}
    states.save(tmp_path / "arrays.npz", arrays)
    Scaler("regression", [], {p: len(one.x) for p, one in parts}).save(tmp_path / "scaler.json")
    values = asdict(problem.hyperparameters)
    del values["own"]
    command = [sys.executable, "-c", ONE_JOB, "arrays.npz", "scaler.json", str(PLUGINS), name]
    command.append(json.dumps(values))
    done = subprocess.run(
        [*command, *sorted(others)], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[-2] == "[]"
    times = json.loads((tmp_path / "timings").read_text(encoding="utf-8"))
    assert times.keys() == {"start_up_seconds", "training_seconds", "epochs_trained"}
    assert min(times.values()) > 0
    assert times["epochs_trained"] == 2


def test_importing_a_plugin_imports_no_framework():
    code = (
        "import sys; from pathlib import Path; from epochwise.plugins.registry import load_all;"
        "load_all(Path(sys.argv[1]), 'backends'); print(sorted(set(sys.argv[2:]) & {*sys.modules}))"
    )
    others = sorted(set(MODULES.values()) - {"numpy"} | {"pandas", "scipy", "matplotlib"})
    done = subprocess.run(
        [sys.executable, "-c", code, str(PLUGINS), *others],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
