"""What the networks of all frameworks have in common: many seeds, what they honour."""

from collections.abc import Callable
from typing import Any

from epochwise.training.seeds import one_seed_at_a_time

HONOURS: dict[str, Any] = {
    "task": ...,
    "batch_size": ...,
    "learning_rate_init": ...,
    "dtype": ...,
    "device": ("cpu", "cuda"),
}


def as_backend(trainer: Callable[..., Any], requires: tuple[str, ...]) -> type[Any]:
    """Lift a trainer of one network to many, and have it say what a plugin need not repeat."""
    lifted = one_seed_at_a_time(trainer)
    about = {"requires": requires, "honours": HONOURS, "definition": False}
    for name, value in about.items():
        setattr(lifted, name, value)
    return lifted
