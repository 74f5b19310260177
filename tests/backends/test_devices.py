"""On a graphics card as on the CPU: the same curves, and the same bytes however a run is cut."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pytest

from devices import DEVICES, TOLERANCE, put, started
from epochwise.conformance import CHECKS, load
from epochwise.conformance.cases import small_problem
from epochwise.conformance.driving import Backend
from epochwise.plugins.registry import load_backend
from epochwise.training import host
from epochwise.training.parameters import initial_state
from epochwise.training.segment import Segment
from helpers import PLUGINS, require

from .test_every_backend import larger_problem

BACKENDS = ("torch", "jax")
SEEDS, EPOCHS = (42, 7), 700  # a whole stretch, and a short one
# in another process the kit trains on the CPU; tests/workflow/test_devices.py has processes on a card
CHECKED = [name for name in CHECKS if name != "another_process_agrees"]


def train(name, problem, state, seeds=SEEDS):
    trainer = started(load_backend(PLUGINS, name).value, problem, state)
    segment = Segment(seeds, 0, EPOCHS, "every_epoch")
    return host.train(name, trainer, problem, segment, np.ones(len(seeds), bool))[0]


@lru_cache
def curve_of_numpy(moved=0.0):
    """The reference's curve, from weights that are changed by a share, up or down."""
    problem = larger_problem()
    state = initial_state(problem, SEEDS)
    up_or_down = np.random.default_rng(0).choice([-1, 1], state["weights"].shape)
    return train("numpy", problem, state | {"weights": state["weights"] * (1 + moved * up_or_down)})


def test_the_tolerance_is_ten_times_what_roundings_do():
    problem = larger_problem()
    updates = EPOCHS * problem.iterations_per_epoch
    most_terms = max(problem.hyperparameters.batch_size, *problem.layer_sizes)
    roundings = updates * most_terms * np.finfo(float).eps / 2
    moved = curve_of_numpy(roundings)  # those of all updates, at once and at the start
    assert (moved != curve_of_numpy()).any()
    np.testing.assert_allclose(moved, curve_of_numpy(), rtol=TOLERANCE / 10)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", BACKENDS)
def test_a_long_curve_is_that_of_numpy(name, device):
    require(name)
    problem = put(larger_problem(), device)
    together = train(name, problem, initial_state(problem, SEEDS))
    np.testing.assert_allclose(together, curve_of_numpy(), rtol=TOLERANCE)
    for number, seed in enumerate(SEEDS):
        alone = train(name, problem, initial_state(problem, (seed,)), (seed,))
        np.testing.assert_allclose(together[:, [number]], alone, rtol=TOLERANCE)


@dataclass(frozen=True)
class OnDevice(Backend):
    """A backend that trains the kit's problems on a device."""

    device: str = "cpu"

    def settle(self, problem):
        return super().settle(put(problem, self.device))


@lru_cache
def on_device(name, device):
    backend = load(PLUGINS / f"{name}_backend.py")
    problem = put(small_problem(), device)
    started(backend.registered.value, problem, backend.fresh(problem))
    return OnDevice(backend.folder, backend.registered, device=device)


@pytest.mark.parametrize("check", CHECKED)
@pytest.mark.parametrize(
    ("name", "device"),
    [  # on the CPU test_every_backend.py makes all checks of jax, which take minutes
        pytest.param("torch", "cpu", marks=pytest.mark.long),
        *(pytest.param(name, "cuda", marks=pytest.mark.gpu) for name in BACKENDS),
    ],
)
def test_the_kit_finds_nothing(name, device, check):
    require(name)
    tried = CHECKS[check](on_device(name, device))
    assert tried.cases
    assert not tried.problem
