"""Importing a library without what it would import besides."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class _Hidden:
    """An import hook that finds nothing of certain names."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Refuse a hidden module; leave all others to the hooks that follow."""
        if name in self.names:
            raise ModuleNotFoundError(f"{name} is hidden here", name=name)


@contextmanager
def hidden(*modules: str) -> Iterator[None]:
    """Hide modules for a while, as if they were not installed.

    scikit-learn imports pandas wherever it finds it, TensorFlow imports JAX and Keras. They
    do without, and a job starts sooner. A module that is imported already stays.
    """
    hook = _Hidden(modules)
    sys.meta_path.insert(0, hook)
    try:
        yield
    finally:
        sys.meta_path.remove(hook)
