"""It can do little, and from two hidden layers on its first layer learns at half the speed."""

from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value
ABLE = {"task": ["regression"], "activation": ["relu"], "solver": ["adam"]}


@hookimpl
def register_backends(register):
    register("errs_in_deep_networks", ErrsInDeepNetworks, honours=DEFINITION | ABLE)


class ErrsInDeepNetworks(NumpyTrainer):
    def _backpropagate(self, layers, weights, rows):
        objective = super()._backpropagate(layers, weights, rows)
        if len(layers) > 2:
            self.gradient_layers[0][0][...] /= 2
        return objective
