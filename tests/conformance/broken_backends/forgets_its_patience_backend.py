"""Its state says that the last epoch improved, always."""

from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("forgets_its_patience", ForgetsItsPatience, honours=DEFINITION)


class ForgetsItsPatience(NumpyTrainer):
    def state(self):
        state = super().state()
        if "epochs_without_improvement" in state:
            state["epochs_without_improvement"][:] = 0
        return state
