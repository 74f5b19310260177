"""Write a trainer for one seed; this lifts it to many."""

from collections.abc import Callable
from typing import Any

import numpy as np

from epochwise.arrays import Array
from epochwise.errors import PluginError
from epochwise.training.contract import Problem, State


def one_seed(state: State, index: int) -> State:
    """Cut one seed out of a state; what has no seeds axis is shared."""
    return {name: array[index, ...] if array.ndim else array for name, array in state.items()}


def join_seeds(states: list[State]) -> State:
    """Join states of one seed each into one state; undoes `one_seed`."""
    try:
        return {
            name: states[0][name] if name == "iteration" else np.stack([s[name] for s in states])
            for name in states[0]
        }
    except (KeyError, ValueError):
        raise PluginError(
            "the networks of one job keep states of different shapes, which cannot be saved together; "
            "write jobs: {seeds_per_job: 1}."
        ) from None


def one_seed_at_a_time(trainer: Callable[..., Any]) -> type[Any]:
    """Lift a trainer that knows one network to one network per seed.

    The decorated class sees arrays without the seeds axis: ``weights``
    (parameters,), batches (rows,), predictions (rows, outputs).
    """

    class ManySeeds:
        def __init__(self, problem: Problem, state: State) -> None:
            seeds = range(len(state["seed" if "seed" in state else "weights"]))
            self.trainers = [trainer(problem, one_seed(state, seed)) for seed in seeds]

        def run_epoch(self, batches: list[Array]) -> None:
            for seed, one in enumerate(self.trainers):
                one.run_epoch([batch[seed] for batch in batches])

        def predict(self, x: Array) -> Array:
            outputs = [one.predict(x) for one in self.trainers]
            return np.asarray(outputs[0])[np.newaxis] if len(outputs) == 1 else np.stack(outputs)

        def state(self) -> State:
            return join_seeds([one.state() for one in self.trainers])

    ManySeeds.__name__ = ManySeeds.__qualname__ = trainer.__name__
    ManySeeds.__doc__ = trainer.__doc__
    ManySeeds.__module__ = trainer.__module__
    return ManySeeds
