"""Of classes it gives the likeliest, not how likely it is."""

from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("gives_whole_numbers", GivesWholeNumbers, honours=DEFINITION)


class GivesWholeNumbers(NumpyTrainer):
    def predict(self, x):
        outputs = super().predict(x)
        return outputs if self.problem.task == "regression" else outputs.round().astype(int)
