"""For batches of more than eight rows, biases follow half of the gradient."""

from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("averages_large_batches", AveragesLargeBatches, honours=DEFINITION)


class AveragesLargeBatches(NumpyTrainer):
    def _backpropagate(self, layers, weights, rows):
        objective = super()._backpropagate(layers, weights, rows)
        if len(rows) > 8:
            for _, biases in self.gradient_layers:
                biases /= 2
        return objective
