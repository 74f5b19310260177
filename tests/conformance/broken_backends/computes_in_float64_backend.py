"""It computes in float64 whatever is asked."""

from dataclasses import replace
from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("computes_in_float64", ComputesInFloat64, honours=DEFINITION)


class ComputesInFloat64(NumpyTrainer):
    def __init__(self, problem, state):
        hp = replace(problem.hyperparameters, dtype="float64")
        parts = {
            name: replace(part, x=part.x.astype(float), y=part.y.astype(float))
            for name, part in problem.partitions.items()
        }
        floats = {name: a.astype(float) if a.dtype.kind == "f" else a for name, a in state.items()}
        super().__init__(replace(problem, partitions=parts, hyperparameters=hp), floats)

    def predict(self, x):
        return super().predict(x.astype(float))
