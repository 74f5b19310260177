"""It says that it honours an activation that it meets with a KeyError."""

from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("crashes_on_the_unknown", CrashesOnTheUnknown, honours=DEFINITION)


class CrashesOnTheUnknown(NumpyTrainer):
    def __init__(self, problem, state):
        ({"relu": 1, "tanh": 2, "logistic": 3})[problem.hyperparameters.activation]
        super().__init__(problem, state)
