"""Without a hidden layer, the activation is applied to the outputs."""

from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("bends_a_linear_model", BendsALinearModel, honours=DEFINITION)


class BendsALinearModel(NumpyTrainer):
    def _forward(self, layers, x, out):
        outputs = super()._forward(layers, x, out)
        if len(layers) == 1 and self.problem.task == "regression":
            self.activate(outputs)
        return outputs
