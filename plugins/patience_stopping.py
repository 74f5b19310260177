"""Early stopping by patience, as Keras and scikit-learn do it, and on moving averages."""

from collections.abc import Callable
from typing import Any

from epochwise.api import MovingAverage, Patience, hookimpl


@hookimpl
def register_stopping(register: Callable[[str, Callable[..., Any]], None]) -> None:
    """Register patience, and the moving average of any other criterion."""
    register("patience", Patience)
    register("moving_average", MovingAverage)
