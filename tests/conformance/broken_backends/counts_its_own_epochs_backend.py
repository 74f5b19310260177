"""Its invscaling begins anew in every process."""

from pathlib import Path

import numpy as np

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("counts_its_own_epochs", CountsItsOwnEpochs, honours=DEFINITION)


class CountsItsOwnEpochs(NumpyTrainer):
    epochs = 0

    def run_epoch(self, batches):
        right = self.kept["iteration"]
        if self.hp.learning_rate == "invscaling":
            self.kept["iteration"] = np.array(self.epochs * len(batches))
        super().run_epoch(batches)
        self.kept["iteration"] = right + len(batches)
        self.epochs += 1
