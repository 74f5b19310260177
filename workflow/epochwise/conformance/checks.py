"""What is checked of a backend's numbers, each a function that raises `FailedCheckError`.

The first line of a check's docstring is what the terminal shows. A backend is driven as a
study drives it, through `epochwise.training.host.train`, so what offers `run_epochs` is tested
through that and through `run_epoch` alike.
"""

import numpy as np

from epochwise.conformance.cases import EPOCHS, SEEDS, Case
from epochwise.conformance.choosing import every, few, fewest, plainest, single, to_learn
from epochwise.conformance.comparing import (
    HALFWAY,
    TOLERANCE,
    difference,
    name_the_slip,
    reference,
    require_close,
    require_same_layout,
    require_same_state,
)
from epochwise.conformance.driving import (
    Backend,
    FailedCheckError,
    fresh,
    orders_of,
    step_by_step,
    through_host,
)
from epochwise.conformance.reference import Reference
from epochwise.conformance.trying import on
from epochwise.training.metrics import measure_network

MOVED = 1e-9  # what the reference's parameters move by at least, for a backend's to have to


@on(every)
def starts_from_the_weights(backend: Backend, case: Case) -> None:
    """Predict with the weights that are given, on every partition."""
    problem = case.problem()
    trainer = backend.new(problem, fresh(problem))
    for name, part in problem.partitions.items():
        wanted = Reference(problem, fresh(problem)).predict(part.x)
        got = np.asarray(trainer.predict(part.x))
        if got.shape != wanted.shape:
            raise FailedCheckError(f"predict gave shape {got.shape}, not {wanted.shape}")
        if difference(got, wanted) > TOLERANCE[case.dtype]:
            raise FailedCheckError(
                f"outputs for {name!r} are off by {difference(got, wanted):.1e}; mend predict, or "
                "how the flat weights are cut (epochwise.training.parameters.split_layers)"
            )


@on(every)
def agrees_epoch_by_epoch(backend: Backend, case: Case) -> None:
    """Give the reference's curves for every task, network, solver, schedule and batch size."""
    problem = case.problem()
    curve = step_by_step(backend.new(problem, fresh(problem)), problem)
    require_close(curve, reference(case).curve, problem, lambda: name_the_slip(case, curve))


@on(every)
def agrees_in_stretches(backend: Backend, case: Case) -> None:
    """Give the same curves through the host, in stretches where run_epochs is offered."""
    problem = case.problem()
    trainer = backend.new(problem, fresh(problem))
    first = through_host(trainer, problem, 0, HALFWAY)  # two stretches of one trainer
    curve = np.concatenate([first, through_host(trainer, problem, HALFWAY)])
    hint = "run_epochs must do as run_epoch does"
    require_close(curve, reference(case).curve, problem, hint)


@on(every)
def keeps_the_same_state(backend: Backend, case: Case) -> None:
    """Keep what the reference keeps: weights, what the solver adds up, the schedule."""
    problem = case.problem()
    trainer, (wanted, states) = backend.new(problem, fresh(problem)), reference(case)
    for start, end in ((0, 1), (1, EPOCHS)):
        curve = through_host(trainer, problem, start, end)
        if difference(curve, wanted[end + 1 - len(curve) : end + 1]) > TOLERANCE[case.dtype]:
            raise FailedCheckError("its curve is wrong, so its state is too; mend the curve first")
        require_same_state(trainer.state(), states[end], problem)


@on(few)
def resuming_changes_nothing(backend: Backend, case: Case) -> None:
    """Go on from its own state as if it had never stopped, to the last bit."""
    problem = case.problem()
    whole = backend.new(problem, backend.fresh(problem))
    unbroken = through_host(whole, problem)[HALFWAY + 1 :]
    first = backend.new(problem, backend.fresh(problem))
    through_host(first, problem, 0, HALFWAY)
    second = backend.new(problem, first.state())
    resumed = through_host(second, problem, HALFWAY)
    hint = "state() must hold the weights and all that the solver keeps"
    require_close(resumed, unbroken, problem, hint, HALFWAY + 1)
    if resumed.tobytes() != unbroken.tobytes():
        raise FailedCheckError("resuming changes the last bits; state() must round nothing")
    definition = backend.registered.definition
    require_same_layout(second.state(), reference(case).states[-1] if definition else whole.state())


