"""With three hidden layers, the second's biases take each other's gradients."""

from pathlib import Path

import numpy as np

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("misplaces_deep_biases", MisplacesDeepBiases, honours=DEFINITION)


class MisplacesDeepBiases(NumpyTrainer):
    def _backpropagate(self, layers, weights, rows):
        objective = super()._backpropagate(layers, weights, rows)
        if len(layers) == 4:
            biases = self.gradient_layers[1][1]
            biases[...] = np.roll(biases, 1)
        return objective
