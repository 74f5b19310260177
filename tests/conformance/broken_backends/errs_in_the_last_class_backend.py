"""Of its softmax, the last class is trained towards one half."""

from dataclasses import replace
from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("errs_in_the_last_class", ErrsInTheLastClass, honours=DEFINITION)


class ErrsInTheLastClass(NumpyTrainer):
    def __init__(self, problem, state):
        super().__init__(problem, state)
        if problem.task == "multiclass":
            y = problem.train.y.copy()
            y[:, -1] /= 2
            train = replace(problem.train, y=y)
            self.problem = replace(problem, partitions={**problem.partitions, "train": train})
