"""What every backend promises, each a function that raises `BrokenPromiseError`.

The first line of a promise's docstring is what the terminal shows. A backend is driven
as a study drives it, through `epochwise.training.host.train`, so what offers `run_epochs` is
tested through that and through `run_epoch` alike.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from epochwise.arrays import Array
from epochwise.conformance.driving import (
    TOLERANCE,
    Backend,
    BrokenPromiseError,
    anything,
    difference,
    fresh,
    name_the_slip,
    orders_of,
    reference_curve,
    require_close,
    started,
    step_by_step,
    through_host,
)
from epochwise.conformance.problems import (
    CASES,
    EPOCHS,
    MOVED,
    RESUMED,
    SEEDS,
    SINGLE,
    WILD,
    make,
    make_wild,
)
from epochwise.conformance.reference import Reference
from epochwise.errors import PluginError
from epochwise.training import host
from epochwise.training.contract import Problem, State
from epochwise.training.metrics import measure_network

HALFWAY = EPOCHS // 2 + 1


def starts_from_the_weights(backend: Backend) -> None:
    """Predict with the weights that are given, on every partition."""
    for case, problem, trainer in started(backend, CASES):
        for name, part in problem.partitions.items():
            wanted = Reference(problem, fresh(problem)).predict(part.x)
            got = np.asarray(trainer.predict(part.x))
            if got.shape != wanted.shape:
                raise BrokenPromiseError(
                    f"{case}: predict gave shape {got.shape}, not {wanted.shape}"
                )
            if difference(got, wanted) > TOLERANCE[problem.hyperparameters.dtype]:
                raise BrokenPromiseError(
                    f"{case}: outputs for {name!r} are off by {difference(got, wanted):.1e}; mend "
                    "predict, or how the flat weights are cut (epochwise.training.parameters.split_layers)"
                )


def agrees_epoch_by_epoch(backend: Backend) -> None:
    """Give the reference's curves for every task, solver, activation and schedule."""
    for case, problem, trainer in started(backend, CASES):
        curve = step_by_step(trainer, problem)
        require_close(
            curve, reference_curve(case), problem, f"{case}: {name_the_slip(case, curve)}"
        )


def agrees_in_stretches(backend: Backend) -> None:
    """Give the same curves through the host, in stretches where run_epochs is offered."""
    for case, problem, trainer in started(backend, CASES):
        halves = [(0, HALFWAY), (HALFWAY, EPOCHS)]  # two stretches of one trainer
        curve = np.concatenate([through_host(trainer, problem, *half) for half in halves])
        hint = f"{case}: run_epochs must do as run_epoch does"
        require_close(curve, reference_curve(case), problem, hint)


def resuming_changes_nothing(backend: Backend) -> None:
    """Go on from its own state as if it had never stopped, to the last bit."""
    for case, problem, whole in started(backend, RESUMED):
        unbroken = through_host(whole, problem)[HALFWAY + 1 :]
        first = backend.new(problem, fresh(problem))
        through_host(first, problem, 0, HALFWAY)
        second = backend.new(problem, first.state())
        resumed = through_host(second, problem, HALFWAY)
        hint = f"{case}: state() must hold the weights and all that the solver keeps"
        require_close(resumed, unbroken, problem, hint, HALFWAY + 1)
        if resumed.tobytes() != unbroken.tobytes():
            raise BrokenPromiseError(
                f"{case}: resuming changes the last bits; state() must round nothing"
            )


def exchanges_states(backend: Backend) -> None:
    """Go on from another backend's state, and leave one that another goes on from."""
    for case, problem, trainer in started(backend, RESUMED):
        other = Reference(problem, fresh(problem))
        step_by_step(other, problem, 0, HALFWAY)
        through_host(trainer, problem, 0, HALFWAY)
        require_same_layout(trainer.state(), other.state(), case)
        wanted = reference_curve(case)[HALFWAY + 1 :]
        for label, one in (
            ("goes on wrongly from a state that the reference left", (backend.new, other)),
            ("leaves a state from which the reference goes on wrongly", (Reference, trainer)),
        ):
            new, left = one
            curve = step_by_step(new(problem, left.state()), problem, HALFWAY)
            require_close(curve, wanted, problem, f"{case}: {label}", HALFWAY + 1)


