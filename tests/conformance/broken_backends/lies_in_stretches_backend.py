"""In stretches it reports half the loss; the host's audit catches it."""

from pathlib import Path

import numpy as np

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend
from epochwise.training import host

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("lies_in_stretches", LiesInStretches, honours=DEFINITION)


class LiesInStretches(NumpyTrainer):
    def run_epochs(self, orders):
        curve = []
        for order in orders:
            size = self.hp.batch_size
            self.run_epoch([order[:, i : i + size] for i in range(0, order.shape[1], size)])
            curve.append(host.measure_all("it", self, self.problem) / 2)
        return np.array(curve)
