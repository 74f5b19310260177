"""From its second stretch on, run_epochs begins with empty moments."""

from pathlib import Path

import numpy as np

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend
from epochwise.training import host

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("forgets_between_stretches", ForgetsBetweenStretches, honours=DEFINITION)


class ForgetsBetweenStretches(NumpyTrainer):
    stretches = 0

    def run_epochs(self, orders):
        curve, size = [], self.hp.batch_size
        if self.stretches and "first_moment" in self.kept:
            self.kept["first_moment"][:] = 0
        self.stretches += 1
        for order in orders:
            self.run_epoch([order[:, i : i + size] for i in range(0, order.shape[1], size)])
            curve.append(host.measure_all("it", self, self.problem))
        return np.array(curve)