def require_same_layout(state: State, wanted: State, case: str) -> None:
    """Hold names, shapes and kinds of a state against the reference's."""
    layout = {name: (np.shape(a), np.asarray(a).dtype.kind) for name, a in sorted(state.items())}
    right = {name: (a.shape, a.dtype.kind) for name, a in sorted(wanted.items())}
    if layout != right:
        raise BrokenPromiseError(
            f"{case}: state() gives {layout}; it must give {right} (shape, kind)"
        )


def seeds_are_independent(backend: Backend) -> None:
    """Train a seed alike whichever others share its job."""
    for _, problem, together in started(backend, RESUMED):
        curve = through_host(together, problem)
        for number, seed in enumerate(SEEDS):
            alone = backend.new(problem, fresh(problem, (seed,)))
            one = through_host(alone, problem, seeds=(seed,))
            hint = f"that is network {number} alone; no sum or mean may run over axis 0, the seeds"
            require_close(curve[:, [number]], one, problem, hint)


def leaves_its_inputs_alone(backend: Backend) -> None:
    """Write into nothing that it is given, nor later into what it gave."""
    for case, problem, _ in started(backend, RESUMED):
        state, batches = fresh(problem), orders_of(problem, 1)
        before = digest(given(problem, state, batches))
        trainer = backend.new(problem, state)
        outputs, left = trainer.predict(problem.train.x), trainer.state()
        gave = digest([outputs, *left.values()])
        trainer.run_epoch(batches)
        require_untouched(case, given(problem, state, batches), before)
        through_host(trainer, problem, 1, 3)
        require_untouched(case, given(problem, state, batches), before)
        if digest([outputs, *left.values()]) != gave:
            raise BrokenPromiseError(
                f"{case}: what state() or predict gave changes later; give copies"
            )


def require_untouched(case: str, arrays: list[Array], before: str) -> None:
    """Hold what a trainer was given against its digest from before."""
    if digest(arrays) != before:
        raise BrokenPromiseError(
            f"{case}: it writes into the data, the state or the batches; copy first"
        )


def given(problem: Problem, state: State, batches: list[Array]) -> list[Array]:
    """List all arrays that a trainer is given."""
    parts = [array for p in problem.partitions.values() for array in (p.x, p.y, p.target)]
    return [*parts, *state.values(), *batches]


def digest(arrays: list[Array]) -> str:
    """Give the SHA-256 of arrays' bytes."""
    whole = hashlib.sha256()
    for array in arrays:
        whole.update(np.ascontiguousarray(array).tobytes())
    return whole.hexdigest()


def fingerprint(backend: Backend) -> str:
    """Train a few cases; the SHA-256 of their curves and end states."""
    arrays: list[Array] = []
    for _, problem, trainer in started(backend, RESUMED):
        arrays.append(through_host(trainer, problem))
        arrays += [array for _, array in sorted(trainer.state().items())]
    return digest(arrays)


