"""Its state has the weights, and moments of zero."""

from pathlib import Path

import numpy as np

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("forgets_its_moments", ForgetsItsMoments, honours=DEFINITION)


class ForgetsItsMoments(NumpyTrainer):
    def state(self):
        forgotten = ("first_moment", "second_moment", "velocity")
        state = super().state()
        return {k: np.zeros_like(a) if k in forgotten else a for k, a in state.items()}
