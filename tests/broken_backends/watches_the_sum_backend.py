"""Its adaptive schedule watches the squared error summed over the targets."""

from pathlib import Path

from epochwise import hookimpl
from epochwise.plugins import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[2] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("watches_the_sum", WatchesTheSum)


class WatchesTheSum(NumpyTrainer):
    def _objective(self, layers, y, outputs):
        objective = super()._objective(layers, y, outputs)
        if self.problem.task == "regression":
            error = 0.5 * ((y - outputs) ** 2).sum()
            objective += error - error / y.shape[1]
        return objective
