"""Prechelt's criteria for early stopping: GL, PQ and UP."""

from collections.abc import Callable

from epochwise.api import hookimpl


@hookimpl
def register_stopping(register: Callable[..., None]) -> None:
    """Register the three families; a study gives alpha or s, the strip and the floor."""
    register("GL", "epochwise.answers.prechelt:GeneralisationLoss")
    register("PQ", "epochwise.answers.prechelt:ProgressQuotient")
    register("UP", "epochwise.answers.prechelt:UpStrips")
