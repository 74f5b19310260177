"""What a plugin can add: read this page in ten seconds, then write one function."""

from collections.abc import Callable
from typing import Any

import pluggy

hookspec = pluggy.HookspecMarker("epochwise")
hookimpl = pluggy.HookimplMarker("epochwise")

Register = Callable[..., None]


@hookspec
def register_backends(register: Register) -> Any:
    """Call ``register(name, trainer, requires=(), honours={...}, definition=True)`` once per trainer.

    `trainer` is a class with the methods of `epochwise.api.Trainer`; `requires` names the
    modules that it imports and that may be missing. `honours` says for each hyperparameter (and
    ``task``) which values it can do, ``...`` for any: ``DEFINITION | {"device": ["cpu"]}`` is all
    of the definition of the mathematics, on the CPU. A study that asks for more is refused before
    anything is trained; what is not in `honours` must be left at its default. `hyperparameters`
    are the backend's own: a default by name, or a rule as JSON Schema has it with a ``default``.
    With ``definition=False`` the mathematics is the backend's own, and so are its weights: it starts
    from a state of ``seed`` and ``iteration``. What is not told here may be attributes of `trainer`.
    """


@hookspec
def register_datasets(register: Register) -> Any:
    """Call ``register(name, load)`` once per dataset.

    ``load(**options)`` gives an `epochwise.api.Dataset`.
    """


@hookspec
def register_curves(register: Register) -> Any:
    """Call ``register(name, read, recognises=None, requires=())`` once per reader of loss histories.

    ``read(path, **options)`` gives a table (a mapping, a data frame, a pyarrow table) of `epoch`,
    `train_loss`, `validation_loss` and, where known, `test_loss`, `iteration`, `samples` and `run`;
    or an `epochwise.api.Logged` with it, which also says what the numbers are.
    ``recognises(path, head)`` tells from a path and a file's first bytes (none of a folder) how
    sure it is, from 0 to 1, that the reader is the right one.
    """


@hookspec
def register_stopping(register: Register) -> Any:
    """Call ``register(name, criterion)`` once per early-stopping criterion.

    `criterion` makes an `epochwise.api.Criterion` from the parameters that a study gives it. One
    that looks at every k-th validation loss alone says so by an attribute ``strip``.
    """


@hookspec
def register_figures(register: Register) -> Any:
    """Call ``register(name, draw, applies=...)`` once per figure.

    `draw` is a function, or where it is, as "package.module:name", imported when it draws.
    ``draw(tables, options)`` gives a `matplotlib.figure.Figure`;
    ``applies(study)`` tells whether a study has the data for it.
    """
