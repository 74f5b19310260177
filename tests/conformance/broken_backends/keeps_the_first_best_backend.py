"""Its adaptive schedule lowers the best loss only where that falls by tol."""

from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("keeps_the_first_best", KeepsTheFirstBest, honours=DEFINITION)


class KeepsTheFirstBest(NumpyTrainer):
    def run_epoch(self, batches):
        best = self.kept["best_loss"].copy() if "best_loss" in self.kept else None
        super().run_epoch(batches)
        if best is not None:
            fell = self.kept["best_loss"] <= best - self.hp.tol
            self.kept["best_loss"][~fell] = best[~fell]
