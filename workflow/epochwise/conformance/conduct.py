"""What is checked of a backend's manners: what it leaves alone, repeats, refuses and allows."""

import hashlib
import json
import os
import subprocess
import sys
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
from epochwise.training import host
from epochwise.training.contract import Problem, State
from epochwise.training.defaults import hyperparameters

LEAST_WORDS = 5  # of a refusal that says what there is instead


@on(few)
def gives_outputs(backend: Backend, case: Case) -> None:
    """Give finite outputs of the right shape before and after an epoch, of classes probabilities."""
    problem = case.problem()
    trainer = backend.new(problem, backend.fresh(problem))
    through_host(trainer, problem, 0, 1)
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
    parts = [array for p in problem.partitions.values() for array in (p.x, p.y, p.target)]
    return [*parts, *state.values(), *batches]


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
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it says nothing"]
        raise FailedCheckError(f"a second process failed: {last[0]}")
    return done.stdout.split()[-len(cases) :]


@on(every)
def refuses_with_a_sentence(backend: Backend, case: Case) -> None:
    """Train what it says that it honours, or refuse it with a PluginError that says why."""
    for refusal in backend.refusals:
        if len(refusal.split()) < LEAST_WORDS:
            raise FailedCheckError(f"refuses with {refusal!r}; say what it can do instead")
    problem = case.problem()
    try:
        backend.new(problem, backend.fresh(problem))
    except Exception as error:
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
