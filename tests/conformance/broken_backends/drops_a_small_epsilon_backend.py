"""It leaves out Adam's epsilon where that is small."""

from dataclasses import replace
from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("drops_a_small_epsilon", DropsASmallEpsilon, honours=DEFINITION)


class DropsASmallEpsilon(NumpyTrainer):
    def __init__(self, problem, state):
        super().__init__(problem, state)
        if self.hp.epsilon < 1e-6:
            self.hp = replace(self.hp, epsilon=1e-300)
