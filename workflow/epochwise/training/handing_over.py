"""What a backend is given: arrays that nobody may write to, and no target that it need not know."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from epochwise.arrays import Array
from epochwise.errors import PluginError
from epochwise.plugins.registry import Registered
from epochwise.training.contract import Partition, Problem, State, Trainer


def start(backend: Registered, problem: Problem, state: State) -> Trainer:
    """Make a trainer that goes on from a state.

    Parameters
    ----------
    problem : whole, as the host measures it; its arrays are read-only from here on. A backend
        that does not measure in a compiled loop gets it without the targets of other rows
        than training's.
    state : left alone; the trainer gets views of its arrays that are read-only.

    Raises
    ------
    PluginError
        What the backend raises, or that it measures unannounced.
    """
    lock(arrays_of(problem))
    made = backend.resolve()
    measures = hasattr(made, "run_epochs")
    seen = problem if measures else without_targets(problem)
    trainer: Trainer = made(seen, read_only(state))
    if hasattr(trainer, "run_epochs") and not measures:
        raise PluginError(
            f"backend {backend.name!r} has run_epochs, and {backend.source} registers something else that "
            "makes it; register the class itself, which then gets the targets to measure with."
        )
    return trainer


def arrays_of(problem: Problem) -> list[Array]:
    """List all arrays of a problem."""
    parts = [array for p in problem.partitions.values() for array in (p.x, p.y, p.target)]
    units = [one for one in (problem.target_mean, problem.target_scale) if one is not None]
    return [*parts, *units]


def lock(arrays: Iterable[Array]) -> None:
    """Make arrays read-only, where they are."""
    for array in arrays:
        array.flags.writeable = False


def read_only(state: State) -> State:
    """Give views of a state's arrays that are read-only; nothing is copied."""
    views = {name: np.asarray(array).view() for name, array in state.items()}
    lock(views.values())
    return views


def without_targets(problem: Problem) -> Problem:
    """Give the problem with the training rows' targets alone; the others are NaN."""
    parts = {
        name: part if name == "train" else Partition(part.x, unknown(part.y), unknown(part.target))
        for name, part in problem.partitions.items()
    }
    return replace(problem, partitions=parts)


def unknown(values: Array) -> Array:
    """Give NaN in the shape and type of an array, in the memory of one number."""
    return np.broadcast_to(np.array(np.nan, values.dtype), values.shape)
