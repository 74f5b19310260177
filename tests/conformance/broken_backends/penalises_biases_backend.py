"""L2 shrinks its biases too."""

from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("penalises_biases", PenalisesBiases, honours=DEFINITION)


class PenalisesBiases(NumpyTrainer):
    def __init__(self, problem, state):
        super().__init__(problem, state)
        self.shrink[:] = self.hp.alpha
