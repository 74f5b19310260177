"""Without a hidden layer, the activation is applied to the outputs."""

from pathlib import Path

from epochwise import hookimpl
from epochwise.plugins import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[2] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("bends_a_linear_model", BendsALinearModel)


class BendsALinearModel(NumpyTrainer):
    def _forward(self, layers, x, out):
        outputs = super()._forward(layers, x, out)
        if len(layers) == 1 and self.problem.task == "regression":
            self.activate(outputs)
        return outputs
