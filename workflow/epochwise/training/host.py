"""The host: owns the loop over epochs, measures every loss, notices divergence.

A fresh start and a resume are one path: both go on from a state.
"""

from collections.abc import Callable, Iterator
from typing import Protocol, cast, runtime_checkable

import numpy as np

from epochwise.arrays import Array
from epochwise.errors import PluginError
from epochwise.training import returned
from epochwise.training.contract import Problem, Trainer
from epochwise.training.metrics import columns_of, measure_network
from epochwise.training.randomness import BatchOrders
from epochwise.training.segment import Segment

STRETCH = 500  # epochs that a compiled loop runs before the host looks again
ROW_NUMBERS = 2**22  # fewer epochs where their orders would fill more than this: 32 MB


@runtime_checkable
class LongStretches(Protocol):
    """What a trainer adds whose framework is fast only in long stretches."""

    def run_epochs(self, orders: Array) -> Array:
        """Train on `orders` (epochs, seeds, rows), each cut into batches of `batch_size` rows.

        There are at most `stretch_length` epochs; the last stretch of a segment has fewer.

        Returns
        -------
        (epochs, seeds, columns) float64 losses after each epoch, in the order of
        `epochwise.training.metrics.columns_of`. The host recomputes the last.
        """


def stretch_length(problem: Problem, seeds: int) -> int:
    """Give the most epochs that `run_epochs` is asked for at a time."""
    return max(1, min(STRETCH, ROW_NUMBERS // (seeds * len(problem.train.x))))


Watch = Callable[[int, Array], None]  # called with the epoch and its losses, (seeds, columns)
# called with an epoch at which the trainer stands, the losses so far and the runs that go on
Keep = Callable[[int, Array, Array], None]


@np.errstate(over="ignore", invalid="ignore")  # a run may diverge: its losses tell
def train(
    name: str,
    trainer: Trainer,
    problem: Problem,
    segment: Segment,
    going: Array,
    watch: Watch = lambda epoch, losses: None,
    keep: Keep = lambda epoch, curves, going: None,
) -> tuple[Array, Array]:
    """Train one segment and measure it.

    Parameters
    ----------
    name : the backend's name, for messages.
    trainer : it stands at epoch ``segment.start`` and is left at ``segment.end``.
    going : (seeds,) bool, which runs had not diverged before.
    watch : is told the losses of every epoch as they come.
    keep : may keep what has been reached, wherever the trainer stands at the epoch just measured.

    Returns
    -------
    curves : (epochs, seeds, columns) float64, a row for each of
        ``segment.epochs()``, NaN from a run's first epoch whose loss is not finite.
        Training stops early once no run is left.
    going : (seeds,) bool, which runs have not diverged.

    Raises
    ------
    PluginError
        Where the backend's answers have the wrong shape, are not numbers from the
        start, or contradict each other.
    """
    epochs = segment.epochs()
    curves = np.full((len(epochs), len(segment.seeds), len(columns_of(problem))), np.nan)
    rows = _losses(name, trainer, problem, segment) if going.any() else iter(())
    everyone, stands = bool(going.all()), stands_every(trainer, problem, segment)
    for row, losses in enumerate(rows):
        finite = np.isfinite(losses)
        if not (everyone and finite.all()):
            everyone, going = False, going & finite.all(axis=1)
            losses = np.where(going[:, np.newaxis], losses, np.nan)
        curves[row] = losses
        watch(epochs[row], losses)
        if not everyone and not going.any():
            break
        passed = epochs[row] - segment.start
        if passed and passed % stands == 0:  # from epoch 0 on, that epoch would come twice
            keep(epochs[row], curves[: row + 1], going)
    return curves, going


def stands_every(trainer: Trainer, problem: Problem, segment: Segment) -> int:
    """Give after how many epochs the trainer stands at the epoch that is measured."""
    compiled = isinstance(trainer, LongStretches)
    return stretch_length(problem, len(segment.seeds)) if compiled else 1


def measure_all(name: str, trainer: Trainer, problem: Problem) -> Array:
    """Measure every network on every partition, (seeds, columns)."""
    parts = problem.partitions.values()
    outputs = [returned.predict(name, trainer, part) for part in parts]
    if problem.task != "regression":
        for one in outputs:
            returned.require_probabilities(name, one, problem)
    with np.errstate(all="ignore"):  # whatever a backend has set
        rows = [
            [
                value
                for part, out in zip(parts, one, strict=True)
                for value in measure_network(problem, part, out)
            ]
            for one in zip(*outputs, strict=True)
        ]
    return np.array(rows)


def _losses(name: str, trainer: Trainer, problem: Problem, segment: Segment) -> Iterator[Array]:
    """Yield the losses of every epoch of the segment, each (seeds, columns)."""
    orders = orders_of(problem, segment)
    if segment.start == 0:
        yield _first(name, trainer, problem, segment)
    by = _in_stretches if isinstance(trainer, LongStretches) else _epoch_by_epoch
    yield from by(name, trainer, problem, segment, orders)


def orders_of(problem: Problem, segment: Segment) -> BatchOrders:
    """Give what knows in which order each epoch visits the training rows."""
    activation = problem.hyperparameters.activation
    return BatchOrders(segment.shuffle, len(problem.train.x), problem.layer_sizes, activation)


def batches_of(problem: Problem, order: Array) -> list[Array]:
    """Cut an epoch's order (seeds, rows) into its batches; nobody may write to them."""
    size = problem.hyperparameters.batch_size
    return [order[:, i : i + size] for i in range(0, order.shape[1], size)]


def _first(name: str, trainer: Trainer, problem: Problem, segment: Segment) -> Array:
    losses = measure_all(name, trainer, problem)
    if len(losses) != len(segment.seeds):
        raise PluginError(
            f"backend {name!r}: predict gave outputs of {len(losses)} networks for "
            f"{len(segment.seeds)} seeds; axis 0 must be the seeds."
        )
    if not np.isfinite(losses).all():
        raise PluginError(
            f"backend {name!r}: predict gave NaN or infinity for untrained networks, whose weights "
            "are finite; look at predict."
        )
    return losses


def _epoch_by_epoch(
    name: str, trainer: Trainer, problem: Problem, segment: Segment, orders: BatchOrders
) -> Iterator[Array]:
    for epoch in range(segment.start + 1, segment.end + 1):
        trainer.run_epoch(batches_of(problem, orders(segment.seeds, epoch)))
        yield measure_all(name, trainer, problem)


def _in_stretches(
    name: str, trainer: Trainer, problem: Problem, segment: Segment, orders: BatchOrders
) -> Iterator[Array]:
    length = stretch_length(problem, len(segment.seeds))
    for start in range(segment.start, segment.end, length):
        epochs = range(start + 1, min(start + length, segment.end) + 1)
        stretch = np.stack([orders(segment.seeds, epoch) for epoch in epochs])
        stretch.flags.writeable = False
        losses = cast(LongStretches, trainer).run_epochs(stretch)
        returned.require_losses(name, losses, (*stretch.shape[:2], len(columns_of(problem))))
        _audit(name, losses[-1], measure_all(name, trainer, problem), problem, epochs[-1])
        yield from losses


def _audit(name: str, claimed: Array, measured: Array, problem: Problem, epoch: int) -> None:
    """Stop if a compiled loop's last losses are not what the host measures; both (seeds, columns).

    Runs that have diverged are left out: there is nothing to compare.
    """
    tolerance = returned.PRECISION[problem.hyperparameters.dtype]
    wrong = np.abs(claimed - measured) > tolerance * np.maximum(np.abs(measured), tolerance)
    wrong |= np.isfinite(claimed) != np.isfinite(measured)
    if wrong.any():
        seed, column = np.argwhere(wrong)[0]
        raise PluginError(
            f"backend {name!r}: run_epochs reports {columns_of(problem)[column]} "
            f"{claimed[seed, column]!r} after epoch {epoch}, but its predict gives "
            f"{measured[seed, column]!r}; one of the two is wrong."
        )
