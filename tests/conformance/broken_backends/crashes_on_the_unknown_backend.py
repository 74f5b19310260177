"""It meets an activation that it lacks with a KeyError."""

from pathlib import Path

from epochwise.api import hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[2] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("crashes_on_the_unknown", CrashesOnTheUnknown)


class CrashesOnTheUnknown(NumpyTrainer):
    def __init__(self, problem, state):
        ({"relu": 1, "tanh": 2, "logistic": 3, "identity": 4})[problem.hyperparameters.activation]
        super().__init__(problem, state)
