"""Its penalty is divided by batch_size, also where the last batch is shorter."""

from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("penalises_by_batch_size", PenalisesByBatchSize, honours=DEFINITION)


class PenalisesByBatchSize(NumpyTrainer):
    def _backpropagate(self, layers, weights, rows):
        share = len(rows) / self.hp.batch_size
        self.shrink *= share
        objective = super()._backpropagate(layers, weights, rows)
        self.shrink /= share
        return objective
