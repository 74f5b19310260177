"""It nudges a target that it is given."""

from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("writes_into_data", WritesIntoData, honours=DEFINITION)


class WritesIntoData(NumpyTrainer):
    def run_epoch(self, batches):
        super().run_epoch(batches)
        self.problem.partitions["validation"].target[0] *= 1 + 1e-12
