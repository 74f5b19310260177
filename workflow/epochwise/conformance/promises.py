"""What every backend promises, each promise a function that raises `Broken` if it is not kept.

A promise drives the backend as a study does, through `epochwise.host.train`, so a
backend that offers `run_epochs` is tested through that and through `run_epoch` alike.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from epochwise import host
from epochwise.conformance.problems import CASES, EPOCHS, RESUMED, SEEDS, problem
from epochwise.conformance.reference import SLIPS, Reference
from epochwise.contract import Array, Hyperparameters, Problem, State, Trainer
from epochwise.errors import PluginError
from epochwise.losses import loss_columns
from epochwise.parameters import initial_state
from epochwise.randomness import BatchOrders

TOLERANCE = {"float64": 1e-9, "float32": 1e-3}  # relative
HALFWAY = EPOCHS // 2 + 1


class Broken(AssertionError):
    """A promise is not kept; the sentence says what was seen and what to mend."""


@dataclass(frozen=True)
class Backend:
    """The backend under test: the plugin file or folder that it comes from, and its trainer."""

    folder: Path
    name: str
    new: Callable[[Problem, State], Trainer]

    def start(self, problem: Problem, state: State) -> Trainer | None:
        """Start a trainer; None where it refuses the problem with a sentence."""
        try:
            return self.new(problem, state)
        except PluginError as refusal:
            if len(str(refusal).split()) < 5:
                raise Broken(f"refuses with {str(refusal)!r}; say what it can do instead") from None
            return None


def fresh(problem: Problem, seeds: tuple[int, ...] = SEEDS) -> State:
    """Give the state of untrained networks."""
    return initial_state(problem, seeds)


def orders_of(problem: Problem, epoch: int, seeds: tuple[int, ...] = SEEDS) -> list[Array]:
    """Give one epoch's batches, each (seeds, rows)."""
    hp, rows = problem.hyperparameters, len(problem.train.x)
    order = BatchOrders("every_epoch", rows, problem.layer_sizes, hp.activation)(seeds, epoch)
    return [order[:, i : i + hp.batch_size] for i in range(0, rows, hp.batch_size)]


def through_host(
    trainer: Trainer,
    problem: Problem,
    start: int = 0,
    end: int = EPOCHS,
    seeds: tuple[int, ...] = SEEDS,
) -> Array:
    """Train as a study does; the losses (epochs, seeds, columns)."""
    segment = host.Segment(seeds, start, end, "every_epoch")
    return host.train("it", trainer, problem, segment, np.ones(len(seeds), bool))[0]


def step_by_step(trainer: Trainer, problem: Problem, start: int = 0, end: int = EPOCHS) -> Array:
    """Train through `run_epoch` alone; the losses (epochs, seeds, columns)."""
    curve = [] if start else [host.measure_all("it", trainer, problem)]
    for epoch in range(start + 1, end + 1):
        trainer.run_epoch(orders_of(problem, epoch))
        curve.append(host.measure_all("it", trainer, problem))
    return np.array(curve)


@lru_cache
def reference_curve(case: str, slip: str = "") -> Array:
    """Train the reference on a case; the losses (epochs, seeds, columns)."""
    with np.errstate(all="ignore"):
        return step_by_step(Reference(CASES[case], fresh(CASES[case]), slip), CASES[case])


def difference(a: Array, b: Array) -> float:
    """Give the largest relative difference between two arrays; infinite where one is no number."""
    if not np.isfinite(a).all():
        return float("inf")
    return float(np.max(np.abs(a - b) / np.maximum(np.abs(b), 1e-6), initial=0.0))


def require_close(got: Array, wanted: Array, problem: Problem, hint: str) -> None:
    """Hold one curve (epochs, seeds, columns) against another, and say where they part."""
    tolerance = TOLERANCE[problem.hyperparameters.dtype]
    for epoch, (one, other) in enumerate(zip(got, wanted, strict=True), start=0):
        if difference(one, other) > tolerance:
            wrong = np.abs(one - other) > tolerance * np.maximum(np.abs(other), 1e-6)
            seed, column = np.argwhere(wrong | ~np.isfinite(one))[0]
            raise Broken(
                f"{loss_columns(problem)[column]} of seed {seed} is {one[seed, column]:.12g} where "
                f"{other[seed, column]:.12g} belongs, in row {epoch}; {hint}"
            )


def started(backend: Backend, cases: dict[str, Problem]) -> Iterator[tuple[str, Problem, Trainer]]:
    """Start every case that the backend does not refuse; refusing all is a broken promise."""
    some = False
    for case, problem in cases.items():
        trainer = backend.start(problem, fresh(problem))
        if trainer is not None:
            some = True
            yield case, problem, trainer
    if not some:
        raise Broken("refuses every problem of the kit; it must train at least one")


