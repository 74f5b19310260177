"""How the kit drives a backend: as a study does, and step by step."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from epochwise import host
from epochwise.conformance.cases import EPOCHS, SEEDS, Case
from epochwise.conformance.choosing import Cases, choose, whole_array
from epochwise.contract import Array, Problem, State, Trainer
from epochwise.errors import PluginError
from epochwise.parameters import initial_state
from epochwise.randomness import BatchOrders


class FailedCheckError(AssertionError):
    """A check fails; the sentence says what was seen and what to mend.

    Parameters
    ----------
    seen : the sentence, or its first half.
    mend : finds out its second half, which may take a while: only when it is read.
    """

    def __init__(self, seen: str, mend: Callable[[], str] | None = None) -> None:
        super().__init__(seen)
        self.seen, self.mend = seen, mend

    def __str__(self) -> str:
        """Give the sentence."""
        return f"{self.seen}; {self.mend()}" if self.mend else self.seen


class NotCheckedError(Exception):
    """There is nothing to check on a backend; the sentence says why."""


@dataclass(frozen=True)
class Backend:
    """The backend under test.

    Parameters
    ----------
    folder : the plugin file or folder that it comes from.
    new : its trainer.
    refusals : what it said of the cases that it refused.
    """

    folder: Path
    name: str
    new: Callable[[Problem, State], Trainer]
    refusals: list[str] = field(default_factory=list)

    @property
    def cases(self) -> Cases:
        """What it is tried on, the plainest first.

        Raises
        ------
        FailedCheckError
            Where it refuses everything.
        """
        if not self._chosen:
            raise FailedCheckError("refuses every problem of the kit; it must train at least one")
        return self._chosen

    @cached_property
    def _chosen(self) -> Cases:
        cases = whole_array()
        return cases if all(map(self.accepts, cases)) else choose(self.accepts)

    def accepts(self, case: Case) -> bool:
        """Tell whether it takes a case; one that it crashes on counts, to be told of in a check."""
        problem = case.problem()
        try:
            self.new(problem, fresh(problem))
        except PluginError as refusal:
            self.refusals.append(str(refusal))
            return False
        except Exception:
            return True
        return True


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
    segment = host.Segment(seeds, start, end, "every_epoch")
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
