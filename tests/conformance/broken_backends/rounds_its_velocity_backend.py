"""It keeps the velocity in float32 between epochs."""

from pathlib import Path

import numpy as np

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("rounds_its_velocity", RoundsItsVelocity, honours=DEFINITION)


class RoundsItsVelocity(NumpyTrainer):
    def run_epoch(self, batches):
        super().run_epoch(batches)
        if "velocity" in self.kept:
            self.kept["velocity"][...] = self.kept["velocity"].astype(np.float32)