def starts_from_the_weights(backend: Backend) -> None:
    """predicts with the weights it is given, on every partition."""
    for case, problem, trainer in started(backend, CASES):
        for name, part in problem.partitions.items():
            wanted = Reference(problem, fresh(problem)).predict(part.x)
            got = np.asarray(trainer.predict(part.x))
            if got.shape != wanted.shape:
                raise Broken(f"{case}: predict gave shape {got.shape}, not {wanted.shape}")
            if difference(got, wanted) > TOLERANCE["float64"]:
                raise Broken(
                    f"{case}: outputs for {name!r} are off by {difference(got, wanted):.1e}; mend "
                    "predict, or how the flat weights are cut (epochwise.parameters.split_layers)"
                )


def agrees_epoch_by_epoch(backend: Backend) -> None:
    """gives the reference's loss curves for every task, solver, activation and schedule."""
    for case, problem, trainer in started(backend, CASES):
        curve = step_by_step(trainer, problem)
        require_close(curve, reference_curve(case), problem, f"{case}: {name_the_slip(case, curve)}")


def agrees_in_stretches(backend: Backend) -> None:
    """gives the same curves through the host, in whole stretches if it offers run_epochs."""
    for case, problem, trainer in started(backend, CASES):
        curve = through_host(trainer, problem)
        hint = f"{case}: run_epochs must do as run_epoch does"
        require_close(curve, reference_curve(case), problem, hint)


def name_the_slip(case: str, curve: Array) -> str:
    """Say which known mistake gives this curve."""
    start = reference_curve(case)[0]
    if np.isfinite(curve).all() and np.array_equal(curve[-1], curve[0]):
        return "the networks are never trained; run_epoch must change the weights"
    if difference(curve[0], start) > TOLERANCE["float64"]:
        return "it differs before training; mend predict"
    for slip, sentence in SLIPS.items():
        if difference(curve, reference_curve(case, slip)) < TOLERANCE["float64"]:
            return sentence
    return "mend the gradient, the solver's step, or which rows each seed's batch takes"


def resuming_changes_nothing(backend: Backend) -> None:
    """goes on from its own state as if it had never stopped, to the last bit."""
    for case, problem, whole in started(backend, {case: CASES[case] for case in RESUMED}):
        unbroken = through_host(whole, problem)[HALFWAY + 1 :]
        first = backend.new(problem, fresh(problem))
        through_host(first, problem, 0, HALFWAY)
        second = backend.new(problem, first.state())
        resumed = through_host(second, problem, HALFWAY)
        hint = f"{case}: state() must hold the weights and all that the solver keeps"
        require_close(resumed, unbroken, problem, hint)
        if resumed.tobytes() != unbroken.tobytes():
            raise Broken(f"{case}: resuming changes the last bits; state() must round nothing")


def exchanges_states(backend: Backend) -> None:
    """goes on from a state that another backend left, and leaves one that another goes on from."""
    for case, problem, trainer in started(backend, {case: CASES[case] for case in RESUMED}):
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
            require_close(curve, wanted, problem, f"{case}: {label}")


def require_same_layout(state: State, wanted: State, case: str) -> None:
    """Hold names, shapes and kinds of a state against the reference's."""
    layout = {name: (np.shape(a), np.asarray(a).dtype.kind) for name, a in sorted(state.items())}
    right = {name: (a.shape, a.dtype.kind) for name, a in sorted(wanted.items())}
    if layout != right:
        raise Broken(f"{case}: state() gives {layout}; it must give {right} (shape, kind)")


def seeds_are_independent(backend: Backend) -> None:
    """trains a seed alike whichever others share its job."""
    for _, problem, together in started(backend, {case: CASES[case] for case in RESUMED}):
        curve = through_host(together, problem)
        for number, seed in enumerate(SEEDS):
            alone = backend.new(problem, fresh(problem, (seed,)))
            one = through_host(alone, problem, seeds=(seed,))
            hint = "axis 0 is the seeds, and no sum or mean may run over it"
            require_close(curve[:, [number]], one, problem, hint)


