"""Importing a library without what it would import besides, or with it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden(*modules: str) -> Iterator[None]:
    """Hide modules while a library is imported, as if they were not installed.

    scikit-learn imports pandas wherever it finds it, TensorFlow imports JAX and Keras. They
    do without, and a job starts sooner. A module that is imported already stays.
    """
    absent = [module for module in modules if module not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type] # None: importing it fails
    try:
        yield
    finally:
        for module in absent:
            del sys.modules[module]


@contextmanager
def visible(*modules: str) -> Iterator[None]:
    """Let hidden modules be imported again meanwhile, by code that is not ours to know.

    One that is imported stays; the others are hidden again.
    """
    hiding = [module for module in modules if sys.modules.get(module, module) is None]
    for module in hiding:
        del sys.modules[module]
    try:
        yield
    finally:
        for module in hiding:
            sys.modules.setdefault(module, None)  # type: ignore[arg-type] # as in `hidden`
