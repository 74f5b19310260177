"""It sets for all how NumPy treats errors."""

from pathlib import Path

import numpy as np

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("sets_how_errors_are_treated", SetsHowErrorsAreTreated, honours=DEFINITION)


class SetsHowErrorsAreTreated(NumpyTrainer):
    def __init__(self, problem, state):
        super().__init__(problem, state)
        np.seterr(divide="raise")
