"""It computes in float32 whatever is asked."""

from pathlib import Path

import numpy as np

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("computes_in_float32", ComputesInFloat32, honours=DEFINITION)


class ComputesInFloat32(NumpyTrainer):
    def run_epoch(self, batches):
        super().run_epoch(batches)
        self.kept["weights"][...] = self.kept["weights"].astype(np.float32)
