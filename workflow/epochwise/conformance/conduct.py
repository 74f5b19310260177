"""What is checked of a backend's manners: what it leaves alone, repeats, refuses and allows."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np

from epochwise.arrays import Array
from epochwise.conformance.cases import Case
from epochwise.conformance.choosing import Cases, every, few, fewest, plainest
from epochwise.conformance.driving import (
    Backend,
    FailedCheckError,
    NotCheckedError,
    orders_of,
    through_host,
)
from epochwise.conformance.trying import Tried, on, try_all
from epochwise.errors import PluginError
from epochwise.training import host, returned
from epochwise.training.contract import Partition, Problem, State
from epochwise.training.defaults import hyperparameters
from epochwise.training.handing_over import arrays_of

FINGERPRINTS = "fingerprints:"  # begins the line of these, among what a backend may print
LEAST_WORDS = 5  # of a refusal that says what there is instead


@on(few)
def gives_outputs(backend: Backend, case: Case) -> None:
    """Give finite outputs of the right shape and type, of classes probabilities, and a state of arrays."""
    problem = case.problem()
    state = backend.fresh(problem)
    trainer = backend.new(problem, state)
    returned.state(backend.name, trainer, state)
    through_host(trainer, problem, 0, 1)
    returned.state(backend.name, trainer, state)
    if not np.isfinite(host.measure_all(backend.name, trainer, problem)).all():
        raise FailedCheckError("a loss after one epoch is NaN or infinite; look at the step")


@on(few)
def leaves_its_inputs_alone(backend: Backend, case: Case) -> None:
    """Write into nothing that it is given, nor later into what it gave."""
    problem = case.problem()
    state, batches = backend.fresh(problem), orders_of(problem, 1)
    before = digest(given(problem, state, batches))
    trainer = backend.new(problem, state)
    outputs, left = trainer.predict(problem.train.x), trainer.state()
    gave = digest([outputs, *left.values()])
    trainer.run_epoch(batches)
    require_untouched(given(problem, state, batches), before)
    through_host(trainer, problem, 1, 3)
    require_untouched(given(problem, state, batches), before)
    if digest([outputs, *left.values()]) != gave:
        raise FailedCheckError("what state() or predict gave changes later; give copies")


def require_untouched(arrays: list[Array], before: str) -> None:
    """Compare what a trainer was given with its digest from before."""
    if digest(arrays) != before:
        raise FailedCheckError("it writes into the data, the state or the batches; copy first")


def given(problem: Problem, state: State, batches: list[Array]) -> list[Array]:
    """List all arrays that a trainer is given."""
    return [*arrays_of(problem), *state.values(), *batches]


def digest(arrays: list[Array]) -> str:
    """Give the SHA-256 of arrays' bytes."""
    whole = hashlib.sha256()
    for array in arrays:
        whole.update(np.ascontiguousarray(array).tobytes())
    return whole.hexdigest()


def fingerprint(backend: Backend, case: Case) -> str:
    """Train a case; the SHA-256 of its curve and end state."""
    problem = case.problem()
    trainer = backend.new(problem, backend.fresh(problem))
    curve = through_host(trainer, problem)
    return digest([curve, *(array for _, array in sorted(trainer.state().items()))])


def another_process_agrees(backend: Backend) -> Tried:
    """Give the same bytes in another process."""
    cases = fewest(backend.cases)
    elsewhere = dict(zip(cases, fingerprints_elsewhere(backend, cases), strict=True))

    def agrees(backend: Backend, case: Case) -> None:
        if fingerprint(backend, case) != elsewhere[case]:
            raise FailedCheckError(
                "another process gives other bytes; seed nothing and draw nothing yourself"
            )

    return try_all(agrees, backend, fewest)


