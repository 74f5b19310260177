"""What a plugin can add: read this page in ten seconds, then write one function."""

from collections.abc import Callable
from typing import Any

import pluggy

hookspec = pluggy.HookspecMarker("epochwise")
hookimpl = pluggy.HookimplMarker("epochwise")

Register = Callable[..., None]


@hookspec
def register_backends(register: Register) -> Any:
    """Call ``register(name, trainer, requires=())`` once per trainer.

    `trainer` is a class with the methods of `epochwise.training.contract.Trainer`;
    `requires` names the modules that it imports and that may be missing. A backend
    may say what it can do of ``activation``, ``solver``, ``learning_rate``, ``dtype``
    and ``device``, such as ``device=("cpu",)``: a study that asks for more is then
    refused before anything is trained.
    """


@hookspec
def register_datasets(register: Register) -> Any:
    """Call ``register(name, load)`` once per dataset.

    ``load(**options)`` gives an `epochwise.data.datasets.Dataset`.
    """


@hookspec
def register_stopping(register: Register) -> Any:
    """Call ``register(name, criterion)`` once per early-stopping criterion."""


@hookspec
def register_figures(register: Register) -> Any:
    """Call ``register(name, draw, applies=...)`` once per figure.

    `draw` is a function, or where it is, as "package.module:name", imported when it draws.
    ``draw(tables, options)`` gives a `matplotlib.figure.Figure`;
    ``applies(study)`` tells whether a study has the data for it.
    """
