"""How the kit drives a backend: as a study does, and step by step."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from epochwise.arrays import Array
from epochwise.conformance.cases import EPOCHS, SEEDS, Case
from epochwise.conformance.choosing import Cases, choose, whole_array
from epochwise.errors import PluginError
from epochwise.plugins.honours import require_honoured
from epochwise.plugins.registry import Registered
from epochwise.study.schema import defaults
from epochwise.study.sweeps import effective
from epochwise.training import host
from epochwise.training.contract import Problem, State, Trainer
from epochwise.training.parameters import initial_state
from epochwise.training.randomness import BatchOrders
from epochwise.training.segment import Segment


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
    registered : what its plugin registered.
    refusals : what it said of the cases that it refused.
    """

    folder: Path
    registered: Registered
    refusals: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its name."""
        return self.registered.name

    def new(self, problem: Problem, state: State) -> Trainer:
        """Make a trainer, as a study does.

        Raises
        ------
        PluginError
            Where the backend has not said that it honours what is asked, or refuses it itself.
        """
        own = {name: rule["default"] for name, rule in self.registered.hyperparameters.items()}
        hp = replace(problem.hyperparameters, own=tuple(own.items()))
        problem = replace(problem, hyperparameters=hp)
        asked = {key: value for key, value in asdict(hp).items() if key != "own"}
        require_honoured(self.registered, effective(asked) | {"task": problem.task}, usual())
        trainer: Trainer = self.registered.resolve()(problem, state)
        return trainer

    @property
    def cases(self) -> Cases:
        """What it is tried on, the plainest first.

        Raises
        ------
        FailedCheckError
            Where it refuses everything.
        """
        if not self._chosen:
            first = next(iter(self.refusals), "")
            raise FailedCheckError(
                f"refuses every problem of the kit; it must train at least one. It says: {first}"
            )
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


@cache
def usual() -> dict[str, Any]:
    """Give the defaults of a study's hyperparameters."""
    return defaults("network") | defaults("training")


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
