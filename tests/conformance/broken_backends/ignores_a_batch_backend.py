"""It skips the first batch of every epoch."""

from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("ignores_a_batch", IgnoresABatch, honours=DEFINITION)


class IgnoresABatch(NumpyTrainer):
    def run_epoch(self, batches):
        super().run_epoch(batches[1:] or batches)
