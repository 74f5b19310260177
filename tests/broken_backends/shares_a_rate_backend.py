"""Its networks share the adaptive rate of the first seed."""

from pathlib import Path

import numpy as np

from epochwise import hookimpl
from epochwise.plugins import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[2] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("shares_a_rate", SharesARate)


class SharesARate(NumpyTrainer):
    def run_epoch(self, batches):
        rates = self.kept.get("learning_rate", np.zeros(0))
        own = rates.copy()
        rates[:] = rates[:1]
        super().run_epoch(batches)
        rates[:] = np.where(rates < own[:1], own / 5, own)