def another_process_agrees(backend: Backend) -> None:
    """Give the same bytes in another process."""
    library = str(Path(host.__file__).parents[1])
    path = os.pathsep.join([library, *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "epochwise.conformance", str(backend.folder), backend.name]
    done = subprocess.run(  # noqa: S603 # this interpreter, and names that load_backend has checked
        command, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it says nothing"]
        raise BrokenPromiseError(f"a second process failed: {last[0]}")
    if done.stdout.split()[-1] != fingerprint(backend):
        raise BrokenPromiseError(
            "another process gives other bytes; seed nothing and draw nothing yourself"
        )


def learns(backend: Backend) -> None:
    """Beat predicting the mean after sixty epochs."""
    case, problem, trainer = anything(backend)
    ends = through_host(trainer, problem, end=60)[-1, :, 0]
    mean = np.repeat(problem.train.y.mean(axis=0, keepdims=True), len(problem.train.y), axis=0)
    reached = measure_network(problem, problem.train, mean)[0]
    if not (ends < reached).all():
        raise BrokenPromiseError(
            f"{case}: train_loss ends at {ends}, and the mean alone reaches {reached:.3g}; "
            "run_epoch must step against the gradient, and predict must use the new weights"
        )


def moves_every_parameter(backend: Backend) -> None:
    """Change every weight and bias (but those of a unit that no row activates)."""
    for case, problem, trainer in started(backend, MOVED):
        moved = []
        for one in (trainer, Reference(problem, fresh(problem))):
            before = one.state()["weights"].copy()
            one.run_epoch(orders_of(problem, 1))
            moved.append(one.state()["weights"] != before)
        if len(still := np.argwhere(~moved[0] & moved[1])):
            network, number = still[0]
            raise BrokenPromiseError(
                f"{case}: parameter {number} of network {network} never changes; every weight and "
                "bias is trained: mend the gradient, or how the layers' updates reach the flat "
                "weights"
            )


def float32_stays_close(backend: Backend) -> None:
    """Stay within 0.1 % of the float64 curve when asked for float32."""
    why_not = "it refuses float32 in every problem"
    for case, single, trainer in started(backend, SINGLE, make_single, why_not):
        if (kind := trainer.state()["weights"].dtype) != np.float32:
            raise BrokenPromiseError(f"{case}: weights are {kind}; keep the problem's dtype")
        curve = through_host(trainer, single)
        hint = f"{case}: in float32 the same sums must run"
        require_close(curve, reference_curve(case), single, hint)


def make_single(case: str) -> Problem:
    """Make a case of the kit in float32."""
    return in_float32(make(case))


def in_float32(double: Problem) -> Problem:
    """Round a problem's features and targets to float32."""
    hp = replace(double.hyperparameters, dtype="float32")
    parts = {
        name: replace(p, x=p.x.astype(np.float32), y=p.y.astype(np.float32))
        for name, p in double.partitions.items()
    }
    return replace(double, partitions=parts, hyperparameters=hp)


def refuses_with_a_sentence(backend: Backend) -> None:
    """Refuse what it cannot do with a PluginError that names it."""
    _, problem, _ = anything(backend)
    for key, value in {"activation": "abacus", "solver": "abacus", "device": "abacus"}.items():
        values: dict[str, Any] = {key: value}
        odd = replace(problem, hyperparameters=replace(problem.hyperparameters, **values))
        try:
            backend.new(odd, fresh(problem))
        except PluginError as refusal:
            if value not in str(refusal):
                raise BrokenPromiseError(
                    f"the refusal of {key} {value!r} does not name it: {refusal}"
                ) from None
        except Exception as error:
            raise BrokenPromiseError(
                f"{key} {value!r} ends in {type(error).__name__}; call "
                "epochwise.training.support.require in __init__"
            ) from error
        else:
            raise BrokenPromiseError(f"takes {key} {value!r} without a word; refuse in __init__")


def lets_a_run_diverge(backend: Backend) -> None:
    """Let a run diverge quietly; the host notices."""
    why_not = "it refuses a learning rate of 1e300 in every problem"
    for case, wild, trainer in started(backend, WILD, make_wild, why_not):
        curve = through_host(trainer, wild)
        if np.isfinite(curve[-1]).any():
            raise BrokenPromiseError(
                f"{case}: with a learning rate of 1e300 the loss stays finite; clip nothing"
            )


PROMISES: dict[str, Callable[[Backend], None]] = {
    promise.__name__: promise
    for promise in (
        starts_from_the_weights,
        agrees_epoch_by_epoch,
        agrees_in_stretches,
        resuming_changes_nothing,
        exchanges_states,
        seeds_are_independent,
        leaves_its_inputs_alone,
        another_process_agrees,
        learns,
        moves_every_parameter,
        float32_stays_close,
        refuses_with_a_sentence,
        lets_a_run_diverge,
    )
}
