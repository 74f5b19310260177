"""Prechelt's criteria for early stopping: GL, PQ and UP."""

from collections.abc import Callable
from typing import Any

from epochwise.api import GeneralisationLoss, ProgressQuotient, UpStrips, hookimpl


@hookimpl
def register_stopping(register: Callable[[str, Callable[..., Any]], None]) -> None:
    """Register the three families; a study gives alpha or s, the strip and the floor."""
    register("GL", GeneralisationLoss)
    register("PQ", ProgressQuotient)
    register("UP", UpStrips)
