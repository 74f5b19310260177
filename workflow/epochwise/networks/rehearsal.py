"""What a network of one's own must do, tried on a few rows before any training."""

import inspect
import random
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from epochwise.arrays import Array
from epochwise.errors import EpochwiseError, PluginError
from epochwise.training.contract import Problem, State, Trainer

New = Callable[[State], Trainer]


def source_of(build: Any) -> str:
    """Name the file that a function or a class stands in."""
    try:
        return inspect.getsourcefile(inspect.unwrap(build)) or repr(build)
    except TypeError:
        return repr(build)


@contextmanager
def told(source: str, what: str) -> Iterator[None]:
    """Turn whatever a plugin's own code raises into a sentence that says where.

    Parameters
    ----------
    source : the plugin's file.
    what : the part of it that is called.
    """
    try:
        yield
    except EpochwiseError:
        raise
    except Exception as error:
        lines = [
            one.lineno
            for one in traceback.extract_tb(error.__traceback__)
            if one.filename == source
        ]
        where = f"{source}, line {lines[-1]}" if lines else source
        said = " ".join(str(error).split())
        raise PluginError(f"{where}: {what} raises {type(error).__name__}: {said}") from error


def seed_python(seed: int) -> None:
    """Seed Python's and NumPy's own generators, from which a network may draw as well."""
    random.seed(seed)
    np.random.seed(seed)


def rehearse(source: str, new: New, problem: Problem, state: State) -> None:
    """Try a network: it is the same when built again, trains a batch, and goes on from its state.

    Parameters
    ----------
    source : the plugin's file.
    new : makes a trainer of one network.
    state : the fresh start.

    Raises
    ------
    PluginError
        Which of these it does not, and what to mend.
    """
    first, second = new(state), new(state)
    if name := differing(first.state(), second.state()):
        raise PluginError(
            f"{source}: build gives another network each time it is called with one seed: {name} "
            "differs; draw from the framework's generator, NumPy's np.random or Python's random, which "
            "are seeded, and from no other."
        )
    batch = last_batch(problem)
    try:
        first.run_epoch(batch)
    except PluginError as error:
        raise PluginError(
            f"{error}{about_one_row(problem) if batch[0].size == 1 else ''}"
        ) from error
    second = new(first.state())
    for trainer in (first, second):
        trainer.run_epoch(batch)
    if name := differing(first.state(), second.state()):
        raise PluginError(
            f"{source}: a network that goes on from its saved state trains differently: {name} differs "
            "after one batch. Something that changes is kept outside the parameters, the buffers and "
            "the optimiser's state, or drawn from a generator that is not seeded; keep it in a tensor "
            "there (register_buffer, add_weight), or draw from the framework's own generator."
        )


def kind_of(problem: Problem) -> Any:
    """Give what problems have in common of which one rehearsal is enough."""
    train = problem.train
    return problem.task, problem.hyperparameters, train.x.shape, train.y.shape


def about_one_row(problem: Problem) -> str:
    """Say why a batch may be too small, of whose rows batch normalisation wants the variance."""
    rows, size = len(problem.train.x), problem.hyperparameters.batch_size
    return (
        f"; the last batch of an epoch has one row here ({rows} training rows in batches of {size}): "
        f"for batch normalisation choose another batch_size, such as {size + 1}."
    )


def last_batch(problem: Problem) -> list[Array]:
    """Give a batch as long as the last of an epoch, which is the shortest."""
    rows, size = len(problem.train.x), problem.hyperparameters.batch_size
    return [np.arange(rows % size or size)]


def differing(one: State, other: State) -> str:
    """Name the first array that differs between two states; "" where none does."""
    for name in [*one, *other]:
        if name not in one or name not in other:
            return name
        if not np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind == "f"):
            return name
    return ""
