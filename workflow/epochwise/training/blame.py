"""Whose mistake it was: what a backend raises that means it breaks its contract, as a sentence."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from epochwise.errors import PluginError

LIBRARY, NUMPY = Path(__file__).parents[1], Path(np.__file__).parent


@contextmanager
def blamed(backend: str) -> Iterator[None]:
    """Turn what a backend's code raises meanwhile into a sentence, where it breaks the contract.

    Raises
    ------
    PluginError
        Where it writes into what it was given, or would end the process.
    """
    try:
        yield
    except (Exception, SystemExit) as error:
        if sentence := breach(backend, error):
            raise PluginError(sentence) from error
        raise


def breach(backend: str, error: BaseException) -> str:
    """Say how what was raised breaks the contract; "" where it is a mistake of another kind."""
    if isinstance(error, SystemExit):
        return (
            f"backend {backend!r}: {place(error)} ends the process, by sys.exit({error.code!r}); raise "
            "epochwise.api.PluginError with a sentence that says why."
        )
    if isinstance(error, ValueError | TypeError) and "read-only" in str(error):
        return (
            f"backend {backend!r}: {place(error)} writes into an array that it was given; the problem's "
            "arrays, the state and the batches are read-only: copy first, and write into the copy."
        )
    return ""


def place(error: BaseException) -> str:
    """Name the innermost line of code that is neither the library's nor NumPy's."""
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [one for one in frames if not {LIBRARY, NUMPY} & {*Path(one.filename).parents}]
    found = (theirs or frames)[-1]
    return f"{found.filename}, line {found.lineno}" + (f" ({found.line})" if found.line else "")
