"""Whether a state holds all that is needed: a trainer that is made of it must be the same."""

import numpy as np

from epochwise.arrays import Array
from epochwise.errors import PluginError
from epochwise.plugins.registry import Registered
from epochwise.training.contract import Problem, State, Trainer
from epochwise.training.handing_over import start
from epochwise.training.host import LongStretches, batches_of, orders_of
from epochwise.training.segment import Segment

MOST_ROWS = 1024  # to compare


@np.errstate(over="ignore", invalid="ignore")  # as in training
def require_rebuilt(
    backend: Registered, trainer: Trainer, problem: Problem, segment: Segment, kept: State
) -> None:
    """Make a trainer of what was kept at a segment's end, and compare its outputs to the last bit.

    They are compared on the smallest partition, whole, so that no loop is compiled for another shape. Where nothing is
    compiled and the sums of a GPU take no part, its first rows do, which take little memory, and both are trained on one
    more batch first. So the given trainer is not to be used any more.

    Parameters
    ----------
    kept : the state, as it was read from its file.

    Raises
    ------
    PluginError
        Where the two differ.
    """
    again = start(backend, problem, kept)
    smallest = min((part.x for part in problem.partitions.values()), key=len)
    on_cpu = problem.hyperparameters.device == "cpu"
    if on_cpu and not isinstance(trainer, LongStretches):
        smallest = smallest[:MOST_ROWS]
        order = orders_of(problem, segment)(segment.seeds, segment.end + 1)
        batch = batches_of(problem, order)[:1]
        trainer.run_epoch(batch)
        again.run_epoch(batch)
    if not same(trainer.predict(smallest), again.predict(smallest)):
        raise PluginError(
            f"backend {backend.name!r}: a trainer that goes on from what state() gave at epoch {segment.end} "
            "predicts otherwise than the one that gave it; state() does not hold all that is needed, or "
            "rounds it: put into it all that changes in training, and take it from there in __init__."
        )


def same(one: Array, other: Array) -> bool:
    """Tell whether two arrays are equal; NaN is equal to NaN."""
    return np.array_equal(one, other, equal_nan=True)
