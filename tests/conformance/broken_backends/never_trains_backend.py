"""It counts iterations and leaves the weights as they were."""

from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("never_trains", NeverTrains, honours=DEFINITION)


class NeverTrains(NumpyTrainer):
    def run_epoch(self, batches):
        self.kept["iteration"] = self.kept["iteration"] + len(batches)
