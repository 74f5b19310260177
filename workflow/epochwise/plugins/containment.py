"""Plugins that share a process: what one changes of it is put back before the next, and none ends it."""

import os
import random
import sys
import warnings
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stdout

from epochwise.culprit import place
from epochwise.errors import PluginError


@contextmanager
def contained(source: str, what: str) -> Iterator[None]:
    """Call a plugin's code so that no other plugin notices.

    The working directory, the environment, the filters of warnings, what NumPy does about errors and
    the states of the random generators of Python and NumPy are put back; what is printed goes to
    standard error, as standard output may be read by a program. Threads, signals and `sys.path` are not.

    Parameters
    ----------
    source, what : the plugin, and the part of it that is called; for messages.

    Raises
    ------
    PluginError
        Where it would end the process, or writes into what it was given.
    """
    environment, drawn = dict(os.environ), random.getstate()
    with chdir("."), warnings.catch_warnings(), redirect_stdout(sys.stderr), _numpy_put_back():
        try:
            yield
        except (Exception, SystemExit) as error:
            if sentence := breach(error):
                raise PluginError(f"{source}: {what}: {sentence}") from error
            raise
        finally:
            random.setstate(drawn)
            if environment != dict(os.environ):
                os.environ.clear()
                os.environ.update(environment)


@contextmanager
def _numpy_put_back() -> Iterator[None]:
    """Put back what NumPy keeps, if anybody has imported it."""
    if "numpy" not in sys.modules:
        yield
        return
    import numpy as np

    drawn = np.random.get_state()
    with np.errstate():
        try:
            yield
        finally:
            np.random.set_state(drawn)


def breach(error: BaseException) -> str:
    """Say how what a plugin raised breaks its contract; "" where it is a mistake of another kind."""
    if isinstance(error, SystemExit):
        return (
            f"{place(error)} ends the process, by sys.exit({error.code!r}); raise "
            "epochwise.api.PluginError with a sentence that says why"
        )
    if isinstance(error, ValueError | TypeError) and "read-only" in str(error):
        return (
            f"{place(error)} writes into an array that it was given, which is read-only: copy first, and "
            "write into the copy"
        )
    return ""
