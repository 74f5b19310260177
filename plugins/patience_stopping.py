"""Early stopping by patience, as Keras and scikit-learn do it, and on moving averages."""

from collections.abc import Callable

from epochwise.api import hookimpl


@hookimpl
def register_stopping(register: Callable[..., None]) -> None:
    """Register patience, and the moving average of any other criterion."""
    register("patience", "epochwise.answers.stopping:Patience")
    register("moving_average", "epochwise.answers.moving_average:MovingAverage")
