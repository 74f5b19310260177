"""How the kit compares: curves and states with the reference's, and what it makes of a difference."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from epochwise.arrays import Array
from epochwise.conformance.cases import EPOCHS, Case
from epochwise.conformance.driving import FailedCheckError, fresh, step_by_step
from epochwise.conformance.reference import SLIPS, Reference
from epochwise.training.contract import Problem, State
from epochwise.training.metrics import columns_of

HALFWAY = EPOCHS // 2 + 1
TOLERANCE = {"float64": 1e-9, "float32": 1e-3}  # relative
ROUNDING = 1e-6  # a relative difference that float32 may make
SMALLEST = 1e-6  # what a relative difference is at least relative to
KEPT = {  # what to mend where a part of the state is wrong
    "weights": "they stand in the order of epochwise.training.parameters.split_layers",
    "first_moment": "it is beta_1 * m + (1 - beta_1) * gradient, without the bias correction",
    "second_moment": "it is beta_2 * v + (1 - beta_2) * gradient**2, without the bias correction",
    "velocity": "it is momentum * velocity - learning rate * gradient",
    "learning_rate": "it is divided by 5 once more than n_iter_no_change epochs have not improved",
    "best_loss": "it is the least objective of an epoch: half the squared error, averaged over "
    "rows and targets, or the log loss, with alpha / 2 * sum(W**2) / rows of the batch; each "
    "batch's as it is met, before its update, weighted by its rows",
    "epochs_without_improvement": "it counts the epochs in a row whose objective is above "
    "best_loss - tol; 0 after a division",
    "iteration": "it counts the updates of a network: one per batch, however many seeds there are",
}


class Trained(NamedTuple):
    """The reference's losses (epochs, seeds, columns), and its states after each epoch."""

    curve: Array
    states: list[State]


@cache
def reference(case: Case, slip: str = "") -> Trained:
    """Train the reference on a case."""
    problem = case.problem()
    trainer = Reference(problem, fresh(problem), slip)
    curves, states = [], [trainer.state()]
    with np.errstate(all="ignore"):
        for epoch in range(EPOCHS):
            curves.append(step_by_step(trainer, problem, epoch, epoch + 1))
            states.append(trainer.state())
    return Trained(np.concatenate(curves), states)


def difference(got: Array, wanted: Array) -> float:
    """Give the largest relative difference between two arrays; infinite where one is no number."""
    if not np.isfinite(got).all():
        return float("inf")
    return float(np.max(np.abs(got - wanted) / np.maximum(np.abs(wanted), SMALLEST), initial=0.0))


def require_close(
    got: Array, wanted: Array, problem: Problem, mend: Callable[[], str] | str, first: int = 0
) -> None:
    """Compare two curves (epochs, seeds, columns), and say where they part, and what to mend.

    The first row is that of epoch `first`.
    """
    tolerance = TOLERANCE[problem.hyperparameters.dtype]
    close = np.abs(got - wanted) <= tolerance * np.maximum(np.abs(wanted), SMALLEST)
    if not close.all():
        epoch, network, column = np.argwhere(~close)[0]
        raise FailedCheckError(
            f"{columns_of(problem)[column]} of network {network} after epoch {first + epoch} is "
            f"{got[epoch, network, column]:.12g} where {wanted[epoch, network, column]:.12g} belongs",
            (lambda: mend) if isinstance(mend, str) else mend,
        )


def require_same_layout(got: State, wanted: State) -> None:
    """Compare the names, shapes and types of two states; any width of whole number will do."""

    def layout(state: State) -> dict[str, tuple[tuple[int, ...], str]]:
        arrays = {name: np.asarray(array) for name, array in sorted(state.items())}
        kinds = {name: "int" if a.dtype.kind == "i" else a.dtype.name for name, a in arrays.items()}
        return {name: (a.shape, kinds[name]) for name, a in arrays.items()}

    if layout(got) != layout(wanted):
        raise FailedCheckError(f"state() gives {layout(got)}; it must give {layout(wanted)}")


def require_same_state(got: State, wanted: State, problem: Problem) -> None:
    """Compare two states array by array, each relative to the largest number in it."""
    require_same_layout(got, wanted)
    for name, right in wanted.items():
        tolerance = TOLERANCE[problem.hyperparameters.dtype] if right.dtype.kind == "f" else 0
        wrong = np.abs(got[name] - right) > tolerance * np.max(np.abs(right), initial=SMALLEST)
        if wrong.any() or not np.isfinite(got[name]).all():
            place = tuple(map(int, np.argwhere(wrong | ~np.isfinite(got[name]))[0]))
            raise FailedCheckError(
                f"{name}{list(place) if place else ''} is {got[name][place]:.12g} where "
                f"{right[place]:.12g} belongs; {KEPT[name]}"
            )


def name_the_slip(case: Case, curve: Array) -> str:
    """Say which known mistake gives this curve."""
    start, tolerance = reference(case).curve[0], TOLERANCE[case.dtype]
    if np.isfinite(curve).all() and np.array_equal(curve[-1], curve[0]):
        return "the networks are never trained; run_epoch must change the weights"
    if difference(curve[0], start) > tolerance:
        return "it differs before training; mend predict"
    for slip, sentence in SLIPS.items():
        if difference(curve, reference(case, slip).curve) < tolerance:
            return sentence
    if difference(curve, reference(case).curve) < ROUNDING:
        return (
            "so small a difference comes of rounding to float32, or with adam of a wrong factor in "
            "the gradient"
        )
    return "mend the gradient, the solver's step, or which rows each seed's batch takes"
