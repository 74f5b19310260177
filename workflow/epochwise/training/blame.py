"""Whose mistake it was: what a backend raises that means it breaks its contract, as a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from epochwise.errors import EpochwiseError, PluginError
from epochwise.plugins.containment import breach


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
        if sentence := breach(error):
            raise PluginError(f"backend {backend!r}: {sentence}.") from error
        raise


@contextmanager
def within(label: str) -> Iterator[None]:
    """Say of whatever is raised meanwhile in which part of a job it was."""
    try:
        yield
    except EpochwiseError as error:
        raise type(error)(*(f"{label}: {sentence}" for sentence in error.sentences)) from error
    except Exception as error:
        error.add_note(f"Raised while training {label}.")
        raise
