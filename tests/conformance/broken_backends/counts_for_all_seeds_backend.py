"""Its seeds share one counter of iterations, which each of them advances."""

from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("counts_for_all_seeds", CountsForAllSeeds, honours=DEFINITION)


class CountsForAllSeeds(NumpyTrainer):
    def _adam(self, seed, t, rate):
        before = int(self.kept["iteration"])
        super()._adam(seed, before + (t - before - 1) * len(self.seeds) + seed + 1, rate)
