"""Its adaptive schedule divides the rate an epoch late."""

from dataclasses import replace
from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("divides_late", DividesLate, honours=DEFINITION)


class DividesLate(NumpyTrainer):
    def __init__(self, problem, state):
        super().__init__(problem, state)
        self.hp = replace(self.hp, n_iter_no_change=self.hp.n_iter_no_change + 1)
