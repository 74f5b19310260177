"""Its L2 gradient is alpha * W, not divided by the rows of the batch."""

from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("penalty_not_over_rows", PenaltyNotOverRows, honours=DEFINITION)


class PenaltyNotOverRows(NumpyTrainer):
    def _backpropagate(self, layers, weights, rows):
        self.shrink *= len(rows)
        objective = super()._backpropagate(layers, weights, rows)
        self.shrink /= len(rows)
        return objective
