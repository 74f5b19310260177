"""Its adaptive schedule watches the squared error summed over the targets."""

from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("watches_the_sum", WatchesTheSum, honours=DEFINITION)


class WatchesTheSum(NumpyTrainer):
    def _objective(self, layers, y, outputs):
        objective = super()._objective(layers, y, outputs)
        if self.problem.task == "regression":
            error = 0.5 * ((y - outputs) ** 2).sum()
            objective += error - error / y.shape[1]
        return objective
