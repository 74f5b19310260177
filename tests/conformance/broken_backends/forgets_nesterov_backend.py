"""It steps by classical momentum whatever is asked."""

from dataclasses import replace
from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("forgets_nesterov", ForgetsNesterov, honours=DEFINITION)


class ForgetsNesterov(NumpyTrainer):
    def __init__(self, problem, state):
        super().__init__(problem, state)
        self.hp = replace(self.hp, nesterovs_momentum=False)
