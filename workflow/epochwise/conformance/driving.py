"""How the kit drives a backend: as a study does, and step by step; and how it compares."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from epochwise.arrays import Array
from epochwise.conformance.problems import COMBINED, EPOCHS, SEEDS, make
from epochwise.conformance.reference import SLIPS, Reference
from epochwise.errors import PluginError
from epochwise.training import host
from epochwise.training.contract import Problem, State, Trainer
from epochwise.training.metrics import columns_of
from epochwise.training.parameters import initial_state
from epochwise.training.randomness import BatchOrders
from epochwise.training.segment import Segment

TOLERANCE = {"float64": 1e-9, "float32": 1e-3}  # relative
SMALLEST = 1e-6  # what a relative difference is at least relative to


class BrokenPromiseError(AssertionError):
    """A promise is not kept; the sentence says what was seen and what to mend."""


class NotCheckedError(Exception):
    """A promise cannot be tried on a backend; the sentence says why."""


@dataclass(frozen=True)
class Backend:
    """The backend under test: the plugin file or folder that it comes from, and its trainer."""

    folder: Path
    name: str
    new: Callable[[Problem, State], Trainer]

    def start(self, problem: Problem, state: State) -> Trainer | None:
        """Start a trainer; None where it refuses the problem with a sentence."""
        try:
            return self.new(problem, state)
        except PluginError as refusal:
            if len(str(refusal).split()) < 5:
                raise BrokenPromiseError(
                    f"refuses with {str(refusal)!r}; say what it can do instead"
                ) from None
            return None


Started = tuple[str, Problem, Trainer]  # the case by its name, the problem, a trainer of it


def fresh(problem: Problem, seeds: tuple[int, ...] = SEEDS) -> State:
    """Give the state of untrained networks."""
    return initial_state(problem, seeds)


def orders_of(problem: Problem, epoch: int, seeds: tuple[int, ...] = SEEDS) -> list[Array]:
    """Give one epoch's batches, each (seeds, rows): copies, so that a write is seen, not refused."""
    hp, rows = problem.hyperparameters, len(problem.train.x)
    order = BatchOrders("every_epoch", rows, problem.layer_sizes, hp.activation)(seeds, epoch)
    return [order[:, i : i + hp.batch_size].copy() for i in range(0, rows, hp.batch_size)]


def through_host(
    trainer: Trainer,
    problem: Problem,
    start: int = 0,
    end: int = EPOCHS,
    seeds: tuple[int, ...] = SEEDS,
) -> Array:
    """Train as a study does; the losses (epochs, seeds, columns)."""
    segment = Segment(seeds, start, end, "every_epoch")
    return host.train(type(trainer).__name__, trainer, problem, segment, np.ones(len(seeds), bool))[
        0
    ]


def step_by_step(trainer: Trainer, problem: Problem, start: int = 0, end: int = EPOCHS) -> Array:
    """Train through `run_epoch` alone; the losses (epochs, seeds, columns)."""
    curve = [] if start else [host.measure_all(type(trainer).__name__, trainer, problem)]
    for epoch in range(start + 1, end + 1):
        trainer.run_epoch(orders_of(problem, epoch))
        curve.append(host.measure_all(type(trainer).__name__, trainer, problem))
    return np.array(curve)


@lru_cache
def reference_curve(case: str, slip: str = "") -> Array:
    """Train the reference on a case; the losses (epochs, seeds, columns)."""
    problem = make(case)
    with np.errstate(all="ignore"):
        return step_by_step(Reference(problem, fresh(problem), slip), problem)


def difference(got: Array, wanted: Array) -> float:
    """Give the largest relative difference between two arrays; infinite where one is no number."""
    if not np.isfinite(got).all():
        return float("inf")
    return float(np.max(np.abs(got - wanted) / np.maximum(np.abs(wanted), SMALLEST), initial=0.0))


def require_close(got: Array, wanted: Array, problem: Problem, hint: str, first: int = 0) -> None:
    """Hold one curve (epochs, seeds, columns) against another, and say where they part.

    The first row is that of epoch `first`.
    """
    tolerance = TOLERANCE[problem.hyperparameters.dtype]
    close = np.abs(got - wanted) <= tolerance * np.maximum(np.abs(wanted), SMALLEST)
    if not close.all():
        epoch, network, column = np.argwhere(~close)[0]
        raise BrokenPromiseError(
            f"{columns_of(problem)[column]} of network {network} after epoch {first + epoch} is "
            f"{got[epoch, network, column]:.12g} where {wanted[epoch, network, column]:.12g} "
            f"belongs; {hint}"
        )


def started(
    backend: Backend,
    cases: Iterable[str],
    build: Callable[[str], Problem] = make,
    why_not: str = "",
) -> Iterator[Started]:
    """Start every case that the backend does not refuse; where it refuses all, see `anything`."""
    some = False
    for case in cases:
        if one := _start(backend, case, build(case)):
            some = True
            yield one
    if not some:
        yield anything(backend, build, why_not)


def anything(
    backend: Backend, build: Callable[[str], Problem] = make, why_not: str = ""
) -> Started:
    """Start the first of all combinations that the backend does not refuse.

    Raises
    ------
    NotCheckedError
        Where it refuses all, and `why_not` says that it may.
    BrokenPromiseError
        Where it refuses all, and may not.
    """
    for case in COMBINED:
        if one := _start(backend, case, build(case)):
            return one
    if why_not:
        raise NotCheckedError(why_not)
    raise BrokenPromiseError("refuses every problem of the kit; it must train at least one")


def _start(backend: Backend, case: str, problem: Problem) -> Started | None:
    trainer = backend.start(problem, fresh(problem))
    return None if trainer is None else (case, problem, trainer)


def name_the_slip(case: str, curve: Array) -> str:
    """Say which known mistake gives this curve."""
    start, tolerance = reference_curve(case)[0], TOLERANCE[make(case).hyperparameters.dtype]
    if np.isfinite(curve).all() and np.array_equal(curve[-1], curve[0]):
        return "the networks are never trained; run_epoch must change the weights"
    if difference(curve[0], start) > tolerance:
        return "it differs before training; mend predict"
    for slip, sentence in SLIPS.items():
        if difference(curve, reference_curve(case, slip)) < tolerance:
            return sentence
    return "mend the gradient, the solver's step, or which rows each seed's batch takes"
