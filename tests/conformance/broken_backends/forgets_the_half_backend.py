"""Its gradient is that of the squared error without the half."""

from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("forgets_the_half", ForgetsTheHalf, honours=DEFINITION)


class ForgetsTheHalf(NumpyTrainer):
    def _backpropagate(self, layers, weights, rows):
        self.shrink /= 2
        objective = super()._backpropagate(layers, weights, rows)
        self.shrink *= 2
        self.gradient *= 2
        return objective
