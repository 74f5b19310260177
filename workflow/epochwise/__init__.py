"""How many epochs to train, how sure that is, and why."""

__version__ = "0.1.0"