@on(few)
def exchanges_states(backend: Backend, case: Case) -> None:
    """Go on from another backend's state, and leave one that another goes on from."""
    problem = case.problem()
    trainer = backend.new(problem, fresh(problem))
    through_host(trainer, problem, 0, HALFWAY)
    wanted, states = reference(case)
    left = {name: array.copy() for name, array in states[HALFWAY].items()}
    require_same_layout(trainer.state(), left)
    resumed = backend.new(problem, left)
    for hint, one in (
        ("it goes on wrongly from a state that the reference left", resumed),
        (
            "it leaves a state from which the reference goes on wrongly",
            Reference(problem, trainer.state()),
        ),
    ):
        curve = step_by_step(one, problem, HALFWAY)
        require_close(curve, wanted[HALFWAY + 1 :], problem, hint, HALFWAY + 1)


@on(fewest)
def seeds_are_independent(backend: Backend, case: Case) -> None:
    """Train a seed alike whichever others share its job."""
    problem = case.problem()
    curve = through_host(backend.new(problem, backend.fresh(problem)), problem)
    for number, seed in enumerate(SEEDS):
        alone = backend.new(problem, backend.fresh(problem, (seed,)))
        one = through_host(alone, problem, seeds=(seed,))
        hint = (
            f"that is network {number} alone; no sum or mean may run over axis 0, the seeds, and "
            "the iterations are counted once for all"
        )
        require_close(curve[:, [number]], one, problem, hint)


@on(plainest)
def learns(backend: Backend, case: Case) -> None:
    """Beat predicting the mean after sixty epochs."""
    problem = case.problem(**to_learn(case))
    trainer = backend.new(problem, backend.fresh(problem))
    ends = through_host(trainer, problem, end=60)[-1, :, 0]
    mean = np.repeat(problem.train.y.mean(axis=0, keepdims=True), len(problem.train.y), axis=0)
    reached = measure_network(problem, problem.train, mean)[0]
    if not (ends < reached).all():
        raise FailedCheckError(
            f"train_loss ends at {ends}, and the mean alone reaches {reached:.3g}; run_epoch must "
            "step against the gradient, and predict must use the new weights"
        )


@on(every)
def moves_every_parameter(backend: Backend, case: Case) -> None:
    """Change every weight and bias (but those of a unit that no row activates)."""
    problem, (before, after) = case.problem(), reference(case).states[:2]
    trainer = backend.new(problem, fresh(problem))
    trainer.run_epoch(orders_of(problem, 1))
    stayed = trainer.state()["weights"] == before["weights"]
    moves = np.abs(after["weights"] - before["weights"]) > MOVED
    if len(still := np.argwhere(stayed & moves)):
        network, number = still[0]
        raise FailedCheckError(
            f"parameter {number} of network {network} never changes; every weight and bias is "
            "trained: mend the gradient, or how the layers' updates reach the flat weights"
        )


@on(single, why_not="it refuses float32 in every problem")
def float32_stays_close(backend: Backend, case: Case) -> None:
    """Stay within 0.1 % of the float64 curve when asked for float32."""
    problem = case.problem()
    trainer = backend.new(problem, fresh(problem))
    curve = through_host(trainer, problem)
    if (kind := trainer.state()["weights"].dtype) != np.float32:
        raise FailedCheckError(f"weights are {kind}; keep the problem's dtype")
    require_close(curve, reference(case).curve, problem, "in float32 the same sums must run")
    require_same_state(trainer.state(), reference(case).states[-1], problem)
