"""How the kit drives a backend: as a study does, and step by step."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from epochwise.arrays import Array
from epochwise.conformance.cases import EPOCHS, FACTORS, SEEDS, Case
from epochwise.conformance.choosing import Cases, choose, whole_array
from epochwise.errors import PluginError
from epochwise.plugins.honours import require_honoured
from epochwise.plugins.registry import Registered
from epochwise.study.schema import choices, defaults
from epochwise.study.sweeps import effective
from epochwise.training import host
from epochwise.training.contract import Hyperparameters, Problem, State, Trainer
from epochwise.training.defaults import hyperparameters
from epochwise.training.handing_over import start
from epochwise.training.parameters import initial_state, own_start
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
        problem = self.settle(problem)
        asked = effective(self._as_in_a_study(problem)) | {"task": problem.task}
        require_honoured(self.registered, asked, usual(), choices())
        return start(self.registered, problem, state)

    def settle(self, problem: Problem) -> Problem:
        """Give a problem its own hyperparameters and, if it is of its own mathematics, what it honours."""
        own = {name: rule["default"] for name, rule in self.registered.hyperparameters.items()}
        hp = replace(problem.hyperparameters, own=tuple(own.items()))
        if not self.registered.definition:
            hp = replace(hp, **self._instead)
        return replace(problem, hyperparameters=hp)

    def _as_in_a_study(self, problem: Problem) -> dict[str, Any]:
        """Write hyperparameters as a study does; a batch of all rows by the word for it that it honours."""
        asked = {k: v for k, v in asdict(problem.hyperparameters).items() if k != "own"}
        asked["hidden_layer_sizes"] = list(asked["hidden_layer_sizes"])
        able = self.registered.honours.get("batch_size", "auto")
        listed = [able] if isinstance(able, str) else [] if able is ... else able
        words = [one for one in listed if one in ("full", "auto")]
        if words and problem.iterations_per_epoch == 1:
            asked["batch_size"] = words[0]
        return asked

    @cached_property
    def _instead(self) -> dict[str, Any]:
        """What a backend of its own mathematics is given for what it does not honour: the defaults."""
        plain, honours = hyperparameters(), self.registered.honours
        missing = [
            f.name for f in fields(Hyperparameters) if f.name not in (*honours, "own", "batch_size")
        ]
        first = {
            key: able if isinstance(able, str) else next(iter(able))
            for key, able in honours.items()
            if key in ("solver", "learning_rate") and able is not ...
        }
        return {name: getattr(plain, name) for name in missing} | first

    def takes(self, case: Case) -> bool:
        """Tell whether a case differs from the plainest only in what it honours."""
        asked: Mapping[str, Any] = self._instead
        return self.registered.definition or not any(
            level != next(iter(levels))
            and any(key in asked for one in levels.values() for key in one)
            for level, (name, levels) in zip(case, FACTORS.items(), strict=True)
            if name != "batches"
        )

    def fresh(self, problem: Problem, seeds: tuple[int, ...] = SEEDS) -> State:
        """Give what a study would start from."""
        return fresh(problem, seeds) if self.registered.definition else own_start(seeds)

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

    @np.errstate()  # what a backend sets in it is of this trial alone
    def accepts(self, case: Case) -> bool:
        """Tell whether it takes a case; one that it crashes on counts, to be told of in a check."""
        if not self.takes(case):
            return False
        problem = case.problem()
        try:
            self.new(problem, self.fresh(problem))
        except PluginError as refusal:
            self.refusals.append(str(refusal))
            return False
        except (Exception, SystemExit):
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
