"""It draws its own batches."""

from pathlib import Path

import numpy as np

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("keeps_its_own_order", KeepsItsOwnOrder, honours=DEFINITION)


class KeepsItsOwnOrder(NumpyTrainer):
    def run_epoch(self, batches):
        rng = np.random.RandomState(int(self.kept["iteration"]))
        order = rng.permutation(len(self.problem.train.x))
        own = np.split(order, np.cumsum([batch.shape[1] for batch in batches])[:-1])
        super().run_epoch([np.stack([rows] * len(self.seeds)) for rows in own])