def leaves_its_inputs_alone(backend: Backend) -> None:
    """writes into nothing that it is given, nor later into what it gave."""
    for case, problem, _ in started(backend, {case: CASES[case] for case in RESUMED}):
        state, batches = fresh(problem), orders_of(problem, 1)
        before = digest(given(problem, state, batches))
        trainer = backend.new(problem, state)
        outputs, left = trainer.predict(problem.train.x), trainer.state()
        gave = digest([outputs, *left.values()])
        trainer.run_epoch(batches)
        through_host(trainer, problem, 1, 3)
        if digest(given(problem, state, batches)) != before:
            raise Broken(f"{case}: it writes into the data, the state or the batches; copy first")
        if digest([outputs, *left.values()]) != gave:
            raise Broken(f"{case}: what state() or predict gave changes later; give copies")


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
    for _, problem, trainer in started(backend, {case: CASES[case] for case in RESUMED}):
        arrays.append(through_host(trainer, problem))
        arrays += [array for _, array in sorted(trainer.state().items())]
    return digest(arrays)


def another_process_agrees(backend: Backend) -> None:
    """gives the same bytes in another process."""
    library = str(Path(host.__file__).parents[1])
    path = os.pathsep.join([library, *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "epochwise.conformance", str(backend.folder), backend.name]
    done = subprocess.run(  # noqa: S603 # this interpreter, and names that load_backend has checked
        command, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Broken(f"a second process failed: {done.stderr.strip().splitlines()[-1:]}")
    if done.stdout.split()[-1] != fingerprint(backend):
        raise Broken("another process gives other bytes; seed nothing and draw nothing yourself")


def learns(backend: Backend) -> None:
    """beats predicting the mean after sixty epochs."""
    case = problem(learning_rate_init=0.02)
    trainer = backend.start(case, fresh(case))
    if trainer is None:
        return
    curve = through_host(trainer, case, end=60)
    mean = float(np.var(case.train.target))
    if not (curve[-1, :, 0] < mean).all():
        raise Broken(f"train_loss ends at {curve[-1, :, 0]}, and the mean alone reaches {mean:.3g}")


def moves_every_parameter(backend: Backend) -> None:
    """changes every weight and bias."""
    case = problem(activation="tanh")
    trainer = backend.start(case, fresh(case)) or backend.new(problem(), fresh(problem()))
    before = trainer.state()["weights"]
    for epoch in range(1, 4):
        trainer.run_epoch(orders_of(case, epoch))
    still = np.argwhere(trainer.state()["weights"] == before)
    if len(still):
        seed, number = still[0]
        raise Broken(
            f"parameter {number} of network {seed} never changes; every weight and bias is trained"
        )


def float32_stays_close(backend: Backend) -> None:
    """stays within 0.1 % of the float64 curve when asked for float32."""
    for case in RESUMED:
        hp = replace(CASES[case].hyperparameters, dtype="float32")
        single = in_float32(CASES[case], hp)
        trainer = backend.start(single, fresh(single))
        if trainer is None:
            continue
        if (kind := trainer.state()["weights"].dtype) != np.float32:
            raise Broken(f"{case}: weights are {kind}; keep the problem's dtype")
        curve = through_host(trainer, single)
        hint = f"{case}: in float32 the same sums must run"
        require_close(curve, reference_curve(case), single, hint)


def in_float32(double: Problem, hp: Hyperparameters) -> Problem:
    """Round a problem's features and targets to float32."""
    parts = {
        name: replace(p, x=p.x.astype(np.float32), y=p.y.astype(np.float32))
        for name, p in double.partitions.items()
    }
    return replace(double, partitions=parts, hyperparameters=hp)


def refuses_with_a_sentence(backend: Backend) -> None:
    """refuses what it cannot do with a PluginError that names what it can."""
    for key, value in {"activation": "abacus", "solver": "abacus", "device": "abacus"}.items():
        values: dict[str, Any] = {key: value}
        odd = replace(problem(), hyperparameters=replace(problem().hyperparameters, **values))
        state = fresh(problem())
        try:
            backend.new(odd, state)
        except PluginError as refusal:
            if value not in str(refusal):
                raise Broken(f"the refusal of {key} {value!r} does not name it: {refusal}") from None
        except Exception as error:
            raise Broken(
                f"{key} {value!r} ends in {type(error).__name__}; call "
                "epochwise.support.require in __init__"
            ) from error
        else:
            raise Broken(f"takes {key} {value!r} without a word; refuse in __init__")


def lets_a_run_diverge(backend: Backend) -> None:
    """lets a run diverge quietly; the host notices."""
    wild = problem(learning_rate_init=1e300, activation="identity", solver="sgd")
    trainer = backend.start(wild, fresh(wild))
    if trainer is None:
        return
    curve = through_host(trainer, wild)
    if np.isfinite(curve[-1]).any():
        raise Broken("with a learning rate of 1e300 the loss stays finite; clip nothing")


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
