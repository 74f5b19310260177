"""Its adaptive schedule averages the batches as if all had the same rows."""

from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("weighs_batches_alike", WeighsBatchesAlike, honours=DEFINITION)


class WeighsBatchesAlike(NumpyTrainer):
    def _backpropagate(self, layers, weights, rows):
        objective = super()._backpropagate(layers, weights, rows)
        total = len(self.problem.train.x)
        return objective / len(rows) * total / self.problem.iterations_per_epoch
