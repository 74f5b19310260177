"""In its loop it takes back every epoch after which the validation loss has risen."""

from pathlib import Path

import numpy as np

from epochwise.api import DEFINITION, hookimpl, metrics_of
from epochwise.plugins.registry import load_backend
from epochwise.training import host

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("stops_by_validation", StopsByValidation, honours=DEFINITION)


class StopsByValidation(NumpyTrainer):
    def run_epochs(self, orders):
        curve, column = [], len(metrics_of(self.problem.task, self.problem.layer_sizes[-1]))
        for order in orders:
            before, at = host.measure_all("it", self, self.problem), self.state()
            self.run_epoch(host.batches_of(self.problem, order))
            after = host.measure_all("it", self, self.problem)
            for seed in np.flatnonzero(after[:, column] > before[:, column]):
                self.kept["weights"][seed] = at["weights"][seed]
            curve.append(host.measure_all("it", self, self.problem))
        return np.array(curve)
