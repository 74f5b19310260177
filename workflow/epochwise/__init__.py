"""How many epochs to train, how sure that is, and why."""

from epochwise.hookspecs import hookimpl

__version__ = "0.1.0"
__all__ = ["__version__", "hookimpl"]
