"""It steps by classical momentum whatever is asked."""

from dataclasses import replace
from pathlib import Path

from epochwise import hookimpl
from epochwise.plugins import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[2] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("forgets_nesterov", ForgetsNesterov)


class ForgetsNesterov(NumpyTrainer):
    def __init__(self, problem, state):
        super().__init__(problem, state)
        self.hp = replace(self.hp, nesterovs_momentum=False)