def fingerprints_elsewhere(backend: Backend, cases: Cases) -> list[str]:
    """Train the cases in another process; their fingerprints."""
    library = str(Path(host.__file__).parents[1])
    path = os.pathsep.join([library, *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(  # noqa: S603 # this interpreter, and names that load_backend has checked
        [sys.executable, "-m", "epochwise.conformance", str(backend.folder), backend.name],
        env=os.environ | {"PYTHONPATH": path},
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or FINGERPRINTS not in done.stdout:
        last = done.stderr.strip().splitlines()[-1:] or ["it says nothing"]
        raise FailedCheckError(f"a second process failed: {last[0]}")
    lines = [line for line in done.stdout.splitlines() if line.startswith(FINGERPRINTS)]
    return lines[0].split()[1:] if lines else []


@on(fewest)
def trains_on_its_rows_alone(backend: Backend, case: Case) -> None:
    """Train on the training rows alone, whatever the rows of validation and test hold."""
    problem = case.problem()
    first, second = (end_of(backend, one) for one in (problem, with_other_rows_turned(problem)))
    if wrong := [name for name in first if not np.array_equal(first[name], second[name])]:
        raise FailedCheckError(
            f"{wrong[0]} is another after training where the rows of validation and test are others; "
            "they are there to be measured: train on problem.train alone, and take no mean or scale "
            "of other rows"
        )


def end_of(backend: Backend, problem: Problem) -> State:
    """Train a problem; the state at its end."""
    trainer = backend.new(problem, backend.fresh(problem))
    through_host(trainer, problem)
    return trainer.state()


def with_other_rows_turned(problem: Problem) -> Problem:
    """Give the problem with all rows but training's the other way round, features and targets apart."""
    parts = {
        name: part
        if name == "train"
        else Partition(1.5 - part.x, part.y[::-1].copy(), part.target[::-1].copy())
        for name, part in problem.partitions.items()
    }
    return replace(problem, partitions=parts)


@on(plainest)
def leaves_the_process_alone(backend: Backend, case: Case) -> None:
    """Leave the process as it is: its folder, NumPy's treatment of errors, no thread that goes on."""
    folder, treats, threads = Path.cwd(), np.geterr(), set(threading.enumerate())
    problem = case.problem()
    try:
        trainer = backend.new(problem, backend.fresh(problem))
        trainer.run_epoch(orders_of(problem, 1))
        trainer.predict(problem.train.x)
        trainer.state()
        moved, changed = Path.cwd() != folder, np.geterr() != treats
    finally:
        os.chdir(folder)
        np.seterr(**treats)
    if moved:
        raise FailedCheckError("it changes the working directory; use whole paths instead")
    if changed:
        raise FailedCheckError(
            "it calls np.seterr for all; write `with np.errstate` around its own"
        )
    left = [one for one in threading.enumerate() if one not in threads and not one.daemon]
    if left:
        raise FailedCheckError(
            f"it leaves the thread {left[0].name!r} running, and a job ends when all have ended; join it, "
            "or make it a daemon"
        )


@on(every)
def refuses_with_a_sentence(backend: Backend, case: Case) -> None:
    """Train what it says that it honours, or refuse it with a PluginError that says why."""
    for refusal in backend.refusals:
        if len(refusal.split()) < LEAST_WORDS:
            raise FailedCheckError(f"refuses with {refusal!r}; say what it can do instead")
    problem = case.problem()
    try:
        backend.new(problem, backend.fresh(problem))
    except (Exception, SystemExit) as error:
        raise FailedCheckError(
            f"ends in {type(error).__name__} ({error}) when it starts; take what it cannot do out of "
            "the honours that it registers, or raise a PluginError in __init__ that says what it can"
        ) from error


@on(plainest)
def lets_a_run_diverge(backend: Backend, case: Case) -> None:
    """Let a run diverge quietly; the host notices."""
    problem = case.problem(learning_rate_init=1e300, alpha=hyperparameters().alpha)
    try:
        trainer = backend.new(problem, backend.fresh(problem))
    except PluginError:
        raise NotCheckedError("it refuses a learning rate of 1e300") from None
    ends = through_host(trainer, problem)[-1]
    if backend.registered.definition and np.isfinite(ends).any():
        raise FailedCheckError("with a learning rate of 1e300 the loss stays finite; clip nothing")
