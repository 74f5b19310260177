"""Its invscaling counts the iterations and not the rows."""

from dataclasses import replace
from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("counts_iterations", CountsIterations, honours=DEFINITION)


class CountsIterations(NumpyTrainer):
    def run_epoch(self, batches):
        right, hp = self.hp, self.hp
        if hp.learning_rate == "invscaling":
            rate = hp.learning_rate_init / (int(self.kept["iteration"]) + 1) ** hp.power_t
            self.hp = replace(hp, learning_rate="constant", learning_rate_init=rate)
            self.problem = replace(self.problem, hyperparameters=self.hp)
        super().run_epoch(batches)
        self.hp, self.problem = right, replace(self.problem, hyperparameters=right)
